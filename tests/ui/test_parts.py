"""The parts below the screens: jobs, events, columns."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, Status, Trigger
from dojo_tui.services.events import OperationChanged, Progress, RecordsChanged
from dojo_tui.store.watch import Watch
from dojo_tui.ui.bridge import Bridge, Changes
from dojo_tui.ui.jobs import Jobs
from dojo_tui.ui.lists.times import lasted, moment, when
from dojo_tui.ui.lists.words import changes, counted, sparkline
from dojo_tui.ui.widgets.columns import Column, place
from dojo_tui.ui.widgets.text_pane import wrap
from tests.ui import world
from tests.waiting import PATIENCE

SUMMER = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def jobs_do(script: Callable[[Jobs], object]) -> list[Exception]:
    """Run a script with Jobs in a loop; errors that nobody took."""
    errors: list[Exception] = []

    async def run() -> None:
        jobs = Jobs(lambda callback: callback(), errors.append)
        jobs.start()
        script(jobs)
        await asyncio.wait_for(jobs.settled(), PATIENCE)
        jobs.close()

    asyncio.run(run())
    return errors


def test_only_the_newest_read_arrives() -> None:
    arrived: list[int] = []
    gate = threading.Event()

    def script(jobs: Jobs) -> None:
        jobs.read("list", lambda: gate.wait(PATIENCE), lambda _: arrived.append(0))
        for number in range(1, 4):
            jobs.read("list", lambda number=number: number, arrived.append)  # type: ignore[misc]
        gate.set()

    assert jobs_do(script) == []
    assert arrived == [3]


def test_writes_are_all_done_in_order() -> None:
    done: list[int] = []

    def script(jobs: Jobs) -> None:
        for number in range(20):
            jobs.write(lambda number=number: number, done.append)  # type: ignore[misc]

    jobs_do(script)
    assert done == list(range(20))


def test_an_error_of_a_job_is_handed_over_and_the_next_job_runs() -> None:
    done: list[str] = []

    def fail() -> None:
        raise ValueError("no")

    def script(jobs: Jobs) -> None:
        jobs.write(fail)
        jobs.write(lambda: "yes", done.append)

    assert [str(error) for error in jobs_do(script)] == ["no"]
    assert done == ["yes"]


def test_nothing_arrives_after_the_end() -> None:
    arrived: list[int] = []
    gate = threading.Event()

    async def run() -> None:
        jobs = Jobs(lambda callback: callback(), lambda _error: None)
        jobs.start()
        jobs.write(lambda: gate.wait(PATIENCE), lambda _: arrived.append(1))
        jobs.close()
        gate.set()
        await asyncio.sleep(0)

    asyncio.run(run())
    assert arrived == []


def changed(status: Status) -> OperationChanged:
    return OperationChanged(7, 1, "code", OperationType.SYNC, Trigger.MANUAL, status, {})


def test_many_events_become_one_message() -> None:
    waiting: list[Callable[[], None]] = []
    told: list[Changes] = []
    bridge = Bridge(lambda _delay, callback: waiting.append(callback), told.append)
    bridge(changed(Status.RUNNING))
    for done in range(1_000):
        bridge(Progress(7, done, 1_000, "x", {}))
    bridge(RecordsChanged(1))
    assert len(waiting) == 1
    waiting.pop()()
    assert len(told) == 1
    assert told[0].records
    assert told[0].operations
    assert bridge.progress[7].done == 999
    bridge(changed(Status.COMPLETED))
    assert 7 not in bridge.progress


def test_columns_share_the_width_and_the_least_important_leave() -> None:
    columns = [*enumerate((Column("A", 10, grow=1), Column("B", 8, drop=2), Column("C", 8, drop=1)))]
    assert [(part.column.title, part.width) for part in place(columns, 40)] == [("A", 22), ("B", 8), ("C", 8)]
    assert [part.column.title for part in place(columns, 20)] == ["A", "C"]
    assert [(part.column.title, part.width) for part in place(columns, 5)] == [("A", 5)]


def test_a_wrapped_line_hangs_below_its_text() -> None:
    lines = wrap((("label     ", "dim"), ("one two three four", "")), 20)
    assert ["".join(text for text, _ in line) for line in lines] == ["label     one two", "          three four"]
    lines = wrap((("no label at all, just a text", ""),), 20)
    assert ["".join(text for text, _ in line) for line in lines] == ["no label at all,", "just a text"]


def test_p14_moments_are_shown_in_the_persons_zone() -> None:
    clock = Clock(now=lambda: SUMMER, zone=ZoneInfo("Europe/Berlin"))
    assert when(clock, SUMMER) == "14:00:00"
    assert moment(clock, SUMMER) == "2026-07-01 14:00:00 CEST"
    winter = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    assert moment(clock, winter) == "2026-01-01 13:00:00 CET"
    assert moment(clock, None) == "-"


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0.04, "<0.1 s"), (42.4, "42 s"), (125, "2 m 05 s"), (7500, "2 h 05 m")]
)
def test_durations_are_short(seconds: float | None, text: str) -> None:
    assert lasted(seconds) == text


def test_changes_are_short_and_say_when_there_are_none() -> None:
    assert changes({"created": 3, "closed": 1, "untouched": 1_200}) == "+3 -1 =1,200"
    assert changes({"created": 0, "untouched": 5}) == "no change in 5"
    assert changes({}) == "-"
    assert counted({"records": 1, "closed": 2, "failed": 0}) == "1 record, 2 closed"


def test_a_watch_sees_what_others_write(tmp_path: Path, clock: Clock) -> None:
    workspace = world.build(tmp_path / "store.sqlite", clock)
    watch = Watch(workspace.store.database)
    assert not watch.changed()
    assert not watch.changed()
    workspace.mapper.ignore(array("q", [1, 2]))
    assert watch.changed()
    assert not watch.changed()
    watch.close()
    workspace.close()


@pytest.mark.parametrize(
    ("values", "shown"), [([1, 2, 3, 8], "▂▃▄█"), ([0, 0], "▁▁"), ([5], "█"), ([], ""), ([0.1, 100], "▁█")]
)
def test_a_sparkline_is_as_high_as_its_largest_value(values: list[float], shown: str) -> None:
    assert sparkline(values) == shown
