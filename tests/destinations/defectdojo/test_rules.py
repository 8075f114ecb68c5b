"""What a reimport does to a server's Findings: the table of the design's section 5, row by row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dojo_tui.model.plan import Action
from dojo_tui.model.severity import Severity
from tests.destinations.defectdojo.world import World, counts, finding


def test_the_first_report_creates(world: World) -> None:
    assert counts(world.sync(finding(), finding("R2", 20, severity=Severity.LOW))) == {"created": 2}
    one, two = world.one("Rule R1"), world.one("Rule R2")
    assert (one["active"], one["severity"], one["file_path"], one["line"]) == (True, "High", "src/app.py", 10)
    assert (two["active"], two["severity"], two["line"]) == (True, "Low", 20)
    assert {row["service"] for row in (one, two)} == {"app"}
    world.agree()


def test_p4_everything_lies_in_global_connectors_and_one_test_per_connector(world: World) -> None:
    world.sync(finding())
    world.sync(finding("R2"), scope="lib")
    second = world.connector()
    world.sync(finding("R3"), connector=second)
    assert world.engagement_there["name"] == "Global Connectors"
    tests = world.remote.tests(engagement=world.engagement_there["id"])
    assert sorted(test["title"] for test in tests) == ["Connector 1", "Connector 2"]
    assert {row["test"] for row in world.there()} == {test["id"] for test in tests}


def test_p4_other_data_of_the_product_is_never_touched(world: World) -> None:
    other = world.remote.engagement(world.product_there, "Pentest")
    test = world.remote.test(other["id"], "Connector 1")
    world.remote.reimport(test["id"], [{"title": "By Hand", "severity": "High", "description": "by hand"}])
    before = world.one("By Hand")
    world.sync(finding())
    world.sync()
    assert world.one("By Hand") == before
    assert world.test_there()["id"] != test["id"]


def test_the_same_report_again_changes_nothing(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    before = world.there()
    world.moment.move(days=1)
    assert counts(world.sync(finding("R2", 20), finding())) == {"untouched": 2}
    assert world.last.changing == []
    assert world.there() == before


def test_a_vanished_one_is_closed_and_comes_back_as_itself(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    assert counts(world.sync(finding())) == {"untouched": 1, "closed": 1}
    closed = world.one("Rule R2")
    assert (closed["active"], closed["is_mitigated"]) == (False, True)
    assert closed["mitigated"]
    assert counts(world.sync(finding())) == {"untouched": 1}
    assert counts(world.sync(finding(), finding("R2", 20))) == {"untouched": 1, "reactivated": 1}
    back = world.one("Rule R2")
    assert (back["id"], back["active"], back["is_mitigated"], back["mitigated"]) == (closed["id"], True, False, None)
    world.agree()


def test_an_empty_report_closes_all_of_the_record(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    assert counts(world.sync()) == {"closed": 2}
    assert world.titles() == []
    assert counts(world.sync()) == {}
    assert world.last.changing == []


def test_a_record_without_findings_sends_nothing_to_be_misread(world: World) -> None:
    assert counts(world.sync()) == {}
    assert world.there() == []
    assert counts(world.sync(finding())) == {"created": 1}


BELOW = "\n\n**Scanner:** Scanner\n\n```\ncode of R1\n```"
FACTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("severity", {"severity": Severity.CRITICAL}, {"severity": "Critical"}),
    (
        "description",
        {"description": "Other words."},
        {"description": "Other words.\n\n**Scanner:** Scanner\n\n```\ncode of R1\n```"},
    ),
    ("fix", {"mitigation": "Update it.", "fix_available": True, "fix_version": "2.0"}, {"mitigation": "Update it."}),
    ("fix version", {"fix_available": True, "fix_version": "2.0"}, {"fix_available": True, "fix_version": "2.0"}),
    ("references", {"references": "https://example.org/"}, {"references": "https://example.org/"}),
    ("impact", {"impact": "Bad."}, {"impact": "Bad."}),
    (
        "cvss",
        {"cvssv3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "cvssv3_score": 9.8},
        {"cvssv3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "cvssv3_score": 9.8},
    ),
    ("cwe", {"cwes": (79, 80)}, {"cwe": 79}),
    ("epss", {"epss_score": 0.5, "epss_percentile": 0.9}, {"epss_score": 0.5, "epss_percentile": 0.9}),
    ("occurrences", {"nb_occurences": 7}, {"nb_occurences": 7}),
    ("published", {"publish_date": dt.date(2025, 1, 1)}, {"publish_date": "2025-01-01"}),
]


def trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value or None


@pytest.mark.parametrize(("values", "there"), [fact[1:] for fact in FACTS], ids=[fact[0] for fact in FACTS])
def test_changed_facts_arrive_and_the_finding_stays(
    world: World, values: dict[str, Any], there: dict[str, Any]
) -> None:
    world.sync(finding(), finding("R2", 20))
    before = world.one("Rule R1")
    assert any(before[name] != value for name, value in there.items())
    assert counts(world.sync(finding(**values), finding("R2", 20))) == {"updated": 1, "untouched": 1}
    after = world.one("Rule R1")
    assert {name: after[name] for name in there} == there
    assert (after["id"], after["active"], after["created"]) == (before["id"], True, before["created"])
    assert counts(world.sync(finding(**values), finding("R2", 20))) == {"untouched": 2}
    # And back: what there is no more is there no more.
    assert counts(world.sync(finding(), finding("R2", 20))) == {"updated": 1, "untouched": 1}
    back = world.one("Rule R1")
    for name in there:
        # A PATCH trims texts, and a weakness that is none is its number 0.
        assert trimmed(back[name]) == trimmed(before[name]), name
    assert len(world.there()) == 2
    world.agree()


def test_changed_vulnerability_ids_arrive(world: World) -> None:
    def ids() -> list[str]:
        return [one["vulnerability_id"] for one in world.one("Rule R1")["vulnerability_ids"]]

    world.sync(finding(vulnerability_ids=("CVE-2026-1",)))
    assert ids() == ["CVE-2026-1"]
    assert counts(world.sync(finding(vulnerability_ids=("CVE-2026-1", "GHSA-aaaa-bbbb-cccc")))) == {"updated": 1}
    assert sorted(ids()) == ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"]
    assert counts(world.sync(finding())) == {"updated": 1}
    assert ids() == []
    assert len(world.there()) == 1


def test_facts_that_change_while_it_is_away_are_there_when_it_comes_back(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    first = world.one("Rule R1")
    world.sync(finding("R2", 20))
    assert counts(world.sync(finding(line=12, severity=Severity.LOW), finding("R2", 20))) == {
        "reactivated": 1,
        "untouched": 1,
    }
    back = world.one("Rule R1")
    assert (back["id"], back["line"], back["severity"], back["active"]) == (first["id"], 12, "Low", True)


def test_two_results_that_are_the_same_finding_count_once(world: World) -> None:
    same = finding(severity=Severity.LOW)
    assert counts(world.sync(same, replace(same, severity=Severity.CRITICAL), same)) == {"created": 1}
    (row,) = world.there()
    assert (row["nb_occurences"], row["severity"]) == (3, "Critical")


def test_findings_that_the_server_would_take_for_one_are_kept_apart(world: World) -> None:
    """Nothing that it hashes differs: it would hold one of them, and close none until both are gone."""
    column = finding(column=3, snippet="")
    other = finding(column=40, snippet="")
    shout = finding(title="RULE r1", column=60, snippet="")
    assert counts(world.sync(column, other, shout)) == {"created": 3}
    assert len(world.there(active=True)) == 3
    assert counts(world.sync(column, shout)) == {"untouched": 2, "closed": 1}
    assert len(world.there(active=True)) == 2
    assert counts(world.sync(column, other, shout)) == {"untouched": 2, "reactivated": 1}
    assert len(world.there()) == 3
    world.agree()


def test_below_the_minimum_severity_is_as_if_not_reported(world: World) -> None:
    low, high = finding(severity=Severity.LOW), finding("R2", 20)
    assert counts(world.sync(low, high, min_severity=Severity.MEDIUM)) == {"created": 1}
    assert counts(world.sync(low, high)) == {"created": 1, "untouched": 1}
    summary = world.sync(low, high, min_severity=Severity.MEDIUM)
    assert counts(summary) == {"closed": 1, "untouched": 1}
    assert summary.closed_by_severity_setting == 1
    assert world.titles() == ["Rule R2"]
    assert counts(world.sync(low, high)) == {"reactivated": 1, "untouched": 1}
    world.agree()


def test_p3_skipped_scanners_stay_untouched(world: World) -> None:
    other = finding("X1", 5, scanner="Other")
    world.sync(finding(), other)
    summary = world.sync(skipped={"Other": "switched off upstream"})
    assert counts(summary) == {"closed": 1}
    assert summary.skipped == {"Other": "switched off upstream"}
    assert world.titles() == ["Rule X1"]


def test_p3_a_scanner_that_may_not_have_said_all_closes_nothing(world: World) -> None:
    world.sync(finding(), finding("R2", 20), finding("X1", 5, scanner="Other"))
    summary = world.sync(finding(line=12), finding("R3", 30), partial={"Scanner": "a rule timed out"})
    assert counts(summary) == {"created": 1, "updated": 1, "closed": 1}
    assert world.titles() == ["Rule R1", "Rule R2", "Rule R3"]
    assert world.titles(active=False) == ["Rule X1"]
    world.agree()


def test_counts_are_told_by_severity(world: World) -> None:
    world.sync(finding(), finding("R2", 20, severity=Severity.LOW))
    summary = world.sync(finding("R3", 30, severity=Severity.INFO))
    assert summary.by_severity[Action.CLOSED] == {Severity.HIGH: 1, Severity.LOW: 1}
    assert summary.by_severity[Action.CREATED] == {Severity.INFO: 1}


def test_what_a_person_closed_by_hand_and_is_still_there_is_open_again(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    world.remote.close_finding(world.one("Rule R1")["id"])
    world.sync(finding(), finding("R2", 20))
    assert world.titles() == ["Rule R1", "Rule R2"]


def test_what_a_person_deleted_and_is_still_there_comes_back_as_it_should_look(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    world.sync(finding(line=14, severity=Severity.LOW), finding("R2", 20))
    world.remote.delete("findings", world.one("Rule R1")["id"])
    world.sync(finding(line=14, severity=Severity.LOW), finding("R2", 20))
    back = world.one("Rule R1")
    assert (back["line"], back["severity"], back["active"]) == (14, "Low", True)
    assert any("created 1" in line for line in world.last.told)
    world.agree()


def test_what_a_person_wrote_on_the_server_stays(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    row = world.one("Rule R1")
    world.remote.change("findings", row["id"], title="My Own Words", mitigation="Ask Ada.")
    world.sync(finding(severity=Severity.LOW), finding("R2", 22))
    after = world.one("My Own Words")
    assert (after["id"], after["mitigation"], after["severity"]) == (row["id"], "Ask Ada.", "Low")
    assert len(world.there()) == 2
