"""What Records imported into Products that they leave, and what of it is to be closed there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, cast, delete, func, insert, or_, select, update

from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.store.closing_table import closings
from dojo_tui.store.ids import among
from dojo_tui.store.tables import connectors, engagements, findings, records, tests
from dojo_tui.store.types import Id


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
    dismissed = or_(findings.c.false_p, findings.c.out_of_scope, findings.c.risk_accepted)
    who = (
        records.c.id,
        records.c.name,
        records.c.scope,
        records.c.connector_id,
        connectors.c.label,
        records.c.product_ref,
        records.c.product_name,
    )
    what = (findings.c.severity, findings.c.active, dismissed)
    statement = (
        select(*who, *what, func.count())
        .select_from(records)
        .join(connectors)
        .join(engagements, engagements.c.product_id == cast(records.c.product_ref, Id))
        .join(tests, (tests.c.engagement_id == engagements.c.id) & (tests.c.connector_id == records.c.connector_id))
        .join(findings, (findings.c.test_id == tests.c.id) & (findings.c.scope == records.c.scope))
        .where(
            among(connection.dialect.name, records.c.id, ids),
            records.c.product_ref != except_ref,
            records.c.state != State.STALE,
        )
        .group_by(*who, *what)
        .order_by(func.lower(records.c.name), records.c.id)
    )
    found: dict[int, Left] = {}
    for *of, severity, active, is_dismissed, number in connection.execute(statement):
        one = found.get(of[0]) or found.setdefault(of[0], Left(*of))
        if active:
            one.open[Severity(severity)] += number
        elif is_dismissed:
            one.dismissed += number
        else:
            one.closed += number
    return list(found.values())


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
