"""What seems to be renamed, and cannot be sure, waits for a person: yes, the same, or no (issue 10, point 4)."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli

PLACES = [f"app/file{number}.py:{number}" for number in range(1, 6)]


def results(rule: str) -> list[str]:
    return [f"{rule}{number}@{place}" for number, place in enumerate(PLACES)]


@pytest.fixture
def doubtful(cli: Cli) -> Cli:
    """Five Findings of one scanner, one of them accepted, and a report of another scanner about the same places."""
    cli.report("web", results("old"), scanner="Bandit")
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    cli("findings", "triage", 1, "--risk-accepted", "--reason", "until spring")
    cli.report("web", results("new"), scanner="Ruff", at="2026-03-02T00:00:00Z")
    return cli


def told(cli: Cli) -> list[tuple[int, str, str, bool, bool]]:
    rows = cli.json("findings", "list")
    return sorted((row["id"], row["scanner"], row["rule_id"], row["active"], row["risk_accepted"]) for row in rows)


def test_fault_4_what_may_be_renamed_is_held_with_that_reason(doubtful: Cli) -> None:
    before = told(doubtful)
    held = doubtful("sync", expect=3)
    assert "Ruff seems to take Bandit's place: 5 of 5 Findings are at the same places." in held.out
    assert told(doubtful) == before
    (operation,) = doubtful.json("operations", "list", "--filter", "status:held")
    shown = doubtful("operations", "show", operation["id"]).out
    assert f"dojo-tui sync scans --record {doubtful.record('web')['id']} --trust-renames" in shown
    assert "--accept-large-change" in shown


def test_fault_4_yes_it_is_the_same(doubtful: Cli) -> None:
    before = told(doubtful)
    doubtful("sync", expect=3)
    (row,) = doubtful.json("sync", "--trust-renames", "--dry-run")["operations"]
    assert row["counts"]["updated"] == 5
    doubtful("sync", "--trust-renames")
    # The rules have other names as well: those are followed with their scanner.
    after = told(doubtful)
    assert [(row[0], row[3], row[4]) for row in after] == [(row[0], row[3], row[4]) for row in before]
    assert {row[1] for row in after} == {"Ruff"}
    (row,) = doubtful.json("sync")["operations"]
    assert row["counts"]["untouched"] == 5


def test_fault_4_no_it_is_another_one(doubtful: Cli) -> None:
    (row,) = doubtful.json("sync", "--accept-large-change")["operations"]
    assert (row["counts"]["created"], row["counts"]["closed"]) == (5, 4)
    # It was answered: the next Sync asks nothing.
    (row,) = doubtful.json("sync")["operations"]
    assert (row["status"], row["counts"]["untouched"]) == ("Completed", 5)


def test_fault_4_what_was_renamed_is_renamed_back_without_a_question(doubtful: Cli) -> None:
    before = told(doubtful)
    doubtful("sync", "--trust-renames")
    doubtful.report("web", results("old"), scanner="Bandit", at="2026-03-03T00:00:00Z")
    doubtful("sync")
    assert told(doubtful) == before


def test_fault_4_rules_at_the_same_places_under_other_names(cli: Cli) -> None:
    cli.report("web", [*(f"old@{place}" for place in PLACES), "stays@app/other.py:1"])
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    cli("findings", "triage", 2, "--false-positive", "--reason", "a test")
    cli.report("web", [*(f"new@{place}" for place in PLACES), "stays@app/other.py:1"], at="2026-03-02T00:00:00Z")
    held = cli("sync", expect=3)
    assert "new seems to take old's place: 5 of 5 Findings are at the same places." in held.out
    cli("sync", "--trust-renames")
    rows = {row["id"]: row for row in cli.json("findings", "list")}
    assert len(rows) == 6
    assert rows[2]["false_p"]
    assert sorted(row["rule_id"] for row in rows.values()) == ["new"] * 5 + ["stays"]
    # Back again: as it was known the first time.
    cli.report("web", [*(f"old@{place}" for place in PLACES), "stays@app/other.py:1"], at="2026-03-03T00:00:00Z")
    cli("sync")
    rows = {row["id"]: row for row in cli.json("findings", "list")}
    assert rows[2]["false_p"]
    assert sorted(row["rule_id"] for row in rows.values()) == ["old"] * 5 + ["stays"]


def test_fault_4_another_scanner_elsewhere_is_no_rename(cli: Cli) -> None:
    cli.report("web", results("old"), scanner="Bandit")
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    cli.report("web", [f"new@lib/else{n}.py:{n + 50}" for n in range(5)], scanner="Ruff", at="2026-03-02T00:00:00Z")
    (row,) = cli.json("sync")["operations"]
    assert (row["counts"]["created"], row["counts"]["closed"]) == (5, 5)
