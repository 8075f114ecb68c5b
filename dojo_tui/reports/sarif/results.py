"""Second pass over a SARIF file: each place of a result that is a problem now becomes a Finding."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from dataclasses import replace
from typing import Any

from dojo_tui.model.finding import Finding
from dojo_tui.model.identity import needs_subject
from dojo_tui.model.severity import Severity
from dojo_tui.model.subject import subject
from dojo_tui.model.text import clean
from dojo_tui.model.values import (
    MAX_NAME,
    MAX_TEXT,
    cwes,
    items,
    linked_cwes,
    mapping,
    text,
    unique,
    vulnerability_ids,
)
from dojo_tui.reports.errors import PlacedError
from dojo_tui.reports.sarif import locations
from dojo_tui.reports.sarif.messages import message
from dojo_tui.reports.sarif.parts import Parts
from dojo_tui.reports.sarif.paths import is_web
from dojo_tui.reports.sarif.rules import Rule, listed, package_facts, taxon
from dojo_tui.reports.sarif.severities import NOTHING, rated, stated
from dojo_tui.reports.sarif.titles import Heading, heading, titled

NO_PROBLEM = {word.lower(): word for word in ("pass", "notApplicable", "informational")}
"""The kinds by which a tool says that a result is no problem. What is still to be looked at ("review",
"open"), or of a kind that SARIF does not know, may be one: dropping it would hide it (P3)."""

_VERSION = re.compile(r"(.*)/v(\d+)")
_REMEMBERED = 20_000
_COMPONENTS = (
    ("component", "componentVersion"),
    ("componentName", "componentVersion"),
    ("component_name", "component_version"),
    ("packageName", "packageVersion"),
    ("package_name", "package_version"),
    ("pkgName", "installedVersion"),
    ("package", "version"),
)
_COMPONENT_KEYS = frozenset({name for name, _ in _COMPONENTS} | {"purl"})


_OWN_TEXTS = {
    "title": MAX_NAME,
    "wording": MAX_NAME,
    "description": MAX_TEXT,
    "param": MAX_NAME,
    "subject": MAX_NAME,
    "mitigation": MAX_TEXT,
    "impact": MAX_TEXT,
    "references": MAX_TEXT,
    "fix_version": MAX_NAME,
    "cvssv3": MAX_NAME,
}


class Results:
    """Makes Findings of one run's results."""

    def __init__(self, scanner: str, parts: Parts) -> None:
        self._scanner = scanner
        self._parts = parts
        # Most results of a run repeat few messages: one string each, shared by their Findings.
        self._texts: dict[tuple[int, str], tuple[Heading, str]] = {}
        self.seen = 0
        """How many results came, of whatever kind."""
        self.dropped: Counter[str] = Counter()
        """How many of them are no problem, by their kind."""

    def findings(self, result: Any) -> list[Finding]:
        """A Finding for each place of one result; none if it is no problem (``kind``) or gone (``baselineState``)."""
        self.seen += 1
        if not isinstance(result, dict):
            raise PlacedError("is not a result object")
        get = result.get
        kind = get("kind")
        if kind is not None and kind != "fail":
            kind = self._kind(kind)
        if kind in NO_PROBLEM or get("baselineState") == "absent":
            return []
        parts = self._parts
        rule = parts.rule(result)
        given = get("message")
        plain = given.get("text") if type(given) is dict and len(given) == 1 else None
        said = plain if type(plain) is str else message(given, rule.strings, parts.driver.strings)
        called, description = self._worded(rule, said)
        if plain is None and mapping(given).get("markdown"):
            description = _described(rule, message(given, rule.strings, parts.driver.strings, markdown=True))
        properties = get("properties")
        own = stated(mapping(properties), parts.tool) if properties else NOTHING
        rating, score = rated(get("level"), kind, own, rule.stated, rule.level)
        finding = Finding(
            title=called.text,
            severity=rating.severity,
            unknown_severity=rating.unknown,
            description=description,
            scanner=self._scanner,
            rule_id=rule.id if rule.id == get("ruleId") else text(get("ruleId"), MAX_NAME) or rule.id,
            former_rules=_former(rule, get("ruleId")) if rule.former else (),
            mitigation=rule.advice,
            references=rule.references,
            cwes=rule.cwes,
            vulnerability_ids=rule.vulnerability_ids,
            tags=rule.tags,
            cvssv3_score=score,
            component_name=rule.component,
            component_version=rule.component_version,
            fix_version=rule.fix_version,
            date=parts.date,
        )
        if properties:
            self._properties(finding, mapping(properties))
        if "fingerprints" in result or "partialFingerprints" in result or "correlationGuid" in result:
            finding.unique_id = _unique_id(result)
        if "suppressions" in result:
            _suppressed(finding, items(get("suppressions")))
        if "codeFlows" in result or "relatedLocations" in result:
            self._elsewhere(finding, result)
        if "fixes" in result:
            fixes = [message(mapping(fix).get("description")) for fix in items(get("fixes"))]
            finding.mitigation = clean("\n\n".join(unique(text for text in (*fixes, rule.advice) if text)), MAX_TEXT)
        self._weaknesses(finding, result)
        if said.startswith("Package: "):
            _packaged(finding, said)
        return self._spread(finding, result, _told(said, given), rule, called)

    def _spread(
        self, finding: Finding, result: dict[str, Any], said: str, rule: Rule, called: Heading
    ) -> list[Finding]:
        """The Finding at each place of its result."""
        places, properties = result.get("locations"), mapping(result.get("properties"))
        if places is not None and type(places) is not list:
            raise PlacedError("its 'locations' is not an array")
        wheres = locations.distinct(places or [], self._parts)
        group = self.seen if len(wheres) > 1 else 0
        found = [finding, *(replace(finding) for _ in wheres[1:])]
        for one, where in zip(found, wheres, strict=True):
            _placed(one, where, group)
            titled(one, called)
            if needs_subject(one):
                one.subject = subject(f"{said}\n{where.said}" if where.said else said, rule.about)
            if properties:
                _told_by_us(one, properties)
        return found

    def _kind(self, given: Any) -> str:
        kind = given.strip().lower() if isinstance(given, str) else "unknown"
        if kind in NO_PROBLEM:
            self.dropped[NO_PROBLEM[kind]] += 1
        return kind

    def _worded(self, rule: Rule, said: str) -> tuple[Heading, str]:
        key = (id(rule), said)
        known = self._texts.get(key)
        if known is None:
            if len(self._texts) >= _REMEMBERED:
                self._texts.clear()
            known = self._texts[key] = (heading(rule, said, self._scanner), _described(rule, said))
        return known

    def _properties(self, finding: Finding, properties: dict[str, Any]) -> None:
        if "tags" in properties:
            tags = [clean(tag, MAX_NAME) for tag in items(properties["tags"]) if isinstance(tag, str)]
            finding.tags = unique((*finding.tags, *(tag.removeprefix("external/cwe/") for tag in tags)))
            finding.vulnerability_ids = unique((*finding.vulnerability_ids, *vulnerability_ids(tags)))
        if properties.keys().isdisjoint(_COMPONENT_KEYS):
            return
        for name, version in _COMPONENTS:
            if isinstance(properties.get(name), str) and isinstance(properties.get(version), str):
                finding.component_name = text(properties[name], MAX_NAME)
                finding.component_version = text(properties[version], MAX_NAME)
                break
        purl = properties.get("purl")
        if isinstance(purl, str) and purl.startswith("pkg:") and not finding.component_name:
            name, _, version = purl.partition("?")[0].partition("#")[0].rpartition("@")
            finding.component_name, finding.component_version = text(name or version, MAX_NAME), ""
            if name:
                finding.component_version = text(version, MAX_NAME)

    def _weaknesses(self, finding: Finding, result: dict[str, Any]) -> None:
        """The last one named is the primary one, as in DefectDojo: the most specific information comes last."""
        found = list(finding.cwes)
        properties = mapping(result.get("properties"))
        if "cwe" in properties:
            found += cwes(listed(properties["cwe"]))
        if "taxa" in result:
            taxa = [taxon(reference, self._parts.taxonomies) for reference in items(result["taxa"])]
            found += cwes(taxa)
            finding.vulnerability_ids = unique((*finding.vulnerability_ids, *vulnerability_ids(taxa)))
        if not found:
            found = linked_cwes(finding.description)
        if found:
            finding.cwes = unique((found[-1], *found))
        if not finding.vulnerability_ids and "-" in finding.rule_id:
            finding.vulnerability_ids = unique(vulnerability_ids([finding.rule_id]))

    def _elsewhere(self, finding: Finding, result: dict[str, Any]) -> None:
        source, sink, steps = locations.flow(result.get("codeFlows"), self._parts)
        if source is not None and sink is not None:
            finding.sast_source_file_path, finding.sast_source_line = source.path, source.line
            finding.sast_source_object = source.said or source.snippet
            finding.sast_sink_object = sink.said or sink.snippet
        lists = (
            ("Related", locations.listing(items(result.get("relatedLocations")), self._parts)),
            ("Steps", steps),
        )
        blocks = [f"{name}:\n" + "\n".join(f"- {line}" for line in lines) for name, lines in lists if lines]
        finding.description = clean("\n\n".join([finding.description, *blocks]), MAX_TEXT)


