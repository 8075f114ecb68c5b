"""Mapping acts as set-based SQL: a hundred thousand Records are a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Subquery,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from dojo_tui.model.record import TRANSITIONS, Event, State
from dojo_tui.store.dialect import json_object, json_value, serialise
from dojo_tui.store.ids import among
from dojo_tui.store.tables import connectors, mapping_changes, products, records
from dojo_tui.store.types import UtcDateTime

_BATCH_KEY = 0x646F6A71

AUTO_MAP = "auto-map"
"""Who did what a Discover mapped by itself."""

RULES = "rules"
"""Who did what the rules did at a Discover."""

MAPPING_COLUMNS = (
    "state",
    "state_reason",
    "product_ref",
    "product_name",
    "former_product_ref",
    "former_product_name",
    "finalized_at",
    "finalized_by",
    "last_synced_at",
)
"""What a mapping act changes, and an undo brings back."""

ALL_COLUMNS = tuple(column.name for column in records.c if column.name != "id")


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what, when; ``batch`` is its number in the history."""

    batch: int
    name: str
    at: datetime
    by: str
    rule: str | None = None
    """The mapping rule that decides it."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A New Record that auto-map looks at."""

    id: int
    name: str
    former_product_ref: str | None
    former_product_name: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The Product that auto-map chose for a Record."""

    record_id: int
    product_ref: str
    product_name: str


def new_act(connection: Connection, name: str, at: datetime, by: str) -> Act:
    """Return the next act; the number is this transaction's own."""
    serialise(connection, _BATCH_KEY)
    last = connection.execute(select(func.coalesce(func.max(mapping_changes.c.batch), 0))).scalar_one()
    return Act(last + 1, name, at, by)


def count_by_state(connection: Connection, ids: Sequence[int]) -> dict[State, int]:
    """How many of these Records there are, by state."""
    statement = select(records.c.state, func.count()).where(_these(connection, ids)).group_by(records.c.state)
    return {State(state): number for state, number in connection.execute(statement)}


def map_to(
    connection: Connection, ids: Sequence[int], act: Act, product_ref: str, product_name: str, *, only_new: bool = False
) -> int:
    """Map Records to a Product, but for those that are; how many were changed."""
    table = records.c
    moving = _these(connection, ids) & (
        (func.coalesce(table.product_ref, "") != product_ref) | table.state.notin_([State.GOOD, State.MISSING])
    )
    if only_new:
        moving &= table.state == State.NEW
    changed = _remember(connection, moving, act, MAPPING_COLUMNS, _after(Event.MAP), literal(product_name))
    values = {
        "state": _after(Event.MAP),
        "state_reason": case((table.state == State.MISSING, table.state_reason), else_=""),
        "product_ref": product_ref,
        "product_name": product_name,
        "former_product_ref": null(),
        "former_product_name": null(),
        "finalized_at": act.at,
        "finalized_by": act.by,
        # Nothing was synced to where it is mapped now.
        "last_synced_at": null(),
    }
    connection.execute(update(records).where(moving).values(**values))
    return changed


def ignore(connection: Connection, ids: Sequence[int], act: Act, *, only_new: bool = False) -> int:
    """Take Records off the list and remember their mapping; how many were changed."""
    table = records.c
    these = _these(connection, ids) & ((table.state == State.NEW) if only_new else (table.state != State.IGNORED))
    changed = _remember(connection, these, act, MAPPING_COLUMNS, _after(Event.IGNORE), null())
    values = {
        "state": _after(Event.IGNORE),
        "state_reason": "",
        "product_ref": null(),
        "product_name": null(),
        # A New Record that was restored remembers an older mapping: it keeps it.
        "former_product_ref": func.coalesce(table.product_ref, table.former_product_ref),
        "former_product_name": func.coalesce(table.product_name, table.former_product_name),
        "finalized_at": null(),
        "finalized_by": null(),
    }
    connection.execute(update(records).where(these).values(**values))
    return changed


def restore(connection: Connection, ids: Sequence[int], act: Act) -> int:
    """Make ignored Records New; how many were changed."""
    these = _these(connection, ids) & (records.c.state == State.IGNORED)
    changed = _remember(connection, these, act, MAPPING_COLUMNS, _after(Event.RESTORE), null())
    connection.execute(update(records).where(these).values(state=_after(Event.RESTORE), state_reason=""))
    return changed


