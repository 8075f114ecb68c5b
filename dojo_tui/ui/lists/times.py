"""Moments and durations as a person reads them, in the person's zone."""

from __future__ import annotations

from datetime import datetime

from dojo_tui.model.clock import Clock


def day(clock: Clock, moment: datetime | None) -> str:
    """A moment in the person's zone, as short as a column wants it: ``02:08`` today, ``yesterday``, ``Nov 21``."""
    if moment is None:
        return "-"
    local, now = clock.local(moment), clock.local(clock.now())
    days = (now.date() - local.date()).days
    if days == 0:
        return local.strftime("%H:%M")
    if days == 1:
        return "yesterday"
    # strftime's %b follows the locale of the machine; these are the words of the documentation.
    return f"{_MONTHS[local.month - 1]} {local.day}" if local.year == now.year else local.strftime("%Y-%m-%d")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def when(clock: Clock, moment: datetime | None) -> str:
    """A moment in the person's zone, short: the time today, the date otherwise."""
    if moment is None:
        return "-"
    local, now = clock.local(moment), clock.local(clock.now())
    if local.date() == now.date():
        return local.strftime("%H:%M:%S")
    return local.strftime("%Y-%m-%d %H:%M")


def moment(clock: Clock, value: datetime | None) -> str:
    """A moment in full, with its zone (P14)."""
    return "-" if value is None else clock.local(value).strftime("%Y-%m-%d %H:%M:%S %Z")


def lasted(seconds: float | None) -> str:
    """A duration, short."""
    if seconds is None:
        return "-"
    if seconds < 0.1:
        return "<0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} m {rest:02d} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} m"