def _placed(finding: Finding, where: locations.Where, group: int) -> None:
    """Put a Finding at its place; ``group`` is the same for all places of a result that has several."""
    web = is_web(where.path)
    finding.file_path, finding.endpoints = ("", (where.path,)) if web else (where.path, ())
    finding.static_finding, finding.dynamic_finding = not web, web
    finding.line, finding.column = where.line, where.column
    finding.end_line, finding.end_column = where.end_line, where.end_column
    finding.snippet, finding.context = where.snippet, where.context
    finding.logical_location = where.logical
    finding.group = group
    if group and finding.unique_id:
        # The tool's id is that of the result: of a place, only together with its file.
        finding.unique_id = clean(f"{finding.unique_id}@{where.path or where.logical}", MAX_NAME)


def _former(rule: Rule, identifier: Any) -> tuple[str, ...]:
    """What the rule of a result was called before; of a part of it ("CA1000/1"), that part."""
    part = identifier[len(rule.id) :] if isinstance(identifier, str) and identifier.startswith(f"{rule.id}/") else ""
    return tuple(f"{old}{part}" for old in rule.former)


def _told(said: str, given: Any) -> str:
    """A message with what its placeholders stand for, as names."""
    arguments = items(mapping(given).get("arguments"))
    names = [f'"{name}"' for name in arguments if isinstance(name, str) and len(name) <= 200 and '"' not in name]
    return "\n".join([said, *names]) if names else said


