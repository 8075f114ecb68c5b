"""Opening stores: new, old, newer, broken, foreign, shared."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import StoreError
from dojo_tui.store import database as database_module
from dojo_tui.store import migrate, version
from dojo_tui.store import open as opening
from dojo_tui.store.open import open_store

CLOCK = Clock(now=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC), zone=UTC)


def permissions_hold() -> bool:
    """Not for root, unless it has given its privilege up."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0o444)
        return not os.access(file.name, os.W_OK)


needs_permissions = pytest.mark.skipif(not permissions_hold(), reason="file permissions do not hold for root")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "store.sqlite"


def make(path: Path) -> None:
    open_store(str(path), clock=CLOCK).close()


def test_a_new_store_is_made_with_its_folders(path: Path) -> None:
    store = open_store(str(path), clock=CLOCK)
    with store.database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert version.stored_version(connection) == version.HEAD
    assert store.name == str(path)
    store.close()


def test_a_url_and_a_path_name_the_same_store(path: Path) -> None:
    make(path)
    store = open_store(f"sqlite:///{path}", clock=CLOCK)
    assert store.name == str(path)
    store.close()


def test_the_default_store_is_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert opening.default_path().name == "store.sqlite"
    assert "dojo-tui" in opening.default_path().parts


def test_opening_again_imports_neither_alembic_nor_the_orm(path: Path) -> None:
    make(path)
    script = (
        "import sys\n"
        "from dojo_tui.model.clock import Clock\n"
        "from dojo_tui.store.open import open_store\n"
        "import dojo_tui.services.operations, dojo_tui.services.scheduler, dojo_tui.services.connectors\n"
        "open_store(sys.argv[1], clock=Clock()).close()\n"
        "print([name for name in ('alembic', 'sqlalchemy.orm', 'textual', 'httpx') if name in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def refused(path: Path, words: str) -> None:
    """Opening fails with these words, and leaves the file as it was."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=words) as caught:
        open_store(str(path), clock=CLOCK)
    assert caught.value.safe
    if before is not None:
        assert path.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "is a folder")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes and no database\n" * 100)
    refused(path, "not an SQLite database")


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.touch()
    make(path)
    assert path.stat().st_size > 0


def test_another_programs_database_is_refused_and_not_even_switched_to_wal(tmp_path: Path) -> None:
    path = tmp_path / "browser.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    refused(path, "belongs to another program")


def test_another_programs_alembic_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.commit()
    refused(path, "belongs to another program")


@pytest.mark.parametrize("start", [16, 100, 4096])
def test_a_corrupt_store_is_refused(path: Path, start: int) -> None:
    make(path)
    content = bytearray(path.read_bytes())
    content[start : start + 3000] = os.urandom(3000)
    path.write_bytes(content)
    with pytest.raises(StoreError):
        store = open_store(str(path), clock=CLOCK)
        with store.database.read() as connection:  # what is broken deeper inside is seen when it is read
            for (name,) in connection.execute(text("SELECT name FROM sqlite_master")).all():
                connection.execute(text(f'SELECT * FROM "{name}"')).all()
            connection.execute(text("PRAGMA integrity_check")).all()
            if connection.execute(text("PRAGMA integrity_check")).scalar() != "ok":
                raise StoreError("found by a check")
    assert path.read_bytes() == bytes(content)


def test_a_truncated_store_is_refused(path: Path) -> None:
    make(path)
    path.write_bytes(path.read_bytes()[:5000])
    refused(path, "not a readable SQLite database")


@needs_permissions
def test_a_read_only_file_is_refused(path: Path) -> None:
    make(path)
    path.chmod(0o444)
    refused(path, "[Pp]ermission|read-only")


@needs_permissions
def test_a_read_only_folder_is_refused(path: Path) -> None:
    make(path)
    path.parent.chmod(0o555)
    try:
        refused(path, "[Pp]ermission|read-only")
        refused(path.with_name("other.sqlite"), "[Pp]ermission|read-only")
    finally:
        path.parent.chmod(0o755)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(str(tmp_path / "file" / "store.sqlite"), clock=CLOCK)


def test_a_full_disk_is_told_and_what_was_there_stays(path: Path) -> None:
    store = open_store(str(path), clock=CLOCK)
    with pytest.raises(StoreError, match="disk is full"), store.database.write() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        connection.execute(text("CREATE TABLE big (content TEXT)"))
        connection.execute(text("INSERT INTO big VALUES (zeroblob(10000000))"))
    with store.database.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert version.stored_version(connection) == version.HEAD
    store.close()


def test_a_store_that_stays_locked_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(path)
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0)
    store = open_store(str(path), clock=CLOCK)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program has been writing"), store.database.write():
            pass
        with store.database.read() as connection:  # readers wait for nobody
            assert version.stored_version(connection) == version.HEAD
    store.close()


def test_read_only_makes_nothing_and_refuses_every_write(path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        open_store(str(path), clock=CLOCK, read_only=True)
    assert not path.parent.exists()
    make(path)
    store = open_store(str(path), clock=CLOCK, read_only=True)
    with pytest.raises(StoreError, match="read-only"), store.database.write():
        pass
    with pytest.raises(StoreError), store.database.read() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    store.close()


def test_a_wrong_address_is_told_without_its_password() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("mysql://me:hunter2@host/db", clock=CLOCK)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(StoreError, match="cannot be read"):
        open_store("://", clock=CLOCK)


def test_many_processes_may_open_a_new_store_at_the_same_moment(path: Path) -> None:
    script = (
        "import sys\n"
        "from dojo_tui.model.clock import Clock\n"
        "from dojo_tui.store.open import open_store\n"
        "import dojo_tui.store.migrate\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "open_store(sys.argv[1], clock=Clock()).close()\n"
    )
    for number in range(3):
        fresh = path.with_name(f"{number}.sqlite")
        children = [
            subprocess.Popen(
                [sys.executable, "-c", script, str(fresh)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for child in children:
            assert child.stdout is not None
            child.stdout.readline()
        told = [child.communicate("go\n")[1] for child in children]
        assert told == [""] * 4
        make(fresh)


# --- upgrades ---------------------------------------------------------------------


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that this program has one more migration."""

    def set_up(body: str = "op.add_column('connectors', sa.Column('colour', sa.Text()))") -> None:
        folder = tmp_path / "migrations"
        if not folder.exists():
            shutil.copytree(migrate.MIGRATIONS, folder)
        (folder / "versions" / "9999_colour.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = '9999'\ndown_revision = '{version.HEAD}'\n\n\ndef upgrade():\n    {body}\n"
        )
        monkeypatch.setattr(migrate, "MIGRATIONS", folder)
        monkeypatch.setattr(migrate, "HEAD", "9999")
        monkeypatch.setattr(opening, "HEAD", "9999")

    return set_up


def add_connector(path: Path) -> None:
    """Write something that is only in the WAL yet, as after a crash."""
    script = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA wal_autocheckpoint=0')\n"
        "c.execute(\"INSERT INTO product_types (name) VALUES ('kept')\"); c.commit(); os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)


def test_before_an_upgrade_the_whole_store_is_copied(path: Path, next_version: Callable[..., None]) -> None:
    before = version.HEAD
    make(path)
    add_connector(path)
    assert path.with_name("store.sqlite-wal").stat().st_size > 0
    next_version()
    store = open_store(str(path), clock=CLOCK)
    with store.database.read() as connection:
        assert version.stored_version(connection) == "9999"
        connection.execute(text("SELECT colour FROM connectors"))
        assert connection.execute(text("SELECT name FROM product_types")).scalars().all() == ["kept"]
    store.close()
    backup = path.with_name(f"store.sqlite.backup-{before}-20260302T090000Z")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(before,)]
        assert connection.execute("SELECT name FROM product_types").fetchall() == [("kept",)]
    assert [found.name for found in path.parent.glob("*.partial")] == []


