"""The bare reference of everything that writes: the same rows, inserted with nothing in between."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.figures import timed


def inserts(store: Path, table: str) -> float:
    """Seconds that ``executemany`` takes for all rows of ``table``, into an empty one with the same indexes."""
    with sqlite3.connect(store) as source:
        wanted = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql > ''"
        schema = [row[0] for row in source.execute(wanted, (table,))]
        rows = source.execute(f"SELECT * FROM {table}").fetchall()
    target = sqlite3.connect(store.with_name("raw.sqlite"), isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", *schema):
        target.execute(statement)

    def insert_all() -> None:
        target.execute("BEGIN IMMEDIATE")
        target.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        target.execute("COMMIT")

    taken = timed(insert_all)
    target.close()
    return taken
