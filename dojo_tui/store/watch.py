"""Has anybody else written to the store since the last look? Cheap enough to ask every few seconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from dojo_tui.store.database import Database
from dojo_tui.store.tables import operations, records


class Watch:
    """One look is one pragma on SQLite, and two small counts elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None
        self._seen: object = None

    def changed(self) -> bool:
        """True when something was committed since the last call; the first call only remembers."""
        now = self._version() if self._database.is_sqlite else self._counts()
        changed = self._seen is not None and now != self._seen
        self._seen = now
        return changed

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _version(self) -> object:
        self._database.check_there()
        # data_version tells a connection about the commits of others, so it
        # has to be the same connection every time; outside a transaction it
        # holds nothing up.
        if self._connection is None:
            self._connection = self._database.engine.raw_connection()
        cursor = self._connection.cursor()
        try:
            return cursor.execute("PRAGMA data_version").fetchone()[0]
        finally:
            cursor.close()

    def _counts(self) -> object:
        with self._database.read() as connection:
            return (
                tuple(connection.execute(select(func.count(), func.max(records.c.last_discovered_at))).one()),
                tuple(connection.execute(select(func.max(operations.c.id), func.max(operations.c.ended_at))).one()),
            )
