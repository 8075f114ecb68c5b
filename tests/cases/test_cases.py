"""Each case of the shared material, with what its ``expected.md`` says is right."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.cases.conftest import Case

Play = Callable[[str], Case]


def counts(found: dict[str, int]) -> dict[str, int]:
    """What a Sync did, without what it did not do."""
    names = ("created", "closed", "reactivated", "updated", "untouched", "failed")
    return {name: found[name] for name in names if found[name]}


Phases = dict[str, dict[str, int]]
RIGHT: dict[str, Phases] = {
    "12-gitleaks-fingerprint": {
        "before": {"created": 4},
        "one-gone": {"closed": 1, "untouched": 3},
        "rebased": {"reactivated": 1, "updated": 3},
    },
    "16-severity-changed": {
        "before": {"created": 1},
        "after": {"updated": 1},
    },
    "18-no-rule-id": {
        "": {"created": 2},
    },
    "22-endpoint-changes": {
        "before": {"created": 2},
        "after": {"created": 1, "closed": 1, "untouched": 1},
    },
    "24-trivy-package": {
        "before": {"created": 2},
        "after": {"created": 1, "closed": 1, "untouched": 1},
        "patched": {"closed": 1, "updated": 1},
    },
    "27-columns": {
        "before": {"created": 3},
        "after": {"closed": 1, "untouched": 2},
    },
    "28-odd-texts": {
        "": {"created": 13},
    },
    "29-utf16": {
        "": {"created": 2},
    },
    "35-generic-no-line": {
        "before": {"created": 2},
        "after": {"created": 1, "closed": 1, "updated": 1},
    },
    "36-generic-title-only": {
        "before": {"created": 2},
        "after": {"created": 1, "closed": 1, "untouched": 1},
    },
    "45-constant-fingerprint": {
        "before": {"created": 3},
        "after": {"closed": 1, "untouched": 2},
    },
    "52-comes-back-elsewhere": {
        "before": {"created": 1},
        "gone": {"closed": 1, "created": 1},
        "back": {"closed": 1, "reactivated": 1},
    },
    "54-trivy-back-with-a-fix": {
        "before": {"created": 1},
        "gone": {"closed": 1},
        "back": {"reactivated": 1},
    },
    "55-fingerprint-back-reworded": {
        "before": {"created": 1},
        "gone": {"closed": 1},
        "back": {"reactivated": 1},
    },
}
"""What the Sync of each phase of a case does."""


@pytest.mark.parametrize("name", RIGHT)
def test_a_sync_of_each_phase_does_what_is_right(play: Play, name: str) -> None:
    case = play(name)
    assert {phase: counts(case.phase(phase)) for phase in RIGHT[name]} == RIGHT[name]


def test_a_security_severity_is_read_where_it_is_a_number(play: Play) -> None:
    case = play("13-security-severity")
    case.phase()
    assert Counter(row["severity"] for row in case.findings) == {"Critical": 4, "Medium": 11, "Info": 3}


def test_a_minimum_severity_closes_and_its_end_reopens(play: Play) -> None:
    case = play("17-min-severity")
    case.phase()
    case.cli("connectors", "edit", "case", "--min-severity", "high")
    assert counts(case.phase()) == {"closed": 3, "untouched": 1}
    case.cli("connectors", "edit", "case", "--min-severity", "info")
    assert counts(case.phase()) == {"reactivated": 3, "untouched": 1}


def test_only_accepted_suppressions_dismiss(play: Play) -> None:
    case = play("32-suppressions")
    case.phase()
    assert [row["false_p"] for row in case.findings] == [True, False, False, True]


def unread(case: Case) -> set[str]:
    """The folders whose reports could not be read."""
    records = {row["name"] for row in case.cli.json("records", "list")}
    return records - {row["record_name"] for row in case.findings}


def test_fault_33_dates_that_defectdojo_reads_are_read(play: Play) -> None:
    case = play("33-generic-values")
    assert case.phase(expect=1)["failed"] == len(unread(case))
    assert unread(case) == {"description-missing", "numeric-title", "unknown-field", "vid-null"}
    dates = {row["record_name"]: row["date"] for row in case.findings}
    assert dates["date-slash"] == dates["date-text"] == "2026-01-31"


def test_what_is_no_report_fails(play: Play) -> None:
    case = play("40-json-oddities")
    case.phase(expect=1)
    assert len(unread(case)) == 6


def test_fault_1_each_place_of_a_result_is_a_finding_of_its_own(play: Play) -> None:
    case = play("01-one-result-many-places")
    case.phase("before")
    case.triage(case.findings[0], "--false-positive")
    assert counts(case.phase("after")) == {"created": 2, "untouched": 1}
    assert [row["file_path"] for row in case.active] == ["src/b.js", "src/c.js"]
    assert counts(case.phase("fixed-first")) == {"untouched": 2}
    assert [row["file_path"] for row in case.active] == ["src/b.js", "src/c.js"]


def test_fault_1_the_order_of_the_places_is_nothing(play: Play) -> None:
    case = play("01-one-result-many-places")
    assert counts(case.phase("reordered-before")) == {"created": 3}
    assert counts(case.phase("reordered-after")) == {"untouched": 3}
    assert counts(case.phase("rule-fixed-in-two")) == {"closed": 2, "untouched": 1}
    assert [row["file_path"] for row in case.active] == ["src/a.js"]


def test_fault_1_an_older_store_tells_which_were_counted_as_one(play: Play) -> None:
    case = play("01-one-result-many-places")
    case.phase("before")
    case.triage(case.findings[0], "--risk-accepted")
    with closing(sqlite3.connect(case.cli.store)) as store:
        said = "A weak hash is used here.\n\nAlso at:\n- src/b.js:40\n- src/c.js:7"
        store.execute("UPDATE findings SET content = 1, description = ?", (said,))
        store.commit()
    assert counts(case.phase("after")) == {"created": 2, "updated": 1}
    kept, *new = case.findings
    assert (kept["file_path"], kept["risk_accepted"], [row["active"] for row in new]) == (
        "src/a.js",
        True,
        [True, True],
    )
    told = "2 of the created were counted as one with others before"
    shown = case.cli("operations", "show", case.cli.json("operations", "list")[0]["id"]).out
    assert told in " ".join(shown.split())
    assert counts(case.phase("after")) == {"untouched": 3}


def test_fault_2_another_hosts_finding_is_another_one(play: Play) -> None:
    case = play("02-nuclei-hosts")
    case.phase("before")
    first = case.findings[0]
    case.triage(first, "--false-positive")
    assert counts(case.phase("after-a-fixed-c-new")) == {"created": 1, "untouched": 1}
    assert [row["title"][-21:] for row in case.active] == ["https://b.example.org", "https://c.example.org"]


def test_fault_2_of_two_hosts_neither_becomes_a_third(play: Play) -> None:
    case = play("02-nuclei-hosts")
    case.phase("before")
    assert counts(case.phase("only-c")) == {"created": 1, "closed": 2}


def test_fault_2_objects_on_one_line_of_a_manifest(play: Play) -> None:
    case = play("25-object-in-message")
    case.phase("before")
    assert counts(case.phase("after")) == {"created": 1, "closed": 1, "untouched": 1}
    assert ["cache" in row["description"] for row in case.active] == [False, True]


def test_fault_5_what_comes_back_reworded_is_what_went(play: Play) -> None:
    case = play("51-comes-back-reworded")
    case.phase("before")
    case.triage(case.findings[0], "--false-positive")
    case.phase("gone")
    case.phase("back")
    (finding,) = case.findings
    assert (finding["false_p"], finding["active"], finding["title"]) == (True, False, "Other words.")
    assert finding["mitigated_at"] is None


def test_fault_5_what_was_dismissed_and_is_gone_says_so(play: Play) -> None:
    case = play("48-accepted-then-fixed")
    case.phase("before")
    first, second, *_ = case.findings
    case.triage(first, "--risk-accepted")
    case.triage(second, "--false-positive")
    assert case.cli.json("findings", "list", "--filter", "is:gone") == []
    case.phase("after")
    gone = [row for row in case.findings if row["id"] in (first["id"], second["id"])]
    assert all(row["is_mitigated"] and row["mitigated_at"] and not row["active"] for row in gone)
    assert (gone[0]["risk_accepted"], gone[1]["false_p"]) == (True, True)
    listed = case.cli("findings", "list").out
    assert "risk accepted, gone" in listed
    assert "false positive, gone" in listed
    assert {row["id"] for row in case.cli.json("findings", "list", "--filter", "is:gone")} == {
        first["id"],
        second["id"],
    }
    case.phase("back")
    back = {row["id"]: row for row in case.findings}
    assert back[first["id"]]["risk_accepted"]
    assert back[second["id"]]["false_p"]
    assert not any(row["mitigated_at"] or row["is_mitigated"] for row in back.values())


def test_fault_4_a_rule_that_says_what_it_was_called_is_the_same(play: Play) -> None:
    case = play("09-deprecated-ids")
    case.phase("before")
    case.triage(case.findings[0], "--risk-accepted")
    assert counts(case.phase("after")) == {"updated": 1}
    assert [(row["rule_id"], row["risk_accepted"]) for row in case.findings] == [("NEW1", True)]


@pytest.mark.parametrize("prefix", ["", "thirty-"])
def test_fault_4_a_tool_that_changed_its_name_is_the_same(play: Play, prefix: str) -> None:
    case = play("10-tool-renamed")
    made = case.phase(f"{prefix}before")["created"]
    case.triage(case.findings[0], "--risk-accepted")
    assert counts(case.phase(f"{prefix}after")) == {"updated": made}
    assert {row["scanner"] for row in case.findings} == {"Semgrep OSS"}
    assert [row["risk_accepted"] for row in case.findings] == [True, *[False] * (made - 1)]
