"""What a person prefers, as the config file says it. Imports nothing: it is read before anything is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

OnHangup = Literal["interrupt", "finish"]
Notice = Literal["off", "bell", "notice"]
ON_HANGUP: tuple[str, ...] = get_args(OnHangup)
PLAY_DEMO = 64
"""What the app ends with when the person wants to see the demo."""
NOTICES: tuple[str, ...] = get_args(Notice)


@dataclass(frozen=True, slots=True)
class Choice:
    """Keys that somebody wants a command to have; no key leaves it to the palette."""

    command: str
    keys: tuple[str, ...]
    where: str
    """File and line, to be told when it is wrong."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything that changes how the app behaves, and not what it does."""

    on_hangup: OnHangup = "interrupt"
    """What becomes of running Operations when the terminal is gone."""
    notice: Notice = "off"
    """How the end of a long Operation is told to somebody who looks elsewhere."""
    notice_after: float = 30.0
    """Seconds from which on an Operation is long."""
    keys: tuple[Choice, ...] = ()
    offers_demo: bool = False
    """Whether there is somebody to open the demo when the app ends with PLAY_DEMO."""
