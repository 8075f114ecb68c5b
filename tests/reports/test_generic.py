"""DefectDojo's Generic Findings Import."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.model.severity import Severity
from dojo_tui.reports import ReportError
from tests.reports.helpers import read

BASE = {"title": "T", "severity": "High", "description": "D"}


def one(path: Path, **fields: Any) -> Any:
    """The Finding of a report with one element, changed by ``fields``."""
    (found,) = read(path, {"findings": [BASE | fields]}, "g.json")
    return found.findings[0]


@pytest.mark.parametrize(
    ("meta", "scanner"),
    [
        ({"type": "Tool", "name": "Test"}, "Tool"),
        ({"name": "Test", "version": "1"}, "Test"),
        ({}, "Generic Findings Import"),
        ({"title": "ignored, as in DefectDojo"}, "Generic Findings Import"),
    ],
)
def test_type_or_name_is_the_scanner(tmp_path: Path, meta: dict[str, Any], scanner: str) -> None:
    (first,) = read(tmp_path, meta | {"findings": [BASE]}, "g.json")
    (second,) = read(tmp_path, {"findings": [BASE]} | meta, "g.json")
    assert first == second
    assert (first.scanner, first.findings[0].scanner) == (scanner, scanner)


def test_every_field(tmp_path: Path) -> None:
    finding = one(
        tmp_path,
        severity="critical",
        cve="CVE-2020-1",
        vulnerability_ids=["GHSA-1", "CVE-2020-1"],
        cwe="79",
        cwes=[89, 79],
        cvssv3="CVSS:3.1/AV:N",
        cvssv3_score="9.8",
        epss_score=0.5,
        date="2026-01-06",
        kev_date="2026-01-04T11:02:11Z",
        file_path="src\\a%20b.py",
        line="13",
        component_name="lib",
        component_version=1.2,
        endpoints=["https://h/x", {"host": "h", "protocol": "https", "port": 8443, "path": "p", "query": "q=1"}],
        tags="one",
        unique_id_from_tool="u",
        vuln_id_from_tool="R1",
        mitigated="2026-01-16",
        false_p="true",
        known_exploited=True,
        nb_occurences=3,
        service="s",
        files=[{"title": "x", "data": "eA=="}],
        thread_id=1,
        impact=None,
    )
    assert finding.severity is Severity.CRITICAL
    assert finding.vulnerability_ids == ("CVE-2020-1", "GHSA-1")
    assert finding.cwes == (79, 89)
    assert (finding.cvssv3_score, finding.epss_score) == (9.8, 0.5)
    assert (finding.date, finding.kev_date) == (date(2026, 1, 6), date(2026, 1, 4))
    assert (finding.file_path, finding.line) == ("src/a%20b.py", 13)
    assert (finding.component_name, finding.component_version) == ("lib", "1.2")
    assert finding.endpoints == ("https://h/x", "https://h:8443/p?q=1")
    assert (finding.tags, finding.unique_id, finding.rule_id) == (("one",), "u", "R1")
    assert (finding.is_mitigated, finding.mitigated_at) == (True, datetime(2026, 1, 16, tzinfo=UTC))
    assert (finding.false_p, finding.known_exploited, finding.nb_occurences) == (True, True, 3)
    assert finding.service == "s"


@pytest.mark.parametrize("value", ["n/a", "", "nan", "1e999"])
def test_text_in_place_of_a_number_is_left_out(tmp_path: Path, value: str) -> None:
    finding = one(tmp_path, line=value, cvssv3_score=value)
    assert (finding.line, finding.cvssv3_score) == (None, None)


@pytest.mark.parametrize("value", [-4, 0, "-4", -0.5])
def test_no_line_and_no_number_of_occurrences_is_below_one(tmp_path: Path, value: Any) -> None:
    finding = one(tmp_path, line=value, nb_occurences=value, sast_source_line=value)
    assert (finding.line, finding.nb_occurences, finding.sast_source_line) == (None, 1, None)


def test_number_sign_in_a_path_is_one(tmp_path: Path) -> None:
    assert one(tmp_path, file_path="a.py#L10").file_path == "a.py#L10"


@pytest.mark.parametrize(
    ("fields", "place", "reason"),
    [
        ({"severity": 3}, "severity", "must be a text"),
        ({"title": ""}, "title", "must be a text that is not empty"),
        ({"line": [1]}, "line", "must be a number, not a list"),
        ({"active": "maybe"}, "active", "must be true or false"),
        ({"date": "yesterday"}, "date", "must be a date such as"),
        ({"tags": {"a": 1}}, "tags", "must be a text or a list of texts"),
        ({"endpoints": [{"port": 1}]}, "endpoints[0]", "must be a URL or an object with a host"),
        ({"description": {"text": "x"}}, "description", "must be a text, not an object"),
        ({"colour": "red"}, "colour", "is not a field"),
    ],
)
def test_p3_wrong_fields_are_errors_with_their_place(
    tmp_path: Path, fields: dict[str, Any], place: str, reason: str
) -> None:
    with pytest.raises(ReportError) as caught:
        read(tmp_path, {"findings": [BASE, BASE, BASE, BASE | fields]}, "g.json")
    assert caught.value.place == f"findings[3].{place}"
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"findings": [{}]}, "lacks the required fields title, severity, description"),
        ({"findings": [{"title": "T", "severity": "Low"}]}, "lacks the required field description"),
        ({"findings": ["x"]}, "is not an object"),
        ({"findings": {}}, "an array is expected"),
        ({"findings": [], "tool": "other"}, "lists no findings, and the key 'tool'"),
        ({"findings": [], "type": 5}, "must be a text"),
    ],
)
def test_p3_not_such_a_report(tmp_path: Path, document: Any, reason: str) -> None:
    with pytest.raises(ReportError) as caught:
        read(tmp_path, document, "g.json")
    assert reason in str(caught.value)


def test_empty_findings_are_an_answer(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"findings": [], "type": "Tool"}, "g.json")
    assert found.findings == []


@pytest.mark.parametrize(
    ("fields", "severity", "word"),
    [
        ({"severity": "Moderate"}, Severity.MEDIUM, ""),
        ({"severity": "Important"}, Severity.HIGH, ""),
        ({"severity": "blocker"}, Severity.CRITICAL, ""),
        ({"severity": "Untriaged"}, Severity.MEDIUM, "Untriaged"),
        ({"severity": "Untriaged", "cvssv3_score": 9.8}, Severity.CRITICAL, "Untriaged"),
        ({"severity": "Untriaged", "cvssv4_score": 2.0, "cvssv3_score": 9.8}, Severity.LOW, "Untriaged"),
        ({"severity": "Untriaged", "cvssv3_score": 11}, Severity.MEDIUM, "Untriaged"),
    ],
)
def test_fault_6_words_of_other_tools(tmp_path: Path, fields: Any, severity: Severity, word: str) -> None:
    found = one(tmp_path, **fields)
    assert (found.severity, found.unknown_severity) == (severity, word)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("01/31/2026", "2026-01-31"),
        ("31/01/2026", "2026-01-31"),
        ("2026/01/31", "2026-01-31"),
        ("31.01.2026", "2026-01-31"),
        ("Jan 31, 2026", "2026-01-31"),
        ("January 31 2026 4:05 PM", "2026-01-31"),
        ("31-Jan-2026", "2026-01-31"),
        ("Sat, 31 Jan 2026 10:00:00 +0000", "2026-01-31"),
        ("01/31/2026 10:00:00", "2026-01-31"),
    ],
)
def test_fault_33_dates_are_read_as_defectdojo_reads_them(tmp_path: Path, written: str, day: str) -> None:
    assert str(one(tmp_path, date=written).date) == day


@pytest.mark.parametrize(
    "written", ["13/13/2026", "yesterday", "Foo 31, 2026", "01/31/26", "02/30/2026", "01/31/2026 x"]
)
def test_what_is_no_date_is_refused_with_its_place(tmp_path: Path, written: str) -> None:
    with pytest.raises(ReportError, match="date such as"):
        one(tmp_path, date=written)
