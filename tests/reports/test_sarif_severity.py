"""How bad a SARIF result is, in whatever words its tool says it (issue 10, point 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dojo_tui.model.severity import Severity
from tests.reports.helpers import only, result

CRITICAL, HIGH, MEDIUM, LOW, INFO = reversed(Severity)


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("none", INFO), ("note", INFO), ("recommendation", INFO), ("info", INFO), ("low", LOW), ("medium", MEDIUM),
        ("moderate", MEDIUM), ("high", HIGH), ("Important", HIGH), ("CRITICAL", CRITICAL), ("blocker", CRITICAL),
        ("", MEDIUM), (None, MEDIUM),
    ],
)  # fmt: skip
def test_fault_6_levels_in_other_words(tmp_path: Path, level: str | None, severity: Severity) -> None:
    found = only(tmp_path, result(level=level))
    assert (found.severity, found.unknown_severity) == (severity, "")


@pytest.mark.parametrize("where", ["result", "rule"])
@pytest.mark.parametrize("level", ["error", "warning", "note", "none"])
@pytest.mark.parametrize(
    ("name", "value", "severity"),
    [
        ("severity", "HIGH", HIGH),
        ("severity", "blocker", CRITICAL),
        ("Severity", "moderate", MEDIUM),
        ("issue_severity", "LOW", LOW),
        ("issueSeverity", "critical", CRITICAL),
        ("scanner/severity", "Informational", INFO),
        ("ScanSeverity", "Important", HIGH),
        ("cvssv3_baseSeverity", "MEDIUM", MEDIUM),
        ("security-severity", "moderate", MEDIUM),
        ("security-severity", "9.8", CRITICAL),
    ],
)
def test_fault_6_a_tools_own_word_says_more_than_the_level(
    tmp_path: Path, where: str, level: str, name: str, value: str, severity: Severity
) -> None:
    properties = {name: value}
    rule = {"id": "R1", **({"properties": properties} if where == "rule" else {})}
    given = result(level=level, **({"properties": properties} if where == "result" else {}))
    found = only(tmp_path, given, rules=[rule])
    assert (found.severity, found.unknown_severity) == (severity, "")


@pytest.mark.parametrize(
    "properties",
    [
        {"sub-severity": "high"},
        {"originalSeverity": "high"},
        {"severity": None},
        {"severity": 3},
        {"severity": "2"},
        {"severity": ""},
        {"security-severity": "-1"},
        {"problem.severity": "error"},
    ],
)
def test_fault_6_what_says_nothing_leaves_it_to_the_level(tmp_path: Path, properties: dict[str, Any]) -> None:
    found = only(tmp_path, result(level="warning", properties=properties))
    assert (found.severity, found.unknown_severity) == (MEDIUM, "")


@pytest.mark.parametrize(("word", "severity"), [("error", HIGH), ("warning", MEDIUM), ("recommendation", INFO)])
def test_fault_6_problem_severity_counts_where_there_is_no_level(tmp_path: Path, word: str, severity: Severity) -> None:
    rule = {"id": "R1", "properties": {"problem.severity": word}}
    assert only(tmp_path, result(), rules=[rule]).severity is severity


def test_fault_6_the_nearest_statement_counts(tmp_path: Path) -> None:
    rule = {"id": "R1", "properties": {"security-severity": "9.8", "severity": "low"}}
    assert only(tmp_path, result(level="note"), rules=[rule]).severity is CRITICAL
    found = only(tmp_path, result(level="note", properties={"severity": "medium"}), rules=[rule])
    assert (found.severity, found.cvssv3_score) == (MEDIUM, None)


@pytest.mark.parametrize(
    ("given", "rule", "severity"),
    [
        ({"level": "wibble"}, {}, MEDIUM),
        ({"level": 3}, {}, MEDIUM),
        ({"level": "wibble"}, {"defaultConfiguration": {"level": "error"}}, HIGH),
        ({}, {"defaultConfiguration": {"level": "wibble"}}, MEDIUM),
        ({"level": "note", "properties": {"severity": "wibble"}}, {}, INFO),
        ({"level": "note", "properties": {"severity": "wibble"}}, {"properties": {"security-severity": "8"}}, HIGH),
        ({"level": "error"}, {"properties": {"severity": "untriaged"}}, HIGH),
    ],
)
def test_fault_6_a_word_that_nobody_knows_is_told_as_such(
    tmp_path: Path, given: dict[str, Any], rule: dict[str, Any], severity: Severity
) -> None:
    found = only(tmp_path, result(**given), rules=[{"id": "R1", **rule}])
    assert found.severity is severity
    assert found.unknown_severity in {"wibble", "untriaged", "3"}
