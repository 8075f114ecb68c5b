"""The file of an SQLite store: who may read it, where nothing can be written, and what is no file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import StoreError
from dojo_tui.store import sqlite_file
from dojo_tui.store.database import store_error
from dojo_tui.store.ids import chunks
from dojo_tui.store.open import open_store
from dojo_tui.store.operations import operation_rows
from dojo_tui.store.records import record_rows

CLOCK = Clock(now=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC), zone=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store that was closed."""
    path = tmp_path / "deep" / "store.sqlite"
    open_store(str(path), clock=CLOCK).close()
    return path


@pytest.fixture
def read_only_mount(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nothing can be written at ``path``, whoever asks."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: mode != os.W_OK and access(place, mode))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_made_is_for_its_owner_only(path: Path) -> None:
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    store = open_store(str(path), clock=CLOCK)
    with store.database.write() as connection:
        connection.execute(text("DELETE FROM records"))
        assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    store.close()
    assert mode(sqlite_file.back_up(path, "1", CLOCK.now())) == 0o600


def test_what_was_there_keeps_its_permissions(path: Path) -> None:
    path.parent.chmod(0o750)
    path.chmod(0o640)
    open_store(str(path), clock=CLOCK).close()
    assert (mode(path), mode(path.parent)) == (0o640, 0o750)


@pytest.mark.usefixtures("read_only_mount")
def test_a_store_where_nothing_can_be_written_is_read_as_it_is(path: Path) -> None:
    store = open_store(str(path), clock=CLOCK, read_only=True)
    with store.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM records")).scalar() == 0
        assert [file.name for file in path.parent.iterdir()] == ["store.sqlite"]
    with pytest.raises(StoreError, match="read-only"), store.database.write():
        pass
    store.close()
    with pytest.raises(StoreError, match="look at it with --read-only"):
        open_store(str(path), clock=CLOCK)


@pytest.mark.usefixtures("read_only_mount")
def test_writes_that_wait_beside_it_are_not_overlooked(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "store.sqlite"
    copy.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE later (x)")
        connection.commit()
        for name in ("store.sqlite", "store.sqlite-wal"):
            shutil.copy(path.with_name(name), copy.with_name(name))
    store = open_store(str(copy), clock=CLOCK, read_only=True)
    with store.database.read() as reading:
        assert reading.execute(text("SELECT count(*) FROM later")).scalar() == 0
    store.close()


def test_a_file_that_cannot_be_opened_for_its_folder_is_told() -> None:
    told = store_error(sqlite3.OperationalError("unable to open database file"))
    assert "its folder does not let us" in told.what
    assert "write permission" in told.do


@pytest.mark.parametrize(
    "url", ["", " ", ":memory:", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true"]
)
def test_a_store_is_a_file(url: str) -> None:
    with pytest.raises(StoreError, match="names no file"):
        open_store(url, clock=CLOCK)


def test_the_path_of_no_user_is_told() -> None:
    with pytest.raises(StoreError, match="cannot be told from '~nobody-of-this-name/s'"):
        open_store("~nobody-of-this-name/s", clock=CLOCK)


def test_a_path_below_a_folder_that_was_removed_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = (
        "import os; os.rmdir(os.getcwd())\n"
        "from dojo_tui.model.clock import Clock; from dojo_tui.store.open import open_store\n"
        "open_store('s.sqlite', clock=Clock())"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=gone, env=environment, capture_output=True, text=True, check=False
    )
    assert "StoreError: The path of the store cannot be told from 's.sqlite': No such file" in done.stderr


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**40])
def test_a_number_too_large_for_an_id_is_nobodys(path: Path, number: int) -> None:
    store = open_store(str(path), clock=CLOCK)
    with store.database.read() as connection:
        assert record_rows(connection, [number]) == []
        assert operation_rows(connection, [number]) == []
    store.close()
    assert list(chunks([1, number, 2**63 - 1, -(2**63)])) == [[1, 2**63 - 1, -(2**63)]]
