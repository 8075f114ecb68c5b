"""One Connector runs one Operation at a time, and the dead hold nothing (P7, P8)."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dojo_tui.model.errors import BusyError, StoreError
from dojo_tui.model.operation import Status
from dojo_tui.services import leases as lease_keeping
from dojo_tui.services.owner import is_dead, new_owner
from dojo_tui.store import leases as lease_writes
from dojo_tui.store.tables import leases, operations
from dojo_tui.wiring import Workspace
from tests.conftest import Moment
from tests.services.background import DISCOVER, LATER, LONG_AGO, SYNC, Gate, begin, finish, set_lease, status
from tests.services.fakes import World, finding
from tests.waiting import PATIENCE

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
    assert other.operations.wait([second], PATIENCE)
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
    deadline = time.monotonic() + PATIENCE
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
        heart.join(PATIENCE)
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

    monkeypatch.setattr(lease_writes, "keep_alive", fail)
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
