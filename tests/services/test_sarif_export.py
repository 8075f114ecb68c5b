"""Findings written as SARIF are the same Findings when they are read again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.model import identity
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from dojo_tui.reports.read import read_report
from dojo_tui.services.sarif import write_sarif
from tests.shared import each, shared_files

CODE = Finding(
    title="Use of a weak hash",
    severity=Severity.HIGH,
    description="MD5 is broken.\n\nUse SHA-256: see [docs](1).",
    scanner="Scanner",
    rule_id="weak-hash",
    unique_id="a|b",
    cwes=(327, 20),
    cvssv3_score=7.5,
    file_path="src/a b#1/ü.py",
    line=3,
    column=1,
    end_line=4,
    end_column=9,
    snippet="hashlib.md5(x)\n",
    context="import hashlib\n",
    logical_location="a.b",
    tags=("crypto",),
    static_finding=True,
)
WEB = Finding(
    title="Cross-site scripting",
    severity=Severity.LOW,
    scanner="Visitor",
    rule_id="CVE-2020-1 xss",
    endpoints=("https://example.org/a?b=c", "https://example.org/d"),
    param="q",
    dynamic_finding=True,
)
PACKAGE = Finding(
    title="lodash 4.17.1: prototype pollution",
    severity=Severity.CRITICAL,
    description="Package: lodash\nInstalled Version: 4.17.1\nFixed Version: 4.17.12",
    scanner="Scanner",
    rule_id="GHSA-jf85-cpcp-j695",
    vulnerability_ids=("CVE-2019-10744", "GHSA-jf85-cpcp-j695"),
    component_name="lodash",
    component_version="4.17.1",
    file_path="package-lock.json",
    fix_version="4.17.12",
)
BARE = Finding(title="Something", severity=Severity.INFO, scanner="")
DECIDED = [
    replace(CODE, unique_id="fp", active=False, false_p=True),
    replace(CODE, unique_id="ra", active=False, risk_accepted=True),
    replace(CODE, unique_id="oos", active=False, out_of_scope=True),
    replace(CODE, unique_id="review", under_review=True),
]


SAME = (
    *("title", "severity", "file_path", "param", "cwes", "tags", "component_name", "component_version", "fix_version"),
    *("active", "false_p", "risk_accepted", "out_of_scope", "under_review"),
)


def written(path: Path, findings: Iterable[Finding]) -> dict[str, Any]:
    runs: dict[str, list[tuple[int, Finding]]] = {}
    for number, finding in enumerate(findings, 1):
        runs.setdefault(finding.scanner, []).append((number, finding))
    with path.open("w", encoding="utf-8") as stream:
        write_sarif(stream, runs.items())
    log: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return log


def read(path: Path) -> list[Finding]:
    return [finding for run in read_report(path, lambda: None) for finding in run.findings]


def test_the_same_findings_by_identity_severity_and_triage(tmp_path: Path) -> None:
    findings = [CODE, WEB, PACKAGE, *DECIDED]
    path = tmp_path / "all.sarif"
    written(path, findings)
    again = {identity.same(finding): finding for finding in read(path)}
    assert again.keys() == {identity.same(finding) for finding in findings}
    for finding in findings:
        other = again[identity.same(finding)]
        for name in SAME:
            assert getattr(other, name) == getattr(finding, name), name


def test_what_sarif_asks_for_is_there(tmp_path: Path) -> None:
    fixed = replace(CODE, unique_id="gone", active=False, is_mitigated=True)
    log = written(tmp_path / "all.sarif", [CODE, PACKAGE, WEB, BARE, fixed, *DECIDED])
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert [run["tool"]["driver"]["name"] for run in log["runs"]] == ["Scanner", "Visitor", "unknown"]
    first = log["runs"][0]
    assert [rule["id"] for rule in first["tool"]["driver"]["rules"]] == ["weak-hash", "GHSA-jf85-cpcp-j695"]
    code, package, gone, *decided = first["results"]
    assert code["level"] == "error"
    assert code["properties"]["security-severity"] == "7.5"
    assert package["properties"]["security-severity"] == "9.5"
    place = code["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/a%20b%231/%C3%BC.py"
    assert place["region"]["startLine"] == 3
    assert (gone["kind"], gone["level"]) == ("pass", "none")
    assert [one["suppressions"][0]["justification"] for one in decided[:3]] == [
        "false positive",
        "risk accepted",
        "out of scope",
    ]
    for run in log["runs"]:
        for result in run["results"]:
            assert result["message"]["text"]
            assert result.get("level", "warning") in ("none", "note", "warning", "error")


def test_what_is_fixed_is_no_finding_when_it_is_read_again(tmp_path: Path) -> None:
    written(tmp_path / "all.sarif", [CODE, replace(CODE, unique_id="gone", active=False, is_mitigated=True)])
    assert [finding.unique_id for finding in read(tmp_path / "all.sarif")] == ["a|b"]


def test_nothing_is_a_run_that_found_nothing(tmp_path: Path) -> None:
    (run,) = written(tmp_path / "none.sarif", [])["runs"]
    assert (run["results"], run["tool"]["driver"]["name"]) == ([], "dojo-tui")
    assert read(tmp_path / "none.sarif") == []


def test_a_property_of_that_name_from_elsewhere_is_only_text(tmp_path: Path, make_sarif: Any) -> None:
    result = {"ruleId": "r", "message": {"text": "said"}, "properties": {"dojo-tui": {"title": 7, "endpoints": [1]}}}
    odd = {**result, "properties": {"dojo-tui": "x"}}
    texts = {**result, "properties": "dojo-tui"}
    path = make_sarif(tmp_path / "a.sarif", [result, odd, texts])
    assert [finding.title for finding in read(path)] == ["said"] * 3


SMALL = [path for path in shared_files("reports/**/*.sarif.gz") if path.stat().st_size < 60_000]


@pytest.mark.parametrize("path", each(SMALL, "reports"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_reports_come_back_as_the_same_findings(tmp_path: Path, path: Path) -> None:
    findings = [one for one in read(path) if one.active or not one.is_mitigated]
    written(tmp_path / "again.sarif", findings)
    assert {identity.same(one) for one in read(tmp_path / "again.sarif")} == {identity.same(one) for one in findings}
