"""The few things that SQLite and PostgreSQL write differently."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Table,
    Text,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.type_api import TypeEngine

from dojo_tui.store.types import Json, UtcDateTime


def insert_for(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    statement: Any = postgresql.insert(table)  # it has the same methods
    return statement  # type: ignore[no-any-return]


def json_object(connection: Connection, columns: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """Build a JSON object of columns in SQL, to be read by ``json_value``."""
    on_sqlite = connection.dialect.name == "sqlite"
    parts: list[Any] = []
    for name, column in columns.items():
        # Names are ours, never foreign text.
        parts.append(literal_column(f"'{name}'"))
        # SQLite keeps JSON as text: it must be told that it is no string.
        parts.append(func.json(type_coerce(column, Text)) if on_sqlite and _is_json(column) else column)
    return func.json_object(*parts, type_=Json) if on_sqlite else func.jsonb_build_object(*parts, type_=Json)


def json_value(connection: Connection, source: ColumnElement[Any], column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Read the value that ``json_object`` stored for ``column``, as that column's type."""
    name = column.key
    on_sqlite = connection.dialect.name == "sqlite"
    if _is_json(column):
        if on_sqlite:
            return type_coerce(func.json_extract(type_coerce(source, Text), f"$.{name}"), Text)
        return type_coerce(source, Json)[name]
    if on_sqlite:
        return type_coerce(func.json_extract(type_coerce(source, Text), f"$.{name}"), column.type)
    target: TypeEngine[Any] = DateTime(timezone=True) if isinstance(column.type, UtcDateTime) else column.type
    return cast(func.jsonb_extract_path_text(source, name), target)


def moment_literal(connection: Connection, moment: datetime) -> ColumnElement[Any]:
    """Write a moment into a statement, as the store keeps it."""
    utc = moment.astimezone(UTC)
    if connection.dialect.name == "sqlite":
        return literal_column(f"'{utc:%Y-%m-%d %H:%M:%S.%f}'")
    return literal_column(f"TIMESTAMPTZ '{utc.isoformat()}'")


def serialise(connection: Connection, key: int) -> None:
    """Let no other transaction that asks for ``key`` run beside this one; a write to SQLite is alone anyway."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def _is_json(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, type(Json))
