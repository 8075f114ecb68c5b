"""Looking for what a server was told to make, when its answer was not seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dojo_tui.destinations.defectdojo.errors import UnknownOutcomeError
from dojo_tui.http.exchange import Caller

_T = TypeVar("_T")

_PAUSES = (0.0, 0.2, 0.5, 1.0)
"""Seconds before each look: a single row is made at once, or not at all."""


def made(make: Callable[[], _T], look: Callable[[], _T | None], caller: Caller) -> _T:
    """What ``make`` makes, or what ``look`` finds of it where its answer was not seen.

    Raises UnknownOutcomeError when nothing is found: it is not made a second
    time, since names need not be unique there.
    """
    try:
        return make()
    except UnknownOutcomeError as error:
        caller.log(f"{error.what} Looking whether it is there.")
        for seconds in _PAUSES:
            caller.wait(seconds)
            found = look()
            if found is not None:
                return found
        raise