def _described(rule: Rule, said: str) -> str:
    parts = [said.strip()] if said else []
    if rule.explanation and rule.explanation not in said:
        parts.append(rule.explanation)
    return clean("\n\n".join(parts), MAX_TEXT)


def _unique_id(result: dict[str, Any]) -> str:
    """The strongest id a tool gives: a full fingerprint, an id it correlates by, or all partial fingerprints.

    Of several fingerprints the one with the highest version counts, then the
    first by name. The partial ones identify only together (SARIF 3.27.17).
    ``guid`` is another one in every run and says nothing.
    """
    prints = mapping(result.get("fingerprints"))
    if prints:
        best = min(prints, key=_rank)
        value = prints[best]
        parts = list(value.values()) if isinstance(value, dict) else [value]
        found = "|".join(str(part) for part in parts if isinstance(part, str | int))
        if found:
            return clean(found, MAX_NAME)
    correlation = result.get("correlationGuid")
    if isinstance(correlation, str) and correlation:
        return clean(correlation, MAX_NAME)
    partial = mapping(result.get("partialFingerprints"))
    return clean("|".join(f"{key}:{partial[key]}" for key in sorted(partial) if partial[key]), MAX_NAME)


def _rank(name: str) -> tuple[int, str]:
    match = _VERSION.fullmatch(name)
    return (-int(match[2][:9]), match[1]) if match else (0, name)


def _packaged(finding: Finding, said: str) -> None:
    facts = package_facts(said)
    finding.component_name, finding.component_version = facts["Package"], facts["Version"]
    finding.fix_version = facts["Fix Version"]


def _told_by_us(finding: Finding, properties: dict[str, Any]) -> None:
    """What a report that this program exported says beyond SARIF (services/sarif.py)."""
    own = mapping(properties.get("dojo-tui"))
    if not own:
        return
    if "title" in own:
        finding.wording = ""
    for name, limit in _OWN_TEXTS.items():
        if isinstance(own.get(name), str):
            setattr(finding, name, clean(own[name], limit))
    for name in ("vulnerability_ids", "endpoints"):
        if name in own:
            found = [clean(value, MAX_NAME) for value in items(own[name]) if isinstance(value, str)]
            setattr(finding, name, unique(found))
    with contextlib.suppress(ValueError):
        finding.severity, finding.unknown_severity = Severity.parse(str(own.get("severity"))), ""
    if finding.false_p and (own.get("risk_accepted") is True or own.get("out_of_scope") is True):
        finding.false_p = own.get("false_p") is True
        finding.risk_accepted = own.get("risk_accepted") is True
        finding.out_of_scope = own.get("out_of_scope") is True


def _suppressed(finding: Finding, suppressions: list[Any]) -> None:
    """Triage the tool reports: a false positive, as DefectDojo takes it.

    A result is suppressed if it has suppressions and none of them is still
    under review or was rejected (SARIF 3.27.23).
    """
    states = [mapping(suppression).get("status") or "accepted" for suppression in suppressions]
    if "underReview" in states:
        finding.under_review = True
    elif states and "rejected" not in states:
        finding.false_p, finding.active = True, False
