"""Sending a Message: the report first, then what no report can tell, then looking whether it came out as planned."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from dojo_tui.destinations.defectdojo import cost, duplicates, patches
from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.errors import FindingGoneError, RejectedError
from dojo_tui.destinations.defectdojo.message import Message, key_of
from dojo_tui.destinations.defectdojo.reporting import Reporting
from dojo_tui.destinations.defectdojo.things import Delta, ServerFinding
from dojo_tui.http.exchange import Caller
from dojo_tui.model.plan import Action
from dojo_tui.store.sent import Place, Sent

_TELL_EVERY = timedelta(seconds=10)


class Sending:
    """Sends one Message."""

    def __init__(
        self,
        desk: Desk,
        caller: Caller,
        scope: str,
        place: Place,
        service: str,
        message: Message,
        known: Mapping[int, Sent],
    ) -> None:
        assert place.test_remote is not None
        self._desk = desk
        self._caller = caller
        self._test = place.test_remote
        self._service = service
        self._message = message
        self._hashes = {one.anchor_hash: key for key, one in known.items()}
        self.remote_ids = {key: one.remote_id for key, one in known.items() if one.remote_id is not None}
        """The server's ids, as far as they are known."""
        self._relearned = False
        self._elsewhere: dict[int, ServerFinding] | None = None
        self.rejected: set[int] = set()
        """Those whose triage by the tool the server did not take."""
        self._changed = False
        self.active_there = 0
        """How many are active there afterwards."""
        self.notes: list[str] = []
        """What the person should know of it."""
        self.besides: dict[Action, int] = {}
        """What the server did besides the plan, because of what people had done there."""
        self._reporting = Reporting(desk, caller, scope, place, service, message, self._close_others)

    def run(self, build_id: str, *, was_clean: bool, report: bool = True) -> None:
        """Send it all. ``was_clean``: no earlier attempt has left its traces, so the server's counts must be ours.

        Without a ``report`` its counts were looked at, and are ours.
        """
        told: Delta | None = None
        if report and (self._message.concerns_anything or not was_clean):
            told = self._reporting.send(build_id)
        if told is not None and was_clean:
            self._compare(told)
        elif report and self.remote_ids and (self._message.bodies or self._message.decisions):
            # Nobody compared: what we knew by an id may have been made anew, and the id be somebody else's.
            self._relearn()
        self._patch(self._message.bodies)
        self.rejected = self._patch(self._message.decisions)
        if self._message.closed and (told is None or told.closed < len(self._message.closed)):
            self._close_elsewhere()
        self.active_there = self._desk.api.count(self._test, self._service, active=True)
        if self.active_there < self._message.active_after - len(self.rejected):
            revived, note = duplicates.revive(self._desk, self._test, self._service, self._caller)
            self.active_there += revived
            self.notes += [note] if note else []

    @property
    def at_rest(self) -> bool:
        """Nothing that was sent can still be carried out."""
        return self._reporting.at_rest

    @property
    def changed(self) -> bool:
        """Something may be otherwise there than before."""
        return self._reporting.changed or self._changed

    def _close_others(self) -> None:
        """Close what is open there and was not sent: what a report in one part does by itself."""
        bodies = {}
        for one in self._desk.api.findings(self._test, self._service, active=True):
            if self._key(one) not in self._message.keys:
                bodies[one.id] = {"active": False, "is_mitigated": True}
        self._change(bodies)

    # --- what a report does not change ----------------------------------------------------

    def _patch(self, bodies: Mapping[int, Mapping[str, object]]) -> set[int]:
        """Change Findings, by our ids; those of which the server did not take it."""
        if not bodies:
            return set()
        if any(key not in self.remote_ids for key in bodies):
            self._relearn()
        there = {self.remote_ids[key]: key for key in bodies if key in self.remote_ids}
        if lost := len(bodies) - len(there):
            are = "1 Finding is" if lost == 1 else f"{lost:,} Findings are"
            self._caller.log(f"{are} not to be found on the server: what changed waits for the next Sync in full.")
        refused = self._change({remote: bodies[key] for remote, key in there.items()})
        return {there[remote] for remote in refused}

    def _change(self, bodies: Mapping[int, Mapping[str, object]]) -> set[int]:
        """Change Findings, by the server's ids, several at once: each takes a server as long as reading a page does."""
        refused: set[int] = set()
        if not bodies:
            return refused
        changed = "1 Finding" if len(bodies) == 1 else f"{len(bodies):,} Findings one by one"
        self._caller.log(f"Changing {changed}: a report does not change what is there.")
        began = told_at = self._desk.clock.now()
        with ThreadPoolExecutor(self._desk.limits.at_once) as threads:
            try:
                answers = threads.map(self._change_one, bodies.items())
                for done, (remote, told) in enumerate(zip(bodies, answers, strict=True), 1):
                    self._caller.check()
                    if told:
                        self._caller.log(told)
                        refused.add(remote)
                    now = self._desk.clock.now()
                    if now - told_at >= _TELL_EVERY and done < len(bodies):
                        told_at = now
                        left = cost.duration((now - began).total_seconds() / done * (len(bodies) - done))
                        self._caller.log(f"{done:,} of {len(bodies):,} are changed; {left} to go.")
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise
        return refused

    def _change_one(self, one: tuple[int, Mapping[str, object]]) -> str:
        """Change one; why it could not be."""
        remote, body = one
        self._changed = True
        try:
            with self._desk.asking():
                self._desk.api.patch_finding(remote, body)
        except FindingGoneError:
            return f"Finding {remote} was deleted on the server: the next Sync makes it anew."
        except RejectedError as error:
            # One that a server does not take must not keep the others from it, at every Sync again.
            return f"Finding {remote} stays as it is there: {error.what}"
        return ""

    # --- what is not where it was ----------------------------------------------------------

    def _close_elsewhere(self) -> None:
        """Close what is gone, and has another ``service`` because a person gave it one.

        A server recognises it by its hash, which stays what it was, but closes, counts and lists by the service.
        """
        gone = set(self._message.closed)
        strays = [one for key, one in self._strays().items() if key in gone and one.active]
        self._change({one.id: {"active": False, "is_mitigated": True} for one in strays})

    def _strays(self) -> dict[int, ServerFinding]:
        """Those of ours that have another service there, by our ids; read once, and only when some are missing."""
        if self._elsewhere is None:
            all_ = self._desk.api.findings_of_all_services(self._test)
            found = {self._hashes.get(one.hash_code): one for one in all_ if one.service != self._service}
            self._elsewhere = {key: one for key, one in found.items() if key is not None}
        return self._elsewhere

    def _relearn(self) -> None:
        """Read the ids of all of ours anew, once: what is read of one costs as much as what is read of all."""
        if self._relearned:
            return
        self._relearned = True
        self.remote_ids.clear()
        exact: set[int] = set()
        for one in self._desk.api.findings(self._test, self._service):
            key = self._key(one)
            if key is None or key in exact:
                continue
            if one.hash_code in self._hashes:
                self.remote_ids[key] = one.id
                exact.add(key)
            elif key not in self.remote_ids or one.active:
                self.remote_ids[key] = one.id
        if self._message.keys - self.remote_ids.keys():
            self.remote_ids |= {key: one.id for key, one in self._strays().items() if key not in exact}

    def _key(self, one: ServerFinding) -> int | None:
        # What was sent once, withdrawn, and reported again has there the id that we gave it first.
        key = self._hashes.get(one.hash_code)
        return key_of(self._desk.mark, one.unique_id) if key is None else key

    # --- afterwards -----------------------------------------------------------------------

    def _compare(self, told: Delta) -> None:
        """Tell where the server did something else than planned, and put right what can be."""
        message = self._message
        planned = (message.created, len(message.closed), message.reactivated)
        if told.created > message.created:
            # It made anew what it did not recognise: those look as they were sent, not as they should.
            self._relearn()
            again = {key: patches.changes(found_by, shown) for key, (found_by, shown) in message.shown.items()}
            self._patch({key: body for key, body in again.items() if body})
        # The tool's own triage closes and reopens as well, in a count of the server's own.
        if message.decisions or (told.created, told.closed, told.reactivated) == planned:
            return
        self._note_people(told)
        self._caller.log(
            f"The server created {told.created:,}, closed {told.closed:,} and reactivated {told.reactivated:,} "
            f"Findings; planned were {planned[0]:,}, {planned[1]:,} and {planned[2]:,}. Somebody changed some there, "
            "or how the server recognises them."
        )

    def _note_people(self, told: Delta) -> None:
        """Tell what people had closed or deleted there that the tool still reports, and count it."""
        reopened, made = told.reactivated - self._message.reactivated, told.created - self._message.created
        if reopened > 0:
            self.besides[Action.REACTIVATED] = reopened
            were = "1 that was closed at the server is" if reopened == 1 else f"{reopened:,} closed at the server are"
            self.notes.append(f"{were} still reported, and active again")
        if made > 0:
            self.besides[Action.CREATED] = made
            were = "1 that was deleted at the server is" if made == 1 else f"{made:,} deleted at the server are"
            self.notes.append(f"{were} still reported, and made anew")
