"""The filter language of the lists, and how its terms become SQL.

Words are separated by spaces; every one must be found. ``!word`` or ``-word``
must not be found, ``"two words"`` are one term (and ``"-word"`` begins with a
dash), ``field:word`` looks in one field only.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_AGE = re.compile(r"([<>]?)(\d{1,4})([mhdw])", re.ASCII)
_TERM = re.compile(r'(?P<not>[!-]?)(?:(?P<field>\w+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))?')


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a filter. ``field`` is empty when every searched field may match."""

    value: str
    field: str = ""
    negated: bool = False
    quoted: bool = dataclasses.field(default=False, compare=False)

    def wanted(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """``condition``, or its opposite when the term is negated."""
        return ~condition if self.negated else condition


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a filter that is most likely not meant so. The filter works all the same: that term is left out."""

    term: str
    what: str
    """A sentence."""


def unknown_field(term: Term, fields: Collection[str]) -> str | None:
    """What a word says that looks like a field of nearly that name."""
    before, colon, after = term.value.partition(":")
    if not colon or term.quoted or after.startswith("/"):
        return None
    close = difflib.get_close_matches(before.lower(), fields, n=1, cutoff=0.7)
    return (
        f"There is no field '{before}': did you mean '{close[0]}:'? There are {', '.join(fields)}." if close else None
    )


def faults(text: str, fields: Collection[str], wrong: Callable[[Term], str | None]) -> list[Fault]:
    """What a person should be told about a filter. ``wrong`` says what is wrong with the value of a field.

    A word that merely holds a colon (``log4j:log4j``) is a word.
    """
    found: list[Fault] = []
    for term in terms(text, fields):
        what = wrong(term) if term.field else unknown_field(term, fields)
        if what is not None:
            found.append(Fault(f"{term.field}:{term.value}" if term.field else term.value, what))
    return found


def terms(text: str, fields: Collection[str]) -> Iterator[Term]:
    """Read a filter. A prefix that is no field is part of the word (``http://x``); half-typed terms are left out."""
    for match in _TERM.finditer(text):
        field = (match["field"] or "").lower()
        value = match["quoted"] if match["quoted"] is not None else match["plain"] or ""
        if field and field not in fields:
            field, value = "", f"{match['field']}:{value}"
        if value:
            yield Term(value, field, bool(match["not"]), match["quoted"] is not None)


def age(value: str) -> tuple[bool, timedelta] | None:
    """An age, and whether what is older than that is meant (``>30d``); None when it is none."""
    found = _AGE.fullmatch(value.lower())
    return None if found is None else (found[1] == ">", int(found[2]) * _UNITS[found[3]])


def contains(dialect: str, columns: Sequence[ColumnElement[Any]], value: str) -> ColumnElement[bool]:
    """True when one of ``columns`` contains ``value``, whatever the case; ``%`` and ``_`` mean themselves."""
    if dialect != "sqlite":
        return or_(*(func.coalesce(column, "").ilike(_pattern(value), escape="\\") for column in columns))
    # SQLite's LIKE folds only ASCII by itself; for other letters the usual spellings are tried.
    spellings = [value] if value.isascii() else sorted({value, value.lower(), value.upper(), value.title()})
    return or_(
        *(
            func.coalesce(column, "").like(_pattern(spelling), escape="\\")
            for column in columns
            for spelling in spellings
        )
    )


def in_order(dialect: str, columns: Sequence[ColumnElement[Any]], value: str) -> ColumnElement[bool]:
    """True when the letters of ``value`` stand in one of ``columns`` in their order, whatever is between them."""
    pattern = "%".join(_escaped(letter) for letter in value)
    if dialect != "sqlite":
        return or_(*(func.coalesce(column, "").ilike(f"%{pattern}%", escape="\\") for column in columns))
    return or_(*(func.coalesce(column, "").like(f"%{pattern}%", escape="\\") for column in columns))


def same_text(value: str, whole: str) -> bool:
    """The rule of ``contains`` for a text that is at hand."""
    return value.casefold() in whole.casefold()


def _pattern(value: str) -> str:
    return f"%{_escaped(value)}%"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
