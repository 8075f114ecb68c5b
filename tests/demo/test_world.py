"""The demo's world: what it shows, that it is the same every time, and that it leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dojo_tui.demo import releases
from dojo_tui.demo.run import run_demo
from dojo_tui.demo.world import LINT, SAST, build
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.model.record import State
from dojo_tui.store.connectors import connector_by_label
from dojo_tui.store.operations import OperationQuery, operation_ids, operation_rows
from dojo_tui.store.records import RecordQuery, record_counts, stream_records
from dojo_tui.wiring import Workspace
from tests.conftest import Moment
from tests.waiting import PATIENCE


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    workspace = build(tmp_path, clock)
    yield workspace
    workspace.close()


def operations(workspace: Workspace) -> list[tuple[object, ...]]:
    with workspace.store.database.read() as connection:
        rows = operation_rows(connection, operation_ids(connection, OperationQuery()))
    return [(row.connector_label, row.type, row.status, row.trigger, row.started_at, row.counts) for row in rows]


def sync(workspace: Workspace, label: str, *, dry_run: bool = False) -> dict[str, int]:
    with workspace.store.database.read() as connection:
        connector = connector_by_label(connection, label)
    done = workspace.operations.run(connector.id, OperationType.SYNC, dry_run=dry_run)
    with workspace.store.database.read() as connection:
        (row,) = operation_rows(connection, [done])
    return row.counts


def test_every_state_is_there_and_history_too(world: Workspace, clock: Clock) -> None:
    with world.store.database.read() as connection:
        assert all(record_counts(connection, None).values())
    history = operations(world)
    assert {row[1] for row in history} == {OperationType.DISCOVER, OperationType.SYNC}
    assert {row[2] for row in history} == {Status.COMPLETED, Status.PARTLY_FAILED}
    assert all(row[4] < clock.now() for row in history)  # type: ignore[operator]


def test_a_schedule_fires_within_the_first_minute(world: Workspace, moment: Moment, clock: Clock) -> None:
    due = world.scheduler.next_due()
    assert due is not None
    assert due[0] - clock.now() <= timedelta(seconds=30)
    assert due[1].label == LINT
    assert world.scheduler.run_due() == []
    moment.move(seconds=30)
    started = world.scheduler.run_due()
    assert world.operations.wait(started, timeout=PATIENCE)
    assert len(started) == 1


def test_the_second_sync_finds_the_next_release_and_the_third_the_first_again(world: Workspace) -> None:
    first = sync(world, SAST)
    assert (first["created"], first["closed"], first["reactivated"]) == (0, 0, 0)
    planned = sync(world, SAST, dry_run=True)
    second = sync(world, SAST)
    assert second["created"] > 0
    assert second["closed"] > 0
    assert planned == second
    third = sync(world, SAST)
    assert third["reactivated"] == second["closed"]
    assert third["closed"] == second["created"]


def test_the_same_clock_makes_the_same_world(tmp_path: Path, clock: Clock) -> None:
    seen = []
    for name in ("one", "two"):
        workspace = build(tmp_path / name, clock)
        with workspace.store.database.read() as connection:
            records = [
                (row.id, row.name, row.state, row.product_name, row.finalized_by, row.last_synced_at)
                for row in stream_records(connection, RecordQuery())
            ]
        seen.append((records, operations(workspace)))
        workspace.close()
    assert seen[0] == seen[1]
    assert Counter(row[2] for row in seen[0][0])[State.STALE] == 1


def test_it_can_be_opened_read_only(tmp_path: Path, clock: Clock) -> None:
    workspace = build(tmp_path, clock, read_only=True)
    assert workspace.read_only
    workspace.close()


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: bool) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[Path] = []

    def app(opener: object, **_: object) -> int:
        seen.extend(tmp_path.iterdir())
        if fails:
            raise RuntimeError
        return 7

    monkeypatch.setattr("dojo_tui.ui.app.run", app)
    if fails:
        with pytest.raises(RuntimeError):
            run_demo()
    else:
        assert run_demo() == 7
    assert len(seen) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_reports_are_small_and_their_origin_is_told() -> None:
    files = [file for file in releases.DATA.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 600_000
    told = (releases.DATA / "ORIGIN.md").read_text(encoding="utf-8")
    for project, versions in releases.RELEASES.items():
        assert all(word in told for word in (project, *versions))
