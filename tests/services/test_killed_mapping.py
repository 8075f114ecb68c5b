"""A mapping act of a process that is killed: every Record is as before it, or every one as after it (P7)."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dojo_tui.model.record import State
from dojo_tui.store import discovery
from dojo_tui.store.discovery import Listed
from dojo_tui.store.records import record_counts
from dojo_tui.wiring import open_workspace
from tests.services.conftest import SERVER

pytestmark = pytest.mark.skipif(SERVER is not None, reason="copies the files of stores")

WHO = "somebody"


def prepared(folder: Path, records: int) -> dict[str, Path]:
    """A store for each act: one whose Records are New, and one in which all were mapped."""
    new, mapped = folder / "new.sqlite", folder / "mapped.sqlite"
    workspace = open_workspace(str(new), who=WHO)
    connector_id = workspace.connectors.add("reports", "fleet", str(folder))
    veps = [(Listed(f"v{number}", f"name {number}", {}, []), f"v{number}") for number in range(records)]
    with workspace.store.database.write() as connection:
        discovery.insert_new(connection, connector_id, veps, workspace.clock.now())
    workspace.destination.find_or_create_product("Everything")
    workspace.close()
    shutil.copy(new, mapped)
    undisturbed(mapped, "map")
    return {"map": new, "undo": mapped}


def child(store: Path, act: str) -> subprocess.Popen[str]:
    """Another process, about to begin."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.services.mapping_child", str(store), act],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def undisturbed(store: Path, act: str) -> float:
    """Seconds that the act takes when nobody disturbs it."""
    process = child(store, act)
    begun = time.monotonic()
    assert process.stdout is not None
    assert process.stdout.readline() == "done\n"
    took = time.monotonic() - begun
    process.communicate()
    assert process.returncode == 0
    return took


def kill_at_random(folder: Path, records: int, times: int) -> None:
    stores = prepared(folder, records)
    source = random.Random(20261120)
    for act, origin in stores.items():
        store = folder / f"{act} undisturbed.sqlite"
        shutil.copy(origin, store)
        took = undisturbed(store, act)
        in_the_middle = 0
        for number in range(times):
            place = folder / f"{act} {number}"
            place.mkdir()
            store = Path(shutil.copy(origin, place))
            process = child(store, act)
            # One instant in each of as many equal parts of the time that it takes.
            time.sleep(took * (number + source.random()) / times)
            process.kill()
            process.communicate()
            in_the_middle += not whole_and_usable(store, act, records)
            shutil.rmtree(place)
        assert in_the_middle, "every act had ended before it was killed"


def whole_and_usable(store: Path, act: str, records: int) -> bool:
    """Whether the act took place, once it is clear that it did so as a whole or not at all."""
    workspace = open_workspace(str(store), who=WHO)
    try:
        with workspace.store.database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            counts = record_counts(connection, None)
        state, other = (State.GOOD, State.NEW) if act == "map" else (State.NEW, State.GOOD)
        happened = counts[state] == records
        assert happened or counts[other] == records
        told = [(row.act, row.count) for row in workspace.mapper.acts()]
        before = [] if act == "map" else [("map", records)]
        assert told == ([(act, records), *before] if happened else before)
        # What came of it can be taken back, and what did not can be done.
        again = workspace.mapper.redo if happened and act == "undo" else workspace.mapper.undo
        undone = again() if happened or act == "undo" else None
        assert (undone.count if undone else 0) == (records if happened or act == "undo" else 0)
    finally:
        workspace.close()
    return happened


def test_p7_a_killed_mapping_act_is_all_or_nothing(tmp_path: Path) -> None:
    kill_at_random(tmp_path, 3_000, 3)


@pytest.mark.slow
def test_p7_a_mapping_act_on_100000_records_killed_ten_times_is_all_or_nothing(tmp_path: Path) -> None:
    kill_at_random(tmp_path, 100_000, 10)
