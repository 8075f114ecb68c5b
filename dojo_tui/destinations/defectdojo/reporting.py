"""Sending a Record's report: whole, or in parts that a server ends soon, and what follows when an end was not seen.

What is new is appended in parts that close nothing; the last report names all
there is and closes the rest, which a server does quickly, since it only
compares. So each of them may be cut, carried out twice, or in part: the last
one that is carried out makes the whole right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from dojo_tui.destinations.defectdojo import generic
from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.errors import (
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
    is_too_large,
)
from dojo_tui.destinations.defectdojo.message import Message
from dojo_tui.destinations.defectdojo.things import Delta
from dojo_tui.destinations.defectdojo.waiting import End, ended
from dojo_tui.http.exchange import Caller
from dojo_tui.model.errors import DestinationError
from dojo_tui.store import sent
from dojo_tui.store.sent import Place

COMPLETES = "What the server did so far stays, and the next Sync completes it."

_FAILURES = 3
"""How many reports in a row may come to nothing before the Sync fails."""


class _NotDoneError(Exception):
    """The server is at rest, and has not carried out a report as a whole."""

    def __init__(self, told: DestinationError, *, too_large: bool) -> None:
        super().__init__(str(told))
        self.told = told
        self.too_large = too_large
        """A smaller one may be carried out."""


class Reporting:
    """Sends the report of one Message."""

    def __init__(
        self,
        desk: Desk,
        caller: Caller,
        scope: str,
        place: Place,
        service: str,
        message: Message,
        close_others: Callable[[], None],
    ) -> None:
        """``close_others`` closes, one by one, what is open there and not in the report."""
        assert place.test_id is not None
        assert place.test_remote is not None
        self._desk = desk
        self._caller = caller
        self._scope = scope
        self._test_id = place.test_id
        self._test = place.test_remote
        self._service = service
        self._message = message
        self._close_others = close_others
        self._size = desk.limits.parts.first
        self._bytes = desk.limits.most_bytes
        self._build_id = ""
        self._number = 0
        self._sum = Delta(0, 0, 0)
        self._unclear = False
        self.at_rest = True
        """Nothing that was sent can still be carried out."""
        self.changed = False
        """A report was sent whole that may have changed something."""

    def send(self, build_id: str) -> Delta | None:
        """Send it all; what the server says that it changed, or None where that is not known."""
        self._build_id = build_id
        message = self._message
        in_parts = len(message.fresh) > self._size
        if in_parts:
            self._append(message.fresh)
            if len(message.fresh) == len(message.entries) and not message.closed and self._active() == message.active:
                return self._told()  # a first import, and nothing else is open there
        self._complete(appended=in_parts)
        if self._unclear and self._active() > message.active:
            # Something was carried out twice at the same time: who reads the same report once more closes the copies.
            self._caller.log("The server has more active Findings than were sent: sending the report once more.")
            self._complete(appended=True)
        return self._told()

    def _told(self) -> Delta | None:
        return None if self._unclear else self._sum

    def _active(self) -> int:
        return self._desk.api.count(self._test, self._service, active=True)

    # --- in one, or in parts ---------------------------------------------------------------

    def _complete(self, *, appended: bool) -> None:
        """Send a report of everything, which closes the rest; where it is too large, parts, and close one by one."""
        message, new = self._message, 0 if appended else len(self._message.fresh)
        failed = False
        while generic.size(message.entries) <= self._bytes:
            try:
                return self._once(message.entries, new, close=True)
            except _NotDoneError as error:
                if not error.too_large and len(message.entries) <= self._size:
                    if failed:
                        raise error.told from None
                    failed = True
                    self._caller.log("Sending it once more.")
                    continue
                self._shrink(error, message.entries)
                break
        self._caller.log("The report is sent in parts; what is to be closed is closed one by one.")
        self._append(message.entries)
        self._close_others()
        # What people reopened, or the server already had, is in no count.
        self._unclear = True
        return None

    def _append(self, entries: Sequence[bytes]) -> None:
        """Send entries in parts that close nothing, each as large as the server seems to like."""
        at = failures = 0
        while at < len(entries):
            part = generic.first_part(entries, at, self._size, self._bytes)
            started = self._desk.clock.now()
            try:
                self._once(part, len(part), close=False)
            except _NotDoneError as error:
                failures += not error.too_large
                if failures >= _FAILURES or not self._shrink(error, part):
                    raise error.told from None
                continue
            at, failures = at + len(part), 0
            self._pace(len(part), (self._desk.clock.now() - started).total_seconds())
            if at < len(entries):
                self._caller.log(f"{at:,} of {len(entries):,} Findings are there.")

    def _shrink(self, error: _NotDoneError, part: Sequence[bytes]) -> bool:
        """Make the next part smaller than this one; False if it cannot be."""
        limits = self._desk.limits.parts
        if error.too_large:
            largest = max(generic.size([entry]) for entry in part)
            self._bytes = max(largest, min(generic.size(part) // 2, limits.small_bytes))
            return len(part) > 1
        self._size = max(1, min(len(part) // 2, self._size // 2))
        return True

    def _pace(self, number: int, seconds: float) -> None:
        limits = self._desk.limits.parts
        if seconds > 0 and number >= self._size:
            self._size = max(limits.least, min(limits.most, round(number * limits.seconds / seconds)))

    # --- one report ----------------------------------------------------------------------

    def _once(self, entries: Sequence[bytes], new: int, *, close: bool) -> None:
        """Send a report and see its end; raises _NotDoneError when the server came to rest without one."""
        desk, report = self._desk, generic.report(entries)
        self._caller.check()
        known = len(entries) - new
        number = "1 Finding" if len(entries) == 1 else f"{len(entries):,} Findings"
        # The server answers at its end: until then this is all there is to see.
        self._caller.log(f"Sending {number}, {len(report):,} bytes.")
        self._number += 1
        build_id = f"{self._build_id}-{self._number}"
        seconds = desk.limits.patience.seconds(new, known)
        until = desk.clock.now() + timedelta(seconds=seconds) + desk.limits.remembered
        with desk.database.write() as connection:
            sent.wait_for(connection, self._test_id, self._scope, build_id, until)
        self.at_rest = False
        try:
            delta = desk.api.reimport(
                self._test, self._service, report, build_id=build_id, close=close, seconds=seconds
            )
        except UnknownOutcomeError as error:
            self._after(error, build_id, new, known)
            delta = None
        except NotSentError as error:
            self.at_rest = True
            raise _NotDoneError(error, too_large=True) from None
        except RejectedError as error:
            self.at_rest = True
            if is_too_large(error):
                raise _NotDoneError(error, too_large=True) from None
            raise
        except DestinationError:
            # It was refused, or the server told that it failed: either is an end.
            self.at_rest = True
            raise
        self.at_rest = self.changed = True
        self._count(delta)

    def _after(self, error: UnknownOutcomeError, build_id: str, new: int, known: int) -> None:
        """Wait for the rest of the server, then look whether it has carried out what was sent."""
        self._caller.log(f"{error.what} Waiting until the server is at rest.")
        self.changed = True
        try:
            end = ended(self._desk, self._test, build_id, self._desk.limits.quiet.seconds(new, known), self._caller)
        except DestinationError as unseen:
            what = f"{error.what} It cannot be seen whether it was carried out: {unseen.what}"
            raise DestinationError(what, safe=COMPLETES, do=unseen.do, cause=unseen.cause) from None
        self.at_rest = True
        self._unclear = True
        if end is End.RECORDED:
            self._caller.log("The server has carried it out.")
            return
        self._caller.log("The server is at rest, and has not carried it out as a whole.")
        what = f"{error.what} The server is at rest, and has not carried it out as a whole."
        raise _NotDoneError(DestinationError(what, safe=COMPLETES, do=error.do), too_large=error.too_large)

    def _count(self, delta: Delta | None) -> None:
        if delta is None:
            self._unclear = True
        else:
            self._sum = Delta(*(one + other for one, other in zip(self._sum, delta, strict=True)))
