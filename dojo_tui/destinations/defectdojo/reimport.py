"""One Record's reimport into a DefectDojo server: planned here, written down, sent, and confirmed (P7)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from dojo_tui.destinations.defectdojo import anchors, cost, duplicates, generic, naming, triage
from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.errors import UNCHANGED
from dojo_tui.destinations.defectdojo.message import Message, Writer
from dojo_tui.destinations.defectdojo.reporting import COMPLETES
from dojo_tui.destinations.defectdojo.sending import Sending
from dojo_tui.destinations.defectdojo.things import ServerTest
from dojo_tui.destinations.defectdojo.waiting import settle
from dojo_tui.http.exchange import Caller
from dojo_tui.model.errors import CancelledError, DestinationError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Action, Reimport, Summary
from dojo_tui.model.reimport import Change, Plan, Report, Update, read
from dojo_tui.model.target import Target
from dojo_tui.store import finding_evidence as finding_rows
from dojo_tui.store import reimports as held
from dojo_tui.store import sent
from dojo_tui.store.renames import remember
from dojo_tui.store.sent import Place, Scope, Sent


@dataclass(frozen=True, slots=True)
class _Look:
    """What the store knew when the plan was made."""

    place: Place
    scope: Scope
    plan: Plan


def reimport(
    desk: Desk, target: Target, product_remote: int, fetch: Fetch, settings: Reimport, caller: Caller
) -> Summary:
    """Make what the server has of a Record equal to ``fetch``."""
    return _Reimport(desk, target, product_remote, fetch, settings, caller).run()


class _Reimport:
    def __init__(
        self, desk: Desk, target: Target, product_remote: int, fetch: Fetch, settings: Reimport, caller: Caller
    ) -> None:
        self._desk = desk
        self._target = target
        self._product = product_remote
        self._fetch = fetch
        self._settings = settings
        self._caller = caller
        self._report: Report = read(fetch.findings)
        self._service = ""
        """Of what was sent before; a Record that is new to its place gets it once that is found."""
        self._overruled = triage.Overruled()

    def run(self) -> Summary:
        look = self._look()
        if not self._settings.dry_run and not self._target.synced and look.place.test_remote is not None:
            # Mapped anew to where it was once: what was held of it counts only if it is still there.
            self._desk.places.find(self._desk.api, self._target, self._product, self._caller)
            look = self._look()
        if not self._settings.dry_run and self._was_overruled(look):
            look = self._look()
        why = "" if self._settings.accept_large_change else look.plan.held_back(self._settings.hold)
        summary = look.plan.summary(skipped=self._fetch.skipped, partial=self._fetch.partial, held=why)
        if self._overruled:
            summary = replace(summary, notes=(*summary.notes, str(self._overruled)))
        if self._settings.dry_run or why:
            return replace(summary, notes=summary.notes + self._cost(look))
        is_quiet = self._is_as_it_should_be(look)
        if is_quiet and not look.scope.owed:
            self._adopt(look.place)
            return replace(summary, notes=summary.notes + self._revived(look))
        place, test = self._desk.places.find(self._desk.api, self._target, self._product, self._caller)
        if not look.scope.known:
            self._service = naming.chosen(self._desk, self._target, place)
        if not look.scope.known and (foreign := self._foreign(place)):
            return replace(summary, held=foreign)
        settle(self._desk, place, self._caller)
        notes, undone = self._send(look, place, test, report=not is_quiet)
        return replace(summary, notes=summary.notes + notes, counts=_with(summary.counts, undone))

    # --- before ---------------------------------------------------------------------

    def _look(self) -> _Look:
        self._caller.check()
        with self._desk.database.read() as connection:
            place = sent.place(connection, self._target)
            made = held.plan_on(connection, place.test_id, self._target, self._report, self._fetch, self._settings)
            scope = sent.scope(connection, place.test_id, self._target.scope)
            if scope.build_id and place.test_id is not None:
                _count_as_new(made, sent.sent(connection, place.test_id, self._target.scope))
        self._service = naming.kept(self._target, scope)
        return _Look(place, scope, made)

    def _was_overruled(self, look: _Look) -> bool:
        """Whether people decided something on the server that makes the plan another one."""
        matters = triage.matters(self._desk.database, look.place, self._target, look.plan)
        if not matters:
            return False
        self._overruled = triage.take_over(self._desk, self._target, look.place, self._service, look.scope.decided)
        return bool(self._overruled)

    def _is_as_it_should_be(self, look: _Look) -> bool:
        """Whether nothing changed on either side, by one small question."""
        made, scope = look.plan, look.scope
        if made.create or made.update or made.close or made.vanish or scope.build_id or scope.full_at is None:
            return False
        if look.place.test_remote is None or self._now() - scope.full_at >= self._desk.limits.full_after:
            return False
        return self._desk.api.count(look.place.test_remote, self._service, active=True) == scope.active_there

    def _cost(self, look: _Look) -> tuple[str, ...]:
        """What carrying out the plan costs there, as far as a person would notice."""
        place, scope = look.place, look.scope
        if place.test_id is None:
            return ()
        with self._desk.database.read() as connection:
            known = sent.sent(connection, place.test_id, self._target.scope)
            rows = finding_rows.held_findings(connection, place.test_id, self._target.scope)
            attempt = (scope.decided, scope.patched, scope.owed)
            message = Writer(look.plan, {}, known, self._desk.mark, *attempt).message(rows)
        later = message.put_off(self._moves(message))
        return cost.changes(len(message.bodies) + len(message.decisions), len(later), self._desk.limits)

    def _moves(self, message: Message) -> int:
        return self._desk.limits.moves.most(len(message.entries))

    def _revived(self, look: _Look) -> tuple[str, ...]:
        """Make active again what is a duplicate of something that was closed since; what a person should know of it."""
        place, scope, name = look.place, look.scope, self._target.scope
        assert place.test_id is not None
        assert place.test_remote is not None
        with self._desk.database.read() as connection:
            hidden = sent.active_here(connection, place.test_id, name) - scope.active_there
        if hidden <= 0:
            return ()
        revived, note = duplicates.revive(self._desk, place.test_remote, self._service, self._caller)
        if revived:
            with self._desk.database.write() as connection:
                there = scope.active_there + revived
                sent.save_scope(connection, place.test_id, name, replace(scope, active_there=there))
        return (note,) if note else ()

    def _foreign(self, place: Place) -> str:
        """Why a person must confirm that what somebody else synced into the same place is closed (P9)."""
        assert place.test_remote is not None
        if self._settings.accept_large_change:
            return ""
        there = self._desk.api.count(place.test_remote, self._service, active=True)
        if not self._settings.hold.stops(there, there):
            return ""
        return f"The server has {there:,} active Findings of this Record that this store did not send there."

    def _adopt(self, place: Place) -> None:
        """Write down whose Test it is: a Connector may have another label now, or be one that took over."""
        if not place.is_current:
            with self._desk.database.write() as connection:
                held.touch_test(connection, self._target, held.test_of(connection, self._target), self._now())

    # --- the thing itself -------------------------------------------------------------

    def _send(
        self, look: _Look, place: Place, test: ServerTest, *, report: bool
    ) -> tuple[tuple[str, ...], Mapping[Action, int]]:
        """Send it all, and hold what the server has; what a person should know of it, and what it did besides the plan.

        Without a ``report`` both sides are known to be as they should, but for places that are owed.
        """
        assert place.test_id is not None
        build_id = f"dojo-tui-{self._desk.mark}-{uuid.uuid4().hex[:12]}"
        created = self._announce(look, place.test_id, test, build_id)
        with self._desk.database.read() as connection:
            known = sent.sent(connection, place.test_id, self._target.scope)
            created |= self._adopted(connection, place.test_id, created, known, look.plan)
            rows = finding_rows.held_findings(connection, place.test_id, self._target.scope)
            told = (look.scope.decided, look.scope.patched)
            message = Writer(look.plan, created, known, self._desk.mark, *told, look.scope.owed).message(rows)
        # Whoever wants everything sent again gets it: then nothing is put off.
        everything = look.scope.known and look.scope.full_at is None and not look.scope.build_id
        later = set() if everything else message.put_off(self._moves(message))
        decided, patched = told[0] | message.decisions.keys(), told[1] | message.bodies.keys()
        if (decided, patched) != told:
            with self._desk.database.write() as connection:
                sent.save_told(connection, place.test_id, self._target.scope, decided, patched)
        for note, times in message.notes.items():
            self._caller.log(f"{note} ({times:,} times)." if times > 1 else f"{note}.")
        sending = Sending(self._desk, self._caller, self._target.scope, place, self._service, message, known)
        try:
            sending.run(build_id, was_clean=not look.scope.build_id, report=report)
        except (DestinationError, CancelledError) as error:
            if sending.at_rest:
                with self._desk.database.write() as connection:
                    sent.impatient(connection, place.test_id)
            if isinstance(error, DestinationError) and sending.changed and error.safe == UNCHANGED:
                # The last request changed nothing, but those before it did.
                error.safe = COMPLETES
            raise
        owed = later | (look.scope.owed & known.keys() - message.keys)
        self._confirm(look, place.test_id, created, known, sending, owed)
        return (*sending.notes, *cost.put_off(len(later))), sending.besides

    def _adopted(
        self,
        connection: Connection,
        test_id: int,
        created: Collection[int],
        known: Mapping[int, Sent],
        made: Plan,
    ) -> dict[int, Finding]:
        """What an unfinished attempt announced, of scanners that this report does not tell all of, counts as created.

        It may be there, and only a complete fetch may close it (P3).
        """
        apart = {*self._fetch.skipped, *self._fetch.partial, *self._fetch.not_analysed}
        matched = {update.id for update in made.update}
        announced = {key for key, one in known.items() if not one.confirmed} - matched - set(created)
        if not apart or not announced:
            return {}
        rows = finding_rows.whole_findings(connection, announced)
        return {key: replace(row, active=True) for key, row in rows if row.scanner in apart}

    def _announce(self, look: _Look, test_id: int, test: ServerTest, build_id: str) -> dict[int, Finding]:
        """Write down what is about to be sent; the new Findings by the id that they have from now on."""
        now, scope = self._now(), self._target.scope
        with self._desk.database.write() as connection:
            last = sent.last_id(connection)
            held.writer(connection, test_id, self._target, now, self._desk.clock.local(now)).create(
                self._report, look.plan.create
            )
            made = self._anchors(connection, test_id, last, test) if look.plan.create else {}
            created = dict(zip(made, (self._report.findings[n] for n in look.plan.create), strict=True))
            sent.announce(connection, made)
            # Nothing is sent yet: nobody needs to wait for its end.
            state = replace(look.scope, build_id=build_id, patient_until=None, service=self._service)
            sent.save_scope(connection, test_id, scope, state)
        return created

    def _anchors(self, connection: Connection, test_id: int, last: int, test: ServerTest) -> dict[int, tuple[str, str]]:
        """An anchor for each Finding made after the ``last``, which no other of its Record has, had or will have."""
        made: dict[int, tuple[str, str]] = {}
        numbers: Counter[str] = Counter()
        taken = sent.anchor_hashes(connection, test_id, self._target.scope)
        for key, row in finding_rows.held_findings(connection, test_id, self._target.scope, after=last):
            anchor = plain = anchors.anchor(_entry(row))
            first = hashed = anchors.hash_key(plain, self._service, test.hash_fields)
            while hashed in taken:
                numbers[first] += 1
                anchor = anchors.told_apart(plain, numbers[first] + 1, test.hash_fields)
                hashed = anchors.hash_key(anchor, self._service, test.hash_fields)
            taken.add(hashed)
            made[key] = (hashed, anchors.to_json(anchor))
        return made

    def _confirm(
        self,
        look: _Look,
        test_id: int,
        created: Mapping[int, Finding],
        known: Mapping[int, Sent],
        sending: Sending,
        owed: Collection[int],
    ) -> None:
        """The server has it, but for the places that are ``owed``: so it is what we hold."""
        now, scope = self._now(), self._target.scope
        matched = {update.id for update in look.plan.update}
        never = {key for key, one in known.items() if not (one.confirmed or key in created or key in matched)}
        with self._desk.database.write() as connection:
            held.touch_test(connection, self._target, held.test_of(connection, self._target), now)
            writer = held.writer(connection, test_id, self._target, now, self._desk.clock.local(now))
            writer.update(_accepted(look.plan.update, sending.rejected))
            writer.show(created)
            held.close(connection, look.plan, now)
            remember(connection, test_id, scope, look.plan.renames)
            sent.withdraw(connection, never)
            sent.confirm(connection, (key for key, one in known.items() if not one.confirmed and key not in never))
            ids = {key: sending.remote_ids.get(key) for key in known}
            changed = {
                key: remote for key, remote in ids.items() if remote != known[key].remote_id and key not in never
            }
            sent.keep_remote_ids(connection, changed)
            state = Scope(
                full_at=now, active_there=sending.active_there, owed=frozenset(owed) - never, service=self._service
            )
            sent.save_scope(connection, test_id, scope, state)

    def _now(self) -> datetime:
        return self._desk.clock.now()


def _entry(finding: Finding) -> Mapping[str, Any]:
    return generic.entry(finding, "", lambda _: None)


def _with(counts: Mapping[Action, int], besides: Mapping[Action, int]) -> Mapping[Action, int]:
    """The counts of the plan, and what the server did besides: that was thought to be untouched."""
    found = Counter({action: counts.get(action, 0) for action in Action})
    found.update(besides)
    found[Action.UNTOUCHED] = max(found[Action.UNTOUCHED] - sum(besides.values()), 0)
    return dict(found)


def _accepted(updates: Iterable[Update], rejected: Collection[int]) -> Iterator[Update]:
    """What the server took: triage that it refused is not held either, and told again by the next Sync."""
    for update in updates:
        # Its content counts as unknown, so that the next plan sees it.
        yield replace(update, change=Change.FACTS, content=0) if update.id in rejected else update


def _count_as_new(made: Plan, known: Mapping[int, Sent]) -> None:
    """Findings of an attempt whose end was not seen are held, but they are new to the person."""
    for update in made.update:
        if update.id in known and not known[update.id].confirmed:
            severity = update.finding.severity
            made.count(Action.UPDATED if update.finding.dismissed else Action.REACTIVATED, severity, -1)
            made.count(Action.CREATED, severity)
