"""Real processes on one store: killed at any instant (P7), and two at the same moment (P8)."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest

from dojo_tui.connectors.base import Vep
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.store.findings import FindingQuery, finding_ids, finding_rows
from dojo_tui.store.operations import OperationQuery, operation_ids, operation_rows
from dojo_tui.store.records import RecordQuery, record_ids
from dojo_tui.wiring import Workspace, open_workspace
from tests.services.child import tool_of
from tests.services.conftest import SERVER

RECORDS = 50
Shape = dict[str, Counter[tuple[str, bool]]]


def opened(url: str | Path, version: int) -> Workspace:
    return open_workspace(str(url), tools={"fake": tool_of(version)})


def prepare(url: str | Path, records: int) -> None:
    """A store whose Records hold the Findings of version 1."""
    workspace = opened(url, 1)
    tool = workspace.tools["fake"]
    tool.veps = [Vep(f"vep {number:03}", f"vep {number:03}") for number in range(records - 1)]  # type: ignore[attr-defined]
    tool.veps.append(Vep("last", "vep last"))  # type: ignore[attr-defined]
    connector_id = workspace.connectors.add("fake", "Fake", "somewhere")
    workspace.operations.run(connector_id, OperationType.DISCOVER)
    with workspace.store.database.read() as connection:
        ids = record_ids(connection, RecordQuery())
    for number in range(4):
        workspace.mapper.map(ids[number::4], f"Product {number}")
    workspace.operations.run(connector_id, OperationType.SYNC)
    workspace.close()


def shape_of(workspace: Workspace) -> Shape:
    """What each Record holds."""
    found: Shape = {}
    with workspace.store.database.read() as connection:
        for row in finding_rows(connection, finding_ids(connection, FindingQuery())):
            found.setdefault(row.record_name or "", Counter())[row.title, row.active] += 1
    return found


class Child:
    """One other process."""

    def __init__(self, url: str | Path, version: int, marker: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.child", str(url), str(version), str(marker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.line() == "ready"

    @property
    def stdin(self) -> IO[str]:
        assert self.process.stdin is not None
        return self.process.stdin

    def go(self) -> None:
        self.stdin.write("go\n")
        self.stdin.flush()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ended(self) -> str:
        """How its Sync ended."""
        while (line := self.line()) in ("running", "record"):
            pass
        return line

    def close(self) -> str:
        """Let it end; what it complained of."""
        _, errors = self.process.communicate()
        return errors


def last_operation(workspace: Workspace) -> tuple[Status, int]:
    with workspace.store.database.read() as connection:
        (row,) = operation_rows(connection, operation_ids(connection, OperationQuery())[:1])
    return row.status, row.id


def kill_in_the_middle(tmp_path: Path, times: int) -> None:
    origin = tmp_path / "origin.sqlite"
    prepare(origin, RECORDS)
    undisturbed = tmp_path / "undisturbed.sqlite"
    shutil.copy(origin, undisturbed)
    child = Child(undisturbed, 2, tmp_path / "marker")
    child.go()
    assert child.line() == "running"
    begun = time.monotonic()
    assert child.ended() == "Completed"
    each = (time.monotonic() - begun) / RECORDS
    assert child.close() == ""
    workspace = opened(undisturbed, 2)
    wanted = shape_of(workspace)
    workspace.close()
    workspace = opened(origin, 2)
    before = shape_of(workspace)
    workspace.close()
    assert len(wanted) == RECORDS
    assert all(before[name] != wanted[name] for name in wanted)

    source = random.Random(20260302)
    in_the_middle = 0
    for number in range(times):
        path = tmp_path / f"{number}.sqlite"
        shutil.copy(origin, path)
        child = Child(path, 2, tmp_path / f"marker {number}")
        child.go()
        assert child.line() == "running"
        # A random instant, counted in Records first, so that a busy machine does not make it the end.
        for _ in range(source.randrange(RECORDS - 5)):
            assert child.line() == "record"
        try:
            child.process.wait(timeout=source.uniform(0.0, 2 * each))
        except subprocess.TimeoutExpired:
            os.kill(child.process.pid, signal.SIGKILL)
        child.close()
        workspace = opened(path, 2)
        status, _ = last_operation(workspace)
        now = shape_of(workspace)
        after = [name for name in wanted if now[name] == wanted[name]]
        assert all(now[name] in (before[name], wanted[name]) for name in wanted)
        if len(after) < RECORDS:
            assert status is Status.INTERRUPTED
        in_the_middle += 0 < len(after) < RECORDS
        connector_id = 1
        workspace.operations.run(connector_id, OperationType.SYNC, wait_seconds=0)
        assert last_operation(workspace)[0] is Status.COMPLETED
        assert shape_of(workspace) == wanted
        workspace.close()
    assert in_the_middle >= times // 2


needs_sqlite = pytest.mark.skipif(SERVER is not None, reason="copies the files of stores")


@needs_sqlite
def test_p7_a_killed_sync_leaves_every_record_before_or_after(tmp_path: Path) -> None:
    kill_in_the_middle(tmp_path, 3)


@pytest.mark.slow
@needs_sqlite
def test_p7_a_sync_killed_twenty_times_leaves_every_record_before_or_after(tmp_path: Path) -> None:
    kill_in_the_middle(tmp_path, 20)


def sync_at_the_same_moment(store_url: str, tmp_path: Path, times: int) -> None:
    prepare(store_url, 5)
    marker = tmp_path / "marker"
    children = [Child(store_url, 1, marker), Child(store_url, 2, marker)]
    for _ in range(times):
        for child in children:
            child.go()
        assert [child.ended() for child in children] == ["Completed", "Completed"]
    assert [child.close() for child in children] == ["", ""]
    workspace = opened(store_url, 1)
    with workspace.store.database.read() as connection:
        rows = operation_rows(connection, operation_ids(connection, OperationQuery(type=OperationType.SYNC)))
    workspace.close()
    assert len(rows) == 2 * times + 1
    spans = sorted((row.started_at, row.ended_at) for row in rows if row.started_at and row.ended_at)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_p8_two_processes_never_run_one_connector_at_once(store_url: str, tmp_path: Path) -> None:
    sync_at_the_same_moment(store_url, tmp_path, 5)


@pytest.mark.slow
def test_p8_two_processes_fifty_times_never_run_one_connector_at_once(store_url: str, tmp_path: Path) -> None:
    sync_at_the_same_moment(store_url, tmp_path, 50)
