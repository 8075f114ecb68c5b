"""Waiting until a server has come to rest, when the end of what it was told to do was not seen.

A server goes on when its client is gone, and two reimports into one Test at
the same time double Findings. What proves an end is the ``build_id`` of the
Test, which changes with the last thing that a reimport does. A server that
died, or never heard of the report, does not write it: then the Test does not
change any more, while a slow import changes it all the time.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.errors import TokenError
from dojo_tui.http.exchange import Caller
from dojo_tui.model.errors import DestinationError, LostError
from dojo_tui.store import sent
from dojo_tui.store.sent import Place

_SLOWER = 1.5
_SLOWEST = 5.0
_TELL_SECONDS = 15.0


class End(Enum):
    """How what was sent has ended."""

    RECORDED = "recorded"
    """All of it was carried out: its build_id is that of the Test."""
    AT_REST = "at rest"
    """Nothing goes on there: it was carried out in part, or never came."""


def settle(desk: Desk, place: Place, caller: Caller) -> None:
    """Wait until nothing that was sent to the Test earlier can still be carried out."""
    assert place.test_id is not None
    assert place.test_remote is not None
    with desk.database.read() as connection:
        open_ = sent.unsettled(connection, place.test_id)
        sizes = {name: sent.sizes(connection, place.test_id, name) for name in open_}
    waited = False
    for name, scope in open_.items():
        if scope.patient_until is None or desk.clock.now() >= scope.patient_until:
            continue
        caller.log("An earlier Sync into this Test ended before its answer came: waiting until the server is at rest.")
        waited = True
        seconds = desk.limits.quiet.seconds(*sizes[name])
        if ended(desk, place.test_remote, scope.build_id, seconds, caller) is End.AT_REST:
            break  # as a whole
    if waited or any(scope.patient_until is not None for scope in open_.values()):
        with desk.database.write() as connection:
            sent.impatient(connection, place.test_id)


def ended(desk: Desk, test_remote: int, build_id: str, quiet: float, caller: Caller) -> End:
    """Wait until a reimport is recorded, or the Test has not changed for ``quiet`` seconds.

    Raises CancelledError when the person cancels, and DestinationError when
    the server does not answer for minutes.
    """
    look = _Look(desk, test_remote, build_id, caller)
    pause = desk.limits.look_again
    while True:
        if look.is_recorded():
            return End.RECORDED
        left = quiet - look.unchanged()
        if left <= 0:
            return End.AT_REST
        caller.wait(min(pause, left))
        pause = min(pause * _SLOWER, max(_SLOWEST, desk.limits.look_again))


class _Look:
    """What was seen of a Test so far."""

    def __init__(self, desk: Desk, test_remote: int, build_id: str, caller: Caller) -> None:
        self._desk = desk
        self._test = test_remote
        self._build_id = build_id
        self._caller = caller
        self._counts: tuple[int, int] | None = None
        self._changed_at = self._answered_at = self._told_at = desk.clock.now()

    def is_recorded(self) -> bool:
        """Look once; a server that does not answer for a while is starting again, or busy."""
        try:
            test = self._desk.api.test(self._test)
            if test is None or test.build_id == self._build_id:
                return True
            counts = self._desk.api.counts(self._test)
        except (LostError, TokenError):
            raise
        except DestinationError as error:
            self._changed_at = self._desk.clock.now()
            if self._seconds_since(self._answered_at) > self._desk.limits.unreachable:
                raise
            self._caller.log(f"{error.what} Looking again.")
            return False
        self._answered_at = self._desk.clock.now()
        if counts != self._counts:
            self._tell(counts)
            self._counts, self._changed_at = counts, self._answered_at
        return False

    def unchanged(self) -> float:
        """For how many seconds it has been as it is."""
        return self._seconds_since(self._changed_at)

    def _tell(self, counts: tuple[int, int]) -> None:
        if self._counts is not None and self._seconds_since(self._told_at) >= _TELL_SECONDS:
            self._told_at = self._desk.clock.now()
            self._caller.log(f"The server is at work: the Test has {counts[0]:,} Findings, {counts[1]:,} active.")

    def _seconds_since(self, moment: datetime) -> float:
        return (self._desk.clock.now() - moment).total_seconds()
