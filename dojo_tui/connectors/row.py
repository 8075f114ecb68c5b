"""Reading one row of a tool's answer: whatever is missing, null or of another kind than promised reads as nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from dojo_tui.http.errors import malformed
from dojo_tui.http.exchange import at
from dojo_tui.model.severity import Severity, rate

_CWE = re.compile(r"CWE[-_ ]?(\d+)", re.IGNORECASE)


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
        found = self.get(place)
        return tuple(one for one in found if isinstance(one, str) and one) if isinstance(found, list) else ()

    def whole(self, place: str) -> int | None:
        """A whole number, also when it is written as a text."""
        found = self.get(place)
        if found is None:
            return None
        if isinstance(found, str) and re.fullmatch(r"\s*-?\d{1,18}\s*", found):
            found = int(found)
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**62 else None

    def number(self, place: str) -> float | None:
        """A number, also when it is written as a text."""
        found = self.get(place)
        if found is None:
            return None
        if isinstance(found, str):
            try:
                found = float(found)
            except ValueError:
                return None
        fits = isinstance(found, (int, float)) and not isinstance(found, bool) and abs(found) < 1e15
        return float(found) if fits else None

    def flag(self, place: str) -> bool:
        """True only where it says so."""
        return self.get(place) is True

    def row(self, place: str) -> Row:
        """The object there; an empty one where there is none."""
        found = self.get(place)
        return Row(found if isinstance(found, dict) else {})

    def rows(self, place: str) -> Iterator[Row]:
        """The objects of a list."""
        found = self.get(place)
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict):
                yield Row(one)

    def day(self, *places: str) -> dt.date | None:
        """A date; a moment counts by its day in UTC, a number as (milli)seconds since 1970."""
        moment = self.moment(*places)
        return moment.date() if moment is not None else None

    def moment(self, *places: str) -> dt.datetime | None:
        """A moment in UTC."""
        for place in places:
            found = self.get(place)
            if found is None:
                continue
            try:
                if isinstance(found, str) and found:
                    moment = dt.datetime.fromisoformat(found.strip())
                    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
                if isinstance(found, (int, float)) and not isinstance(found, bool) and found > 0:
                    return dt.datetime.fromtimestamp(found / 1000 if found > 1e11 else found, dt.UTC)
            except (ValueError, OverflowError, OSError):
                continue
        return None

    def severity(self, place: str, words: Mapping[str, Severity] | None = None, *, score: float | None = None) -> Rated:
        """How bad it is, by the word that stands there: a common one or one of ``words``; see ``severity.rate``."""
        rating = rate(self.text(place), words, score=score)
        return {"severity": rating.severity, "unknown_severity": rating.unknown}


def cwes(*texts: str) -> tuple[int, ...]:
    """Every CWE named in texts like ``CWE-79``, each once."""
    found = (int(number) for text in texts for number in _CWE.findall(text) if len(number) < 6)
    return tuple(dict.fromkeys(found))
