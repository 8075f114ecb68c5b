"""Time, passed in: stored as UTC, shown in a local zone (P14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo


def _system_now() -> datetime:
    return datetime.now(UTC)


def _system_zone() -> tzinfo:
    # tzlocal knows the named zone; the standard library only today's offset,
    # which is wrong on the other side of a DST change.
    from tzlocal import get_localzone

    return get_localzone()


@dataclass(frozen=True, slots=True)
class Clock:
    """The time and the person's zone. ``now()`` is an aware datetime in UTC."""

    now: Callable[[], datetime] = _system_now
    zone: tzinfo = field(default_factory=_system_zone)

    def local(self, moment: datetime) -> datetime:
        """The same moment in the person's zone."""
        return moment.astimezone(self.zone)
