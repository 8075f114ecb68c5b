"""Whether the server in use answers: what is told of it between two Operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dojo_tui.model.check import About, Checked, Mark, Step
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import CancelledError
from dojo_tui.services.destinations import USUAL_TOKEN, Destinations
from dojo_tui.store.destinations import DestinationRow


class State(StrEnum):
    """What is known of a server, in the words that a person reads."""

    OK = "ok"
    UNUSABLE = "wrong settings"
    NO_TOKEN = "no token"  # noqa: S105 -- the word, not one
    UNREACHABLE = "unreachable"
    UNTRUSTED = "not trusted"
    ODD = "wrong answer"
    REFUSED = "refused"
    LACKING = "not usable"


_STATES = {
    About.SETTINGS: State.UNUSABLE,
    About.SECRET: State.NO_TOKEN,
    About.REACHED: State.UNREACHABLE,
    About.WAY: State.UNTRUSTED,
    About.ANSWER: State.ODD,
    About.WHO: State.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Health:
    """What the last contact with a server told."""

    state: State
    at: datetime
    told: str = ""
    """What is wrong and what to do about it; empty where nothing is."""


def health(checked: Checked, at: datetime) -> Health:
    """What a check, whole or not, says of it."""
    if checked.works:
        return Health(State.OK, at)
    first = checked.failures[0]
    told = " ".join(part for part in (first.told, first.do) if part)
    return Health(_STATES.get(first.about, State.LACKING), at, told)


def unattended(server: DestinationRow) -> bool:
    """Whether its token is read without anybody's help: a command or a keyring may ask for a passphrase."""
    return (server.secret or USUAL_TOKEN).partition(":")[0] in ("env", "file")


def look(destinations: Destinations, server: DestinationRow, clock: Clock, cancelled: Callable[[], None]) -> Health:
    """Ask the server who we are, and nothing more. Once ``cancelled`` raises, it took too long."""

    def told(step: Step) -> None:
        if step.about is About.WHO and step.mark is Mark.OK:
            raise _EnoughError

    try:
        return health(destinations.check(server, cancelled, told), clock.now())
    except _EnoughError:
        return Health(State.OK, clock.now())
    except CancelledError:
        return Health(State.UNREACHABLE, clock.now(), "It does not answer in time.")


class _EnoughError(CancelledError):
    """What was asked for is known; the rest of the check is not needed."""
