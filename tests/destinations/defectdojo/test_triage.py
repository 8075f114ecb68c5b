"""Who decided: the tool, or a person on the server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.destinations.defectdojo.world import World, counts, finding

FLAGS = ["false_p", "out_of_scope", "risk_accepted"]


def decide(world: World, title: str, flag: str) -> int:
    """A person decides about a Finding on the server; its id."""
    if flag == "risk_accepted":
        world.remote.change("products", world.product_there, enable_simple_risk_acceptance=True)
    row = world.one(title)
    world.remote.triage(row["id"], **{flag: True, "active": False, "verified": False})
    return int(row["id"])


@pytest.mark.parametrize("flag", FLAGS)
def test_what_a_person_dismissed_stays_so_while_it_is_reported(world: World, flag: str) -> None:
    world.sync(finding(), finding("R2", 20))
    key = decide(world, "Rule R1", flag)
    world.sync(finding(line=12, description="Other words."), finding("R2", 22))
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row[flag], row["line"]) == (key, False, True, 12)
    assert row["description"].startswith("Other words.")
    world.sync(finding(line=12, description="Other words."), finding("R2", 22))
    assert world.one("Rule R1")[flag] is True


@pytest.mark.parametrize("flag", FLAGS)
def test_what_a_person_dismissed_stays_so_when_it_vanishes_and_returns(world: World, flag: str) -> None:
    world.sync(finding(), finding("R2", 20))
    key = decide(world, "Rule R1", flag)
    assert counts(world.sync(finding("R2", 20))) == {"untouched": 1}
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row[flag]) == (key, False, True)
    world.sync(finding(), finding("R2", 20), finding("R3", 30))
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row[flag]) == (key, False, True)
    assert world.titles() == ["Rule R2", "Rule R3"]
    world.agree()


@pytest.mark.parametrize("flag", FLAGS)
def test_a_decision_that_is_taken_back_on_the_server_is_taken_back(world: World, flag: str) -> None:
    world.sync(finding(), finding("R2", 20))
    key = decide(world, "Rule R1", flag)
    world.sync(finding(), finding("R2", 20), finding("R3", 30))
    assert counts(world.sync(finding("R2", 20), finding("R3", 30))) == {"untouched": 2}
    world.remote.triage(key, **{flag: False, "active": True, "is_mitigated": False})
    world.sync(finding(), finding("R2", 20), finding("R3", 30))
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row[flag]) == (key, True, False)
    assert counts(world.sync(finding("R2", 20), finding("R3", 30))) == {"untouched": 2, "closed": 1}
    row = world.one("Rule R1")
    assert (row["active"], row["is_mitigated"]) == (False, True)
    world.agree()


def test_a_persons_decision_is_shown_here_too(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    decide(world, "Rule R1", "false_p")
    world.sync(finding())
    one, two = world.rows()
    assert (one.active, one.false_p) == (False, True)
    assert (two.active, two.is_mitigated) == (False, True)


def test_the_tools_own_triage_arrives_and_goes(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    key = world.one("Rule R1")["id"]
    assert counts(world.sync(finding(false_p=True), finding("R2", 20))) == {"updated": 1, "untouched": 1}
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row["false_p"]) == (key, False, True)
    assert counts(world.sync(finding(false_p=True), finding("R2", 20))) == {"untouched": 2}
    assert counts(world.sync(finding(), finding("R2", 20))) == {"reactivated": 1, "untouched": 1}
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row["false_p"], row["is_mitigated"]) == (key, True, False, False)
    world.agree()


@pytest.mark.parametrize("flag", ["false_p", "out_of_scope", "is_mitigated"])
def test_what_the_tool_dismissed_from_the_start_arrives_as_that(world: World, flag: str) -> None:
    dismissed: dict[str, Any] = {flag: True}
    assert counts(world.sync(finding(**dismissed), finding("R2", 20))) == {"created": 2}
    row = world.one("Rule R1")
    assert (row["active"], row[flag]) == (False, True)
    assert counts(world.sync(finding(**dismissed), finding("R2", 20))) == {"untouched": 2}
    row = world.one("Rule R1")
    assert (row["active"], row[flag]) == (False, True)
    assert counts(world.sync(finding(), finding("R2", 20))) == {"reactivated": 1, "untouched": 1}
    row = world.one("Rule R1")
    assert (row["active"], row[flag]) == (True, False)
    world.agree()


def test_what_the_tool_calls_fixed_is_mitigated(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    assert counts(world.sync(finding(is_mitigated=True), finding("R2", 20))) == {"updated": 1, "untouched": 1}
    row = world.one("Rule R1")
    assert (row["active"], row["is_mitigated"]) == (False, True)
    assert counts(world.sync(finding(is_mitigated=True), finding("R2", 20))) == {"untouched": 2}
    assert counts(world.sync(finding(), finding("R2", 20))) == {"reactivated": 1, "untouched": 1}
    world.agree()


def test_a_person_decides_against_the_tool(world: World) -> None:
    """The tool calls it a false positive; a person on the server accepts the risk instead."""
    world.sync(finding(false_p=True), finding("R2", 20))
    row = world.one("Rule R1")
    world.remote.triage(row["id"], false_p=False, out_of_scope=True, active=False)
    world.sync(finding(false_p=True), finding("R3", 30))
    after = world.one("Rule R1")
    assert (after["id"], after["active"], after["out_of_scope"], after["false_p"]) == (row["id"], False, True, False)


def test_what_the_tool_calls_fixed_moves_along(world: World) -> None:
    """It is closed there, and named in no report: what changes of it is told all the same."""
    world.sync(finding(is_mitigated=True), finding("R2", 20))
    assert counts(world.sync(finding(line=14, is_mitigated=True), finding("R2", 20))) == {"updated": 1, "untouched": 1}
    row = world.one("Rule R1")
    assert (row["active"], row["is_mitigated"], row["line"]) == (False, True, 14)
    assert counts(world.sync(finding(line=14), finding("R2", 20))) == {"reactivated": 1, "untouched": 1}
    back = world.one("Rule R1")
    assert (back["id"], back["active"], back["line"]) == (row["id"], True, 14)
    world.agree()


def test_what_is_taken_back_while_it_is_not_reported_is_closed(world: World) -> None:
    """A person dismissed it, the tool reports it no more, and the person takes the decision back."""
    world.sync(finding(), finding("R2", 20))
    key = decide(world, "Rule R1", "false_p")
    assert counts(world.sync(finding("R2", 20))) == {"untouched": 1}
    world.remote.triage(key, false_p=False, active=True, is_mitigated=False)
    assert counts(world.sync(finding("R2", 20))) == {"untouched": 1, "closed": 1}
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row["is_mitigated"], row["false_p"]) == (key, False, True, False)
    world.agree()
    assert counts(world.sync(finding("R2", 20))) == {"untouched": 1}
    assert world.last.changing == []
    world.destination.resend(1)
    assert counts(world.sync(finding("R2", 20))) == {"untouched": 1}
    row = world.one("Rule R1")
    assert (row["active"], row["is_mitigated"]) == (False, True)
    world.agree()


def test_what_was_dismissed_and_is_deleted_while_it_is_not_reported_stays_away(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    key = decide(world, "Rule R1", "false_p")
    assert counts(world.sync(finding("R2", 20))) == {"untouched": 1}
    world.remote.delete("findings", key)
    world.sync(finding("R2", 20))
    for _ in range(2):
        world.moment.move(days=8)
        assert counts(world.sync(finding("R2", 20))) == {"untouched": 1}
        assert [row["title"] for row in world.there()] == ["Rule R2"]
        assert [row.title for row in world.rows(active=True)] == ["Rule R2"]


def test_triage_that_the_server_refuses_is_not_taken_for_done(world: World) -> None:
    """It is told, the Finding is held as it is there, and the next Sync tells it again."""
    world.remote.change("products", world.product_there, enable_simple_risk_acceptance=False)
    world.sync(finding(), finding("R2", 20))
    accepted = finding(risk_accepted=True)
    for _ in range(2):
        world.sync(accepted, finding("R2", 20))
        key = world.one("Rule R1")["id"]
        (told,) = [line for line in world.last.told if "stays as it is there" in line]
        assert "Simple risk acceptance is disabled" in told
        assert f"PATCH findings/{key}/" in world.last.changing
        row = world.one("Rule R1")
        assert (row["active"], row["risk_accepted"], row["is_mitigated"]) == (True, False, False)
        world.agree()
    # Once it may be, it is.
    world.remote.change("products", world.product_there, enable_simple_risk_acceptance=True)
    assert counts(world.sync(accepted, finding("R2", 20))) == {"updated": 1, "untouched": 1}
    row = world.one("Rule R1")
    assert (row["active"], row["risk_accepted"]) == (False, True)
    world.agree()
    assert counts(world.sync(accepted, finding("R2", 20))) == {"untouched": 2}
    assert world.last.changing == []


def test_what_was_refused_and_is_reported_no_more_is_closed(world: World) -> None:
    world.remote.change("products", world.product_there, enable_simple_risk_acceptance=False)
    world.sync(finding(), finding("R2", 20))
    world.sync(finding(risk_accepted=True), finding("R2", 20))
    assert counts(world.sync(finding("R2", 20))) == {"untouched": 1, "closed": 1}
    row = world.one("Rule R1")
    assert (row["active"], row["risk_accepted"]) == (False, False)
    world.agree()
