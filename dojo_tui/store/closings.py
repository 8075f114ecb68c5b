"""What Records imported into Products that they leave, and what of it is to be closed there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, delete, func, insert, or_, select, update

from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.store.closing_table import closings
from dojo_tui.store.ids import among
from dojo_tui.store.tables import connectors, engagements, findings, mapping_changes, products, records, tests
from dojo_tui.store.types import Id

_FEW = 500
"""Records up to which only their own Findings are read, and not all of their Tests."""
_DISMISSED = (findings.c.false_p, findings.c.out_of_scope, findings.c.risk_accepted)


@dataclass(slots=True)
class Left:
    """What one Record imported into one Product."""

    record_id: int
    name: str
    scope: str
    connector_id: int
    connector_label: str
    product_ref: str
    product_name: str
    now: bool
    """It is mapped there."""
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
    """Names of the Products in which something was closed, and is so still."""
    closed: int
    """How many Findings that are."""
    pending: int
    """So many places of Records in which it is not done yet."""
    places: int
    """So many it asked for."""


def left(connection: Connection, ids: Sequence[int], except_ref: str = "") -> list[Left]:
    """What these Records imported, wherever that was, by name; without those that hold nothing.

    Not only in the Products that they are mapped to now: an earlier remap
    may have left something behind, and so may an ignored Record.
    ``except_ref`` is the Product they are to be mapped to. Where a Record is
    Stale, its place is gone and nothing is left there.
    """
    anywhere = _places(connection, except_ref)
    if not anywhere:
        return []  # nothing was ever imported elsewhere: a hundred thousand New Records need not be read
    names = ("id", "name", "scope", "connector_id", "state", "product_ref")
    statement = select(*(records.c[name] for name in names), connectors.c.label).join(connectors)
    asked = connection.execute(statement.where(among(connection.dialect.name, records.c.id, ids))).all()
    by_scope = {(row.connector_id, row.scope): row for row in asked}
    concerned = {row.connector_id for row in asked}
    places = {row.id: row for row in anywhere if row.connector_id in concerned}
    found: dict[tuple[int, int], Left] = {}
    for test_id, scope, severity, active, dismissed, count in _counted(connection, list(places), by_scope):
        place = places[test_id]
        row = by_scope.get((place.connector_id, scope))
        ref = str(place.product_id)
        if row is None or (row.state == State.STALE and row.product_ref == ref):
            continue
        one = found.get((row.id, test_id))
        if one is None:
            of = (row.id, row.name, scope, row.connector_id, row.label)
            one = found[row.id, test_id] = Left(*of, ref, place.product_name, row.product_ref == ref)
        if active:
            one.open[Severity(severity)] += count
        elif dismissed:
            one.dismissed += count
        else:
            one.closed += count
    return sorted(found.values(), key=lambda one: (one.name.lower(), one.record_id, one.product_name))


def _places(connection: Connection, except_ref: str) -> Sequence[Row[Any]]:
    """The Tests of all Connectors, each with its Product."""
    statement = (
        select(
            tests.c.id,
            tests.c.connector_id,
            products.c.id.label("product_id"),
            products.c.name.label("product_name"),
        )
        .join(engagements, engagements.c.id == tests.c.engagement_id)
        .join(products, products.c.id == engagements.c.product_id)
        .where(cast(products.c.id, Text) != except_ref, ~products.c.gone)
    )
    return connection.execute(statement).all()


def _counted(
    connection: Connection, test_ids: Sequence[int], by_scope: Collection[tuple[int, str]]
) -> Iterable[Row[Any]]:
    """How many Findings Tests hold, by scope; one statement for many Records, whatever else the Tests hold."""
    table = findings.c
    # Joined with the Records and grouped by all that is told of them, it takes several times as long.
    what = (table.test_id, table.scope, table.severity, table.active, or_(*_DISMISSED))
    counted = select(*what, func.count()).group_by(*what)
    counted = counted.where(among(connection.dialect.name, table.test_id, test_ids))
    if len(by_scope) <= _FEW:
        counted = counted.where(table.scope.in_({scope for _, scope in by_scope}))
    return connection.execute(counted) if test_ids else ()


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
    """What a mapping act asked to be closed, and what came of it: what was closed since, and is so still."""
    at = select(func.min(mapping_changes.c.at)).where(mapping_changes.c.batch == batch).scalar_subquery()
    rows = connection.execute(select(closings.c.ended_at).where(closings.c.batch == batch)).all()
    closed = (
        select(closings.c.product_name, func.count())
        .join(engagements, engagements.c.product_id == cast(closings.c.product_ref, Id))
        .join(tests, (tests.c.engagement_id == engagements.c.id) & (tests.c.connector_id == closings.c.connector_id))
        .join(findings, (findings.c.test_id == tests.c.id) & (findings.c.scope == closings.c.scope))
        .where(closings.c.batch == batch, ~findings.c.active, ~or_(*_DISMISSED), findings.c.mitigated_at >= at)
        .group_by(closings.c.product_name)
        .order_by(closings.c.product_name)
    )
    by_product: dict[str, int] = {row[0]: row[1] for row in connection.execute(closed)} if rows else {}
    return Asked(tuple(by_product), sum(by_product.values()), sum(row.ended_at is None for row in rows), len(rows))
