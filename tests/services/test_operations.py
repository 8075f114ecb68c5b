"""Operations: their life, their order, and that one Connector runs one at a time (P7, P8)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from dojo_tui.connectors.base import Run, Vep
from dojo_tui.model.errors import BusyError, NotFoundError, StoreError, UsageError
from dojo_tui.model.operation import LogLevel, OperationType, OutcomeStatus, Status
from dojo_tui.services import leases as lease_keeping
from dojo_tui.services.events import Logged, OperationChanged, Progress
from dojo_tui.services.owner import is_dead, new_owner
from dojo_tui.store.operations import log_lines, running
from dojo_tui.store.tables import leases, operations
from dojo_tui.wiring import Workspace
from tests.conftest import Moment
from tests.services.fakes import World, finding

DISCOVER, SYNC = OperationType.DISCOVER, OperationType.SYNC
OPEN_LONG = 20.0
# A server's leases run by its own clock, which no test can move.
LONG_AGO, LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Gate:
    """Holds a Tool's fetch until the test opens it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, _vendor_id: str, _run: Run) -> None:
        self.reached.set()
        assert self.open.wait(OPEN_LONG)


@pytest.fixture
def gate(world: World) -> Gate:
    """A Sync of one Record that stands still in its fetch until the gate is opened."""
    world.list("a")
    world.discover()
    world.map("P")
    world.tool.findings = {"a": [finding("1")]}
    gate = Gate()
    world.tool.on_fetch = gate
    return gate


@pytest.fixture
def other(open_again: Callable[[], Workspace], world: World) -> Workspace:
    """Another process that shares the store."""
    return open_again()


def begin(world: World, gate: Gate) -> int:
    operation_id = world.workspace.operations.start(world.connector_id, SYNC)
    assert gate.reached.wait(OPEN_LONG)
    return operation_id


def finish(world: World, gate: Gate, *ids: int) -> None:
    gate.open.set()
    assert world.workspace.operations.wait(ids or None, OPEN_LONG)


def status(world: World, operation_id: int) -> Status:
    return world.operation(operation_id).status


def set_lease(world: World, **values: object) -> None:
    with world.workspace.store.database.write() as connection:
        connection.execute(update(leases).values(**values))


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


# --- one at a time ----------------------------------------------------------------


def test_p8_another_process_waits_and_then_says_that_it_is_busy(world: World, gate: Gate, other: Workspace) -> None:
    begin(world, gate)
    with pytest.raises(BusyError, match="still running after waiting 0 seconds") as caught:
        other.operations.run(world.connector_id, SYNC, wait_seconds=0)
    assert caught.value.safe
    finish(world, gate)
    ran = other.operations.run(world.connector_id, SYNC, wait_seconds=0)
    assert status(world, ran) is Status.COMPLETED


def test_p8_a_queued_operation_begins_when_another_process_is_done(world: World, gate: Gate, other: Workspace) -> None:
    first = begin(world, gate)
    second = other.operations.start(world.connector_id, DISCOVER)
    assert status(world, second) is Status.QUEUED
    finish(world, gate, first)
    assert other.operations.wait([second], OPEN_LONG)
    assert status(world, second) is Status.COMPLETED


def test_p8_a_lease_without_heartbeat_is_taken_over_and_its_owner_writes_no_more(
    world: World, gate: Gate, other: Workspace
) -> None:
    suspended = begin(world, gate)  # a laptop that sleeps: no heartbeat, but it will go on
    set_lease(world, expires_at=LONG_AGO)
    world.tool.on_fetch = lambda _vendor_id, _run: None
    world.tool.findings = {"a": [finding("1"), finding("2")]}
    taken = other.operations.run(world.connector_id, SYNC, wait_seconds=0)
    assert status(world, taken) is Status.COMPLETED
    assert status(world, suspended) is Status.INTERRUPTED
    world.tool.findings = {"a": []}
    finish(world, gate, suspended)
    assert status(world, suspended) is Status.INTERRUPTED
    assert len(world.findings(active=True)) == 2
    assert world.outcomes(world.operation(suspended)) == {}


