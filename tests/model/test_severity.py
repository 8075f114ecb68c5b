"""Severity words of tools: what is understood, and that what is not understood lowers nothing."""

from __future__ import annotations

import pytest

from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Action
from dojo_tui.model.reimport import plan, read
from dojo_tui.model.severity import NO_WORD, Rating, Severity, rate, understood
from tests.model.held import held, loaded


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("BLOCKER", Severity.CRITICAL),
        ("Very High", Severity.CRITICAL),
        ("High", Severity.HIGH),
        ("Important", Severity.HIGH),
        ("HIGH (7.5)", Severity.HIGH),
        ("High Risk", Severity.HIGH),
        ("error", Severity.HIGH),
        ("moderate", Severity.MEDIUM),
        ("MAJOR", Severity.MEDIUM),
        ("warning", Severity.MEDIUM),
        ("minor", Severity.LOW),
        ("Informational", Severity.INFO),
        ("none", Severity.INFO),
        ("recommendation", Severity.INFO),
    ],
)
def test_fault_6_words_of_tools_are_understood(word: str, severity: Severity) -> None:
    assert understood(word) is severity
    assert rate(word) == Rating(severity)


@pytest.mark.parametrize("word", ["Untriaged", "UNASSIGNED", "unknown", "wibble", "high/low", "7,5"])
def test_fault_6_a_word_that_nobody_knows_is_no_severity(word: str) -> None:
    assert understood(word) is None
    assert rate(word) == Rating(Severity.MEDIUM, word)
    assert rate(word, score=9.1) == Rating(Severity.CRITICAL, word)
    assert rate(word, score=0.0) == Rating(Severity.MEDIUM, word)
    assert rate(word, otherwise=Severity.LOW) == Rating(Severity.LOW, word)


def test_fault_6_no_word_is_no_severity() -> None:
    assert rate("  ") == Rating(Severity.MEDIUM, NO_WORD)


def test_fault_6_a_place_may_have_words_of_its_own() -> None:
    assert understood("Note", {"note": Severity.LOW}) is Severity.LOW
    assert understood("high", {"note": Severity.LOW}) is Severity.HIGH


def _said(severity: Severity, word: str = "", *, rule: str = "R1", line: int = 1) -> Finding:
    return Finding(
        title="A fault",
        severity=severity,
        unknown_severity=word,
        scanner="T",
        rule_id=rule,
        file_path="a.py",
        line=line,
    )


@pytest.mark.parametrize("minimum", list(Severity))
@pytest.mark.parametrize("before", list(Severity))
def test_fault_6_a_word_that_nobody_knows_lowers_nothing_that_is_held(before: Severity, minimum: Severity) -> None:
    rows = held(_said(before))
    made = plan(rows, read([_said(Severity.MEDIUM, "Wibble")]), loaded(rows), min_severity=minimum)
    if before < minimum:
        assert (made.total(Action.CLOSED), made.closed_by_severity_setting) == (1, 1)
    else:
        assert made.total(Action.CLOSED) == 0
        assert made.counts[Action.UNTOUCHED] == {before: 1}
    assert made.create == []


def test_fault_6_what_else_changed_is_updated_with_the_severity_kept() -> None:
    rows = held(_said(Severity.CRITICAL))
    made = plan(rows, read([_said(Severity.MEDIUM, "Wibble", line=7)]), loaded(rows))
    (update,) = made.update
    assert (update.finding.severity, update.finding.line) == (Severity.CRITICAL, 7)


@pytest.mark.parametrize(("minimum", "created"), [(Severity.INFO, 1), (Severity.MEDIUM, 1), (Severity.HIGH, 0)])
def test_fault_6_what_is_new_counts_as_medium(minimum: Severity, created: int) -> None:
    report = read([_said(Severity.MEDIUM, "Wibble")])
    assert plan([], report, loaded([]), min_severity=minimum).total(Action.CREATED) == created


@pytest.mark.parametrize("order", [1, -1])
def test_fault_6_of_two_results_of_one_finding_the_known_severity_counts(order: int) -> None:
    (one,) = read([_said(Severity.LOW), _said(Severity.MEDIUM, "Wibble")][::order]).findings
    assert (one.severity, one.unknown_severity, one.nb_occurences) == (Severity.LOW, "", 2)
