"""Record states and the events that change them (design, section 4)."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The state of a Record."""

    NEW = "New"
    IGNORED = "Ignored"
    GOOD = "Good"
    MISSING = "Missing"
    STALE = "Stale"

    @classmethod
    def parse(cls, word: str) -> State:
        """Read a state in any case; raises ValueError naming the allowed words."""
        for state in cls:
            if state.lower() == word.strip().lower():
                return state
        raise ValueError(f"unknown state {word!r}: use one of {', '.join(cls)}")


UNMAPPED = (State.NEW, State.IGNORED)
MAPPED = (State.GOOD, State.MISSING, State.STALE)


class Event(StrEnum):
    """What can happen to a Record."""

    SEEN = "seen by Discover"
    NOT_SEEN = "not seen by a complete Discover"
    DESTINATION_LOST = "its place at the destination is gone"
    MAP = "map"
    IGNORE = "ignore"
    RESTORE = "restore"


# What is not in the table is not possible; a state that stays the same is
# written down, so that every cell of the design's table can be read here.
TRANSITIONS: dict[Event, dict[State, State]] = {
    Event.SEEN: {
        State.NEW: State.NEW,
        State.IGNORED: State.IGNORED,
        State.GOOD: State.GOOD,
        State.MISSING: State.GOOD,
        State.STALE: State.STALE,
    },
    Event.NOT_SEEN: {
        State.NEW: State.NEW,
        State.IGNORED: State.IGNORED,
        State.GOOD: State.MISSING,
        State.MISSING: State.MISSING,
        State.STALE: State.STALE,
    },
    Event.DESTINATION_LOST: {
        State.NEW: State.NEW,
        State.IGNORED: State.IGNORED,
        State.GOOD: State.STALE,
        State.MISSING: State.STALE,
        State.STALE: State.STALE,
    },
    Event.MAP: {
        State.NEW: State.GOOD,
        State.IGNORED: State.GOOD,
        State.GOOD: State.GOOD,
        State.MISSING: State.MISSING,
        State.STALE: State.GOOD,
    },
    Event.IGNORE: dict.fromkeys(State, State.IGNORED),
    Event.RESTORE: {State.IGNORED: State.NEW},
}


def after(state: State, event: Event) -> State | None:
    """The state after ``event``, or None when the event is not possible in ``state``."""
    return TRANSITIONS[event].get(state)
