"""When a Connector's Operations run by themselves (P14).

A schedule is a pure function from a moment to the next one. Times of day are
meant in the person's zone: a time that the clock skips in spring runs once at
the first instant that exists after it, one that the clock shows twice in
autumn runs once, the first time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

ALLOWED = "'off', '6h', '30m', '1d', 'daily 02:30', 'weekly mon 02:30' or a cron expression like '0 3 * * 1-5'"
"""What a person may write, for messages and help."""

_LONGEST = timedelta(days=366)
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
"""Units of time as a person writes them, in schedules (``6h``) and filters (``found:<7d``)."""
_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""What cron(8) calls by a name."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Schedule(Protocol):
    """``str()`` gives back what ``parse`` reads."""

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """Return the first run later than ``moment``, in UTC; None when there is none."""
        ...

    def describe(self) -> str:
        """Say it in words."""
        ...


@dataclass(frozen=True, slots=True)
class Off:
    """Never."""

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """Return None."""
        return None

    def describe(self) -> str:
        """Say it in words."""
        return "off"

    def __str__(self) -> str:
        return "off"


@dataclass(frozen=True, slots=True)
class Every:
    """After this much time has passed, whatever clocks show."""

    interval: timedelta

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """Return the moment one interval later."""
        return moment.astimezone(UTC) + self.interval

    def describe(self) -> str:
        """Say it in words."""
        number, unit = self._parts()
        word = "hour" if unit == "h" else "minute"
        return f"every {word}" if number == 1 else f"every {number} {word}s"

    def __str__(self) -> str:
        number, unit = self._parts()
        return f"every {number}{unit}"

    def _parts(self) -> tuple[int, str]:
        minutes = int(self.interval.total_seconds()) // 60
        return (minutes // 60, "h") if minutes % 60 == 0 else (minutes, "m")


@dataclass(frozen=True, slots=True)
class At:
    """Every day, or every week on one day, at a local time."""

    time: time
    weekday: int | None = None

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """Return the first run later than ``moment``."""
        # From the day before: where the clock goes back across midnight, a day's time may still be ahead.
        day = moment.astimezone(zone).date() - timedelta(days=1)
        while True:
            if self.weekday is None or day.weekday() == self.weekday:
                run = first_instant(day, self.time, zone)
                if run > moment:
                    return run
            day += timedelta(days=1)

    def describe(self) -> str:
        """Say it in words."""
        return f"every {'day' if self.weekday is None else _DAYS[self.weekday]} at {self.time:%H:%M}"

    def __str__(self) -> str:
        when = "daily" if self.weekday is None else f"weekly {_DAYS[self.weekday][:3].lower()}"
        return f"{when} {self.time:%H:%M}"


@dataclass(frozen=True, slots=True)
class Cron:
    """The syntax of cron, with Debian cron's rules for clock changes."""

    expression: str

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """Return the first run later than ``moment``."""
        from cronsim import CronSim

        runs = CronSim(self.expression, moment.astimezone(zone))
        for run in runs:
            found = run.astimezone(UTC)
            if found > moment:
                return found
        return None

    def describe(self) -> str:
        """Say it in words."""
        from cronsim import CronSim

        words: str = CronSim(self.expression, datetime(2000, 1, 1, tzinfo=UTC)).explain()
        return words[:1].lower() + words[1:]

    def __str__(self) -> str:
        return f"cron {self.expression}"


def parse(text: str) -> Schedule:
    """Read a schedule; raises ValueError with what is allowed."""
    words = text.strip().lower().split()
    match words:
        case [] | ["off"]:
            return Off()
        case ["every", amount]:
            return Every(_interval(amount, text))
        case [amount] if amount[0].isdigit():
            return Every(_interval(amount, text))
        case [name] | ["cron", name] if name in _NAMED:
            return _cron(_NAMED[name], text)
        case ["daily", clock]:
            return At(_time(clock, text))
        case ["weekly", day, clock] if len(day) >= 3:
            for number, name in enumerate(_DAYS):
                if name.lower().startswith(day):
                    return At(_time(clock, text), number)
        case ["cron", *fields]:
            return _cron(" ".join(fields), text)
        case [_, _, _, _, _]:
            return _cron(" ".join(words), text)
    raise _error(text)


def first_instant(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return when ``zone``'s clocks first show ``clock`` on ``day``, or the first instant after it if they skip it."""
    wall = datetime.combine(day, clock)
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late
    # In a gap, fold=0 reads the wall time with the offset before the change (so it lies after it),
    # fold=1 with the offset after (so it lies before it). The change is between them.
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def _interval(amount: str, text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6})([mhdw])", amount)
    if not found:
        raise _error(text)
    number = int(found[1])
    interval = number * UNITS[found[2]]
    if not timedelta(minutes=1) <= interval <= _LONGEST:
        raise ValueError(f"a schedule of {text.strip()!r} is not possible: use 1 minute to {_LONGEST.days} days")
    return interval


def _time(clock: str, text: str) -> time:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", clock)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise _error(text)
    return time(int(found[1]), int(found[2]))


def _cron(expression: str, text: str) -> Cron:
    from cronsim import CronSim, CronSimError

    try:
        # A date that never comes (30 February) is found out by asking for the first one.
        next(CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{expression!r} is not a cron expression that ever comes: use {ALLOWED}") from error
    if len(expression.split()) != 5:
        raise ValueError(f"{text.strip()!r} needs five fields: use {ALLOWED}")
    return Cron(expression)


def _error(text: str) -> ValueError:
    return ValueError(f"{text.strip()!r} is not a schedule: use {ALLOWED}")
