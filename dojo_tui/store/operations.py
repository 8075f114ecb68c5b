"""Operations as lists show them, with their outcomes and log."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import NotFoundError
from dojo_tui.model.operation import LogLevel, OperationType, OutcomeStatus, Status, Trigger
from dojo_tui.store.ids import chunks, fetch_ids
from dojo_tui.store.operation_filter import FIELDS, duration
from dojo_tui.store.search import Ask
from dojo_tui.store.tables import log_lines as log_table
from dojo_tui.store.tables import operations
from dojo_tui.store.tables import outcomes as outcomes_table


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One Operation; the Connector's label is kept, so that it can be told after the Connector is gone."""

    id: int
    connector_id: int | None
    connector_label: str
    type: OperationType
    status: Status
    trigger: Trigger
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    counts: dict[str, int]
    error: str
    dry_run: bool
    cause: Cause = Cause.UNKNOWN
    """What stands in the way of the whole Operation; its outcomes may have others."""


@dataclass(frozen=True, slots=True)
class OperationQuery:
    """Which Operations, in which order.

    ``text`` is the filter language of ``store/search.py`` with the fields of
    ``store/operation_filter.py``. ``now`` must be given for filters by time, in the zone of the person.
    """

    connector_id: int | None = None
    text: str = ""
    type: OperationType | None = None
    status: Status | None = None
    trigger: Trigger | None = None
    sort: str = "id"
    descending: bool = True
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of one Record in one Operation."""

    record_id: int | None
    record_name: str
    status: OutcomeStatus
    reason: str
    counts: dict[str, int]
    at: datetime
    cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of an Operation's log."""

    id: int
    at: datetime
    level: LogLevel
    message: str


SORTS = (
    "id",
    "connector_label",
    "type",
    "status",
    "trigger",
    "queued_at",
    "started_at",
    "ended_at",
    "duration_s",
)
"""What a list of Operations can be sorted by."""

_NAMES = [name for name in OperationRow.__slots__ if name != "duration_s"]
_COLUMNS = select(*(operations.c[name] for name in _NAMES))


def operation_ids(connection: Connection, query: OperationQuery) -> array[int]:
    """Ids of the Operations that ``query`` asks for, in its order."""
    statement = select(operations.c.id)
    for column, wanted in (
        (operations.c.connector_id, query.connector_id),
        (operations.c.type, query.type),
        (operations.c.status, query.status),
        (operations.c.trigger, query.trigger),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    statement = statement.where(*FIELDS.where(query.text, Ask(connection, query.now)))
    key = _sort_key(connection.dialect.name, query.sort)
    order = (key.desc() if query.descending else key.asc()).nulls_last()
    last = operations.c.id.desc() if query.descending else operations.c.id.asc()
    return fetch_ids(connection, statement.order_by(order, last))


def operation_rows(connection: Connection, ids: Iterable[int]) -> list[OperationRow]:
    """The Operations with these ids, in the order of ``ids``; those that are gone are left out."""
    rows: list[OperationRow] = []
    for chunk in chunks(ids):
        found = {row["id"]: row for row in connection.execute(_COLUMNS.where(operations.c.id.in_(chunk))).mappings()}
        rows.extend(_row(found[identifier]) for identifier in chunk if identifier in found)
    return rows


def operation(connection: Connection, operation_id: int) -> OperationRow:
    """The Operation with this id; raises NotFoundError."""
    rows = operation_rows(connection, [operation_id])
    if not rows:
        raise NotFoundError(f"There is no Operation with the id {operation_id}.")
    return rows[0]


def asked_records(connection: Connection, operation_id: int) -> tuple[int, ...] | None:
    """Ids of the Records that an Operation was asked for; None: all of its Connector."""
    asked = connection.execute(select(operations.c.record_ids).where(operations.c.id == operation_id)).scalar_one()
    return None if asked is None else tuple(asked)


def recent_runs(connection: Connection, row: OperationRow, limit: int = 30) -> list[OperationRow]:
    """Operations of the same kind and Connector up to this one that came to an end, the oldest first."""
    table = operations.c
    statement = (
        _COLUMNS.where(
            table.connector_id == row.connector_id,
            table.type == row.type,
            table.dry_run == row.dry_run,
            table.id <= row.id,
            table.started_at.is_not(None),
            table.ended_at.is_not(None),
        )
        .order_by(table.id.desc())
        .limit(limit)
    )
    return [_row(found) for found in connection.execute(statement).mappings()][::-1]


def running(connection: Connection) -> list[OperationRow]:
    """Operations that are queued or running, oldest first."""
    statement = _COLUMNS.where(operations.c.status.in_([Status.QUEUED, Status.RUNNING])).order_by(operations.c.id)
    return [_row(row) for row in connection.execute(statement).mappings()]


def outcomes(connection: Connection, operation_id: int) -> list[OutcomeRow]:
    """What became of each Record, in the order in which they ended."""
    return _outcomes(connection, outcomes_table.c.operation_id == operation_id)


def _outcomes(connection: Connection, which: ColumnElement[bool]) -> list[OutcomeRow]:
    table = outcomes_table.c
    statement = (
        select(table.record_id, table.record_name, table.status, table.reason, table.counts, table.at, table.cause)
        .where(which)
        .order_by(table.id)
    )
    return [
        OutcomeRow(
            row.record_id, row.record_name, OutcomeStatus(row.status), row.reason, row.counts, row.at, Cause(row.cause)
        )
        for row in connection.execute(statement)
    ]


def last_outcome(connection: Connection, record_id: int) -> tuple[int, OutcomeRow] | None:
    """What became of a Record when something last did, with the Operation's id; what only was a plan does not count."""
    table = outcomes_table.c
    newest = (
        select(table.id, table.operation_id)
        .join_from(outcomes_table, operations)
        .where(table.record_id == record_id, ~operations.c.dry_run)
        .order_by(table.id.desc())
        .limit(1)
    )
    found = connection.execute(newest).one_or_none()
    if found is None:
        return None
    return found.operation_id, _outcomes(connection, table.id == found.id)[0]


def log_lines(connection: Connection, operation_id: int, after_id: int = 0) -> list[LogRow]:
    """The log, or what was added to it since the line ``after_id``."""
    table = log_table.c
    statement = (
        select(table.id, table.at, table.level, table.message)
        .where(table.operation_id == operation_id, table.id > after_id)
        .order_by(table.id)
    )
    return [LogRow(row.id, row.at, LogLevel(row.level), row.message) for row in connection.execute(statement)]


def _sort_key(dialect: str, sort: str) -> ColumnElement[Any]:
    if sort not in SORTS:
        raise ValueError(f"cannot sort Operations by {sort!r}: use one of {', '.join(SORTS)}")
    if sort != "duration_s":
        return operations.c[sort]
    return duration(dialect)


def _row(row: RowMapping) -> OperationRow:
    values: dict[str, Any] = dict(row)
    started, ended = values["started_at"], values["ended_at"]
    return OperationRow(
        **{
            **values,
            "type": OperationType(values["type"]),
            "status": Status(values["status"]),
            "trigger": Trigger(values["trigger"]),
            "cause": Cause(values["cause"]),
            "duration_s": (ended - started).total_seconds() if started and ended else None,
        }
    )
