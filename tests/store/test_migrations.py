"""The migrations make exactly the tables that the code describes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from dojo_tui.model.clock import Clock
from dojo_tui.store import migrate, version
from dojo_tui.store.open import open_store
from dojo_tui.store.tables import metadata

CLOCK = Clock(now=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC), zone=UTC)


def definitions(connection: Connection) -> dict[str, list[str]]:
    """Every table and index as SQLite keeps it; a table's columns and constraints in any order."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {
        name: sorted(line.strip().rstrip(",") for line in sql.splitlines())
        for name, sql in rows
        if name != "alembic_version"
    }


def test_migrated_tables_are_those_of_the_metadata(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.sqlite"), clock=CLOCK)
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        wanted = definitions(connection)
    with store.database.read() as connection:
        assert definitions(connection) == wanted
    engine.dispose()
    store.close()


def test_the_constant_is_the_newest_migration() -> None:
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    assert scripts.get_heads() == [version.HEAD]
