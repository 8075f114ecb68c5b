"""The database: one engine, reads that never block, and short write transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DBAPIError

from dojo_tui.model.errors import StoreError
from dojo_tui.store.types import dump_json

BUSY_SECONDS = 60
"""How long a write waits for another process's write before it gives up."""


class Database:
    """Transactions over one store. Threads may share it; a Connection stays in its thread.

    SQLite allows one writer at a time: writers of this process queue on a
    lock (first come, first served as far as the platform's lock is), those of
    other processes wait in SQLite's busy handler. Readers see the last
    committed state and wait for nobody (WAL).
    """

    def __init__(self, url: URL, *, read_only: bool = False, still: str | None = None) -> None:
        """``still`` is the address of an SQLite file that nobody changes while it is open."""
        self.url = url
        self.read_only = read_only
        self.engine = _engine(url, read_only=read_only, still=still)
        self._path = Path(url.database) if self.is_sqlite and url.database else None
        self._file = self._identity()
        self._writing = threading.Lock()
        self._guards = threading.local()

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded kind of store."""
        return self.engine.dialect.name == "sqlite"

    def reopen(self) -> None:
        """Use the file that stands at the path now, after another took the place of the one that was opened.

        Raises StoreError, and makes nothing, when there is none.
        """
        file = self._identity()
        if self._path is not None and file is None:
            raise self._gone()
        self.engine.dispose()
        self._file = file

    def check_there(self) -> None:
        """Raise StoreError when the file that was opened is not at its path any more.

        SQLite would go on with the deleted file, where everything written is lost with its last connection.
        """
        if self._identity() != self._file:
            raise self._gone()

    def _identity(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _gone(self) -> StoreError:
        there = "another file stands in its place" if self._identity() else "it was deleted or moved"
        return StoreError(
            f"The store at {self._path} is gone: {there}.",
            safe="Nothing of this step was saved, and no new store is made in its place.",
            do="Put the file back (backups lie beside it), then read anew.",
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state for as long as it is open."""
        self.check_there()
        with _told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        if self.read_only:
            raise StoreError("The store was opened read-only.", safe="Nothing was changed.")
        if not self.is_sqlite:
            with _told(), self.engine.begin() as connection:
                self._pass_guards(connection)
                yield connection
                self._pass_guards(connection)
            return
        self.check_there()
        with self._writing, _told(), self.engine.connect() as connection:
            # Taking the write lock at once avoids the deadlock of two readers that both want to write.
            connection = connection.execution_options(immediate=True)
            with connection.begin():
                self._pass_guards(connection)
                yield connection
                self._pass_guards(connection)

    @contextmanager
    def reshape(self) -> Iterator[Connection]:
        """A write that may make tables anew: on SQLite dropping the old one must not delete what refers to it.

        Raises StoreError, and changes nothing, if a reference would be left dangling.
        """
        if not self.is_sqlite:
            with self.write() as connection:
                yield connection
            return
        with self._writing, _told(), self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
            try:
                connection = connection.execution_options(immediate=True)
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                        raise StoreError("The store refers to rows that are not there.", safe="It was not upgraded.")
            finally:
                driver.execute("PRAGMA foreign_keys=ON")

    @contextmanager
    def guarded(self, guard: Callable[[Connection], None]) -> Iterator[None]:
        """Call ``guard`` at the start and at the end of every write transaction of this thread, inside it.

        A guard that raises undoes the write. So an Operation makes sure that
        no code it calls, the destination's included, writes after another
        process took its Connector over (P8).
        """
        outer: tuple[Callable[[Connection], None], ...] = getattr(self._guards, "here", ())
        self._guards.here = (*outer, guard)
        try:
            yield
        finally:
            self._guards.here = outer

    def _pass_guards(self, connection: Connection) -> None:
        for guard in getattr(self._guards, "here", ()):
            guard(connection)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(url: URL, *, read_only: bool, still: str | None) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    # Only an address can say that no file is to be made (the store was deleted meanwhile), or that nobody changes it.
    # As SQLAlchemy does with files, the pool lends a connection to one thread at a time.
    address = still or f"{Path(url.database or '').absolute().as_uri()}?mode=rw"
    connect = partial(sqlite3.connect, address, uri=True, check_same_thread=False, timeout=BUSY_SECONDS)
    options: dict[str, Any] = {"creator": connect}
    engine = create_engine(url, hide_parameters=True, json_serializer=dump_json, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver's own transaction handling opens them too late; see "begin".
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=ON" if read_only else "PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def _told() -> Iterator[None]:
    """Turn the driver's words into a person's."""
    try:
        yield
    except DBAPIError as error:
        raise store_error(error) from error


def store_error(error: DatabaseError | DBAPIError | Exception) -> StoreError:
    """Say in plain words what a database error means."""
    words = str(getattr(error, "orig", error))
    lowered = words.lower()
    if "locked" in lowered or "busy" in lowered:
        return StoreError(
            f"Another program has been writing to the store for more than {BUSY_SECONDS} seconds.",
            safe="Nothing of this step was saved; everything before it is.",
            do="Close the other program or wait for it, then try again.",
        )
    if "readonly" in lowered or "read-only" in lowered:
        return StoreError(
            "The store cannot be written: its file or folder is read-only.",
            safe="Nothing was changed.",
            do="Give yourself write permission to the file and its folder, or choose another with --store.",
        )
    if "full" in lowered and "disk" in lowered:
        return StoreError(
            "The disk is full.",
            safe="The step was rolled back; everything before it is saved.",
            do="Free some space and try again.",
        )
    if "unable to open" in lowered:
        return StoreError(
            "The store cannot be opened: even to read it, files must be written beside it, and its folder does not "
            "let us.",
            safe="Nothing was changed.",
            do="Give yourself write permission to the folder, or copy the store and its -wal file elsewhere.",
        )
    if "not a database" in lowered or "malformed" in lowered or "encrypted" in lowered:
        return StoreError(
            f"The store is not a readable SQLite database ({words}).",
            safe="The file was not changed.",
            do="Restore a backup (they lie beside it), or choose another file with --store.",
        )
    if "connection" in lowered:
        return StoreError(
            f"The server of the store cannot be reached: {words.splitlines()[0]}.",
            safe="The step was not done; everything before it is saved.",
            do="Make sure that it runs and that the address is right, then try again.",
        )
    return StoreError(f"The store failed: {words}.", safe="The step was rolled back.", do="")