def test_p8_a_heartbeat_keeps_the_lease(world: World, gate: Gate, other: Workspace, moment: Moment) -> None:
    begin(world, gate)
    for _ in range(5):
        moment.move(seconds=20)
        world.workspace.operations._heartbeat.beat()
        with pytest.raises(BusyError):
            other.operations.run(world.connector_id, SYNC, wait_seconds=0)
    finish(world, gate)


def test_p8_the_heart_beats_by_itself_while_something_runs_and_no_longer(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_keeping, "HEARTBEAT_SECONDS", 0.01)
    operation_id = begin(world, gate)
    set_lease(world, expires_at=LONG_AGO)
    deadline = time.monotonic() + OPEN_LONG
    expires = select(leases.c.expires_at)
    while time.monotonic() < deadline:
        with world.workspace.store.database.read() as connection:
            if connection.execute(expires).scalar_one() > LONG_AGO:
                break
    else:
        pytest.fail("the lease was not renewed")
    finish(world, gate, operation_id)
    heart = next((thread for thread in threading.enumerate() if thread.name == "heartbeat"), None)
    if heart is not None:
        heart.join(OPEN_LONG)
    assert world.workspace.operations._heartbeat._thread is None


def test_p8_a_heartbeat_that_finds_its_lease_gone_stops_the_operation(world: World, gate: Gate) -> None:
    operation_id = begin(world, gate)
    set_lease(world, owner="another-host:1:1:x")
    world.workspace.operations._heartbeat.beat()
    finish(world, gate, operation_id)
    assert status(world, operation_id) is Status.INTERRUPTED
    assert world.findings() == []


