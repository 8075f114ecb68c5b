"""Reading one row of a tool's answer: whatever is missing, null or of another kind than promised reads as nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from dojo_tui.http.errors import malformed
from dojo_tui.model import values
from dojo_tui.model.dates import numbered_moment, written_moment
from dojo_tui.model.severity import Severity, rate
from dojo_tui.model.values import at


class Rated(TypedDict):
    """The fields of a Finding that say how bad it is: ``Finding(**row.severity("severity"), ...)``."""

    severity: Severity
    unknown_severity: str


@dataclass(slots=True)
class Row:
    """An object of an answer. Places are dotted: ``row.text("component.name")``, ``row.text("aliases.0.cveId")``.

    Treat it as a value. It is not frozen, as a Finding is not: an answer has many, and most of what a mapping asks
    for is not there. JSON gives nothing but dict and list: asking for these alone is what makes this quick.
    """

    data: Mapping[str, Any]

    def get(self, place: str) -> Any:
        """Whatever stands there."""
        found = self.data.get(place)
        # Most places are plain names: those need no taking apart.
        return at(self.data, place) if found is None and "." in place else found

    def text(self, *places: str, default: str = "") -> str:
        """The first of these places that says something; numbers are written out."""
        for place in places:
            found = self.get(place)
            if found is None:
                continue
            if isinstance(found, str):
                if found and not found.isspace():
                    return found
            elif isinstance(found, (int, float)) and not isinstance(found, bool):
                return str(found)
        return default

    def must(self, place: str) -> str:
        """A text without which the row is of no use."""
        found = self.text(place)
        if not found:
            raise malformed(f"The tool gave a row without {place!r}.")
        return found

    def texts(self, place: str) -> tuple[str, ...]:
        """The texts of a list."""
        return tuple(one for one in values.items(self.get(place)) if isinstance(one, str) and one)

    def whole(self, place: str) -> int | None:
        """A whole number, also when it is written as a text."""
        return values.whole(self.get(place))

    def number(self, place: str) -> float | None:
        """A number, also when it is written as a text."""
        return values.number(self.get(place))

    def flag(self, place: str) -> bool:
        """True only where it says so."""
        return self.get(place) is True

    def row(self, place: str) -> Row:
        """The object there; an empty one where there is none."""
        return Row(values.mapping(self.get(place)))

    def rows(self, place: str) -> Iterator[Row]:
        """The objects of a list."""
        for one in values.items(self.get(place)):
            if isinstance(one, dict):
                yield Row(one)

    def day(self, *places: str) -> dt.date | None:
        """A date; a moment counts by its day in UTC, a number as (milli)seconds since 1970."""
        moment = self.moment(*places)
        return moment.date() if moment is not None else None

    def moment(self, *places: str) -> dt.datetime | None:
        """The first of these places that tells a moment, in UTC; see ``model.dates`` for the forms that are read."""
        found = (self.get(place) for place in places)
        return next((moment for one in found if (moment := written_moment(one) or numbered_moment(one))), None)

    def severity(self, place: str, words: Mapping[str, Severity] | None = None, *, score: float | None = None) -> Rated:
        """How bad it is, by the word that stands there: a common one or one of ``words``; see ``severity.rate``."""
        rating = rate(self.text(place), words, score=score)
        return {"severity": rating.severity, "unknown_severity": rating.unknown}


def cwes(*texts: str) -> tuple[int, ...]:
    """Every CWE named in texts like ``CWE-79``, each once."""
    return values.unique(values.cwes(texts))
