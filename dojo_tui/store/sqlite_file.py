"""The file of an SQLite store: checked before anything could change it, and copied before an upgrade."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from dojo_tui.model.errors import StoreError
from dojo_tui.store.database import BUSY_SECONDS, store_error
from dojo_tui.store.version import foreign

_MAGIC = b"SQLite format 3\0"


def prepare(url: URL, *, read_only: bool = False) -> bool:
    """Make sure that the file can be a store and be written; False when it was made now, in WAL mode."""
    path = path_of(url)
    if path is None:
        return False
    try:
        exists = _check(path)
        if read_only:
            if not exists:
                raise StoreError(f"There is no store at {path} yet.", do="Open it once without --read-only.")
            return True
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(path if exists else path.parent, os.W_OK):
            raise PermissionError(13, "Permission denied", str(path))
        if not exists:
            _create_private(path)
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be used: {error.strerror or error}.",
            safe="Nothing was changed.",
            do="Give yourself permission to read and write it and its folder, choose another with --store, "
            "or look at it with --read-only.",
        ) from error
    try:
        if exists:
            _refuse_foreign(path)
        _use_wal(path)
    except sqlite3.Error as error:
        raise store_error(error) from error
    return exists


def check_there(url: URL) -> None:
    """Raise StoreError when no SQLite database is at the path of a store that was there before."""
    path = path_of(url)
    if path is not None and not _check(path):
        raise StoreError(
            f"There is no store at {path} any more.",
            safe="No new one is made in its place.",
            do="Put the file back (backups lie beside it), then read anew.",
        )


def path_of(url: URL) -> Path | None:
    """The file of an SQLite URL; None when it lives in memory."""
    if not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def is_still(path: Path) -> bool:
    """Whether nobody can write beside the file, and no writes wait there: it can be read as it is, without locks.

    A store in WAL mode cannot be opened otherwise on a read-only mount: even
    who only reads makes files for the locks.
    """
    waiting = path.with_name(f"{path.name}-wal")
    try:
        return not os.access(path.parent, os.W_OK) and not (waiting.exists() and waiting.stat().st_size)
    except OSError:
        return False


def still_uri(path: Path) -> str:
    """The address under which SQLite reads a file that nobody changes."""
    return f"{path.absolute().as_uri()}?immutable=1"


def back_up(path: Path, version: str, now: datetime) -> Path:
    """Copy the whole store, what is still in its WAL included, to a file beside it."""
    target = path.with_name(f"{path.name}.backup-{version}-{now:%Y%m%dT%H%M%SZ}")
    partial = target.with_name(f"{target.name}.partial")
    try:
        _create_private(partial)
    except OSError as error:
        raise _no_copy(error) from error
    try:
        with (
            closing(sqlite3.connect(_read_only_uri(path), uri=True)) as source,
            closing(sqlite3.connect(partial)) as copy,
        ):
            source.backup(copy)
        partial.replace(target)
    except (sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise _no_copy(error) from error
    return target


def _no_copy(error: Exception) -> StoreError:
    return StoreError(
        f"The store must be upgraded, but the copy that is made before it failed: {error}.",
        safe="The store was not changed.",
        do="Free some space beside it, or make its folder writable, and try again.",
    )


def _create_private(path: Path) -> None:
    """Make an empty file that only its owner may read: it will hold vulnerabilities. SQLite's own take its mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _check(path: Path) -> bool:
    """Whether there is a file yet; raises StoreError when what is there is no SQLite database."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise StoreError(f"{path} is {kind}; a store is a file.", safe="Nothing was changed.", do="Name a file.")
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
    if start and start != _MAGIC:
        raise StoreError(
            f"{path} is not an SQLite database.",
            safe="The file was not changed.",
            do="Restore a backup (they lie beside it), or choose another file with --store.",
        )
    return bool(start)


def _refuse_foreign(path: Path) -> None:
    """Refuse another program's database before a connection in WAL mode would change its header."""
    with closing(sqlite3.connect(_read_only_uri(path), uri=True, timeout=BUSY_SECONDS)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if names and "leases" not in names:
        raise foreign()


def _use_wal(path: Path) -> None:
    """Switch to WAL. The switch does not wait for another process that is at it, so it is tried again."""
    deadline = time.monotonic() + BUSY_SECONDS
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


def _read_only_uri(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"
