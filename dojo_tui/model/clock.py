"""Time, passed in: stored as UTC, shown in a local zone (P14)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo


def _system_now() -> datetime:
    return datetime.now(UTC)


class SystemZone(tzinfo):
    """The zone as the C library reads it from TZ, rules of POSIX (``EST5EDT,M3.2.0,M11.1.0``) included."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return the offset at a wall time."""
        return None if moment is None else _by_system(moment).utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:
        """Return None: what of the offset is summer time cannot be told."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """Return the zone's abbreviation at a wall time."""
        return None if moment is None else _by_system(moment).tzname()

    def fromutc(self, moment: datetime) -> datetime:
        """Turn a UTC wall time into this zone's."""
        local = moment.replace(tzinfo=UTC).astimezone()
        wall = local.replace(tzinfo=self, fold=0)
        return wall if wall.utcoffset() == local.utcoffset() else wall.replace(fold=1)


def _by_system(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None).astimezone()


def system_zone() -> tzinfo:
    """Return the person's zone; UTC where TZ says nothing that can be understood."""
    # tzlocal knows the named zone, whose rules for all years are known; the C library's are asked where it does not.
    from tzlocal import get_localzone

    try:
        return get_localzone()
    except Exception:  # noqa: BLE001 -- it raises ZoneInfoNotFoundError, ValueError, OSError ...
        return UTC if _not_understood() else SystemZone()


def zone_problem() -> str:
    """Why times are not shown as TZ says; empty when they are."""
    if not os.environ.get("TZ") or system_zone() is not UTC:
        return ""
    return f"TZ={os.environ['TZ']!r} is no time zone that is known here: times are shown, and schedules meant, in UTC."


_RULES = re.compile(r":?(<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})[+-]?\d{1,3}(:\d{1,2}){0,2}([<A-Za-z,].*)?")


def _not_understood() -> bool:
    """Whether TZ is set to what is no rule of POSIX (the C library then takes it for UTC), or has an odd offset."""
    text = os.environ.get("TZ", "")
    try:
        _by_system(datetime(2000, 1, 1))  # noqa: DTZ001 -- a wall time
    except ValueError:
        return True
    return bool(text) and not _RULES.fullmatch(text)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time and the person's zone. ``now()`` is an aware datetime in UTC."""

    now: Callable[[], datetime] = _system_now
    zone: tzinfo = field(default_factory=system_zone)

    def local(self, moment: datetime) -> datetime:
        """The same moment in the person's zone."""
        return moment.astimezone(self.zone)
