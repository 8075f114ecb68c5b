"""A server that compares Findings between Tests: what it calls a duplicate is not lost, and not missed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.defectdojo_server import Remote
from tests.destinations.defectdojo.world import World, counts, finding


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