def remove(connection: Connection, ids: Sequence[int], act: Act) -> int:
    """Delete Records, remembering each whole; how many there were."""
    these = _these(connection, ids)
    changed = _remember(connection, these, act, ALL_COLUMNS, null(), null())
    connection.execute(delete(records).where(these))
    return changed


def products_left(connection: Connection, ids: Sequence[int], except_ref: str = "") -> list[str]:
    """Names of Products that these Records are mapped to and were synced into, by name; of a deleted one nothing is."""
    gone = select(cast(products.c.id, Text)).where(products.c.gone)
    statement = select(records.c.product_name).where(
        _these(connection, ids),
        records.c.product_ref.is_not(None),
        records.c.product_ref != except_ref,
        records.c.last_synced_at.is_not(None),
        records.c.product_ref.not_in(gone),
    )
    return list(connection.execute(statement.distinct().order_by(records.c.product_name)).scalars())


def any_auto_mapped(connection: Connection, ids: Sequence[int]) -> bool:
    """Whether a Connector of these Records maps by itself what comes back."""
    statement = select(records.c.id).join(connectors).where(_these(connection, ids), connectors.c.auto_map)
    return connection.execute(statement.limit(1)).first() is not None


def new_records(connection: Connection, connector_id: int) -> list[Unmapped]:
    """Return the New Records of a Connector, oldest first."""
    table = records.c
    statement = select(table.id, table.name, table.former_product_ref, table.former_product_name).where(
        table.connector_id == connector_id, table.state == State.NEW
    )
    return [Unmapped(*row) for row in connection.execute(statement.order_by(table.id))]


def map_each(connection: Connection, chosen: Sequence[Chosen], at: datetime, by: str) -> int:
    """Map each New Record to its own Product; how many were still New."""
    table = records.c
    where = _these(connection, [each.record_id for each in chosen]) & (table.state == State.NEW)
    statement = select(table.id, table.connector_id, table.vendor_id).where(where)
    found = {row.id: row for row in connection.execute(statement)}
    mapping = [(found[each.record_id], each) for each in chosen if each.record_id in found]
    if not mapping:
        return 0
    act = new_act(connection, "map", at, by)
    after = TRANSITIONS[Event.MAP][State.NEW]
    connection.execute(
        insert(mapping_changes),
        [
            {
                "batch": act.batch,
                "at": at,
                "by": by,
                "act": act.name,
                "record_id": row.id,
                "connector_id": row.connector_id,
                "vendor_id": row.vendor_id,
                "from_state": State.NEW.value,
                "to_state": after.value,
                "to_product": each.product_name,
                "before": {},
            }
            for row, each in mapping
        ],
    )
    connection.execute(
        update(records)
        .where(table.id == bindparam("record"))
        .values(
            state=after,
            product_ref=bindparam("ref"),
            product_name=bindparam("product"),
            former_product_ref=null(),
            former_product_name=null(),
            finalized_at=at,
            finalized_by=by,
            last_synced_at=null(),
        ),
        [{"record": each.record_id, "ref": each.product_ref, "product": each.product_name} for _, each in mapping],
    )
    return len(mapping)


# --- taking back ----------------------------------------------------------------


def take_back(connection: Connection, batch: int, act: Act) -> int:
    """Give the Records of ``batch`` the mapping they had before it; how many."""
    before = mapping_changes.alias("before")
    joined = (before.c.batch == batch) & (before.c.record_id == records.c.id)
    was: dict[str, ColumnElement[Any]] = {
        name: json_value(connection, before.c.before, records.c[name]) for name in MAPPING_COLUMNS
    }
    # These two stand beside it as well, where they need no JSON to be read for each row.
    was["state"], was["product_name"] = before.c.from_state, before.c.from_product
    # Whether its VEP is there is what Discover knows now, not what it knew then.
    seen = [State.GOOD.value, State.MISSING.value]
    keeps = records.c.state.in_(seen) & was["state"].in_(seen)
    was["state"] = case((keeps, records.c.state), else_=was["state"])
    was["state_reason"] = case((keeps, records.c.state_reason), else_=was["state_reason"])
    both = records.join(before, joined)
    count = _remember(connection, joined, act, MAPPING_COLUMNS, was["state"], was["product_name"], both)
    changes = mapping_changes.c
    between = select(changes.id).where(changes.batch > batch, changes.batch < act.batch).limit(1)
    if connection.execute(between).first() is not None:
        synced = _newest_syncs(connection, batch)
        joined &= synced.c.record_id == records.c.id
        was["last_synced_at"] = synced.c.moment
    connection.execute(update(records).where(joined).values(**was))
    return count


