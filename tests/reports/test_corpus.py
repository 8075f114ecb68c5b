"""Real reports: every result of the corpora arrives, and DefectDojo's own samples read as DefectDojo reads them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.reports import ReportError, read_report
from tests.reports.helpers import never
from tests.shared import SHARED, each, shared, shared_files

SARIF_REPORTS = shared_files("reports/**/*.sarif.gz")


def _expectations() -> list[dict[str, Any]]:
    path = SHARED / "report-formats" / "expectations.json"
    files = json.loads(path.read_text())["files"] if path.exists() else []
    ours = ("SarifParser", "GenericParser")
    return [entry for entry in files if not entry["file"].endswith(".csv") and any(p in entry["parser"] for p in ours)]


EXPECTATIONS = _expectations()

ONE_PLACE = {"cppcheck/cppcheck_many_vuln.sarif": 9}
"""One result names a place twice, of which DefectDojo makes two Findings."""

OWN_WORDS = {
    "devskim/devskim_many_vuln.sarif": {"Critical": 2, "High": 3, "Medium": 1, "Info": 1},
    "sarif/bash-report.sarif": {"Low": 27},
    "sarif/dependency_check.sarif": {"Medium": 12, "Low": 1},
    "sarif/taint-python-report.sarif": {"Critical": 1, "High": 7, "Medium": 1, "Low": 2},
}
"""DefectDojo goes by the level alone; these tools say more exactly in properties of their own how bad it is."""

OTHER_TITLES = {"sarif/cxf-3.4.6.sarif", "sarif/dockle_0_3_15.sarif"}
"""DefectDojo cuts a message that is too long for a title; here the rule is the title, which says what is wrong with
which package (Grype), or what was checked (Dockle). The message is still what matching goes by."""

OTHER_PARSER = {"snyk_code/snykcode_issue_9270.json"}
"""The figures are of DefectDojo's Snyk parser, which has severities of its own."""


@pytest.mark.skipif(not SARIF_REPORTS, reason="needs reports/ of the shared material beside the repository")
@pytest.mark.parametrize(
    "path", each(SARIF_REPORTS, "reports"), ids=lambda path: str(path.relative_to(SHARED / "reports"))
)
def test_every_problem_is_a_finding(path: Path) -> None:
    runs = read_report(path, never)
    expected = [
        result
        for run in json.loads(gzip.decompress(path.read_bytes()))["runs"]
        for result in run["results"]
        if result.get("kind") not in ("pass", "notApplicable", "informational")
    ]
    found = [finding for run in runs for finding in run.findings]
    assert [finding.rule_id for finding in found] == [result.get("ruleId", "") for result in expected]
    assert all(finding.title and finding.file_path for finding in found)
    # njsscan says so of every scan in which a rule timed out on a file.
    assert all(run.scanner == "nodejsscan" for run in runs if run.failure)


@pytest.mark.skipif(not SARIF_REPORTS, reason="needs reports/alignment/ of the shared material")
def test_counts_of_the_alignment() -> None:
    for pair in json.loads(shared("reports", "alignment", "SUMMARY.json").read_text())["pairs"]:
        for version, count in ((pair["v1"], pair["n1"]), (pair["v2"], pair["n2"])):
            path = SHARED / "reports" / pair["tool"] / pair["project"] / f"{version}.sarif.gz"
            found = sum(len(run.findings) for run in read_report(path, never))
            # Also those that zizmor wants a person to review.
            assert found == count


@pytest.mark.skipif(not EXPECTATIONS, reason="needs report-formats/ of the shared material beside the repository")
@pytest.mark.parametrize("entry", each(EXPECTATIONS, "report-formats"), ids=lambda entry: entry["file"])
def test_as_defectdojo_reads_it(entry: dict[str, Any]) -> None:
    path = shared("report-formats", "samples", *entry["file"].split("/"))
    if "expected_error" in entry:
        with pytest.raises(ReportError):
            read_report(path, never)
        return
    found = [finding for run in read_report(path, never) for finding in run.findings]
    name = entry["file"]
    assert len(found) == ONE_PLACE.get(name, entry["expected_count"])
    if name in OTHER_PARSER or name in ONE_PLACE:
        return
    severities = dict(Counter(finding.severity.label for finding in found))
    assert severities == OWN_WORDS.get(name, entry["by_severity"])
    for expected, finding in zip((entry.get("first"), entry.get("last")), (found[:1], found[-1:]), strict=True):
        if not expected:
            continue
        ours = {
            "title": finding[0].title,
            "severity": finding[0].severity.label,
            "line": finding[0].line,
            "cwe": finding[0].cwes[0] if finding[0].cwes else None,
            "unique_id": finding[0].unique_id,
            "vuln_id_from_tool": finding[0].rule_id,
        }
        if name in OWN_WORDS:
            del ours["severity"]
        expected = {key: value for key, value in expected.items() if key in ours}
        expected["title"] = expected["title"].strip()
        if name in OTHER_TITLES and ours["title"] != expected["title"]:
            ours["title"] = finding[0].wording
        assert {key: ours[key] for key in expected} == expected
        # Where we say more than DefectDojo: GHSA and BDSA ids.
        assert set(entry.get("vuln_ids", ())) <= set(finding[0].vulnerability_ids)
