"""The filter of the list of mapping acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from dojo_tui.store import history
from dojo_tui.store.history import ActRow
from dojo_tui.store.search import (
    Fault,
    Term,
    alternatives,
    contains,
    same_text,
    span,
    terms,
    unknown_field,
    wrong_time,
)
from dojo_tui.store.tables import mapping_changes, records

FIELDS = ("act", "by", "product", "record", "when", "is")
"""Fields of the filter language."""

_ACTS = (*history.ACTS, "undo", "redo")
_UNDONE = "undone"


def faults(text: str) -> list[Fault]:
    """What a person should be told about a filter."""
    found: list[Fault] = []
    for term in terms(text, FIELDS):
        wrongs = [_wrong(replace(term, value=value)) for value in term.values] if term.field else []
        said = f"{term.field}:{term.value}" if term.field else term.value
        found += [Fault(said, what) for what in wrongs or [unknown_field(term, FIELDS)] if what]
    return found


def acts(connection: Connection, text: str, now: datetime) -> list[ActRow]:
    """Acts of which all that ``text`` says is so, newest first."""
    groups = [[_wanted(connection, term, now) for term in group] for group in alternatives(text, FIELDS) if group]
    rows = history.acts(connection)
    return [row for row in rows if any(all(fits(row) for fits in group) for group in groups)] if groups else rows


def _wanted(connection: Connection, term: Term, now: datetime) -> Callable[[ActRow], bool]:
    any_of = [_fits(connection, replace(term, value=value), now) for value in term.values]
    return lambda row: any(fits(row) for fits in any_of) != term.negated


def _fits(connection: Connection, term: Term, now: datetime) -> Callable[[ActRow], bool]:
    value = term.value
    match term.field:
        case "act":
            return lambda row: row.act.startswith(value.lower())
        case "by":
            return lambda row: same_text(value, row.by)
        case "is":
            return lambda row: row.undone
        case "when":
            bounds = span(value, now)
            if bounds is None:
                return lambda _row: not term.negated  # not typed to its end
            start, end = bounds
            return lambda row: (start is None or row.at >= start) and (end is None or row.at < end)
        case "product" | "record" as field:
            batches = _batches(connection, field, value)
            return lambda row: row.id in batches
    return lambda row: same_text(value, f"{row.by} {row.what}")


def _batches(connection: Connection, field: str, value: str) -> set[int]:
    """Acts that concern a Product or a Record of that name. A Record that is gone is known by its vendor's id."""
    table, dialect = mapping_changes.c, connection.dialect.name
    statement = select(table.batch).distinct()
    if field == "product":
        statement = statement.where(contains(dialect, (table.from_product, table.to_product), value))
    else:
        statement = statement.outerjoin_from(mapping_changes, records, records.c.id == table.record_id)
        statement = statement.where(contains(dialect, (records.c.name, table.vendor_id), value))
    return set(connection.execute(statement).scalars())


def _wrong(term: Term) -> str | None:
    """What is wrong with the value of a field."""
    if term.field == "act" and not any(act.startswith(term.value.lower()) for act in _ACTS):
        return f"There is no act '{term.value}': use {', '.join(_ACTS)}."
    if term.field == "when":
        # On one line: what is not understood leaves this list whole, and the bottom line is all there is.
        return wrong_time(term.value) and f"'{term.value}' is no age: write <7d or >30d (m, h, d, w)."
    if term.field == "is" and term.value.lower() != _UNDONE:
        return f"'is:{term.value}' says nothing: there is is:{_UNDONE}."
    return None
