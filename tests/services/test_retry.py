"""Running again what an Operation left undone, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status
from dojo_tui.services.events import RecordDone
from dojo_tui.services.retry import undone
from dojo_tui.store import tables
from dojo_tui.store.operations import OperationRow, recent_runs
from tests.services.fakes import World, finding


def mapped(world: World, *names: str) -> None:
    world.list(*names)
    world.discover()
    world.map("P", *names)


def left(world: World, row: OperationRow) -> tuple[int, ...] | None:
    return undone(world.workspace.store.database, row.id).record_ids


def test_of_a_sync_the_failed_and_the_held_records(world: World) -> None:
    mapped(world, "a", "b", "c", "d")
    world.tool.findings = {"a": [finding(str(number)) for number in range(40)]}
    world.sync()
    world.tool.findings = {"a": [], "b": ConnectorError("No answer.")}
    ran = world.sync()
    assert ran.status is Status.PARTLY_FAILED
    assert left(world, ran) == tuple(sorted(world.ids("a", "b")))


def test_of_a_cancelled_sync_what_it_did_not_come_to(world: World) -> None:
    mapped(world, "a", "b", "c")

    def cancel(event: object) -> None:
        if isinstance(event, RecordDone) and event.record_name == "a":
            world.workspace.operations.cancel(event.operation_id)

    unsubscribe = world.workspace.operations.subscribe(cancel)
    ran = world.sync()
    unsubscribe()
    assert ran.status is Status.CANCELLED
    done = {name for name, one in world.outcomes(ran).items() if one.status is OutcomeStatus.DONE}
    assert left(world, ran) == tuple(sorted(world.ids(*{"a", "b", "c"} - done)))


def test_of_an_interrupted_sync_all_of_which_nothing_was_told(world: World) -> None:
    mapped(world, "a", "b")
    ran = world.sync(ids=world.ids("a"))
    asked = sorted(world.ids("a", "b"))
    with world.workspace.store.database.write() as connection:
        connection.execute(update(tables.operations).values(status=Status.INTERRUPTED, record_ids=asked))
    assert left(world, ran) == tuple(world.ids("b"))
    with world.workspace.store.database.write() as connection:
        connection.execute(update(tables.operations).values(record_ids=None))
    assert left(world, ran) == tuple(world.ids("b"))


def test_of_one_that_failed_before_its_first_record_all_that_was_asked_for(world: World) -> None:
    mapped(world, "a", "b")
    world.workspace.connectors.edit(world.connector_id, secret={"secret": "env:NOT_SET_ANYWHERE"})
    assert left(world, world.sync()) is None
    assert left(world, world.sync(ids=world.ids("b"), dry_run=True)) == tuple(world.ids("b"))


def test_a_discover_is_run_again_as_a_whole(world: World) -> None:
    world.list("a", incomplete=True)
    again = undone(world.workspace.store.database, world.discover().id)
    assert (again.type, again.record_ids) == (OperationType.DISCOVER, None)


def test_nothing_is_left_of_what_is_complete(world: World) -> None:
    mapped(world, "a")
    with pytest.raises(UsageError, match="nothing failed"):
        left(world, world.sync())


def test_recent_runs_are_those_of_the_same_kind(world: World) -> None:
    mapped(world, "a")
    first, _plan, second, third = world.sync(), world.sync(dry_run=True), world.sync(), world.sync()
    with world.workspace.store.database.read() as connection:
        assert [row.id for row in recent_runs(connection, second)] == [first.id, second.id]
        assert [row.id for row in recent_runs(connection, third, limit=2)] == [second.id, third.id]
