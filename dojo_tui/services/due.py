"""When a schedule's next run is due."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, tzinfo

from dojo_tui.model.schedule import Every, Schedule, parse

_SHARE = 0.05
_MOST = timedelta(seconds=60)


def next_due(schedule: str, now: datetime, zone: tzinfo, source: random.Random) -> datetime | None:
    """Return the next run after ``now``, a little later so that not everything starts in the same second."""
    plan = _plan(schedule)
    run = plan.next_after(now, zone) if plan is not None else None
    if plan is None or run is None:
        return None
    return run + timedelta(seconds=source.uniform(0.0, _jitter(plan, run, zone).total_seconds()))


def latest_due(schedule: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the latest moment that ``next_due`` may give: a due time beyond it was set before the clock went back."""
    plan = _plan(schedule)
    run = plan.next_after(now, zone) if plan is not None else None
    return run + _jitter(plan, run, zone) if plan is not None and run is not None else None


def still_fits(schedule: str, due: datetime | None, now: datetime, zone: tzinfo) -> bool:
    """Whether ``due`` is what ``next_due`` may have given for this schedule, here; a run that was missed fits."""
    plan, latest = _plan(schedule), latest_due(schedule, now, zone)
    if plan is None or latest is None or due is None:
        return due is None
    if due <= now:
        return True
    # A time of day is another moment in another zone.
    earliest = None if isinstance(plan, Every) else plan.next_after(now, zone)
    return due <= latest and (earliest is None or earliest <= due)


def _jitter(plan: Schedule, run: datetime, zone: tzinfo) -> timedelta:
    """Return a small share of the time between two runs, a minute at most."""
    following = plan.next_after(run, zone)
    return min(_MOST, (following - run) * _SHARE) if following is not None else _MOST


def _plan(schedule: str) -> Schedule | None:
    try:
        return parse(schedule)
    except ValueError:
        return None  # written by a newer version that knows more: it is left to that one
