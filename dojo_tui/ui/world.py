"""What the app knows of the Workspace: read in worker threads, kept as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from dojo_tui.model.operation import OperationType, Status
from dojo_tui.model.record import MAPPED, UNMAPPED, State

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.store.operations import OperationRow
    from dojo_tui.wiring import Workspace

TROUBLE = (Status.FAILED, Status.PARTLY_FAILED, Status.HELD, Status.INTERRUPTED)
"""Endings that a person should look at."""

RECENT = 200
"""How many of the newest Operations are looked through for trouble."""


@dataclass(frozen=True, slots=True)
class Due:
    """The next scheduled Operation."""

    at: datetime
    label: str
    type: OperationType


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the top line and the tabs show."""

    connectors: tuple[ConnectorRow, ...] = ()
    counts: Mapping[State, int] = field(default_factory=dict)
    operations: int = 0
    running: tuple[OperationRow, ...] = ()
    trouble: tuple[OperationRow, ...] = ()
    due: Due | None = None
    astray: bool = False
    """A next run is farther away than its schedule can ask for."""

    @property
    def unmapped(self) -> int:
        """How many Records stand in the first tab."""
        return sum(self.counts.get(state, 0) for state in UNMAPPED)

    @property
    def mapped(self) -> int:
        """How many Records stand in the second tab."""
        return sum(self.counts.get(state, 0) for state in MAPPED)


def take_snapshot(workspace: Workspace, connector_id: int | None) -> Snapshot:
    """Read it all in one consistent look at the store; called in a worker thread."""
    from dojo_tui.store.connectors import all_connectors
    from dojo_tui.store.operations import OperationQuery, operation_ids, operation_rows, running
    from dojo_tui.store.records import record_counts

    with workspace.store.database.read() as connection:
        connectors = tuple(all_connectors(connection))
        ids = operation_ids(connection, OperationQuery(connector_id=connector_id))
        newest = operation_rows(connection, ids[:RECENT])
        counts = record_counts(connection, connector_id)
        now_running = tuple(running(connection))
    due = workspace.scheduler.next_due()
    return Snapshot(
        connectors=connectors,
        counts=counts,
        operations=len(ids),
        running=now_running,
        trouble=_trouble(newest),
        due=Due(due[0], due[1].label, due[2]) if due is not None else None,
        astray=bool(workspace.scheduler.astray(connectors)),
    )


def _trouble(newest_first: list[OperationRow]) -> tuple[OperationRow, ...]:
    """Operations that ended badly and that no later one of the same kind has made good."""
    seen: set[tuple[int | None, OperationType]] = set()
    found = []
    for row in newest_first:
        key = (row.connector_id, row.type)
        if row.status.ended and not row.dry_run and key not in seen:
            seen.add(key)
            if row.status in TROUBLE and row.connector_id is not None:
                found.append(row)
    return tuple(found)
