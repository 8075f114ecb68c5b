"""Who may run a Connector's Operations now (P8): compare-and-set in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, select, update

from dojo_tui.model.errors import STOPPED
from dojo_tui.store.dialect import insert_for
from dojo_tui.store.operation_writes import interrupt
from dojo_tui.store.tables import leases

LEASE_TIME = timedelta(seconds=30)
"""How long a lease holds without a heartbeat."""

GONE = f"The process that ran it ended or was suspended. {STOPPED}"
"""Why an Operation is Interrupted that did not say so itself."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run one Operation of one Connector."""

    connector_id: int
    operation_id: int
    owner: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever has the lease."""

    operation_id: int
    owner: str


Gone = Callable[[Holder], bool]
"""Whether a holder certainly works no more."""


def now_for_leases(connection: Connection, now: datetime) -> datetime:
    """Return the time that all who share the store agree on: a server's own, or this machine's for SQLite."""
    if connection.dialect.name == "sqlite":
        return now
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def acquire(connection: Connection, lease: Lease, now: datetime, gone: Gone) -> Holder | None:
    """Take the lease if nobody has it, or if its holder is gone or silent for too long.

    Returns None when it is ours now; else who has it. The Operation of a
    holder that lost it is marked as Interrupted.
    """
    table = leases.c
    now = now_for_leases(connection, now)
    held = connection.execute(
        select(leases).where(table.connector_id == lease.connector_id).with_for_update()
    ).one_or_none()
    values = {"operation_id": lease.operation_id, "owner": lease.owner, "expires_at": now + LEASE_TIME}
    if held is None:
        statement = insert_for(connection, leases).values(connector_id=lease.connector_id, **values)
        if connection.execute(statement.on_conflict_do_nothing().returning(table.connector_id)).first() is not None:
            return None
        # Only on a server: another process was quicker, and its transaction is committed by now.
        held = connection.execute(select(leases).where(table.connector_id == lease.connector_id)).one_or_none()
        return Holder(held.operation_id, held.owner) if held else Holder(0, "")
    if not _is_abandoned(held, now, gone):
        return Holder(held.operation_id, held.owner)
    connection.execute(update(leases).where(table.connector_id == lease.connector_id).values(**values))
    interrupt(connection, [held.operation_id], now, GONE)
    return None


def holder(connection: Connection, connector_id: int, now: datetime, gone: Gone) -> Holder | None:
    """Return who has the lease of a Connector and is alive; None when it can be taken."""
    held = connection.execute(select(leases).where(leases.c.connector_id == connector_id)).one_or_none()
    if held is None or _is_abandoned(held, now_for_leases(connection, now), gone):
        return None
    return Holder(held.operation_id, held.owner)


def live(connection: Connection, now: datetime, gone: Gone) -> list[Lease]:
    """Return the leases whose holders are alive."""
    now = now_for_leases(connection, now)
    return [
        Lease(row.connector_id, row.operation_id, row.owner)
        for row in connection.execute(select(leases))
        if not _is_abandoned(row, now, gone)
    ]


def renew(connection: Connection, lease: Lease, now: datetime) -> bool:
    """Prolong the lease; False when it is no longer ours.

    On a server this locks the row until the transaction ends, on SQLite the
    transaction itself is the lock: nobody takes the lease over before the
    writes that follow in the same transaction are committed.
    """
    expires = now_for_leases(connection, now) + LEASE_TIME
    values = {"connector": lease.connector_id, "operation": lease.operation_id, "holder": lease.owner}
    return connection.execute(_RENEW, {**values, "expires": expires}).rowcount == 1


def keep_alive(connection: Connection, lease: Lease, now: datetime) -> bool:
    """Prolong the lease as ``renew`` does, but never wait for it; False when it is no longer ours.

    On a server a row that is locked is being renewed by the Operation's own
    transaction, so there is nothing to do; waiting for it would leave the
    other leases of this process without a heartbeat.
    """
    free = select(leases.c.owner).where(*_same(lease)).with_for_update(skip_locked=True)
    if connection.execute(free).first() is not None:
        return renew(connection, lease, now)
    return connection.execute(select(leases.c.owner).where(*_same(lease))).first() is not None


def release(connection: Connection, lease: Lease) -> None:
    """Give the lease back, if it is still ours."""
    connection.execute(delete(leases).where(*_same(lease)))


def release_all(connection: Connection, owner: str) -> None:
    """Give back whatever ``owner`` has."""
    connection.execute(delete(leases).where(leases.c.owner == owner))


# Every write of an Operation begins and ends with it: built anew, it would take six times as long as it runs.
_RENEW = (
    update(leases)
    .where(
        leases.c.connector_id == bindparam("connector"),
        leases.c.operation_id == bindparam("operation"),
        leases.c.owner == bindparam("holder"),
    )
    .values(expires_at=bindparam("expires"))
)


def _is_abandoned(held: Row[Any], now: datetime, gone: Gone) -> bool:
    """Whether a lease's holder gave no sign of life for too long, or is known to be gone."""
    return bool(held.expires_at <= now) or gone(Holder(held.operation_id, held.owner))


def _same(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    table = leases.c
    return (
        table.connector_id == lease.connector_id,
        table.operation_id == lease.operation_id,
        table.owner == lease.owner,
    )
