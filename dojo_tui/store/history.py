"""The history of mapping acts: what can be taken back, and what stands against it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, update

from dojo_tui.model.record import State
from dojo_tui.model.text import number
from dojo_tui.store.ids import chunks
from dojo_tui.store.mapping import AUTO_MAP
from dojo_tui.store.tables import connectors, mapping_changes, products, records

ACTS = ("map", "ignore", "restore", "delete", "migrate")
"""Acts of a person; ``undo`` and ``redo`` take them back and do them again."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of one Record's mapping."""

    at: datetime
    by: str
    act: str
    from_state: str | None
    to_state: str | None
    from_product: str | None
    to_product: str | None
    undone: bool
    rule: str | None = None
    """The mapping rule that decided it, as it was then."""


@dataclass(frozen=True, slots=True)
class ActRecord:
    """What one act did to one Record."""

    record_id: int
    name: str
    """As it is called now; the vendor's id of one that is gone."""
    from_state: str | None
    to_state: str | None
    from_product: str | None
    to_product: str | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """An act that may be taken back."""

    batch: int
    act: str


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act, however many Records it changed."""

    id: int
    """Its batch."""
    at: datetime
    by: str
    act: str
    count: int
    products: int
    """How many Products it mapped to."""
    product: str | None
    """One of them."""
    rules: int
    undone: bool

    @property
    def what(self) -> str:
        """It in one line: ``map 3 Records → Web shop``."""
        count = f"{self.act} {number(self.count, 'Record')}"
        to = f" → {self.product}" if self.products == 1 else f" → {self.products:,} Products" if self.products else ""
        return f"{count}{to}{' by rules' if self.rules else ''}"


def acts(connection: Connection, *only: ColumnElement[bool]) -> list[ActRow]:
    """Mapping acts (those of which a row is as ``only`` says), newest first."""
    table = mapping_changes.c
    statement = select(
        table.batch,
        func.min(table.at),
        func.min(table.by),
        func.max(table.act),
        func.count(),
        func.count(table.to_product.distinct()),
        func.min(table.to_product),
        func.count(table.rule.distinct()),
        func.count(table.undone_by) > 0,
    )
    rows = connection.execute(statement.where(*only).group_by(table.batch).order_by(table.batch.desc()))
    return [ActRow(*row) for row in rows]


def act(connection: Connection, batch: int) -> ActRow:
    """One act."""
    return acts(connection, mapping_changes.c.batch == batch)[0]


def records_of(connection: Connection, batch: int, most: int | None = None) -> list[ActRecord]:
    """The Records of one act, by name; ``most`` of them, if it is given."""
    table = mapping_changes.c
    name = func.coalesce(records.c.name, table.vendor_id)
    statement = (
        select(
            table.record_id, name, table.from_state, table.to_state, table.from_product, table.to_product, table.rule
        )
        .outerjoin_from(mapping_changes, records, records.c.id == table.record_id)
        .where(table.batch == batch)
        .order_by(func.lower(name), table.record_id)
        .limit(most)
    )
    return [ActRecord(*row) for row in connection.execute(statement)]


def of_record(connection: Connection, record_id: int) -> list[HistoryRow]:
    """Every change of a Record's mapping, newest first."""
    table = mapping_changes.c
    statement = select(
        table.at,
        table.by,
        table.act,
        table.from_state,
        table.to_state,
        table.from_product,
        table.to_product,
        table.undone_by.is_not(None),
        table.rule,
    )
    rows = connection.execute(statement.where(table.record_id == record_id).order_by(table.id.desc()))
    return [HistoryRow(*row) for row in rows]


def last_act(connection: Connection, by: str, before: int | None = None) -> Done | None:
    """Return the newest act of a person that is not taken back; of those ``before`` that batch, if it is given."""
    return _last(connection, by, ACTS, before)


def newer_acts(connection: Connection, batch: int, most: int) -> tuple[list[ActRow], int]:
    """Acts after ``batch`` that hold, the newest of them, and how many there are."""
    table = mapping_changes.c
    holds = (table.batch > batch, table.act.in_(ACTS), table.undone_by.is_(None))
    number = connection.execute(select(func.count(table.batch.distinct())).where(*holds)).scalar_one()
    newest = select(table.batch).where(*holds).distinct().order_by(table.batch.desc()).limit(most)
    ids = list(connection.execute(newest).scalars())
    return (acts(connection, table.batch.in_(ids)) if ids else []), number


