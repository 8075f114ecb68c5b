"""A server that compares Findings between Tests: what it calls a duplicate is not lost, and not missed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.defectdojo_server import Answer, DojoServer, Remote
from tests.destinations.defectdojo.world import World, counts, finding, many


@pytest.fixture
def comparing(dojo: Remote) -> Iterator[Remote]:
    """A server with deduplication switched on, and as it was afterwards."""
    before = dojo.rows("system_settings")[0]["enable_deduplication"]
    dojo.set_deduplication(on=True)
    yield dojo
    dojo.set_deduplication(on=before)


def test_duplicates_are_not_lost_findings(comparing: Remote, world: World) -> None:
    second = world.connector()
    assert counts(world.sync(finding(), finding("R2", 20))) == {"created": 2}
    # The same in another Test of the Product: whether it is marked before or after the answer is the server's affair.
    assert counts(world.sync(finding(), finding("R3", 30), connector=second)) == {"created": 2}
    assert counts(world.sync(finding(), finding("R3", 30), connector=second)) == {"untouched": 2}
    assert not any("closed" in line for line in world.last.told)
    assert counts(world.sync(finding("R3", 30), connector=second)) == {"untouched": 1, "closed": 1}
    assert counts(world.sync(finding(), finding("R3", 30), connector=second)) == {"reactivated": 1, "untouched": 1}
    assert counts(world.sync(finding(), finding("R3", 30), connector=second)) == {"untouched": 2}
    assert len(world.there()) == 4
    assert len(world.rows(active=True)) == 4


def test_siblings_are_no_duplicates_of_each_other(comparing: Remote, world: World) -> None:
    world.sync(finding(), scope="app")
    world.sync(finding(), scope="lib")
    assert counts(world.sync(finding(), scope="lib")) == {"untouched": 1}
    assert [row["duplicate"] for row in world.there()] == [False, False]
    world.agree()


def test_a_duplicate_moves_and_changes_like_any_other(comparing: Remote, world: World) -> None:
    second = world.connector()
    world.sync(finding())
    world.sync(finding(), connector=second)
    assert counts(world.sync(finding(line=14, description="Other words."), connector=second)) == {"updated": 1}
    there = world.test_there(second)["id"]
    (row,) = [row for row in world.there() if row["test"] == there]
    assert row["line"] == 14
    assert row["description"].startswith("Other words.")


# --- whose originals are closed ---------------------------------------------------------------


def state_of(world: World, connector: int) -> dict[str, tuple[bool, bool]]:
    """Of each Finding of a Connector's Test there: whether it is active, and a duplicate."""
    there = world.test_there(connector)["id"]
    return {row["title"]: (row["active"], row["duplicate"]) for row in world.there() if row["test"] == there}


@pytest.fixture
def twice(comparing: Remote, world: World) -> World:
    """Two Connectors report the same; the second one's Findings are duplicates."""
    second = world.connector()
    world.sync(*many(40))
    world.sync(*many(20), connector=second)
    assert set(state_of(world, second).values()) == {(False, True)}
    return world


@pytest.mark.parametrize("changed", [False, True], ids=["nothing else changed", "something changed"])
def test_fault_11_a_duplicate_of_what_was_closed_is_active_again(twice: World, changed: bool) -> None:
    """The first tool reports it no more, the second one still does: somebody must see it."""
    twice.sync(*many(40)[20:], accept_large_change=True)
    reported = [*many(20), finding("N1", 900)] if changed else many(20)
    summary = twice.sync(*reported, connector=2)
    assert counts(summary) == ({"created": 1, "untouched": 20} if changed else {"untouched": 20})
    assert summary.notes == ("20 Findings were duplicates of what is closed at the server: active again",)
    assert set(state_of(twice, 2).values()) == {(True, False)}
    assert twice.sync(*reported, connector=2).notes == ()
    assert twice.last.changing == [], "it is all as it should be"
    twice.agree()


def test_fault_11_a_duplicate_of_what_is_open_stays_one(twice: World) -> None:
    assert twice.sync(*many(20), connector=2).notes == ()
    assert set(state_of(twice, 2).values()) == {(False, True)}
    twice.sync(*many(40)[1:])
    assert twice.sync(*many(20), connector=2).notes == (
        "1 Finding was an inactive duplicate of what is closed at the server: active again",
    )
    assert [title for title, state in state_of(twice, 2).items() if state == (True, False)] == ["Rule R1"]


@pytest.mark.parametrize("decision", ["false_p", "out_of_scope"])
def test_fault_11_a_duplicate_of_what_a_person_dismissed_stays_one(twice: World, decision: str) -> None:
    (original,) = [row for row in twice.there() if row["title"] == "Rule R1" and not row["duplicate"]]
    twice.remote.triage(original["id"], **{decision: True, "active": False, "verified": False})
    assert twice.sync(*many(20), connector=2).notes == ()
    assert state_of(twice, 2)["Rule R1"] == (False, True)


def test_fault_11_a_duplicate_of_what_was_deleted_is_active_again(twice: World) -> None:
    twice.remote.delete("tests", twice.test_there(1)["id"])
    twice.sync(*many(20), connector=2)
    assert set(state_of(twice, 2).values()) == {(True, False)}


def test_fault_11_what_the_server_refuses_is_told(imitation: DojoServer, twice: World) -> None:
    twice.sync(*many(40)[1:])
    refusal = Answer(400, {"message": "['Duplicate findings cannot be verified or active']"})
    imitation.fails(method="PATCH", path="findings/*/", times=None, answer=refusal)
    summary = twice.sync(*many(20), connector=2)
    assert summary.notes == ("1 Finding stays a duplicate of what is closed at the server, and so inactive there",)
    imitation.faults.clear()
    assert twice.sync(*many(20), connector=2).notes
    assert state_of(twice, 2)["Rule R1"] == (True, False)


def test_fault_11_it_closes_like_any_other(twice: World) -> None:
    twice.sync(*many(40)[20:], accept_large_change=True)
    twice.sync(*many(20), connector=2)
    assert counts(twice.sync(*many(20)[1:], connector=2)) == {"closed": 1, "untouched": 19}
    assert state_of(twice, 2)["Rule R1"] == (False, False)
    twice.agree()