def test_p8_a_store_that_cannot_be_written_for_too_long_stops_the_operation(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation_id = begin(world, gate)

    def fail(*_: object) -> bool:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(lease_keeping.leases, "keep_alive", fail)
    monkeypatch.setattr(lease_keeping, "LEASE_TIME", timedelta(seconds=1000))
    world.workspace.operations._heartbeat.beat()
    assert not _token(world, operation_id).cancelled
    monkeypatch.setattr(lease_keeping, "LEASE_TIME", timedelta(seconds=-1))
    world.workspace.operations._heartbeat.beat()
    assert _token(world, operation_id).cancelled
    monkeypatch.undo()
    finish(world, gate, operation_id)
    assert status(world, operation_id) is Status.INTERRUPTED


def _token(world: World, operation_id: int):  # type: ignore[no-untyped-def]
    job = world.workspace.operations._jobs.active(operation_id)
    assert job is not None
    return job.token


# --- the dead ----------------------------------------------------------------------


def dead_owner() -> str:
    """An owner as a process of this host had it that is no more."""
    script = "from dojo_tui.services.owner import new_owner; print(new_owner())"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def abandon(world: World, owner: str) -> int:
    """Leave an Operation behind as a process does that was killed."""
    world.list("a")
    operation_id = world.discover().id
    with world.workspace.store.database.write() as connection:
        connection.execute(update(operations).values(status=Status.RUNNING, ended_at=None, owner=owner))
        connection.execute(
            leases.insert().values(
                connector_id=world.connector_id, operation_id=operation_id, owner=owner, expires_at=LATER
            )
        )
    return operation_id


def test_this_process_is_alive_and_a_recycled_pid_is_not() -> None:
    mine = new_owner()
    assert not is_dead(mine)
    host, pid, started, nonce = mine.split(":")
    assert is_dead(f"{host}:{pid}:{started}0:{nonce}")
    assert is_dead(dead_owner())
    assert not is_dead(f"elsewhere:{pid}:1:x")
    assert not is_dead("nonsense")
    assert not is_dead("")


def test_p7_operations_of_a_dead_process_are_interrupted_at_the_next_start(
    world: World, open_again: Callable[[], Workspace]
) -> None:
    operation_id = abandon(world, dead_owner())
    open_again()
    row = world.operation(operation_id)
    assert row.status is Status.INTERRUPTED
    assert row.ended_at is not None
    assert "ended or was suspended" in row.error
    assert world.discover().status is Status.COMPLETED


def test_p7_a_dead_holder_is_recognised_at_once_also_without_a_restart(world: World) -> None:
    operation_id = abandon(world, dead_owner())
    assert world.discover().status is Status.COMPLETED
    assert status(world, operation_id) is Status.INTERRUPTED


def test_a_living_process_of_another_host_is_left_alone(world: World, open_again: Callable[[], Workspace]) -> None:
    operation_id = abandon(world, "another-host:1:1:x")
    again = open_again()
    assert status(world, operation_id) is Status.RUNNING
    set_lease(world, expires_at=LONG_AGO)
    assert again.operations.recover() == 1
    assert status(world, operation_id) is Status.INTERRUPTED


def test_what_another_host_queued_is_given_up_only_when_it_is_surely_gone(
    world: World, other: Workspace, moment: Moment
) -> None:
    operation_id = abandon(world, "another-host:1:1:x")
    with world.workspace.store.database.write() as connection:
        connection.execute(update(operations).values(status=Status.QUEUED))
        connection.execute(leases.delete())
    assert other.operations.recover() == 0
    moment.move(minutes=2)
    assert other.operations.recover() == 1
    assert status(world, operation_id) is Status.INTERRUPTED


def test_the_living_are_not_recovered(world: World, gate: Gate, other: Workspace) -> None:
    operation_id = begin(world, gate)
    assert other.operations.recover() == 0
    assert world.workspace.operations.recover() == 0
    finish(world, gate, operation_id)


def test_p7_an_end_that_could_not_be_recorded_blocks_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> bool:
        raise StoreError("The disk is full.")

    world.list("a")
    monkeypatch.setattr("dojo_tui.services.operations.operation_writes.end", full)
    left = world.discover()
    assert left.status is Status.RUNNING
    monkeypatch.undo()
    assert world.discover().status is Status.COMPLETED
    assert status(world, left.id) is Status.INTERRUPTED


def test_p7_the_scheduler_finds_what_could_not_be_recorded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> bool:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("dojo_tui.services.operations.operation_writes.end", full)
    left = world.discover()
    monkeypatch.undo()
    world.workspace.scheduler.run_due()
    assert status(world, left.id) is Status.INTERRUPTED


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
    assert other.operations.wait([queued], OPEN_LONG)
    assert status(world, queued) is Status.CANCELLED


def test_shutdown_is_quick_and_records_what_it_stopped(world: World, gate: Gate) -> None:
    hanging = begin(world, gate)
    queued = world.workspace.operations.start(world.connector_id, DISCOVER)
    before = time.monotonic()
    world.workspace.operations.shutdown()
    assert time.monotonic() - before < 0.8
    assert status(world, hanging) is Status.INTERRUPTED
    assert status(world, queued) is Status.INTERRUPTED
    with world.workspace.store.database.read() as connection:
        assert connection.execute(select(leases)).all() == []
    gate.open.set()


def test_shutdown_does_not_wait_for_a_store_that_is_busy(world: World, gate: Gate) -> None:
    begin(world, gate)
    with world.workspace.store.database.write():
        before = time.monotonic()
        world.workspace.operations.shutdown(0.3)
        assert time.monotonic() - before < 1.0
    gate.open.set()


def test_after_shutdown_nothing_starts(world: World) -> None:
    world.workspace.operations.shutdown()
    with pytest.raises(Exception, match="closed"):
        world.workspace.operations.start(world.connector_id, DISCOVER)


def test_ctrl_c_in_the_running_thread_is_recorded_and_raised(world: World) -> None:
    original = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        world.tool.list_veps = lambda _config, _run: _press_ctrl_c()  # type: ignore[method-assign,assignment]
        with pytest.raises(KeyboardInterrupt):
            world.discover()
    finally:
        signal.signal(signal.SIGINT, original)
    with world.workspace.store.database.read() as connection:
        (last,) = connection.execute(select(operations.c.status)).scalars()
    assert last == Status.CANCELLED


def _press_ctrl_c():  # type: ignore[no-untyped-def]
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
