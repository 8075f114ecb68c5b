"""The filter of the list of Operations: its fields, what they mean in SQL, and what is wrong with one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, func, select, type_coerce

from dojo_tui.model.operation import OperationType, Status, Trigger
from dojo_tui.store.search import (
    Ask,
    Fault,
    Field,
    Fields,
    contains,
    number_field,
    text_field,
    time_field,
    word_field,
)
from dojo_tui.store.tables import connectors, operations, outcomes, records

_TABLE = operations.c
_TEXTS = (_TABLE.connector_label, _TABLE.type, _TABLE.status, _TABLE.trigger, _TABLE.error)


def duration(dialect: str) -> ColumnElement[Any]:
    """How many seconds it took."""
    if dialect == "sqlite":
        days = type_coerce(func.julianday(_TABLE.ended_at), Float) - type_coerce(
            func.julianday(_TABLE.started_at), Float
        )
        return days * 86_400
    return func.extract("epoch", _TABLE.ended_at - _TABLE.started_at)


def _words(value: str, ask: Ask, _negated: bool) -> ColumnElement[bool]:
    return contains(ask.dialect, _TEXTS, value)


def _took(value: str, ask: Ask) -> ColumnElement[bool] | None:
    return number_field("took", (duration(ask.dialect),), ">60").means(value, ask)


def _record(value: str, ask: Ask) -> ColumnElement[bool]:
    named = contains(ask.dialect, (outcomes.c.record_name, outcomes.c.reason), value)
    return _TABLE.id.in_(select(outcomes.c.operation_id).where(named))


def _product(value: str, ask: Ask) -> ColumnElement[bool]:
    of_record = select(outcomes.c.operation_id).join_from(outcomes, records, records.c.id == outcomes.c.record_id)
    return _TABLE.id.in_(of_record.where(contains(ask.dialect, (records.c.product_name,), value)))


def _tool(value: str, ask: Ask) -> ColumnElement[bool]:
    used = select(connectors.c.id).where(contains(ask.dialect, (connectors.c.tool,), value))
    return _TABLE.connector_id.in_(used)


FIELDS = Fields(
    "Operations",
    (
        word_field("status", _TABLE.status, tuple(Status), "failed", "state", "is"),
        word_field("type", _TABLE.type, tuple(OperationType), "sync"),
        text_field("connector", (_TABLE.connector_label,)),
        word_field("trigger", _TABLE.trigger, tuple(Trigger), "manual"),
        time_field("started", _TABLE.started_at, "found", "when", "seen"),
        time_field("ended", _TABLE.ended_at),
        Field("took", _took, number_field("took", (), ">60").wrong, ">60"),
        Field("record", _record),
        Field("product", _product),
        Field("tool", _tool),
        text_field("error", (_TABLE.error,), "reason"),
    ),
    _words,
)
"""Fields of the filter language. ``took`` is in seconds."""


def faults(text: str) -> list[Fault]:
    """What a person should be told about a filter: fields and words that no Operation can have."""
    return FIELDS.faults(text)
