"""Reads a report as the real server's parsers do: "Generic Findings Import" (JSON) and as much SARIF as is recorded."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.defectdojo_server.answers import broken, rejected
from tests.defectdojo_server.findings import DEFAULTS, SEVERITIES
from tests.defectdojo_server.state import Row, stamp

GENERIC = "Generic Findings Import"
SARIF = "SARIF"
SCAN_TYPES = (GENERIC, SARIF)
"""The real server knows about 250; a report of another type is refused here as if the type were unknown."""

_REQUIRED = {"title", "severity", "description"}
# What a finding of a report may have, beside what is taken out of it first.
_ALLOWED = _REQUIRED | {
    *("date", "cwe", "cve", "epss_score", "epss_percentile", "cvssv3", "cvssv3_score", "cvssv4", "cvssv4_score"),
    *("mitigation", "impact", "steps_to_reproduce", "severity_justification", "references", "active", "verified"),
    *("false_p", "out_of_scope", "risk_accepted", "under_review", "is_mitigated", "thread_id", "mitigated"),
    *("numerical_severity", "param", "payload", "line", "file_path", "component_name", "component_version"),
    *("static_finding", "dynamic_finding", "scanner_confidence", "unique_id_from_tool", "vuln_id_from_tool"),
    *("sast_source_object", "sast_sink_object", "sast_source_line", "sast_source_file_path", "nb_occurences"),
    *("publish_date", "service", "planned_remediation_date", "planned_remediation_version", "effort_for_fixing"),
    *("kev_date", "known_exploited", "ransomware_used", "fix_available", "fix_version"),
}
_TAKEN_OUT = ("endpoints", "files", "tags", "vulnerability_ids", "cwes")
_NUMBERS: Mapping[str, Callable[[Any], float]] = {
    **dict.fromkeys(("cvssv3_score", "cvssv4_score", "epss_percentile", "epss_score"), float),
    **dict.fromkeys(("cwe", "line", "nb_occurences", "sast_source_line", "scanner_confidence", "thread_id"), int),
}
_CVSS3 = re.compile(r"CVSS:3\.[01](/[A-Z]+:[A-Z])+")


@dataclass(frozen=True, slots=True)
class Report:
    """What a parser made of a file: which test type it wants, and its findings as rows."""

    type: str | None
    """None: the file describes no test at all (SARIF without runs)."""
    findings: list[Row] = field(default_factory=list)
    description: str | None = None
    version: str | None = None
    tools: Row = field(default_factory=dict)
    """What it says about its test type: static_tool, dynamic_tool."""


def read(scan_type: str, data: bytes) -> Report:
    """Parse a file."""
    try:
        tree = json.loads(data)
    except ValueError as error:
        raise rejected(str(error)) from None
    try:
        return _sarif(tree) if scan_type == SARIF else _generic(tree)
    except (AttributeError, IndexError, KeyError, TypeError):  # the real parser stumbles over this shape, too
        raise broken() from None


def test_type_name(scan_type: str, report_type: str | None) -> str:
    """The name of the test type that a report belongs to."""
    if not report_type or report_type == scan_type:
        return scan_type
    if report_type.endswith(f" ({scan_type})"):
        return report_type
    return f"{report_type} Scan ({scan_type})"


def _generic(tree: Mapping[str, Any]) -> Report:
    return Report(
        type=tree.get("type", GENERIC),
        findings=[_finding(dict(item)) for item in tree.get("findings", [])],
        description=tree.get("description"),
        version=tree.get("version"),
        tools={name: tree[name] for name in ("static_tool", "dynamic_tool") if tree.get(name) is not None},
    )


def _finding(item: Row) -> Row:
    extra = {name: item.pop(name) for name in _TAKEN_OUT if name in item}
    if "date" in item:
        item["date"] = str(_moment(item["date"]).date())
    if "mitigated" in item:
        item["mitigated"] = stamp(_moment(item["mitigated"]))
    if missing := sorted(_REQUIRED.difference(item)):
        raise rejected(f"Required fields are missing: {missing}")
    if strange := sorted(set(item).difference(_ALLOWED)):
        raise rejected(f"Not allowed fields are present: {strange}")
    for name, convert in _NUMBERS.items():
        if item.get(name) is not None:
            _set_number(item, name, convert)
    if not _CVSS3.fullmatch(str(item.get("cvssv3") or "")):
        item.pop("cvssv3", None)
    cve = item.pop("cve", None)
    ids = extra.get("vulnerability_ids") or []
    ids = [ids] if isinstance(ids, str) else ids
    item["vulnerability_ids"] = [*([cve] if cve else []), *ids]
    item["tags"] = [re.sub(r"[\s,'\"]", "_", tag) for tag in extra.get("tags") or []]
    return _with_cwes(item, extra.get("cwes") or [])


def _with_cwes(item: Row, cwes: list[Any]) -> Row:
    labels = [f"CWE-{str(each).upper().removeprefix('CWE-')}" for each in cwes]
    if labels and not item.get("cwe"):
        item["cwe"] = int(labels[0].removeprefix("CWE-"))
    if item.get("cwe"):
        labels.insert(0, f"CWE-{item['cwe']}")
    item["cwes"] = list(dict.fromkeys(labels))
    return item


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise rejected(f"Unknown string format: {text}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _set_number(item: Row, name: str, convert: Callable[[Any], float]) -> None:
    """A field that holds no number is dropped, so that its default applies."""
    try:
        number = convert(item[name])
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(item[name], bool) or not math.isfinite(number):
        del item[name]
    else:
        item[name] = number


def severity_of(said: object) -> str:
    """One of the five severities; ``rejected`` for anything else."""
    if not isinstance(said, str):
        raise broken()
    if said.lower().startswith("info") or said.lower() == "none":
        return "Info"
    if said not in SEVERITIES:
        raise rejected(
            f'Finding severity "{said}" is not supported. Any of the following are supported: {list(SEVERITIES)}.'
        )
    return said


def _sarif(tree: Mapping[str, Any]) -> Report:
    runs = tree.get("runs", [])
    if not runs:
        return Report(type=None)
    driver = runs[0]["tool"]["driver"]
    found = [_result(run, result) for run in runs for result in run.get("results", [])]
    return Report(type=driver["name"], findings=found, version=driver.get("version"))


_LEVELS = {"error": "High", "warning": "Medium", "note": "Info", "none": "Info"}


def _result(run: Mapping[str, Any], result: Mapping[str, Any]) -> Row:
    rules = {rule["id"]: rule for rule in run["tool"]["driver"].get("rules", [])}
    rule = rules.get(result.get("ruleId"), {})
    properties = rule.get("properties", {})
    place = result["locations"][0]["physicalLocation"]
    suppressed = bool(result.get("suppressions"))
    message = result["message"]["text"]
    said = [f"**Result message:** {message}"]
    if "name" in rule:
        said.append(f"**Rule name:** {rule['name']}")
    if "shortDescription" in rule:
        said.append(f"**Rule short description:** {rule['shortDescription']['text']}")
    cwes = [int(found[1]) for tag in properties.get("tags", []) if (found := re.search(r"cwe-(\d+)", tag))]
    row: Row = {
        "title": message[:150],
        "severity": _LEVELS[result.get("level", "warning")],
        "description": "\n".join(said),
        "file_path": place["artifactLocation"]["uri"],
        "line": place.get("region", {}).get("startLine"),
        "active": not suppressed,
        "false_p": suppressed,
        "vuln_id_from_tool": result.get("ruleId"),
        "cwe": cwes[-1] if cwes else DEFAULTS["cwe"],
        "unique_id_from_tool": next(iter(result.get("fingerprints", {}).values()), None),
    }
    if "security-severity" in properties:
        score = float(properties["security-severity"])
        row["severity"] = next(
            name
            for name, least in (("Critical", 9), ("High", 7), ("Medium", 4), ("Low", 0.1), ("Info", 0))
            if score >= least
        )
    return _with_cwes(row, [])