def test_a_new_store_needs_no_copy(path: Path) -> None:
    make(path)
    assert list(path.parent.glob("*.backup-*")) == []


def test_an_upgrade_that_fails_changes_nothing(path: Path, next_version: Callable[..., None]) -> None:
    make(path)
    next_version("op.add_column('connectors', sa.Column('colour', sa.Text())); op.execute('SELECT * FROM nowhere')")
    with pytest.raises(StoreError):
        open_store(str(path), clock=CLOCK)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(version.HEAD,)]
        columns = [row[1] for row in connection.execute("PRAGMA table_info(connectors)")]
    assert "colour" not in columns


def test_without_a_copy_there_is_no_upgrade(
    path: Path, next_version: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(path)
    next_version()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="copy that is made before it failed"):
        open_store(str(path), clock=CLOCK)
    monkeypatch.undo()
    make(path)
    assert list(path.parent.glob("*.backup-*")) == []


def test_read_only_does_not_upgrade(path: Path, next_version: Callable[..., None]) -> None:
    make(path)
    next_version()
    with pytest.raises(StoreError, match="would have to be upgraded"):
        open_store(str(path), clock=CLOCK, read_only=True)


def test_a_store_from_a_newer_version_is_refused(path: Path) -> None:
    make(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9998'")
        connection.commit()
    with pytest.raises(StoreError, match="newer version of dojo-tui"):
        open_store(str(path), clock=CLOCK)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9998",)]
    assert list(path.parent.glob("*.backup-*")) == []
