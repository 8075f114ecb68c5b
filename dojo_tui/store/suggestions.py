"""Suggestions as they are kept, and what tells which of them a new mapping may change."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, or_, select

from dojo_tui.model.record import MAPPED, State
from dojo_tui.store.dialect import insert_for
from dojo_tui.store.ids import among, fetch_ids
from dojo_tui.store.tables import mapping_changes, records, suggestion_state, suggestions

_ONLY = 1


@dataclass(frozen=True, slots=True)
class Basis:
    """What the kept suggestions were worked out from."""

    products: str
    """Digest of the Products."""
    change_id: int
    """The last change of a mapping."""


@dataclass(frozen=True, slots=True)
class Named:
    """A Record, as far as its name goes."""

    id: int
    connector_id: int
    name: str
    former_product: str | None = None
    """What it was mapped to before it was ignored and restored."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one Record."""

    record_id: int
    product_ref: str | None
    product_name: str | None
    confidence: float
    why: str
    key: str
    prefix: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A mapping that was changed: from one Product (or none) to another (or none)."""

    id: int
    connector_id: int
    name: str
    from_product: str | None
    to_product: str | None


def basis(connection: Connection) -> Basis | None:
    """What the kept ones were worked out from; None when there are none."""
    table = suggestion_state.c
    row = connection.execute(select(table.basis, table.change_id)).first()
    return Basis(*row) if row else None


def keep_basis(connection: Connection, new: Basis) -> None:
    """Record what they are worked out from now on."""
    connection.execute(delete(suggestion_state))
    values = {"id": _ONLY, "basis": new.products, "change_id": new.change_id}
    connection.execute(insert(suggestion_state).values(**values))


def last_change(connection: Connection) -> int:
    """The number of the last change of a mapping."""
    return int(connection.execute(select(func.coalesce(func.max(mapping_changes.c.id), 0))).scalar_one())


def changes_since(connection: Connection, change_id: int) -> Iterator[Changed]:
    """Changes after that one; those of Records that are gone are left out."""
    table = mapping_changes.c
    statement = (
        select(table.id, records.c.connector_id, records.c.name, table.from_product, table.to_product)
        .join(records, records.c.id == table.record_id)
        .where(table.id > change_id)
        .order_by(table.id)
    )
    yield from (Changed(*row) for row in connection.execute(statement))


def mapped_names(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Connector, name and Product of every mapped Record."""
    table = records.c
    statement = select(table.connector_id, table.name, table.product_name).where(
        table.state.in_(MAPPED), table.product_name.is_not(None)
    )
    yield from ((connector_id, name, product) for connector_id, name, product in connection.execute(statement))


def new_records(connection: Connection, connector_id: int | None = None) -> list[Named]:
    """Every New Record; of one Connector or of all."""
    table = records.c
    statement = select(table.id, table.connector_id, table.name, table.former_product_name).where(
        table.state == State.NEW
    )
    if connector_id is not None:
        statement = statement.where(table.connector_id == connector_id)
    return [Named(*row) for row in connection.execute(statement.order_by(table.id))]


def count_new(connection: Connection, connector_id: int | None, ids: Sequence[int] | None) -> int:
    """How many Records are New; of one Connector or of all, of ``ids`` or of all."""
    statement = select(func.count()).where(records.c.state == State.NEW)
    if connector_id is not None:
        statement = statement.where(records.c.connector_id == connector_id)
    if ids is not None:
        statement = statement.where(among(connection.dialect.name, records.c.id, ids))
    return int(connection.execute(statement).scalar_one())


def new_ids(connection: Connection) -> array[int]:
    """Ids of every New Record."""
    return fetch_ids(connection, select(records.c.id).where(records.c.state == State.NEW).order_by(records.c.id))


def named(connection: Connection, ids: Sequence[int]) -> list[Named]:
    """Those of these Records that are New."""
    table = records.c
    statement = select(table.id, table.connector_id, table.name, table.former_product_name).where(
        among(connection.dialect.name, table.id, ids), table.state == State.NEW
    )
    return [Named(*row) for row in connection.execute(statement.order_by(table.id))]


def concerned(
    connection: Connection, keys: Collection[str], prefixes: Collection[str], parts: Collection[str]
) -> array[int]:
    """Ids of New Records with one of these keys, prefixes or ``parts`` of their text, or with nothing kept yet."""
    table, kept = records.c, suggestions.c
    wanted = [kept.record_id.is_(None)]
    for column, values in ((kept.key, keys), (kept.prefix, prefixes)):
        wanted.extend(column.in_(chunk) for chunk in _texts(values))
    # Parts are letters and digits only.
    wanted.extend(kept.text.like(f"%{part}%") for part in parts)
    statement = (
        select(table.id)
        .outerjoin(suggestions, kept.record_id == table.id)
        .where(table.state == State.NEW, or_(*wanted))
    )
    return fetch_ids(connection, statement.order_by(table.id))


def keep(connection: Connection, rows: Sequence[Kept]) -> None:
    """Write them, in place of what was kept of the same Records; a Record that is gone is left out."""
    ids = [row.record_id for row in rows]
    there = set(
        connection.execute(select(records.c.id).where(among(connection.dialect.name, records.c.id, ids))).scalars()
    )
    connection.execute(delete(suggestions).where(among(connection.dialect.name, suggestions.c.record_id, ids)))
    values = [{name: getattr(row, name) for name in Kept.__slots__} for row in rows if row.record_id in there]
    if values:
        connection.execute(insert_for(connection, suggestions).on_conflict_do_nothing(), values)


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Forget those of these Records, and of all that are not New any more."""
    decided = select(records.c.id).where(records.c.state != State.NEW)
    connection.execute(delete(suggestions).where(suggestions.c.record_id.in_(decided)))
    connection.execute(delete(suggestions).where(among(connection.dialect.name, suggestions.c.record_id, ids)))


def over(
    connection: Connection, threshold: float, connector_id: int | None, ids: Sequence[int] | None
) -> list[tuple[int, str]]:
    """Record and ref of the Product of every kept suggestion of at least ``threshold`` for a New Record."""
    kept = suggestions.c
    statement = (
        select(kept.record_id, kept.product_ref)
        .join(records, records.c.id == kept.record_id)
        .where(records.c.state == State.NEW, kept.product_ref.is_not(None), kept.confidence >= threshold)
    )
    if connector_id is not None:
        statement = statement.where(records.c.connector_id == connector_id)
    if ids is not None:
        statement = statement.where(among(connection.dialect.name, kept.record_id, ids))
    return [(record_id, ref) for record_id, ref in connection.execute(statement.order_by(kept.record_id))]


def _texts(values: Collection[str], size: int = 500) -> Iterator[list[str]]:
    listed = sorted(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
