"""The filter of lists of Records: its fields, what they mean in SQL, and what is wrong with one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, case, cast, func, or_, select

from dojo_tui.model.record import MAPPED, UNMAPPED, State
from dojo_tui.store import search
from dojo_tui.store.search import Fault, Term, age, contains, in_order, same_text
from dojo_tui.store.tables import connectors, destinations, products, records, suggestions

_TIMES = {
    "seen": records.c.last_discovered_at,
    "found": records.c.first_discovered_at,
    "synced": records.c.last_synced_at,
    "decided": records.c.finalized_at,
}
_SURE = re.compile(r"([<>]?)(0?\.\d{1,3}|[01](?:\.0{0,3})?|\d{1,3}%)", re.ASCII)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {"<": operator.lt, ">": operator.ge, "": operator.ge}
_GROUPS = {"mapped": MAPPED, "unmapped": UNMAPPED}
_NEVER = "never"
AWAY = "away"
"""The word for Records whose Product is in another destination than the one in use."""
EMBEDDED = "embedded"
"""The destination that is no server."""

FIELDS = ("state", "connector", "product", "name", "suggestion", "sure", *_TIMES)
"""Fields of the filter language."""


def faults(text: str) -> list[Fault]:
    """What a person should be told about a filter."""
    return search.faults(text, FIELDS, _wrong)


def destination_of() -> ColumnElement[Any]:
    """Where the Product that is joined is: an address, or ``embedded``; NULL if there is none."""
    return case((products.c.id.is_(None), None), else_=func.coalesce(destinations.c.url, EMBEDDED))


def _away(in_use: str) -> ColumnElement[bool]:
    """Mapped to a Product of another destination."""
    elsewhere = select(cast(products.c.id, Text)).outerjoin(destinations).where(destination_of() != in_use)
    return records.c.product_ref.in_(elsewhere)


def condition(
    connection: Connection, term: Term, now: datetime | None, *, loose: bool, in_use: str = "embedded"
) -> ColumnElement[bool] | None:
    """One term as SQL; None when it is not typed to its end. ``loose``: letters in order are enough."""
    dialect = connection.dialect.name
    table = records.c
    match term.field:
        case "state" if term.value.lower() == AWAY:
            return _away(in_use)
        case "state":
            return table.state.in_(_states(term.value))
        case "product":
            return contains(dialect, (table.product_name,), term.value)
        case "name":
            return contains(dialect, (table.name, table.vendor_id), term.value)
        case "suggestion":
            likely = contains(dialect, (suggestions.c.product_name,), term.value)
            return and_(table.state == State.NEW, table.id.in_(select(suggestions.c.record_id).where(likely)))
        case "sure":
            return _sure(term.value)
        case field if field in _TIMES:
            return _time(_TIMES[field], term.value, now)
    labels = connection.execute(select(connectors.c.id, connectors.c.label)).all()
    of_label = table.connector_id.in_([row.id for row in labels if same_text(term.value, row.label)])
    if term.field == "connector":
        return of_label
    columns = (table.name, table.vendor_id, table.product_name)
    if loose and not term.negated:
        return or_(in_order(dialect, columns[:2], term.value), of_label)
    return contains(dialect, columns, term.value) | of_label


def _states(word: str) -> list[State]:
    """States that begin with ``word`` (it may be half typed), or those of a tab."""
    lowered = word.lower()
    return list(_GROUPS.get(lowered, [state for state in State if state.lower().startswith(lowered)]))


def _time(column: ColumnElement[Any], value: str, now: datetime | None) -> ColumnElement[bool] | None:
    if value.lower() == _NEVER:
        return column.is_(None)
    found = age(value)
    if found is None:
        return None
    if now is None:
        raise ValueError("a filter by time needs to be told the time")
    older, back = found
    return and_(column.is_not(None), column < now - back if older else column >= now - back)


def _sure(value: str) -> ColumnElement[bool] | None:
    found = _SURE.fullmatch(value)
    if found is None:
        return None
    number = int(found[2][:-1]) / 100 if found[2].endswith("%") else float(found[2])
    kept = suggestions.c
    enough = select(kept.record_id).where(kept.product_ref.is_not(None), _COMPARE[found[1]](kept.confidence, number))
    return and_(records.c.state == State.NEW, records.c.id.in_(enough))


def _wrong(term: Term) -> str | None:
    """What is wrong with the value of a field."""
    if term.field == "state" and term.value.lower() != AWAY and not _states(term.value):
        return f"There is no state '{term.value}': use {', '.join(State)}, mapped, unmapped or away."
    if term.field in _TIMES and term.value.lower() != _NEVER and age(term.value) is None:
        return f"'{term.value}' is no age: write <7d, >30d (m, h, d, w) or never."
    if term.field == "sure" and _SURE.fullmatch(term.value) is None:
        return f"'{term.value}' is no confidence: write >0.9 or <80%."
    return None