def between_destinations(connection: Connection, batch: int) -> bool:
    """Whether an act took Records from a Product of one destination to one of another."""
    table = mapping_changes.c
    now = select(table.before, records.c.product_ref, table.act).outerjoin_from(
        mapping_changes, records, records.c.id == table.record_id
    )
    moves: set[tuple[str, str]] = set()
    for before, ref, act in connection.execute(now.where(table.batch == batch)):
        if act == "migrate":
            return True
        if ref and before.get("product_ref"):
            moves.add((before["product_ref"], ref))
    refs = {int(ref) for pair in moves for ref in pair}
    places: dict[str, int | None] = {}
    for chunk in chunks(sorted(refs)):
        found = connection.execute(select(products.c.id, products.c.destination_id).where(products.c.id.in_(chunk)))
        places.update((str(row.id), row.destination_id) for row in found)
    return any(one in places and other in places and places[one] != places[other] for one, other in moves)


def last_undo(connection: Connection, by: str) -> tuple[Done, Done] | None:
    """Return the newest undo that can be done again, with the act it took back; an act after it ends that."""
    undo = _last(connection, by, ("undo",))
    if undo is None:
        return None
    newer = _last(connection, by, ACTS)
    table = mapping_changes.c
    taken = connection.execute(
        select(table.batch, table.act)
        .where(table.undone_by == undo.batch)
        .order_by(table.batch.desc(), table.id.desc())
        .limit(1)
    ).first()
    if taken is None or (newer is not None and newer.batch > undo.batch):
        return None
    return undo, Done(taken.batch, taken.act)


def mark_undone(connection: Connection, batch: int, by_batch: int | None) -> None:
    """Record that an act was taken back, or that it holds again."""
    connection.execute(update(mapping_changes).where(mapping_changes.c.batch == batch).values(undone_by=by_batch))


def count(connection: Connection, batch: int) -> int:
    """How many Records an act changed."""
    return int(connection.execute(select(func.count()).where(mapping_changes.c.batch == batch)).scalar_one())


def changed_since(connection: Connection, batch: int, *, for_good: Collection[int] | None = None) -> int:
    """How many Records of ``batch`` another act changed after it.

    With ``for_good``, only acts count that nobody can take back: auto-map's,
    and those whose batches are given.
    """
    mine, later = mapping_changes.alias("mine"), mapping_changes.alias("later")
    newer = select(later.c.id).where(
        later.c.record_id == mine.c.record_id,
        later.c.batch > batch,
        later.c.act.in_(ACTS),
        later.c.undone_by.is_(None),
    )
    if for_good is not None:
        newer = newer.where((later.c.by == AUTO_MAP) | later.c.batch.in_(list(for_good)))
    counted = select(func.count()).where(mine.c.batch == batch, newer.exists())
    return int(connection.execute(counted).scalar_one())


def gone_since(connection: Connection, batch: int) -> int:
    """How many Records of ``batch`` do not exist any more (their Connector was removed)."""
    table = mapping_changes.c
    there = exists().where(records.c.id == table.record_id)
    return int(connection.execute(select(func.count()).where(table.batch == batch, ~there)).scalar_one())


def no_room(connection: Connection, batch: int) -> str:
    """Why the Records that ``batch`` deleted cannot come back; empty when they can."""
    table = mapping_changes.c
    lost = select(func.count()).where(table.batch == batch, ~exists().where(connectors.c.id == table.connector_id))
    if connection.execute(lost).scalar_one():
        return "their Connector was removed since"
    decided = exists().where(table.record_id == records.c.id, table.act.in_(ACTS), table.undone_by.is_(None))
    taken = _in_their_place(batch).where((records.c.state != State.NEW) | decided)
    if connection.execute(taken.limit(1)).first() is not None:
        return "they were discovered again and changed since"
    return ""


def make_room(connection: Connection, batch: int) -> None:
    """A VEP that Discover found again as New gives way: the Record it had comes back. Ask ``no_room`` first."""
    connection.execute(delete(records).where(records.c.id.in_(_in_their_place(batch))))


def _in_their_place(batch: int) -> Select[tuple[int]]:
    """Ids of the Records that have the VEPs now whose Records ``batch`` deleted."""
    table = mapping_changes.c
    of_batch = select(table.connector_id, table.vendor_id).where(table.batch == batch).subquery()
    same = (of_batch.c.connector_id == records.c.connector_id) & (of_batch.c.vendor_id == records.c.vendor_id)
    return select(records.c.id).join(of_batch, same)


def _last(connection: Connection, by: str, acts: tuple[str, ...], before: int | None = None) -> Done | None:
    table = mapping_changes.c
    statement = select(table.batch, table.act).where(
        table.by == by,
        table.act.in_(acts),
        table.undone_by.is_(None),
        *([] if before is None else [table.batch < before]),
    )
    found = connection.execute(statement.order_by(table.batch.desc(), table.id.desc()).limit(1)).first()
    return Done(found.batch, found.act) if found else None
