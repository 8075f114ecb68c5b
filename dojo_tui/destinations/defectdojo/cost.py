"""What the changes of a Sync cost at a server, in words: before they are made, and while they are."""

from __future__ import annotations

from dojo_tui.destinations.defectdojo.desk import Limits

_SECONDS = 1.4
"""Of one change on a server that gets several at once: measured were 0.2 s without any other work, and 3.6 s with."""
_SMALL = 50
"""So few are not worth a word."""


def changes(number: int, later: int, limits: Limits) -> tuple[str, ...]:
    """Notes of a plan that changes so many Findings one by one, and leaves some to later Syncs."""
    notes = []
    if number >= _SMALL:
        notes.append(f"{number:,} updates at the server, {duration(number * _SECONDS / limits.at_once)}")
    return (*notes, *put_off(later))


def put_off(later: int) -> tuple[str, ...]:
    """What is said of moved Findings of which the server shows the old place for now."""
    if not later:
        return ()
    number = "1 Finding that moved is" if later == 1 else f"{later:,} Findings that moved are"
    return (f"{number} shown at the old place there until later Syncs tell it",)


def duration(seconds: float) -> str:
    """About how long that is."""
    if seconds < 90:
        return "about a minute"
    return f"about {round(seconds / 60):,} minutes"
