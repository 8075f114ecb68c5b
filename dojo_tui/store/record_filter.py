"""The filter of lists of Records: its fields, what they mean in SQL, and what is wrong with one."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select

from dojo_tui.model.record import MAPPED, UNMAPPED, State
from dojo_tui.store.search import (
    COMPARE,
    EMBEDDED,
    Ask,
    Fault,
    Field,
    Fields,
    contains,
    in_order,
    same_text,
    text_field,
    time_field,
)
from dojo_tui.store.tables import connectors, destinations, products, records, suggestions

_TABLE = records.c
_SURE = re.compile(r"([<>]?=?)(0?\.\d{1,3}|[01](?:\.0{0,3})?|\d{1,3}%)", re.ASCII)
_GROUPS = {"mapped": MAPPED, "unmapped": UNMAPPED}
AWAY = "away"
"""The word for Records whose Product is in another destination than the one in use."""


def destination_of() -> ColumnElement[Any]:
    """Where the Product that is joined is: an address, or ``embedded``; NULL if there is none."""
    return case((products.c.id.is_(None), None), else_=func.coalesce(destinations.c.url, EMBEDDED))


def _in_products(wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    return _TABLE.product_ref.in_(select(cast(products.c.id, Text)).outerjoin(destinations).where(wanted))


def _state(value: str, ask: Ask) -> ColumnElement[bool]:
    if value.lower() == AWAY:
        return _in_products(destination_of() != ask.in_use)
    return _TABLE.state.in_(_states(value))


def _states(word: str) -> list[State]:
    """States that begin with ``word`` (it may be half typed), or those of a tab."""
    lowered = word.lower()
    return list(_GROUPS.get(lowered, [state for state in State if state.lower().startswith(lowered)]))


def _wrong_state(value: str) -> str | None:
    if value.lower() == AWAY or _states(value):
        return None
    return f"There is no state '{value}': use {', '.join(State)}, mapped, unmapped or away."


def _destination(value: str, ask: Ask) -> ColumnElement[bool]:
    return _in_products(contains(ask.dialect, (destination_of(),), value))


def _of_labels(value: str, ask: Ask) -> ColumnElement[bool]:
    labels = ask.connection.execute(select(connectors.c.id, connectors.c.label)).all()
    return _TABLE.connector_id.in_([row.id for row in labels if same_text(value, row.label)])


def _tool(value: str, ask: Ask) -> ColumnElement[bool]:
    used = select(connectors.c.id).where(contains(ask.dialect, (connectors.c.tool,), value))
    return _TABLE.connector_id.in_(used)


def _suggestion(value: str, ask: Ask) -> ColumnElement[bool]:
    likely = contains(ask.dialect, (suggestions.c.product_name,), value)
    return and_(_TABLE.state == State.NEW, _TABLE.id.in_(select(suggestions.c.record_id).where(likely)))


def _sure(value: str, _ask: Ask) -> ColumnElement[bool] | None:
    found = _SURE.fullmatch(value)
    if found is None:
        return None
    number = int(found[2][:-1]) / 100 if found[2].endswith("%") else float(found[2])
    kept = suggestions.c
    # "sure:0.9" and "sure:>0.9" mean at least that much.
    compare = COMPARE[{"": ">=", ">": ">="}.get(found[1], found[1])]
    enough = select(kept.record_id).where(kept.product_ref.is_not(None), compare(kept.confidence, number))
    return and_(_TABLE.state == State.NEW, _TABLE.id.in_(enough))


def _wrong_sure(value: str) -> str | None:
    return None if _SURE.fullmatch(value) else f"'{value}' is no confidence: write >0.9 or <80%."


def _words(value: str, ask: Ask, negated: bool) -> ColumnElement[bool]:
    columns = (_TABLE.name, _TABLE.vendor_id, _TABLE.product_name)
    if ask.loose and not negated:
        return or_(in_order(ask.dialect, columns[:2], value), _of_labels(value, ask))
    return contains(ask.dialect, columns, value) | _of_labels(value, ask)


FIELDS = Fields(
    "Records",
    (
        Field("state", _state, _wrong_state, "new", ("is", "status")),
        Field("connector", _of_labels),
        Field("tool", _tool),
        text_field("product", (_TABLE.product_name,)),
        text_field("name", (_TABLE.name, _TABLE.vendor_id), "record", "title"),
        text_field("id", (_TABLE.vendor_id,)),
        time_field("seen", _TABLE.last_discovered_at),
        time_field("found", _TABLE.first_discovered_at),
        time_field("synced", _TABLE.last_synced_at),
        time_field("decided", _TABLE.finalized_at),
        text_field("by", (_TABLE.finalized_by,)),
        Field("suggestion", _suggestion),
        Field("sure", _sure, _wrong_sure, ">0.9"),
        Field("destination", _destination),
        text_field("reason", (_TABLE.state_reason,)),
    ),
    _words,
)
"""Fields of the filter language."""


def faults(text: str) -> list[Fault]:
    """What a person should be told about a filter."""
    return FIELDS.faults(text)