def _newest_syncs(connection: Connection, batch: int) -> Subquery:
    """When each Record of ``batch`` was last synced into the Product that it had before, as far as the history tells.

    Between an act and the moment at which it is taken back, others may have put
    the Record into that Product for a while (an undo that was redone): a Sync of
    then is as true as one before it. What the Records are now has to be remembered
    by then.
    """
    before, since = mapping_changes.alias("was"), mapping_changes.alias("since")
    had, has = (json_value(connection, each.c.before, records.c.product_ref) for each in (before, since))
    newest = func.max(json_value(connection, since.c.before, records.c.last_synced_at))
    same = (since.c.batch == batch) | ((since.c.batch > batch) & (had == has))
    both = before.join(since, (since.c.record_id == before.c.record_id) & same)
    statement = select(since.c.record_id, newest.label("moment")).select_from(both)
    return statement.where(before.c.batch == batch).group_by(since.c.record_id).subquery("synced")


def bring_back(connection: Connection, batch: int, act: Act) -> int:
    """Insert the Records that ``batch`` deleted, with their ids; how many."""
    changes = mapping_changes.c
    columns = ["id", *ALL_COLUMNS]
    values = [changes.record_id, *(json_value(connection, changes.before, records.c[name]) for name in ALL_COLUMNS)]
    connection.execute(insert(records).from_select(columns, select(*values).where(changes.batch == batch)))
    of_batch = select(changes.record_id).where(changes.batch == batch)
    # They were not there before: the empty ``before`` says so.
    return _remember(
        connection, records.c.id.in_(of_batch), act, (), records.c.state, records.c.product_name, absent=True
    )


def remove_again(connection: Connection, batch: int, undo_batch: int, act: Act) -> int:
    """Delete what ``undo_batch`` brought back of ``batch``; how many."""
    changes = mapping_changes.c
    of_batch = select(changes.record_id).where(changes.batch == undo_batch)
    these = records.c.id.in_(of_batch)
    # Discover may have renamed them meanwhile: the next undo brings back what is deleted now.
    whole = json_object(connection, {name: records.c[name] for name in ALL_COLUMNS})
    connection.execute(
        update(mapping_changes)
        .where(changes.batch == batch, changes.record_id == records.c.id)
        .values(before=whole, vendor_id=records.c.vendor_id)
    )
    count = _remember(connection, these, act, (), null(), null())
    connection.execute(delete(records).where(these))
    return count


def _these(connection: Connection, ids: Sequence[int]) -> ColumnElement[bool]:
    return among(connection.dialect.name, records.c.id, ids)


def _after(event: Event) -> ColumnElement[Any]:
    """Return the state after ``event``, as SQL made of the table of transitions."""
    table = TRANSITIONS[event]
    if len(set(table.values())) == 1:
        return literal(next(iter(table.values())).value)
    return case({before.value: after.value for before, after in table.items()}, value=records.c.state)


def _remember(
    connection: Connection,
    where: ColumnElement[bool],
    act: Act,
    columns: Sequence[str],
    to_state: ColumnElement[Any],
    to_product: ColumnElement[Any],
    of: FromClause = records,
    *,
    absent: bool = False,
) -> int:
    """Write the history of an act from the Records as they are now; how many."""
    table = records.c
    kept: dict[str, Column[Any]] = {name: table[name] for name in columns}
    source = select(
        literal(act.batch),
        literal(act.at, UtcDateTime),
        literal(act.by),
        literal(act.name),
        table.id,
        table.connector_id,
        table.vendor_id,
        null() if absent else table.state,
        to_state,
        null() if absent else table.product_name,
        to_product,
        json_object(connection, dict(kept)),
        literal(act.rule, Text),
    )
    names = (
        "batch",
        "at",
        "by",
        "act",
        "record_id",
        "connector_id",
        "vendor_id",
        "from_state",
        "to_state",
        "from_product",
        "to_product",
        "before",
        "rule",
    )
    statement = insert(mapping_changes).from_select(names, source.select_from(of).where(where))
    # Not every driver keeps the number of inserted rows by itself.
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
