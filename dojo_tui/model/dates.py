"""Read dates as tools write them: ISO 8601, numbers of seconds, and the forms of people and mails."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_MILLISECONDS = 1e11
"""As seconds that is the year 5138, as milliseconds 1973."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})\b")
_NAMED = re.compile(r"(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_DAY_FIRST = re.compile(r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4})\b")
_TIME = re.compile(r"[t,]?\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([ap]m)?\s*(?:z|utc|gmt)?")


def moment(value: Any) -> datetime | None:
    """An ISO 8601 date and time in UTC, or None; without a zone it is UTC, as SARIF demands."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def numbered_moment(value: Any) -> datetime | None:
    """The moment that a number of seconds since 1970 tells, or of milliseconds where it is that large; or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        return None
    try:
        return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def written_moment(value: Any) -> datetime | None:
    """A date, with a time or without, in UTC, or None.

    Read as DefectDojo reads it: ISO 8601, ``01/31/2026`` (the month first,
    unless only the second number can be one), ``Jan 31, 2026``, ``31 January
    2026``, and the dates of mails; without a zone it is UTC.
    """
    found = moment(value)
    if found is not None or not isinstance(value, str):
        return found
    text = " ".join(value.lower().split())
    for pattern, order in ((_NUMBERS, _numbered), (_NAMED, _month_first), (_DAY_FIRST, _day_first)):
        match = pattern.match(text)
        if match and (time := _time(text[match.end() :])) is not None:
            try:
                return datetime(*order(match), *time, tzinfo=UTC)
            except ValueError:
                return None
    try:
        mailed = parsedate_to_datetime(value)
        return mailed.replace(tzinfo=UTC) if mailed.tzinfo is None else mailed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _numbered(match: re.Match[str]) -> tuple[int, int, int]:
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) == 4:
        return first, second, third
    if len(match[4]) != 4:
        raise ValueError("a year of two digits could be any of the three")
    return (third, first, second) if first <= 12 else (third, second, first)


def _month_first(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[3]), _month(match[1]), int(match[2])


def _day_first(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[3]), _month(match[2]), int(match[1])


def _month(word: str) -> int:
    """Raises ValueError for what is no month."""
    return _MONTHS.index(word[:3]) + 1


def _time(rest: str) -> tuple[int, int, int] | None:
    """Hour, minute and second after a date; None for anything that is no time."""
    if not rest.strip():
        return 0, 0, 0
    match = _TIME.fullmatch(rest)
    if match is None:
        return None
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4] == "pm" else 0)
    return hour, int(match[2]), int(match[3] or 0)
