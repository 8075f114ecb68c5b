"""Rows that tests and benchmarks put into a store directly."""

from __future__ import annotations

from sqlalchemy import insert

from dojo_tui.model.clock import Clock
from dojo_tui.store.database import Database
from dojo_tui.store.tables import connectors


def add_connector(database: Database, clock: Clock, label: str) -> int:
    """A Connector of the Tool ``reports`` that looks nowhere; its id."""
    with database.write() as connection:
        row = insert(connectors).values(
            label=label,
            tool="reports",
            location="/nowhere",
            options={},
            auto_map=False,
            min_severity=0,
            discover_schedule="off",
            sync_schedule="off",
            created_at=clock.now(),
        )
        key: int = connection.execute(row.returning(connectors.c.id)).scalar_one()
        return key
