"""Records as lists show them: ids first, rows by page."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from dojo_tui.model.record import MAPPED, UNMAPPED, State
from dojo_tui.store.ids import chunks, fetch_ids
from dojo_tui.store.search import Term, contains, same_text, terms
from dojo_tui.store.tables import connectors, records


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
    former_product_name: str | None
    first_discovered_at: datetime
    last_discovered_at: datetime
    finalized_at: datetime | None
    finalized_by: str | None
    last_synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which Records, in which order.

    ``text`` is the filter language of ``store/search.py`` with the fields
    ``state:``, ``connector:`` and ``product:``; other words are looked for in
    the name, the vendor's id, the Product and the Connector's label. ``sort``
    is the name of a field of RecordRow.
    """

    states: tuple[State, ...] = ()
    connector_id: int | None = None
    text: str = ""
    sort: str = "name"
    descending: bool = False


FIELDS = ("state", "connector", "product")
"""Fields of the filter language."""

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
}
"""What a list of Records can be sorted by."""

_COLUMNS = select(
    records.c.id,
    records.c.connector_id,
    connectors.c.label.label("connector_label"),
    *(records.c[name] for name in RecordRow.__slots__ if name not in ("id", "connector_id", "connector_label")),
).join(connectors)


def record_ids(connection: Connection, query: RecordQuery) -> array[int]:
    """Ids of the Records that ``query`` asks for, in its order."""
    statement = select(records.c.id)
    if query.sort == "connector_label":
        statement = statement.join(connectors)
    if query.states:
        statement = statement.where(records.c.state.in_(query.states))
    if query.connector_id is not None:
        statement = statement.where(records.c.connector_id == query.connector_id)
    conditions = [term.wanted(_condition(connection, term)) for term in terms(query.text, FIELDS)]
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


def _condition(connection: Connection, term: Term) -> ColumnElement[bool]:
    if term.field == "state":
        return records.c.state.in_(_states(term.value))
    if term.field == "product":
        return contains(connection.dialect.name, (records.c.product_name,), term.value)
    labels = connection.execute(select(connectors.c.id, connectors.c.label)).all()
    of_label = records.c.connector_id.in_([row.id for row in labels if same_text(term.value, row.label)])
    if term.field == "connector":
        return of_label
    columns = (records.c.name, records.c.vendor_id, records.c.product_name)
    return contains(connection.dialect.name, columns, term.value) | of_label


def _states(word: str) -> list[State]:
    """States that begin with ``word`` (it may be half typed), or those of a tab."""
    lowered = word.lower()
    groups = {"mapped": MAPPED, "unmapped": UNMAPPED}
    if lowered in groups:
        return list(groups[lowered])
    return [state for state in State if state.lower().startswith(lowered)]


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
    if query.sort in ("product_name", "finalized_at", "last_synced_at"):
        first = first.nulls_last()
    last = records.c.id.desc() if query.descending else records.c.id.asc()
    return [first, last] if query.sort == "name" else [first, func.lower(records.c.name), records.c.id]


def _row(row: RowMapping) -> RecordRow:
    values: dict[str, Any] = dict(row)
    return RecordRow(**{**values, "state": State(values["state"])})
