"""What a running Operation writes about itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import BusyError
from dojo_tui.model.operation import CLOSE_COUNTS, SYNC_COUNTS, LogLevel, OperationType, OutcomeStatus, Status, Trigger
from dojo_tui.model.plan import tally
from dojo_tui.store.dialect import serialise
from dojo_tui.store.tables import log_lines, operations, outcomes

_QUEUE_KEY = 0x646F6A70
_COUNTS: Mapping[str, Sequence[str]] = {OperationType.SYNC: SYNC_COUNTS, OperationType.CLOSE: CLOSE_COUNTS}
_ADD_OUTCOMES = insert(outcomes)
_ADD_LINES = insert(log_lines)


@dataclass(frozen=True, slots=True)
class Request:
    """What an Operation is asked to do."""

    connector_id: int
    connector_label: str
    type: OperationType
    trigger: Trigger
    record_ids: tuple[int, ...] | None
    dry_run: bool
    accept_large_change: bool
    trust_renames: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one Record."""

    record_id: int | None
    record_name: str
    status: OutcomeStatus
    reason: str
    counts: Mapping[str, int]
    at: datetime
    cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    at: datetime
    level: LogLevel
    message: str


@dataclass(frozen=True, slots=True)
class Unended:
    """An Operation that is queued or running, with who is to run it."""

    id: int
    connector_id: int | None
    status: Status
    owner: str
    queued_at: datetime


def queue(connection: Connection, request: Request, owner: str, now: datetime, *, once: bool = True) -> int:
    """Add a queued Operation and return its id; raises BusyError if it may be queued only ``once`` and is already."""
    serialise(connection, _QUEUE_KEY)
    wanted = list(request.record_ids) if request.record_ids is not None else None
    same = select(operations.c.id, operations.c.record_ids).where(
        operations.c.connector_id == request.connector_id,
        operations.c.status == Status.QUEUED,
        operations.c.type == request.type,
        operations.c.dry_run == request.dry_run,
        operations.c.accept_large_change == request.accept_large_change,
        operations.c.trust_renames == request.trust_renames,
    )
    for queued in connection.execute(same):
        if once and queued.record_ids == wanted:
            raise BusyError(
                f"The same {request.type} of {request.connector_label} is already queued (Operation {queued.id}).",
                safe="It will run when its turn comes.",
            )
    values = {
        "connector_id": request.connector_id,
        "connector_label": request.connector_label,
        "type": request.type,
        "status": Status.QUEUED,
        "trigger": request.trigger,
        "queued_at": now,
        "record_ids": wanted,
        "dry_run": request.dry_run,
        "accept_large_change": request.accept_large_change,
        "trust_renames": request.trust_renames,
        "cancel_requested": False,
        "owner": owner,
        "counts": {},
        "error": "",
    }
    return int(connection.execute(insert(operations).values(**values).returning(operations.c.id)).scalar_one())


def begin(connection: Connection, operation_id: int, now: datetime) -> bool:
    """Queued -> Running; False when it was cancelled or given up meanwhile."""
    return _change(connection, operation_id, (Status.QUEUED,), status=Status.RUNNING, started_at=now)


def end(
    connection: Connection,
    operation_id: int,
    status: Status,
    now: datetime,
    counts: Mapping[str, int],
    error: str,
    cause: Cause = Cause.UNKNOWN,
) -> bool:
    """Record the end; False when somebody else (who took the Connector over) already has."""
    values = {"status": status, "ended_at": now, "counts": dict(counts), "error": error, "cause": cause}
    return _change(connection, operation_id, (Status.QUEUED, Status.RUNNING), **values)


def drop_queued(connection: Connection, operation_id: int, now: datetime, error: str) -> bool:
    """Queued -> Cancelled; False when it is not queued any more."""
    return _change(connection, operation_id, (Status.QUEUED,), status=Status.CANCELLED, ended_at=now, error=error)


def request_cancel(connection: Connection, operation_id: int) -> bool:
    """Leave word for the process that runs it; False when it runs no longer."""
    return _change(connection, operation_id, (Status.RUNNING,), cancel_requested=True)


def interrupt(connection: Connection, ids: Collection[int], now: datetime, error: str) -> list[int]:
    """Mark Operations that did not end as Interrupted; the ids of those that were.

    Nobody could write the counts of a Sync or Close at its end: they are those of its outcomes.
    """
    statement = (
        update(operations)
        .where(operations.c.id.in_(list(ids)), operations.c.status.in_([Status.QUEUED, Status.RUNNING]))
        .values(status=Status.INTERRUPTED, ended_at=now, error=error)
        .returning(operations.c.id, operations.c.type, operations.c.dry_run)
    )
    interrupted = connection.execute(statement).all()
    for row in interrupted:
        if row.type in _COUNTS:
            save_counts(connection, row.id, _counts_of_outcomes(connection, row.id, _COUNTS[row.type], row.dry_run))
    return [row.id for row in interrupted]


def unended(connection: Connection) -> list[Unended]:
    """Every Operation that is queued or running."""
    table = operations.c
    statement = select(table.id, table.connector_id, table.status, table.owner, table.queued_at)
    rows = connection.execute(statement.where(table.status.in_([Status.QUEUED, Status.RUNNING])))
    return [Unended(row.id, row.connector_id, Status(row.status), row.owner, row.queued_at) for row in rows]


def save_counts(connection: Connection, operation_id: int, counts: Mapping[str, int]) -> None:
    """Keep the counts so far, for whoever looks from another process."""
    connection.execute(update(operations).where(operations.c.id == operation_id).values(counts=dict(counts)))


def cancel_requested(connection: Connection, ids: Collection[int]) -> list[int]:
    """Which of these Operations somebody wants to stop."""
    statement = select(operations.c.id).where(operations.c.id.in_(list(ids)), operations.c.cancel_requested)
    return list(connection.execute(statement).scalars())


def add_outcomes(connection: Connection, operation_id: int, rows: Sequence[Outcome]) -> None:
    """Record what became of Records."""
    if rows:
        connection.execute(
            _ADD_OUTCOMES,
            [
                {
                    "operation_id": operation_id,
                    "record_id": row.record_id,
                    "record_name": row.record_name,
                    "status": row.status,
                    "reason": row.reason,
                    "cause": row.cause,
                    "counts": dict(row.counts),
                    "at": row.at,
                }
                for row in rows
            ],
        )


def add_log(connection: Connection, operation_id: int, lines: Sequence[Line]) -> None:
    """Add lines to the log."""
    if lines:
        connection.execute(
            _ADD_LINES,
            [
                {"operation_id": operation_id, "at": line.at, "level": line.level, "message": line.message}
                for line in lines
            ],
        )


def _counts_of_outcomes(
    connection: Connection, operation_id: int, names: Sequence[str], dry_run: bool
) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)
    statement = select(outcomes.c.status, outcomes.c.counts).where(outcomes.c.operation_id == operation_id)
    for row in connection.execute(statement):
        tally(counts, OutcomeStatus(row.status), row.counts, dry_run=dry_run)
    return counts


def _change(connection: Connection, operation_id: int, only: Collection[Status], **values: Any) -> bool:
    statement = (
        update(operations).where(operations.c.id == operation_id, operations.c.status.in_(only)).values(**values)
    )
    return connection.execute(statement).rowcount == 1
