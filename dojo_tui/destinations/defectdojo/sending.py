"""Sending a Message: the report first, then what no report can tell, then looking whether it came out as planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from dojo_tui.destinations.base import Target
from dojo_tui.destinations.defectdojo import generic, patches
from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.errors import FindingGoneError, RejectedError, UnknownOutcomeError
from dojo_tui.destinations.defectdojo.message import Message, key_of
from dojo_tui.destinations.defectdojo.sent import Place, Sent
from dojo_tui.destinations.defectdojo.things import Delta
from dojo_tui.destinations.defectdojo.waiting import ended
from dojo_tui.http.exchange import Caller
from dojo_tui.model.errors import DestinationError


class Sending:
    """Sends one Message."""

    def __init__(
        self,
        desk: Desk,
        caller: Caller,
        target: Target,
        place: Place,
        service: str,
        message: Message,
        known: Mapping[int, Sent],
    ) -> None:
        assert place.test_remote is not None
        self._desk = desk
        self._caller = caller
        self._target = target
        self._test = place.test_remote
        self._service = service
        self._message = message
        self._held = {key: one.remote_id for key, one in known.items() if one.remote_id is not None}
        self._hashes = {one.anchor_hash: key for key, one in known.items()}
        self.remote_ids: dict[int, int] = {}
        """Ids of the server that were not known before."""
        self.active_there = 0
        """How many are active there afterwards."""
        self.at_rest = True
        """Nothing that was sent can still be carried out."""

    def run(self, build_id: str, *, was_clean: bool) -> None:
        """Send it all. ``was_clean``: no earlier attempt has left its traces, so the server's counts must be ours."""
        told: Delta | None = None
        if self._message.concerns_anything or not was_clean:
            told = self._report(build_id)
        if told is not None and was_clean:
            self._compare(told)
        self._patch(self._message.bodies)
        self._patch(self._message.decisions)
        self.active_there = self._desk.api.count(self._test, self._service, active=True)

    # --- the report --------------------------------------------------------------------

    def _report(self, build_id: str) -> Delta | None:
        parts = generic.parts(self._message.entries, self._desk.limits.most_bytes)
        if len(parts) == 1:
            return self._reimport(parts[0], build_id, close=True)
        self._caller.log(f"The report is sent in {len(parts)} parts; what is to be closed is closed one by one.")
        for number, part in enumerate(parts):
            self._reimport(part, f"{build_id}-{number}" if number < len(parts) - 1 else build_id, close=False)
        self._patch({key: {"active": False, "is_mitigated": True} for key in self._message.closed})
        return None

    def _reimport(self, report: bytes, build_id: str, *, close: bool) -> Delta | None:
        seconds = self._desk.limits.patience.seconds(len(self._message.entries))
        self._caller.check()
        # The server answers at its end, which may take minutes: until then this is all there is to see.
        self._caller.log(f"Sending {len(self._message.entries):,} Findings ({len(report):,} bytes).")
        self.at_rest = False
        try:
            told = self._desk.api.reimport(
                self._test, self._service, report, build_id=build_id, close=close, seconds=seconds
            )
        except UnknownOutcomeError as error:
            self._caller.log(f"{error.what} Waiting for the server's end of it.")
            until = self._desk.clock.now() + timedelta(seconds=seconds)
            if ended(self._desk, self._test, build_id, until, self._caller):
                self.at_rest = True
                return None
            raise DestinationError(
                f"{error.what} The server did not show its end within {seconds:,.0f} s.",
                safe="Nothing is lost: what it did so far is taken into account by the next Sync.",
                do="Sync the Record again when the server is at rest.",
            ) from None
        except DestinationError:
            # It was refused, or the server told that it failed: either is an end.
            self.at_rest = True
            raise
        self.at_rest = True
        return told

    # --- what a report does not change ----------------------------------------------------

    def _patch(self, bodies: Mapping[int, Mapping[str, object]]) -> None:
        """Change what is shown, several at once: each takes a server as long as reading a page does."""
        if not bodies:
            return
        self._find(bodies)
        self._caller.log(f"Changing {len(bodies):,} Findings one by one: a report does not change what is there.")
        with ThreadPoolExecutor(self._desk.limits.at_once) as threads:
            try:
                for told in threads.map(self._patch_one, bodies.items()):
                    self._caller.check()
                    if told:
                        self._caller.log(told)
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise

    def _patch_one(self, one: tuple[int, Mapping[str, object]]) -> str:
        """Change one; what there is to say about it."""
        key, body = one
        remote = self.remote_ids.get(key) or self._held.get(key)
        if remote is None:
            return f"Finding {key} is not to be found on the server: its changed facts wait."
        try:
            with self._desk.asking():
                self._desk.api.patch_finding(remote, body)
        except FindingGoneError:
            return f"Finding {remote} was deleted on the server just now."
        except RejectedError as error:
            # One that a server does not take must not keep the others from it, at every Sync again.
            return f"Finding {remote} stays as it is there: {error.what}"
        return ""

    def _find(self, keys: Iterable[int]) -> None:
        """Look up the server's ids of those that we do not know yet."""
        wanted = {key for key in keys if key not in self._held and key not in self.remote_ids}
        if not wanted:
            return
        exact: set[int] = set()
        for one in self._desk.api.findings(self._test, self._service):
            # What was sent once, withdrawn, and reported again has there the id that we gave it first.
            key = self._hashes.get(one.hash_code)
            if key in wanted and key not in exact:
                self.remote_ids[key] = one.id
                exact.add(key)
            elif key is None:
                key = key_of(self._desk.mark, one.unique_id)
                if key in wanted and key not in exact and (key not in self.remote_ids or one.active):
                    self.remote_ids[key] = one.id

    # --- afterwards -----------------------------------------------------------------------

    def _compare(self, told: Delta) -> None:
        """Tell where the server did something else than planned, and put right what can be."""
        message = self._message
        planned = (message.created, len(message.closed), message.reactivated)
        # The tool's own triage closes and reopens as well, in a count of the server's own.
        if message.decisions or (told.created, told.closed, told.reactivated) == planned:
            return
        self._caller.log(
            f"The server created {told.created:,}, closed {told.closed:,} and reactivated {told.reactivated:,} "
            f"Findings; planned were {planned[0]:,}, {planned[1]:,} and {planned[2]:,}. Somebody changed some there, "
            "or how the server recognises them."
        )
        if told.created > message.created:
            # It made anew what it did not recognise: those look as they were sent, not as they should.
            self._held.clear()
            self._find(message.shown)
            again = {key: patches.changes(found_by, shown) for key, (found_by, shown) in message.shown.items()}
            self._patch({key: body for key, body in again.items() if body})
