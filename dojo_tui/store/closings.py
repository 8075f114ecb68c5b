"""What Records imported into Products that they leave, and what of it is to be closed there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, cast, delete, func, insert, or_, select, update

from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.store.closing_table import closings
from dojo_tui.store.ids import among
from dojo_tui.store.tables import connectors, engagements, findings, records, tests
from dojo_tui.store.types import Id

_FEW = 500
"""Records up to which only their own Findings are read, and not all of their Tests."""
_DISMISSED = (findings.c.false_p, findings.c.out_of_scope, findings.c.risk_accepted)


@dataclass(slots=True)
class Left:
    """What one Record imported into the Product it is mapped to."""

    record_id: int
    name: str
    scope: str
    connector_id: int
    connector_label: str
    product_ref: str
    product_name: str
    open: Counter[Severity] = field(default_factory=Counter)
    """Active Findings."""
    dismissed: int = 0
    """False positive, out of scope or risk accepted."""
    closed: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that is still to be closed."""

    id: int
    record_id: int
    record_name: str
    scope: str
    product_ref: str
    product_name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What one mapping act asked to be closed."""

    products: tuple[str, ...]
    """Names of the Products in which something was closed."""
    closed: int
    """How many Findings that were."""
    pending: int
    """So many Records of which it is not done yet."""


def left(connection: Connection, ids: Sequence[int], except_ref: str = "") -> list[Left]:
    """What these Records imported into the Products they are mapped to now, by name; without those that hold nothing.

    ``except_ref`` is the Product they are to be mapped to. Of a Stale Record
    nothing is left: its place is gone.
    """
    places = (
        select(
            tests.c.id,
            records.c.id,
            records.c.name,
            records.c.scope,
            records.c.connector_id,
            connectors.c.label,
            records.c.product_ref,
            records.c.product_name,
        )
        .select_from(records)
        .join(connectors)
        .join(engagements, engagements.c.product_id == cast(records.c.product_ref, Id))
        .join(tests, (tests.c.engagement_id == engagements.c.id) & (tests.c.connector_id == records.c.connector_id))
        .where(
            among(connection.dialect.name, records.c.id, ids),
            records.c.product_ref != except_ref,
            records.c.state != State.STALE,
        )
        .order_by(func.lower(records.c.name), records.c.id)
    )
    there = {(test_id, of[2]): Left(*of) for test_id, *of in connection.execute(places)}
    _count(connection, there)
    return [one for one in there.values() if one.open or one.dismissed or one.closed]


def _count(connection: Connection, there: Mapping[tuple[int, str], Left]) -> None:
    """Count what each holds, found by its Test and its scope; one statement for many, whatever else the Tests hold."""
    table = findings.c
    # Joined with the Records and grouped by all that is told of them, it takes several times as long.
    what = (table.test_id, table.scope, table.severity, table.active, or_(*_DISMISSED))
    counted = select(*what, func.count()).group_by(*what)
    counted = counted.where(among(connection.dialect.name, table.test_id, sorted({test_id for test_id, _ in there})))
    if len(there) <= _FEW:
        counted = counted.where(table.scope.in_({scope for _, scope in there}))
    for test_id, scope, severity, active, dismissed, number in connection.execute(counted):
        one = there.get((test_id, scope))
        if one is None:
            continue
        if active:
            one.open[Severity(severity)] += number
        elif dismissed:
            one.dismissed += number
        else:
            one.closed += number


def ask(connection: Connection, batch: int, left_there: Sequence[Left]) -> None:
    """Remember that what these Records imported there is to be closed, as a part of a mapping act."""
    rows = [
        {
            "batch": batch,
            "connector_id": one.connector_id,
            "record_id": one.record_id,
            "record_name": one.name,
            "scope": one.scope,
            "product_ref": one.product_ref,
            "product_name": one.product_name,
            "closed": 0,
        }
        for one in left_there
    ]
    if rows:
        connection.execute(insert(closings), rows)


def pending(connection: Connection, connector_id: int, record_ids: Sequence[int] | None = None) -> list[Pending]:
    """What is still to be closed of a Connector (of some of its Records), the oldest first."""
    names = ("id", "record_id", "record_name", "scope", "product_ref", "product_name")
    statement = select(*(closings.c[name] for name in names)).where(
        closings.c.connector_id == connector_id, closings.c.ended_at.is_(None)
    )
    if record_ids is not None:
        statement = statement.where(among(connection.dialect.name, closings.c.record_id, record_ids))
    return [Pending(*row) for row in connection.execute(statement.order_by(closings.c.id))]


def still_wanted(connection: Connection, connector_id: int, one: Pending) -> bool:
    """Whether it is still to be closed: nobody took the act back, and no Record of that scope is mapped there again."""
    asked = select(closings.c.id).where(closings.c.id == one.id, closings.c.ended_at.is_(None))
    again = select(records.c.id).where(
        records.c.connector_id == connector_id,
        records.c.scope == one.scope,
        records.c.product_ref == one.product_ref,
    )
    return connection.execute(asked).first() is not None and connection.execute(again).first() is None


def holds_any(connection: Connection, connector_id: int, one: Pending) -> bool:
    """Whether anything that the Record imported there is known."""
    statement = (
        select(findings.c.id)
        .join(tests, tests.c.id == findings.c.test_id)
        .join(engagements, engagements.c.id == tests.c.engagement_id)
        .where(
            engagements.c.product_id == int(one.product_ref),
            tests.c.connector_id == connector_id,
            findings.c.scope == one.scope,
        )
    )
    return connection.execute(statement.limit(1)).first() is not None


def end(connection: Connection, closing_id: int, at: datetime, closed: int) -> None:
    """It is done."""
    connection.execute(update(closings).where(closings.c.id == closing_id).values(ended_at=at, closed=closed))


def call_off(connection: Connection, ids: Collection[int]) -> None:
    """It is wanted no more."""
    connection.execute(delete(closings).where(closings.c.id.in_(list(ids)), closings.c.ended_at.is_(None)))


def call_off_act(connection: Connection, batch: int) -> None:
    """The act was taken back: what it asked for and is not done yet is wanted no more."""
    connection.execute(delete(closings).where(closings.c.batch == batch, closings.c.ended_at.is_(None)))


def asked_by(connection: Connection, batch: int) -> Asked:
    """What a mapping act asked to be closed, and what came of it."""
    statement = select(closings.c.product_name, closings.c.ended_at, closings.c.closed).where(closings.c.batch == batch)
    rows = connection.execute(statement).all()
    done = [row for row in rows if row.ended_at is not None]
    names = sorted({row.product_name for row in done if row.closed})
    return Asked(tuple(names), sum(row.closed for row in done), len(rows) - len(done))
