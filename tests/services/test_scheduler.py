"""The scheduler: what is due runs once, whatever happened to the clock or the program (P14)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from dojo_tui.model.errors import UsageError
from dojo_tui.model.operation import OperationType, Status, Trigger
from dojo_tui.services import scheduler as module
from dojo_tui.services.scheduler import Scheduler
from dojo_tui.store.connectors import ConnectorRow, connector, update_connector
from dojo_tui.wiring import Workspace
from tests.conftest import Moment
from tests.services.fakes import World


class NoJitter(random.Random):
    """As exact as a schedule is written."""

    def uniform(self, a: float, b: float) -> float:
        return a


class MostJitter(random.Random):
    """As late as it may be."""

    def uniform(self, a: float, b: float) -> float:
        return b


def scheduler_of(workspace: Workspace, source: random.Random | None = None) -> Scheduler:
    return Scheduler(workspace.store, workspace.operations, workspace.clock, source or NoJitter())


@pytest.fixture
def scheduler(world: World) -> Scheduler:
    return scheduler_of(world.workspace)


def row_of(world: World) -> ConnectorRow:
    with world.workspace.store.database.read() as connection:
        return connector(connection, world.connector_id)


def schedule(world: World, *, discover: str = "off", sync: str = "off", due: datetime | None = None) -> None:
    """Set schedules; the first run is ``due``."""
    world.workspace.connectors.edit(world.connector_id, discover_schedule=discover, sync_schedule=sync)
    if due is not None:
        values = {f"{kind}_due_at": due for kind, text in (("discover", discover), ("sync", sync)) if text != "off"}
        with world.workspace.store.database.write() as connection:
            update_connector(connection, world.connector_id, values)


def run_due(world: World, scheduler: Scheduler) -> list[int]:
    started = scheduler.run_due()
    assert world.workspace.operations.wait(started, 20)
    return started


def test_nothing_is_due_without_a_schedule(scheduler: Scheduler) -> None:
    assert scheduler.run_due() == []
    assert scheduler.next_due() is None


def test_what_is_due_runs_and_the_next_is_set(world: World, scheduler: Scheduler, moment: Moment) -> None:
    schedule(world, discover="every 2h", due=moment.now + timedelta(hours=2))
    assert run_due(world, scheduler) == []
    moment.move(hours=2)
    (operation_id,) = run_due(world, scheduler)
    ran = world.operation(operation_id)
    assert (ran.type, ran.trigger, ran.status) == (OperationType.DISCOVER, Trigger.SCHEDULED, Status.COMPLETED)
    due = scheduler.next_due()
    assert due is not None
    assert (due[0], due[1].label, due[2]) == (moment.now + timedelta(hours=2), "Fake", OperationType.DISCOVER)
    assert run_due(world, scheduler) == []


def test_p14_what_was_missed_runs_once_at_the_next_start(
    world: World, moment: Moment, open_again: Callable[[], Workspace]
) -> None:
    schedule(world, discover="every 30m", sync="daily 02:30", due=moment.now)
    world.workspace.close()
    moment.move(days=9)
    world.workspace = open_again()
    scheduler = scheduler_of(world.workspace)
    assert [world.operation(each).type for each in run_due(world, scheduler)] == [
        OperationType.DISCOVER,
        OperationType.SYNC,
    ]
    assert run_due(world, scheduler) == []
    moment.move(minutes=30)
    assert len(run_due(world, scheduler)) == 1


def test_p14_a_local_time_follows_the_zone_through_spring_and_autumn(
    world: World, scheduler: Scheduler, moment: Moment
) -> None:
    ran = []
    for start in (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)):
        moment.now = start
        schedule(world, sync="off")
        schedule(world, sync="daily 02:30", due=world.workspace.clock.now() + timedelta(hours=0))
        run_due(world, scheduler)  # catches up with the first and sets the next
        for _ in range(48 * 4):
            moment.move(minutes=15)
            ran += [moment.now.astimezone(world.workspace.clock.zone) for _ in run_due(world, scheduler)]
    assert [f"{when:%d %H:%M %z}" for when in ran] == [
        "29 03:00 +0200",
        "30 02:30 +0200",
        "25 02:30 +0200",
        "26 02:30 +0100",
    ]


@pytest.mark.parametrize("plan", ["every 6h", "daily 02:30", "cron 0 */2 * * *"])
def test_p14_a_clock_that_was_set_back_stops_no_schedule(
    world: World, scheduler: Scheduler, moment: Moment, plan: str
) -> None:
    schedule(world, sync=plan, due=moment.now)
    assert len(run_due(world, scheduler)) == 1
    moment.move(days=-400)
    assert run_due(world, scheduler) == []
    due = scheduler.next_due()
    assert due is not None
    assert moment.now < due[0] <= moment.now + timedelta(days=1, minutes=1)
    moment.now = due[0]
    assert len(run_due(world, scheduler)) == 1


def test_p14_a_clock_that_jumped_ahead_and_back_runs_no_storm(
    world: World, scheduler: Scheduler, moment: Moment
) -> None:
    schedule(world, sync="every 1h", due=moment.now)
    assert len(run_due(world, scheduler)) == 1
    moment.move(days=30)
    assert len(run_due(world, scheduler)) == 1
    moment.move(days=-30)
    assert run_due(world, scheduler) == []


@pytest.mark.parametrize("plan", ["every 6h", "daily 02:30", "cron 0 */2 * * *"])
def test_fault_17_a_next_run_that_no_schedule_asked_for_is_planned_anew_and_told(
    world: World, scheduler: Scheduler, moment: Moment, plan: str
) -> None:
    far = moment.now.replace(year=2040)
    schedule(world, sync=plan, due=far)
    (astray,) = scheduler.plan_anew()
    assert "Fake: the next Sync was planned for 2040-" in astray.sentence(world.workspace.clock)
    due = scheduler.next_due()
    assert due is not None
    assert moment.now < due[0] <= moment.now + timedelta(days=1, minutes=1)
    assert scheduler.plan_anew() == []
    moment.now = due[0]
    assert len(run_due(world, scheduler)) == 1


def test_fault_17_a_run_that_a_schedule_can_ask_for_is_left_alone(
    world: World, scheduler: Scheduler, moment: Moment
) -> None:
    for plan, ahead in (("every 300d", timedelta(days=300)), ("cron 0 3 1 1 *", timedelta(days=304))):
        schedule(world, sync=plan, due=moment.now + ahead)
        assert scheduler.plan_anew() == []


def test_p8_two_processes_start_what_is_due_once(
    world: World, moment: Moment, open_again: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(world, discover="every 1h", due=moment.now)
    first, second = scheduler_of(world.workspace), scheduler_of(open_again())
    # The first has read what is due before the second claims it.
    stale = row_of(world)
    assert len(second.run_due()) == 1
    monkeypatch.setattr(module, "all_connectors", lambda _connection: [stale])
    assert first.run_due() == []


def test_what_runs_already_is_not_started_again(world: World, scheduler: Scheduler, moment: Moment) -> None:
    world.list("a")
    schedule(world, sync="every 1h", due=moment.now)
    from dojo_tui.store.operation_writes import Request, queue

    request = Request(world.connector_id, "Fake", OperationType.SYNC, Trigger.MANUAL, None, False, False)
    with world.workspace.store.database.write() as connection:
        queue(connection, request, world.workspace.operations.owner, moment.now)
    assert scheduler.run_due() == []
    due = scheduler.next_due()
    assert due is not None
    assert due[0] == moment.now + timedelta(hours=1)


def test_jitter_is_a_small_share_and_a_minute_at_most(world: World, moment: Moment) -> None:
    late = scheduler_of(world.workspace, MostJitter())
    for plan, interval, most in (("every 1m", 60, 3), ("every 10m", 600, 30), ("every 6h", 6 * 3600, 60)):
        schedule(world, sync="off")
        schedule(world, sync=plan, due=moment.now)
        run_due(world, late)
        due = late.next_due()
        assert due is not None
        assert due[0] - moment.now == timedelta(seconds=interval + most)
        assert run_due(world, late) == []


def test_the_next_due_is_the_earliest_of_all(world: World, scheduler: Scheduler, moment: Moment) -> None:
    schedule(world, discover="every 6h", sync="every 2h")
    other = world.workspace.connectors.add("fake", "Other", "somewhere", sync_schedule="every 1h")
    due = scheduler.next_due()
    assert due is not None
    assert (due[1].id, due[2]) == (other, OperationType.SYNC)


def test_saving_a_form_does_not_put_off_the_next_run(world: World, moment: Moment) -> None:
    schedule(world, sync="every 6h")
    before = row_of(world).sync_due_at
    moment.move(hours=1)
    world.workspace.connectors.edit(world.connector_id, sync_schedule="every 6h", label="Renamed")
    assert row_of(world).sync_due_at == before
    schedule(world, sync="off")
    assert row_of(world).sync_due_at is None


def test_a_schedule_that_cannot_be_read_is_refused(world: World) -> None:
    with pytest.raises(UsageError, match="daily 02:30"):
        schedule(world, sync="now and then")


def test_a_schedule_of_a_newer_version_stops_nothing_else(world: World, scheduler: Scheduler, moment: Moment) -> None:
    schedule(world, sync="every 1h", due=moment.now)
    other = world.workspace.connectors.add("fake", "Other", "somewhere")
    with world.workspace.store.database.write() as connection:
        update_connector(connection, other, {"sync_schedule": "at full moon", "sync_due_at": moment.now})
    assert len(run_due(world, scheduler)) == 1
