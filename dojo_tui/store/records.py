"""Records as lists show them: ids first, rows by page."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, RowMapping, cast, func, select

from dojo_tui.model.record import State
from dojo_tui.store.ids import chunks, fetch_ids
from dojo_tui.store.record_filter import FIELDS, destination_of
from dojo_tui.store.search import EMBEDDED, Ask
from dojo_tui.store.tables import connectors, destinations, products, records, suggestions


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One Record with the label of its Connector."""

    id: int
    connector_id: int
    connector_label: str
    vendor_id: str
    scope: str
    name: str
    state: State
    state_reason: str
    details: dict[str, str]
    product_ref: str | None
    product_name: str | None
    destination: str | None
    """Where its Product is: a server's address or ``embedded``; None if it is mapped to none (any more)."""
    former_product_name: str | None
    first_discovered_at: datetime
    last_discovered_at: datetime
    finalized_at: datetime | None
    finalized_by: str | None
    last_synced_at: datetime | None
    suggested_ref: str | None = None
    suggested_product: str | None = None
    suggested_confidence: float | None = None
    """0 to 1; None when nothing was worked out yet, or it is not New."""
    suggested_why: str | None = None


def is_away(row: RecordRow, in_use: str) -> bool:
    """Whether its Product is in another destination than the one in use: no Sync takes it along."""
    return row.destination is not None and row.destination != in_use


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which Records, in which order.

    ``text`` is the filter language of ``store/search.py`` with the fields of
    ``store/record_filter.py``; other words are looked for in the name, the
    vendor's id, the Product and the Connector's label. ``sort`` is the name
    of a field of RecordRow. ``now`` must be given for filters by time.
    ``loose`` is for a second try when nothing was found: a word is found too
    when its letters stand in the name in their order.
    """

    states: tuple[State, ...] = ()
    connector_id: int | None = None
    text: str = ""
    sort: str = "name"
    descending: bool = False
    now: datetime | None = None
    in_use: str = EMBEDDED
    """The destination in use, for ``state:away``."""
    loose: bool = False


SORTS: dict[str, ColumnElement[Any]] = {
    "id": records.c.id,
    "name": func.lower(records.c.name),
    "vendor_id": records.c.vendor_id,
    "state": records.c.state,
    "connector_label": connectors.c.label,
    "product_name": func.lower(records.c.product_name),
    "first_discovered_at": records.c.first_discovered_at,
    "last_discovered_at": records.c.last_discovered_at,
    "finalized_at": records.c.finalized_at,
    "last_synced_at": records.c.last_synced_at,
    "suggested_product": func.lower(suggestions.c.product_name),
    "suggested_confidence": suggestions.c.confidence,
    "former_product_name": func.lower(records.c.former_product_name),
    "finalized_by": records.c.finalized_by,
}
"""What a list of Records can be sorted by."""

_MAY_BE_EMPTY = (
    "product_name",
    "finalized_at",
    "finalized_by",
    "last_synced_at",
    "former_product_name",
    "suggested_product",
    "suggested_confidence",
)

_SUGGESTED = (suggestions.c.record_id == records.c.id) & (records.c.state == State.NEW)
# Of which Products a Record may be is of no interest once somebody has decided.

_OTHERWISE: dict[str, ColumnElement[Any]] = {
    "destination": destination_of(),
    "connector_label": connectors.c.label,
    "suggested_ref": suggestions.c.product_ref,
    "suggested_product": suggestions.c.product_name,
    "suggested_confidence": suggestions.c.confidence,
    "suggested_why": suggestions.c.why,
}

_COLUMNS = (
    select(*(_OTHERWISE[name].label(name) if name in _OTHERWISE else records.c[name] for name in RecordRow.__slots__))
    .join(connectors)
    .outerjoin(suggestions, _SUGGESTED)
    .outerjoin(products, products.c.id == cast(records.c.product_ref, Integer))
    .outerjoin(destinations, destinations.c.id == products.c.destination_id)
)


def record_ids(connection: Connection, query: RecordQuery) -> array[int]:
    """Ids of the Records that ``query`` asks for, in its order."""
    statement = select(records.c.id)
    if query.sort == "connector_label":
        statement = statement.join(connectors)
    if query.states:
        statement = statement.where(records.c.state.in_(query.states))
    if query.connector_id is not None:
        statement = statement.where(records.c.connector_id == query.connector_id)
    if query.sort.startswith("suggested_"):
        statement = statement.outerjoin(suggestions, _SUGGESTED)
    conditions = FIELDS.where(query.text, Ask(connection, query.now, query.in_use, query.loose))
    return fetch_ids(connection, statement.where(*conditions).order_by(*_order(query, by_index=not conditions)))


def record_rows(connection: Connection, ids: Iterable[int]) -> list[RecordRow]:
    """The Records with these ids, in the order of ``ids``; those that are gone are left out."""
    rows: list[RecordRow] = []
    for chunk in chunks(ids):
        found = {row["id"]: row for row in connection.execute(_COLUMNS.where(records.c.id.in_(chunk))).mappings()}
        rows.extend(_row(found[identifier]) for identifier in chunk if identifier in found)
    return rows


def stream_records(connection: Connection, query: RecordQuery) -> Iterator[RecordRow]:
    """The Records that ``query`` asks for, in its order, without holding them all."""
    for chunk in chunks(record_ids(connection, query)):
        yield from record_rows(connection, chunk)


def record_counts(connection: Connection, connector_id: int | None) -> dict[State, int]:
    """How many Records are in each state, of one Connector or of all; every state is there."""
    # Grouped as the index is, which spares a sort of every Record.
    statement = select(records.c.state, func.count()).group_by(records.c.connector_id, records.c.state)
    if connector_id is not None:
        statement = statement.where(records.c.connector_id == connector_id)
    counts = dict.fromkeys(State, 0)
    for state, number in connection.execute(statement):
        counts[State(state)] += number
    return counts


def _order(query: RecordQuery, *, by_index: bool) -> list[ColumnElement[Any]]:
    try:
        column = SORTS[query.sort]
    except KeyError:
        raise ValueError(f"cannot sort Records by {query.sort!r}: use one of {', '.join(SORTS)}") from None
    if query.sort == "name" and not by_index:
        # A filter looks into every row. Read in the order of the index, each row would be fetched by itself,
        # which takes six times as long as reading the table and sorting what is left.
        column = func.coalesce(column, "")
    first = column.desc() if query.descending else column.asc()
    if query.sort in _MAY_BE_EMPTY:
        first = first.nulls_last()
    last = records.c.id.desc() if query.descending else records.c.id.asc()
    return [first, last] if query.sort == "name" else [first, func.lower(records.c.name), records.c.id]


def _row(row: RowMapping) -> RecordRow:
    values: dict[str, Any] = dict(row)
    return RecordRow(**{**values, "state": State(values["state"])})
