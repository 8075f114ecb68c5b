"""Connectors that are named anew, removed and added again: a Test belongs to one of them, and is found by its label."""

from __future__ import annotations

from sqlalchemy import delete, select

from dojo_tui.store.tables import connectors, tests
from tests.destinations.defectdojo.world import World, counts, finding, many


def remove(world: World, connector: int) -> None:
    """Remove a Connector; what it has synced stays."""
    with world.database.write() as connection:
        connection.execute(delete(connectors).where(connectors.c.id == connector))


def owners(world: World) -> list[tuple[str, int | None]]:
    """The label and the Connector of each Test that the store holds."""
    with world.database.read() as connection:
        rows = connection.execute(select(tests.c.title, tests.c.connector_id).order_by(tests.c.id))
        return [(row.title, row.connector_id) for row in rows]


def server_tests(world: World) -> list[int]:
    return [one["id"] for one in world.remote.tests(engagement=world.engagement_there["id"])]


def test_two_connectors_never_share_a_test(world: World) -> None:
    """One is named anew, and another one takes the name that its Test still has there."""
    world.sync(*many(30))
    label = world.labels[1]
    world.labels[1] = "Renamed"
    assert counts(world.sync(*many(30))) == {"untouched": 30}
    second = world.connector("Another")
    world.labels[second] = label
    assert counts(world.sync(finding("Z1", 5), connector=second)) == {"created": 1}
    assert len(server_tests(world)) == 2
    assert len({row["test"] for row in world.there()}) == 2
    assert len(world.there(active=True)) == 31
    assert counts(world.sync(*many(30))) == {"untouched": 30}
    assert counts(world.sync(finding("Z1", 5), connector=second)) == {"untouched": 1}
    assert len(world.there(active=True)) == 31
    world.agree()


def test_nor_when_the_second_comes_before_the_first_was_synced_by_its_new_name(world: World) -> None:
    world.sync(*many(30))
    label = world.labels[1]
    world.labels[1] = "Renamed"
    second = world.connector("Another")
    world.labels[second] = label
    assert counts(world.sync(finding("Z1", 5), connector=second)) == {"created": 1}
    assert len(world.there(active=True)) == 31
    assert counts(world.sync(*many(30))) == {"untouched": 30}
    assert len(world.there(active=True)) == 31
    world.agree()


def test_a_connector_added_again_takes_over_and_keeps_it_under_another_name(world: World) -> None:
    """Nothing but a question is asked at the Sync in between: whose it is is written down all the same."""
    world.sync(*many(3))
    remove(world, 1)
    again = world.connector("Connector 1")
    assert counts(world.sync(*many(3), connector=again)) == {"untouched": 3}
    assert world.last.changing == []
    assert owners(world) == [("Connector 1", again)]
    world.labels[again] = "Other"
    assert counts(world.sync(*many(3), connector=again)) == {"untouched": 3}
    assert owners(world) == [("Other", again)]
    assert len(world.there()) == len(world.rows()) == 3
    assert len(server_tests(world)) == 1
    world.agree()


def test_a_connector_named_anew_and_then_added_again_by_that_name_takes_over(world: World) -> None:
    world.sync(*many(3))
    world.labels[1] = "Other"
    assert counts(world.sync(*many(3))) == {"untouched": 3}
    assert world.last.changing == []
    assert owners(world) == [("Other", 1)]
    remove(world, 1)
    again = world.connector("Other")
    assert counts(world.sync(*many(3), connector=again)) == {"untouched": 3}
    assert owners(world) == [("Other", again)]
    assert len(world.there()) == len(world.rows()) == 3
    assert len(server_tests(world)) == 1
    world.agree()
