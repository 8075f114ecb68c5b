"""Which tables a store has."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from dojo_tui.model.errors import StoreError

HEAD = "0013"
"""The newest migration. A constant, so that a start without a migration needs no Alembic; a test compares them."""


def stored_version(connection: Connection) -> str | None:
    """The version of the store, or None when it is empty; raises StoreError for a database of another program."""
    if connection.dialect.name == "sqlite":
        names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    else:
        names = set(inspect(connection).get_table_names())
    if "alembic_version" not in names:
        if names - {"sqlite_sequence"}:
            raise foreign()
        return None
    if "leases" not in names:
        raise foreign()
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def foreign() -> StoreError:
    """Say that the database holds tables that are not ours."""
    return StoreError(
        "The database belongs to another program: it has tables that are not dojo-tui's.",
        safe="It was not changed.",
        do="Choose another one with --store.",
    )
