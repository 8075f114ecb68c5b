"""The migrations make exactly the tables that the code describes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from dojo_tui.model.clock import Clock
from dojo_tui.store import migrate, version
from dojo_tui.store.closing_table import closings
from dojo_tui.store.open import open_store
from dojo_tui.store.renames import renames_table
from dojo_tui.store.tables import metadata
from dojo_tui.store.triage_table import triage_changes

CLOCK = Clock(now=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC), zone=UTC)


def definitions(connection: Connection) -> dict[str, list[str]]:
    """Every table and index as SQLite keeps it; a table's columns and constraints in any order.

    A column that was added later stands on the last line, and a table that was made anew has its name in quotes.
    """
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {
        name: sorted(filter(None, (part.strip(" \t,)") for part in re.split(r",\s|\n", sql.replace('"', "")))))
        for name, sql in rows
        if name != "alembic_version"
    }


def test_migrated_tables_are_those_of_the_metadata(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.sqlite"), clock=CLOCK)
    engine = create_engine("sqlite://")
    assert triage_changes.metadata is closings.metadata is renames_table.metadata is metadata
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


def test_upgrading_keeps_what_hangs_on_a_table_that_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(migrate.alembic_config(connection), "0001")
        connection.execute(text("INSERT INTO product_types (id, name) VALUES (1, 'Default')"))
        connection.execute(
            text("INSERT INTO products (id, product_type_id, name, created_at) VALUES (7, 1, 'Shop', '2026-03-02')")
        )
        connection.execute(
            text("INSERT INTO engagements (product_id, name, created_at) VALUES (7, 'Global Connectors', '2026-03-02')")
        )
    engine.dispose()
    store = open_store(str(path), clock=CLOCK)
    with store.database.read() as connection:
        kept = connection.execute(
            text("SELECT p.name, e.name FROM products p JOIN engagements e ON e.product_id = p.id")
        ).all()
        assert [tuple(row) for row in kept] == [("Shop", "Global Connectors")]
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    store.close()
