"""Operations: their order, their end, and what they tell."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from dojo_tui.connectors.base import Run, Vep
from dojo_tui.model.errors import BusyError, NotFoundError, StoreError, UsageError
from dojo_tui.model.operation import LogLevel, OutcomeStatus, Status
from dojo_tui.services.events import Logged, OperationChanged, Progress
from dojo_tui.store.operations import log_lines, running
from dojo_tui.store.tables import leases, operations
from dojo_tui.wiring import Workspace
from tests.services.background import DISCOVER, SYNC, Gate, begin, finish, status
from tests.services.fakes import World
from tests.waiting import PATIENCE

# --- order ----------------------------------------------------------------------


def test_starting_returns_at_once_and_runs_in_the_background(world: World, gate: Gate) -> None:
    operation_id = begin(world, gate)
    assert status(world, operation_id) is Status.RUNNING
    with world.workspace.store.database.read() as connection:
        assert [row.id for row in running(connection)] == [operation_id]
    finish(world, gate, operation_id)
    row = world.operation(operation_id)
    assert (row.status, row.duration_s, row.counts["created"]) == (Status.COMPLETED, 0.0, 1)


def test_operations_of_one_connector_run_in_their_order(world: World, gate: Gate) -> None:
    first = begin(world, gate)
    second = world.workspace.operations.start(world.connector_id, DISCOVER)
    third = world.workspace.operations.start(world.connector_id, SYNC, dry_run=True)
    assert (status(world, second), status(world, third)) == (Status.QUEUED, Status.QUEUED)
    finish(world, gate)
    ended = [
        event.operation_id
        for event in world.events
        if isinstance(event, OperationChanged) and event.status is Status.COMPLETED
    ]
    assert ended[-3:] == [first, second, third]


def test_connectors_run_beside_each_other(world: World, gate: Gate) -> None:
    begin(world, gate)
    other = world.workspace.connectors.add("fake", "Other", "somewhere")
    ran = world.workspace.operations.run(other, DISCOVER, wait_seconds=0)
    assert status(world, ran) is Status.COMPLETED
    finish(world, gate)


def test_the_same_operation_is_not_queued_twice(world: World, gate: Gate) -> None:
    begin(world, gate)
    world.workspace.operations.start(world.connector_id, SYNC)
    with pytest.raises(BusyError, match="already queued"):
        world.workspace.operations.start(world.connector_id, SYNC)
    world.workspace.operations.start(world.connector_id, SYNC, record_ids=world.ids("a"))
    finish(world, gate)


def test_what_cannot_run_is_refused_before_it_is_queued(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.workspace.operations.start(999, SYNC)
    with pytest.raises(UsageError):
        world.workspace.operations.start(world.connector_id, DISCOVER, dry_run=True)
    with world.workspace.store.database.read() as connection:
        assert running(connection) == []


# --- cancel and shutdown -----------------------------------------------------------


def test_a_queued_operation_is_cancelled_without_running(world: World, gate: Gate) -> None:
    begin(world, gate)
    queued = world.workspace.operations.start(world.connector_id, DISCOVER)
    world.workspace.operations.cancel(queued)
    assert status(world, queued) is Status.CANCELLED
    finish(world, gate)
    assert world.operation(queued).started_at is None
    with pytest.raises(UsageError, match="already ended"):
        world.workspace.operations.cancel(queued)
    with pytest.raises(NotFoundError):
        world.workspace.operations.cancel(999)


def test_a_running_operation_is_cancelled_from_another_process(world: World, gate: Gate, other: Workspace) -> None:
    operation_id = begin(world, gate)
    other.operations.cancel(operation_id)
    world.workspace.operations._heartbeat.beat()
    finish(world, gate, operation_id)
    assert status(world, operation_id) is Status.CANCELLED
    assert {outcome.status for outcome in world.outcomes(world.operation(operation_id)).values()} == {
        OutcomeStatus.CANCELLED
    }


def test_what_another_process_queued_is_cancelled_and_never_runs(world: World, gate: Gate, other: Workspace) -> None:
    begin(world, gate)
    queued = other.operations.start(world.connector_id, DISCOVER)
    world.workspace.operations.cancel(queued)
    finish(world, gate)
    assert other.operations.wait([queued], PATIENCE)
    assert status(world, queued) is Status.CANCELLED


def test_shutdown_is_quick_and_records_what_it_stopped(world: World, gate: Gate) -> None:
    hanging = begin(world, gate)
    queued = world.workspace.operations.start(world.connector_id, DISCOVER)
    world.workspace.operations.shutdown()
    # The Tool still hangs, and nothing but the end of this test lets it go on.
    assert not gate.open.is_set()
    assert status(world, hanging) is Status.INTERRUPTED
    assert status(world, queued) is Status.INTERRUPTED
    with world.workspace.store.database.read() as connection:
        assert connection.execute(select(leases)).all() == []
    gate.open.set()


def test_shutdown_does_not_wait_for_a_store_that_is_busy(world: World, gate: Gate) -> None:
    begin(world, gate)
    with world.workspace.store.database.write():
        # It comes back while the store is still busy and the Tool still hangs: else this would wait for ever.
        world.workspace.operations.shutdown(0.3)
        with pytest.raises(Exception, match="closed"):
            world.workspace.operations.start(world.connector_id, DISCOVER)
    gate.open.set()


def test_after_shutdown_nothing_starts(world: World) -> None:
    world.workspace.operations.shutdown()
    with pytest.raises(Exception, match="closed"):
        world.workspace.operations.start(world.connector_id, DISCOVER)


def test_ctrl_c_in_the_running_thread_is_recorded_and_raised(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    original = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        monkeypatch.setattr(world.tool, "list_veps", lambda _config, _run: _press_ctrl_c())
        with pytest.raises(KeyboardInterrupt):
            world.discover()
    finally:
        signal.signal(signal.SIGINT, original)
    with world.workspace.store.database.read() as connection:
        (last,) = connection.execute(select(operations.c.status)).scalars()
    assert last == Status.CANCELLED


def _press_ctrl_c() -> Iterator[Vep]:
    os.kill(os.getpid(), signal.SIGINT)
    yield Vep("a", "a")


# --- what is told -------------------------------------------------------------------


def test_the_log_is_told_at_once_and_written_in_batches(world: World) -> None:
    def talk(_vendor_id: str, run: Run) -> None:
        for number in range(1000):
            run.log(f"line {number}")
        run.log("careful", LogLevel.WARNING)

    world.list("a")
    world.discover()
    world.map("P")
    world.tool.on_fetch = talk
    ran = world.sync()
    with world.workspace.store.database.read() as connection:
        rows = log_lines(connection, ran.id)
        assert [row.message for row in rows[:-1]] == [f"line {number}" for number in range(1000)]
        assert (rows[-1].message, rows[-1].level) == ("careful", LogLevel.WARNING)
        assert log_lines(connection, ran.id, rows[-2].id) == rows[-1:]
    assert sum(isinstance(event, Logged) and event.operation_id == ran.id for event in world.events) == 1001


def test_progress_is_told_a_few_times_a_second_at_most(world: World) -> None:
    names = [f"vep {number}" for number in range(300)]
    world.list(*names)
    world.discover()
    world.map("P")
    world.events.clear()
    before = time.monotonic()
    world.sync()
    took = time.monotonic() - before
    told = [event for event in world.events if isinstance(event, Progress)]
    assert len(told) <= took * 5 + 3
    assert (told[-1].done, told[-1].total) == (300, 300)


def test_a_listener_that_fails_harms_nobody(world: World) -> None:
    def fail(_event: object) -> None:
        raise RuntimeError("bug in a listener")

    unsubscribe = world.workspace.operations.subscribe(fail)
    world.list("a")
    assert world.discover().status is Status.COMPLETED
    unsubscribe()


def test_a_bug_in_a_tool_is_told_without_a_traceback(world: World) -> None:
    world.tool.veps = [ZeroDivisionError("division by zero")]
    ran = world.discover()
    assert ran.status is Status.FAILED
    assert ran.error == "Unexpected error (ZeroDivisionError): division by zero"


def test_nothing_runs_in_a_workspace_that_is_read_only(world: World, open_again: Callable[[], Workspace]) -> None:
    from dojo_tui.wiring import open_workspace

    workspace = open_workspace(
        world.workspace.store.name, clock=world.workspace.clock, read_only=True, tools={"fake": world.tool}
    )
    with pytest.raises(StoreError, match="read-only"):
        workspace.operations.start(world.connector_id, DISCOVER)
    assert workspace.scheduler.run_due() == []
    workspace.close()


def test_an_idle_workspace_has_no_threads_of_its_own(world: World) -> None:
    world.list("a")
    world.discover()
    names = {thread.name for thread in threading.enumerate() if thread.name.startswith("operation")}
    assert names == set()
