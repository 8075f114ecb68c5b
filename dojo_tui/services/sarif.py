"""Findings as SARIF 2.1.0, written as they come: one run for each scanner, its rules after its results.

What SARIF has no word for stands in the property ``dojo-tui`` of a result;
our reader takes it from there, so that a report that was written here gives
the same Findings again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO
from urllib.parse import quote

from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES = {
    Severity.CRITICAL: 9.5,
    Severity.HIGH: 8.0,
    Severity.MEDIUM: 5.5,
    Severity.LOW: 2.0,
    Severity.INFO: 0.0,
}
"""Said where no score is known: the middle of what CVSS calls so."""
_NOBODY = {"driver": {"name": "dojo-tui", "rules": []}}
"""The tool of a run in which nothing was found."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DECIDED = (
    ("false_p", "false positive"),
    ("risk_accepted", "risk accepted"),
    ("out_of_scope", "out of scope"),
)


def write_sarif(stream: TextIO, runs: Iterable[tuple[str, Iterable[tuple[int, Finding]]]]) -> int:
    """Write ``runs``, the Findings (with their ids) of each scanner; how many results were written."""
    count = 0
    stream.write(f'{{"$schema": {_json(SCHEMA)}, "version": "2.1.0", "runs": [')
    number = -1
    for number, (scanner, found) in enumerate(runs):
        stream.write(',\n{"results": [' if number else '\n{"results": [')
        rules: dict[str, dict[str, Any]] = {}
        for index, (identifier, finding) in enumerate(found):
            stream.write((",\n" if index else "\n") + _json(_result(identifier, finding, rules)))
            count += 1
        driver = {"name": scanner or "unknown", "rules": list(rules.values())}
        stream.write(f'\n], "columnKind": "unicodeCodePoints", "tool": {_json({"driver": driver})}}}')
    if number < 0:
        # A log without a run says that nothing was looked at; whoever takes it in may refuse it.
        stream.write(f'\n{{"results": [], "columnKind": "unicodeCodePoints", "tool": {_json(_NOBODY)}}}')
    stream.write("\n]}\n")
    return count


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _result(identifier: int, finding: Finding, rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    score = finding.cvssv3_score
    if score is None or Severity.from_cvss(score) is not finding.severity:
        score = _SCORES[finding.severity]
    fixed = finding.is_mitigated and not finding.active
    result: dict[str, Any] = {
        "message": {"text": finding.description or finding.title},
        # A result that is fixed was evaluated, and is no problem any more.
        **({"kind": "pass", "level": "none"} if fixed else {"level": LEVELS[finding.severity]}),
        "properties": {"security-severity": str(score), "dojo-tui": _own(identifier, finding)},
    }
    if finding.rule_id:
        result["ruleId"] = finding.rule_id
        _note_rule(rules, finding, score)
    if finding.unique_id:
        result["fingerprints"] = {"uniqueId/v1": finding.unique_id}
    if location := _location(finding):
        result["locations"] = [location]
    if finding.vulnerability_ids:
        result["taxa"] = [
            {"id": name, "toolComponent": {"name": name.partition("-")[0]}} for name in finding.vulnerability_ids
        ]
    properties = result["properties"]
    if finding.tags:
        properties["tags"] = list(finding.tags)
    if finding.cwes:
        # The last one is the primary one, as readers have it.
        properties["cwe"] = [f"CWE-{number}" for number in (*finding.cwes[1:], finding.cwes[0])]
    if finding.component_name:
        properties["componentName"] = finding.component_name
        properties["componentVersion"] = finding.component_version
    if suppressions := list(_suppressions(finding)):
        result["suppressions"] = suppressions
    return result


def _own(identifier: int, finding: Finding) -> dict[str, Any]:
    """What a reader of this program takes instead of its guess."""
    own: dict[str, Any] = {"id": identifier, "title": finding.title, "severity": finding.severity.label}
    # A message cannot be empty, and readers trim it.
    if finding.description != finding.description.strip() or not finding.description:
        own["description"] = finding.description
    for name in ("wording", "param", "mitigation", "impact", "references", "fix_version", "cvssv3"):
        if value := getattr(finding, name):
            own[name] = value
    # Also none: a reader would take those that the message or the rule's name tells.
    own["subject"] = finding.subject or ""
    own["vulnerability_ids"] = list(finding.vulnerability_ids)
    if finding.endpoints:
        own["endpoints"] = list(finding.endpoints)
    own.update({name: True for name, _ in _DECIDED if getattr(finding, name)})
    return own


def _note_rule(rules: dict[str, dict[str, Any]], finding: Finding, score: float) -> None:
    """A rule as its results tell it: GitHub reads the severity there, so it has the worst of theirs."""
    rule = rules.setdefault(finding.rule_id, {"id": finding.rule_id, "properties": {"security-severity": str(score)}})
    if score > float(rule["properties"]["security-severity"]):
        rule["properties"]["security-severity"] = str(score)


def _location(finding: Finding) -> dict[str, Any]:
    uri = _uri(finding.file_path) if finding.file_path else (finding.endpoints[0] if finding.endpoints else "")
    location: dict[str, Any] = {}
    if uri:
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
        region = {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endLine": finding.end_line,
            "endColumn": finding.end_column,
            "snippet": {"text": finding.snippet} if finding.snippet else None,
        }
        if given := {name: value for name, value in region.items() if value is not None}:
            physical["region"] = given
        if finding.context:
            physical["contextRegion"] = {"snippet": {"text": finding.context}}
        location["physicalLocation"] = physical
    if finding.logical_location:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.logical_location}]
    return location


def _uri(path: str) -> str:
    """A path as a URI reference. What looks like a URI (``docker://…``) is one already."""
    return path if _SCHEME.match(path) else quote(path, safe="/:@!$&'()*+,;=~")


def _suppressions(finding: Finding) -> Iterator[dict[str, str]]:
    for name, words in _DECIDED:
        if getattr(finding, name):
            yield {"kind": "external", "status": "accepted", "justification": words}
    if finding.under_review:
        yield {"kind": "external", "status": "underReview"}
