"""Connectors as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from dojo_tui.model.errors import NotFoundError
from dojo_tui.model.severity import Severity
from dojo_tui.store.tables import connectors


@dataclass(frozen=True, slots=True)
class ConnectorRow:
    """One configured Connector. ``secret`` is a reference to the secret, never the secret (P10)."""

    id: int
    label: str
    tool: str
    location: str
    secret: str | None
    options: dict[str, str]
    auto_map: bool
    min_severity: Severity
    discover_schedule: str
    sync_schedule: str
    discover_due_at: datetime | None
    sync_due_at: datetime | None
    created_at: datetime


def all_connectors(connection: Connection) -> list[ConnectorRow]:
    """Every Connector, by label."""
    rows = connection.execute(select(connectors).order_by(connectors.c.label)).mappings().all()
    return [_row(row) for row in rows]


def any_connector(connection: Connection) -> bool:
    """Whether there is a Connector."""
    return connection.execute(select(connectors.c.id).limit(1)).first() is not None


def connector(connection: Connection, connector_id: int) -> ConnectorRow:
    """The Connector with this id; raises NotFoundError."""
    row = connection.execute(select(connectors).where(connectors.c.id == connector_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no Connector with the id {connector_id}; it may have been removed.")
    return _row(row)


def connector_by_label(connection: Connection, label: str) -> ConnectorRow:
    """The Connector with exactly this label; raises NotFoundError naming those there are."""
    row = connection.execute(select(connectors).where(connectors.c.label == label)).mappings().one_or_none()
    if row is None:
        labels = connection.execute(select(connectors.c.label).order_by(connectors.c.label)).scalars().all()
        known = f"There are: {', '.join(labels)}." if labels else "There are none yet."
        raise NotFoundError(f"There is no Connector labelled {label!r}.", do=known)
    return _row(row)


def insert_connector(connection: Connection, values: dict[str, Any]) -> int:
    """Add a Connector and return its id."""
    return int(connection.execute(insert(connectors).values(**values).returning(connectors.c.id)).scalar_one())


def update_connector(connection: Connection, connector_id: int, values: dict[str, Any]) -> None:
    """Change columns of a Connector."""
    if values:
        connection.execute(update(connectors).where(connectors.c.id == connector_id).values(**values))


def move_due(
    connection: Connection, connector_id: int, column: str, before: datetime | None, after: datetime | None
) -> bool:
    """Set a due time if it is still ``before``; False when another process was quicker."""
    due = connectors.c[column]
    statement = update(connectors).where(connectors.c.id == connector_id, due.is_not_distinct_from(before))
    return connection.execute(statement.values({column: after})).rowcount == 1


def delete_connector(connection: Connection, connector_id: int) -> None:
    """Remove a Connector and its Records; Findings, Tests and Operations stay (P6)."""
    connection.execute(delete(connectors).where(connectors.c.id == connector_id))


def _row(row: RowMapping) -> ConnectorRow:
    values: dict[str, Any] = dict(row)
    return ConnectorRow(**{**values, "min_severity": Severity(values["min_severity"])})


def tool_of(connection: Connection, connector_id: int) -> str:
    """The Tool of a Connector; empty where that was removed."""
    found = connection.execute(select(connectors.c.tool).where(connectors.c.id == connector_id)).scalar()
    return found or ""
