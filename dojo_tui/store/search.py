"""The filter language of the lists, and how its terms become SQL.

Words are separated by spaces; every one must be found. ``!word`` or ``-word``
must not be found, ``"two words"`` are one term (and ``"-word"`` begins with a
dash), ``field:word`` looks in one field only, ``field:one,two`` for any of
several, ``a b OR c`` for one or the other. ``field:>=word`` compares.

Each list declares its fields once, as ``Fields``.
"""

from __future__ import annotations

import dataclasses
import difflib
import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, not_, or_

from dojo_tui.model.schedule import UNITS

EMBEDDED = "embedded"
"""The destination that is no server."""

_AGE = re.compile(r"([<>]?)=?(\d{1,4})([mhdw])", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", re.ASCII)
_COMPARED = re.compile(r"(>=|<=|>|<|=|)(.*)", re.DOTALL)
_TERM = re.compile(r'(?P<not>[!-]?)(?:(?P<field>\w[\w-]*):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))?')
_EITHER = "OR"
_NEVER = "never"
_TIMES = "write <7d or >30d (m, h, d, w). Or never, or a date: 2026-11-30, >=2026-11, 2026-11-01..2026-11-07, today"

_NAMES = (
    "act by closed component connector cve cvss cwe decided destination ended endpoint epss error file found id "
    "is line name place product reason record rule scanner seen service severity started state status suggestion sure "
    "synced tag title took tool trigger type when"
)
VOCABULARY = frozenset(_NAMES.split(" "))
"""The fields of all lists: one of another list is no mere word with a colon in it."""

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a filter. ``field`` is empty when every searched field may match."""

    value: str
    field: str = ""
    negated: bool = False
    quoted: bool = dataclasses.field(default=False, compare=False)

    @property
    def values(self) -> tuple[str, ...]:
        """What a field may be: any of these."""
        if not self.field or self.quoted:
            return (self.value,)
        return tuple(part for part in self.value.split(",") if part) or (self.value,)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a filter that is most likely not meant so. The filter works all the same: that term is left out."""

    term: str
    what: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the meaning of a filter depends on."""

    connection: Connection
    now: datetime | None = None
    """In the zone of the person: it tells which day "today" is."""
    in_use: str = EMBEDDED
    """The destination in use."""
    loose: bool = False
    """Letters in order are enough."""

    @property
    def dialect(self) -> str:
        """The database's name."""
        return self.connection.dialect.name


Meaning = Callable[[str, Ask], "ColumnElement[bool] | None"]
"""A value as SQL; None when it is not typed to its end."""


def nothing_wrong(_value: str) -> str | None:
    """Any value will do."""
    return None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a list."""

    name: str
    means: Meaning
    wrong: Callable[[str], str | None] = nothing_wrong
    """What is wrong with a value, in a sentence."""
    example: str = "x"
    """A value, for help: ``>=high``."""
    also: tuple[str, ...] = ()
    """Other names of it, which are those of other lists."""


class Fields:
    """All fields of a list, and what a word without a field means there."""

    def __init__(
        self, noun: str, fields: Sequence[Field], words: Callable[[str, Ask, bool], ColumnElement[bool]]
    ) -> None:
        """``words`` gets the word, what it depends on, and whether it must not be found."""
        self.noun = noun
        self.fields = tuple(fields)
        self._words = words
        self._by_name = {name: one for one in self.fields for name in (one.name, *one.also)}
        self.names = tuple(self._by_name)

    @property
    def examples(self) -> tuple[str, ...]:
        """Each field with a value: ``severity:>=high``."""
        return tuple(f"{one.name}:{one.example}" for one in self.fields)

    def where(self, text: str, ask: Ask) -> list[ColumnElement[bool]]:
        """What a filter asks for; empty if it asks for nothing."""
        groups = []
        for group in alternatives(text, self.names):
            conditions = [found for term in group if (found := self._condition(term, ask)) is not None]
            if conditions:
                groups.append(and_(*conditions))
        return [or_(*groups)] if groups else []

    def _condition(self, term: Term, ask: Ask) -> ColumnElement[bool] | None:
        if not term.field:
            found = self._words(term.value, ask, term.negated)
        else:
            means = self._by_name[term.field].means
            any_of = [one for value in term.values if (one := means(value, ask)) is not None]
            if not any_of:
                return None
            found = or_(*any_of)
        return not_(found) if term.negated else found

    def faults(self, text: str) -> list[Fault]:
        """What a person should be told about a filter.

        A word that merely holds a colon (``log4j:log4j``) is a word.
        """
        found: list[Fault] = []
        for term in terms(text, self.names):
            if not term.field:
                wrongs = [unknown_field(term, self.names, [one.name for one in self.fields])]
            else:
                wrongs = [self._by_name[term.field].wrong(value) for value in term.values]
            found += [
                Fault(f"{term.field}:{term.value}" if term.field else term.value, wrong) for wrong in wrongs if wrong
            ]
        return found

    def asks(self, text: str, field: str) -> bool:
        """Whether a filter says something of a field."""
        return any(term.field and self._by_name[term.field].name == field for term in terms(text, self.names))


def unknown_field(term: Term, fields: Collection[str], shown: Collection[str] = ()) -> str | None:
    """What a word says that looks like a field: one of another list, or nearly one of this.

    Of the ``fields`` only the ``shown`` ones are named, if that is given.
    """
    before, colon, after = term.value.partition(":")
    if not colon or term.quoted or after.startswith("/"):
        return None
    name = before.lower()
    close = difflib.get_close_matches(name, fields, n=1, cutoff=0.7)
    if not close and name not in VOCABULARY:
        return None
    meant = f": did you mean '{close[0]}:'?" if close else " here."
    return f"There is no field '{before}'{meant} There are {', '.join(shown or fields)}."


def terms(text: str, fields: Collection[str]) -> Iterator[Term]:
    """All terms of a filter."""
    for group in alternatives(text, fields):
        yield from group


def alternatives(text: str, fields: Collection[str]) -> list[list[Term]]:
    """Read a filter: of each list all terms, or those of another one.

    A prefix that is no field is part of the word (``http://x``); half-typed terms are left out.
    """
    groups: list[list[Term]] = [[]]
    for match in _TERM.finditer(text):
        field = (match["field"] or "").lower()
        value = match["quoted"] if match["quoted"] is not None else match["plain"] or ""
        if match[0] == _EITHER:
            groups.append([])
            continue
        if field and field not in fields:
            field, value = "", f"{match['field']}:{value}"
        if value:
            groups[-1].append(Term(value, field, bool(match["not"]), match["quoted"] is not None))
    return groups


# --- what values mean ---------------------------------------------------------


def age(value: str) -> tuple[bool, timedelta] | None:
    """An age, and whether what is older than that is meant (``>30d``); None when it is none."""
    found = _AGE.fullmatch(value.lower())
    return None if found is None else (found[1] == ">", int(found[2]) * UNITS[found[3]])


def span(value: str, now: datetime) -> tuple[datetime | None, datetime | None] | None:
    """From when to when a value means (either may be open), in UTC; None when it is no time."""
    lowered = value.lower()
    if (found := age(lowered)) is not None:
        older, back = found
        return (None, (now - back).astimezone(UTC)) if older else ((now - back).astimezone(UTC), None)
    if ".." in lowered:
        first, _, last = lowered.partition("..")
        begins, ends = _period(first, now), _period(last, now)
        return None if begins is None or ends is None else (begins[0], ends[1])
    compared = _COMPARED.fullmatch(lowered)
    period = _period(compared[2], now) if compared else None
    if compared is None or period is None:
        return None
    start, end = period
    match compared[1]:
        case "<":
            return None, start
        case "<=":
            return None, end
        case ">":
            return end, None
        case ">=":
            return start, None
    return start, end


def _period(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    """The first moment of a day, month or year of the person's calendar, and the first after it."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if text in ("today", "yesterday"):
        day = today if text == "today" else today - timedelta(days=1)
        return day.astimezone(UTC), (day + timedelta(days=1)).astimezone(UTC)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day_ = (int(part) if part else None for part in found.groups())
    try:
        start = today.replace(year=year or 1, month=month or 1, day=day_ or 1)
        if day_ is not None:
            end = start + timedelta(days=1)
        elif month is not None:
            end = start.replace(year=start.year + month // 12, month=month % 12 + 1)
        else:
            end = start.replace(year=start.year + 1)
        return start.astimezone(UTC), end.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def within(column: ColumnElement[Any], value: str, ask: Ask) -> ColumnElement[bool] | None:
    """That a column's time is as a value says."""
    if value.lower() == _NEVER:
        return column.is_(None)
    if span(value, _ANY_TIME) is None:
        return None
    if ask.now is None:
        raise ValueError("a filter by time needs to be told the time")
    bounds = span(value, ask.now)
    if bounds is None:
        return None
    start, end = bounds
    return and_(
        column.is_not(None),
        *([column >= start] if start is not None else []),
        *([column < end] if end is not None else []),
    )


_ANY_TIME = datetime(2026, 1, 15, tzinfo=UTC)


def wrong_time(value: str) -> str | None:
    """Why a value is no time."""
    if value.lower() == _NEVER or span(value, _ANY_TIME) is not None:
        return None
    return f"'{value}' is no age: {_TIMES}."


def time_field(name: str, column: ColumnElement[Any], *also: str) -> Field:
    """A field of a moment."""
    return Field(name, lambda value, ask: within(column, value, ask), wrong_time, "<7d", also)


def text_field(name: str, columns: Sequence[ColumnElement[Any]], *also: str) -> Field:
    """A field in which a text is looked for."""
    return Field(name, lambda value, ask: contains(ask.dialect, columns, value), also=also)


def number_field(name: str, columns: Sequence[ColumnElement[Any]], example: str) -> Field:
    """A field of numbers that can be compared; ``90%`` is 0.9."""

    def read(value: str) -> tuple[Callable[[Any, Any], Any], float] | None:
        compared = _COMPARED.fullmatch(value)
        if compared is None:
            return None
        written = compared[2]
        try:
            number = float(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
        except ValueError:
            return None
        return (COMPARE[compared[1]], number) if number == number and abs(number) < 1e15 else None

    def means(value: str, _ask: Ask) -> ColumnElement[bool] | None:
        found = read(value)
        return None if found is None else or_(*(found[0](column, found[1]) for column in columns))

    def wrong(value: str) -> str | None:
        return None if read(value) else f"'{value}' is no number: write {name}:{example}."

    return Field(name, means, wrong, example)


def word_field(name: str, column: ColumnElement[Any], allowed: Sequence[str], example: str, *also: str) -> Field:
    """A field that is one of some words, of which a part may be typed."""

    def fitting(value: str) -> list[str]:
        return [one for one in allowed if same_text(value, one)]

    def wrong(value: str) -> str | None:
        return None if fitting(value) else f"There is no {name} '{value}': use {', '.join(allowed)}."

    return Field(name, lambda value, _ask: column.in_(fitting(value)), wrong, example, also)


def ranked_field(name: str, column: ColumnElement[Any], ranks: Mapping[str, int], example: str, *also: str) -> Field:
    """A field of words that have an order: ``>=high``. A word may be half typed."""

    def read(value: str) -> list[int]:
        compared = _COMPARED.fullmatch(value.lower())
        assert compared is not None
        sign, word = compared[1], compared[2]
        begun = [rank for label, rank in ranks.items() if word and label.lower().startswith(word)]
        if sign in ("", "="):
            return begun
        return [rank for rank in ranks.values() if begun and COMPARE[sign](rank, begun[0])]

    def wrong(value: str) -> str | None:
        compared = _COMPARED.fullmatch(value.lower())
        word = compared[2] if compared else ""
        if any(word and label.lower().startswith(word) for label in ranks):
            return None
        return f"There is no {name} '{value}': use {', '.join(ranks)}, or >=high."

    def means(value: str, _ask: Ask) -> ColumnElement[bool] | None:
        return column.in_(read(value)) if read(value) or wrong(value) is None else false()

    return Field(name, means, wrong, example, also)


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
