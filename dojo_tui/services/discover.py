"""Discover: make the Records agree with what the tool lists."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import replace

from dojo_tui.connectors.base import Tool, Vep
from dojo_tui.destinations.base import Destination
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import CancelledError, ConnectorError, DojoTuiError
from dojo_tui.model.operation import DISCOVER_COUNTS, LogLevel, OutcomeStatus, Status
from dojo_tui.model.plan import Hold
from dojo_tui.model.record import Event, State
from dojo_tui.model.rules import RuleList
from dojo_tui.model.secret import scrub
from dojo_tui.model.target import Target
from dojo_tui.model.text import clean
from dojo_tui.services import assets
from dojo_tui.services.automap import auto_map
from dojo_tui.services.cancel import ClosingError, LeaseLostError
from dojo_tui.services.events import RecordsChanged
from dojo_tui.services.moves import Replaced, recognise
from dojo_tui.services.rules import BY, carry_rules_out
from dojo_tui.services.run import OperationRun, unexpected
from dojo_tui.store import discovery
from dojo_tui.store import rules as rules_store
from dojo_tui.store.assets import GROUP
from dojo_tui.store.discovery import Known, Listed, Place

_BATCH = 2_500
_BATCH_SECONDS = 0.5
_LONGEST_ID = 4_000
_LONGEST_NAME = 500
_LONGEST_DETAIL = 2_000
_MOST_DETAILS = 50
_MOST_EVIDENCE = 1_000

NOT_SEEN = "The last complete Discover did not see it."
_HELD_NOT_SEEN = "This Discover did not see it. It stays Good until you confirm that it is gone."


def discover(run: OperationRun, tool: Tool, destination: Destination, hold: Hold) -> tuple[Status, str]:
    """Run a Discover to its end; its status and, if it is not Completed, why."""
    run.counts.update(dict.fromkeys(DISCOVER_COUNTS, 0))
    return _Discover(run, tool, destination, hold).run()


class _Discover:
    def __init__(self, run: OperationRun, tool: Tool, destination: Destination, hold: Hold) -> None:
        self._run = run
        self._tool = tool
        self._destination = destination
        self._hold = hold
        # One moment for the whole listing: whatever has it was there at the last Discover.
        self._now = run.clock.now()
        self._known = Known()
        self._seen: set[int] = set()
        self._listed: set[str] = set()
        self._deferred: list[Listed] = []
        self._digests_in_place: set[str] = set()
        self._replaced = Replaced()
        self._problem = ""
        self._told_at = 0.0

    def run(self) -> tuple[Status, str]:
        with self._run.database.read() as connection:
            self._known = discovery.known(connection, self._run.connector.id)
        before = assets.held(self._run) if self._tool.assets else {}
        self._list()
        # What the tool itself warns of: a listing may be whole and yet not what anybody expects.
        warned = " ".join(self._run.warnings)
        held = ""
        if self._problem:
            self._run.log(f"The listing is not complete, so nothing is marked as Missing: {self._problem}")
            self._keep_copies()
        else:
            self._settle_moves()
            self._tell_replaced()
            held = self._mark_missing()
        self._mark_lost()
        self._apply_rules()
        if self._tool.assets:
            assets.reconcile(self._run, self._destination, before)
        elif self._run.connector.auto_map:
            auto_map(self._run, self._destination)
        self._run.emit(RecordsChanged(self._run.connector.id))
        if self._problem:
            return (Status.PARTLY_FAILED if self._listed else Status.FAILED), self._problem
        return (Status.HELD, f"{held} {warned}".strip()) if held else (Status.COMPLETED, warned)

    # --- the listing ----------------------------------------------------------

    def _list(self) -> None:
        batch: list[Listed] = []
        since = time.monotonic()
        try:
            for vep in self._tool.list_veps(self._run.config, self._run):
                self._run.check()
                listed = self._accept(vep)
                if listed is not None:
                    batch.append(listed)
                if len(batch) >= _BATCH or time.monotonic() - since >= _BATCH_SECONDS:
                    self._store(batch)
                    batch = []
                    since = time.monotonic()
        except (CancelledError, ClosingError, LeaseLostError):
            raise
        except ConnectorError as error:
            self._stand(scrub(str(error)), error.cause)
        except DojoTuiError:
            raise
        except Exception as error:  # noqa: BLE001 -- a bug of a Tool must not make VEPs Missing
            self._stand(unexpected(error), Cause.FAULT)
        self._store(batch)

    def _stand(self, problem: str, cause: Cause) -> None:
        """What makes the listing incomplete: the first of these is told."""
        if not self._problem:
            self._problem, self._run.cause = problem, cause

    def _accept(self, vep: Vep) -> Listed | None:
        """Bound what the tool says; a VEP that cannot be told from another makes the listing incomplete (P3)."""
        problem = ""
        if not vep.vendor_id or clean(vep.vendor_id, _LONGEST_ID) != vep.vendor_id:
            problem = f"The tool lists something whose id cannot be stored: {vep.vendor_id[:80]!r}."
        elif vep.vendor_id in self._listed:
            problem = f"The tool lists {vep.vendor_id[:80]!r} twice."
        if problem:
            self._run.log(problem, LogLevel.ERROR)
            self._stand(problem, Cause.TOOL)
            return None
        self._listed.add(vep.vendor_id)
        if vep.product_type:
            vep = replace(vep, details={**vep.details, GROUP: vep.product_type})
        evidence = kept_evidence(vep.evidence)
        if _is_plain(vep):
            return Listed(vep.vendor_id, vep.name, dict(vep.details), evidence)
        details = {
            clean(str(name), _LONGEST_NAME): clean(str(value), _LONGEST_DETAIL)
            for name, value in list(vep.details.items())[:_MOST_DETAILS]
        }
        name = clean(vep.name, _LONGEST_NAME) or clean(vep.vendor_id, _LONGEST_NAME)
        return Listed(vep.vendor_id, name, details, evidence)

    def _store(self, batch: list[Listed]) -> None:
        """Write one batch in one short transaction."""
        new: list[tuple[Listed, str]] = []
        seen: list[int] = []
        changed: list[tuple[int, Listed]] = []
        for vep in batch:
            found = self._known.records.get(vep.vendor_id)
            if found is not None:
                record_id, fingerprint = found
                seen.append(record_id)
                if self._known.fingerprint(vep) != fingerprint:
                    changed.append((record_id, vep))
                    self._replaced.changed(record_id, vep, self._known.holders)
                self._digests_in_place.update(vep.evidence)
            elif any(digest in self._known.holders for digest in vep.evidence):
                # It may be a known one that was moved; that can be told when the listing has ended.
                self._deferred.append(vep)
                self._replaced.appeared(vep, self._known.holders)
            else:
                new.append((vep, self._known.scope_for(vep.vendor_id)))
        if new or seen:
            with self._run.write() as connection:
                discovery.insert_new(connection, self._run.connector.id, new, self._now)
                discovery.mark_seen(connection, seen, self._now)
                discovery.update_listed(connection, changed)
                self._count(new=len(new), known=len(seen), updated=len(changed))
        self._seen.update(seen)
        self._run.progress(len(self._listed), None, batch[-1].name if batch else self._run.connector.label)
        if time.monotonic() - self._told_at > _BATCH_SECONDS:
            self._told_at = time.monotonic()
            self._run.emit(RecordsChanged(self._run.connector.id))

    # --- after the listing ----------------------------------------------------

    def _settle_moves(self) -> None:
        vanished = self._known.may_move - self._seen
        moved = recognise(self._deferred, vanished, self._known.holders, self._digests_in_place)
        if moved:
            was = {record_id: vendor_id for vendor_id, (record_id, _) in self._known.records.items()}
            with self._run.write() as connection:
                discovery.update_listed(connection, list(moved.items()))
                discovery.mark_seen(connection, list(moved), self._now)
                self._count(known=len(moved), updated=len(moved))
            for record_id, vep in moved.items():
                self._run.log(f"{was[record_id]} was moved to {vep.vendor_id}: its Record goes with it.")
            self._seen.update(moved)
        settled = {vep.vendor_id for vep in moved.values()}
        self._add(vep for vep in self._deferred if vep.vendor_id not in settled)

    def _tell_replaced(self) -> None:
        """Say so when a VEP in its place now holds what is not its own: nobody can tell a swap from a rotation."""
        rows = [
            (self._known.records[vep.vendor_id][0], vep.name, _replaced(vep, at))
            for vep, at in self._replaced.pairs(self._known.holders)
        ]
        if not rows:
            return
        for _, _, said in rows:
            self._run.log(said, LogLevel.WARNING)
        with self._run.write() as connection:
            done = self._run.outcomes(
                connection,
                [(record_id, name, OutcomeStatus.DONE, said, {}, Cause.UNKNOWN) for record_id, name, said in rows],
            )
        for event in done:
            self._run.emit(event)

    def _keep_copies(self) -> None:
        """Add what was deferred and is a copy, since whatever it may have been moved from is still in its place."""
        copies, unclear = [], 0
        for vep in self._deferred:
            holders = {holder for digest in vep.evidence for holder in self._known.holders.get(digest, ())}
            if holders <= self._seen:
                copies.append(vep)
            else:
                unclear += 1
        self._add(copies)
        if unclear:
            self._run.log(f"{unclear} new ones may be known ones that were moved: the next complete Discover decides.")

    def _add(self, veps: Iterable[Listed]) -> None:
        new = [(vep, self._known.scope_for(vep.vendor_id)) for vep in veps]
        if new:
            with self._run.write() as connection:
                discovery.insert_new(connection, self._run.connector.id, new, self._now)
                self._count(new=len(new))

    def _mark_missing(self) -> str:
        """Mark what a complete listing did not have; or say why that must wait for a person (P9)."""
        vanished = [record_id for record_id, _ in self._known.records.values() if record_id not in self._seen]
        if not vanished:
            return ""
        with self._run.write() as connection:
            going = discovery.mapped_among(connection, vanished)
            mapped = discovery.count_mapped(connection, self._run.connector.id)
            if self._hold.stops(len(going), mapped) and not self._run.request.accept_large_change:
                held = (
                    f"{len(going):,} of {mapped:,} mapped Records would become Missing. That is held until you confirm "
                    "it: run Discover again accepting the large change, or make sure that the location is right."
                )
                self._run.cause = Cause.LARGE
                done = self._run.outcomes(
                    connection,
                    [
                        (record_id, name, OutcomeStatus.HELD, _HELD_NOT_SEEN, {}, Cause.LARGE)
                        for record_id, name in going
                    ],
                )
            else:
                held, done = "", []
                missing = discovery.apply(connection, Event.NOT_SEEN, vanished, NOT_SEEN)
                self._count(missing=missing)
        for event in done:
            self._run.emit(event)
        if not held and going:
            self._run.log(f"{len(going):,} mapped Records are Missing: {some(name for _, name in going)}.")
        return held

    def _mark_lost(self) -> None:
        """Show at once what is gone at the destination."""
        connector = self._run.connector
        with self._run.database.read() as connection:
            places = discovery.places(connection, connector.id, (State.GOOD, State.MISSING))
        if not places:
            return
        lost = lost_places(self._destination, self._run, places)
        if lost:
            with self._run.write() as connection:
                discovery.mark_lost(connection, lost)
            names = some(place.name for place in lost)
            self._run.log(f"{len(lost):,} Records are Stale: {names}.", LogLevel.WARNING)

    def _apply_rules(self) -> None:
        """Let the rules decide about New Records that nobody decided about before: an undo or a restore stays."""
        with self._run.database.read() as connection:
            kept = rules_store.all_rules(connection)
            names = rules_store.undecided(connection, self._run.connector.id) if kept else []
        if not names:
            return
        compiled = RuleList(row.rule for row in kept)
        run = self._run
        applied = carry_rules_out(run.database, self._destination, run.clock, compiled, names, BY, run.check)
        self._count(mapped=applied.counts.mapped)
        if applied.batch or applied.refused:
            run.log(applied.sentence, LogLevel.WARNING if applied.refused else LogLevel.INFO)

    def _count(self, **more: int) -> None:
        for name, number in more.items():
            self._run.counts[name] += number


def _is_plain(vep: Vep) -> bool:
    """Whether nothing needs cleaning, told for all texts at once: so is nearly every VEP of a hundred thousand."""
    try:
        whole = "".join((*vep.details, *vep.details.values()))
    except TypeError:  # a Tool gave something that is no text
        return False
    short = 0 < len(vep.name) <= _LONGEST_NAME and len(whole) <= _LONGEST_NAME and len(vep.details) <= _MOST_DETAILS
    return short and whole.isascii() and "\0" not in whole and clean(vep.name, _LONGEST_NAME) == vep.name


def _replaced(vep: Listed, at: str) -> str:
    return (
        f"{vep.vendor_id} now holds something else; what it held is at {at}. If that is a rename and no rotation, look "
        "at the mapping of both: the Record stayed here."
    )


def target_of(connector_id: int, label: str, place: Place) -> Target:
    """Return where a Record's Findings go."""
    return Target(place.product_ref, connector_id, label, place.scope, place.synced)


def lost_places(
    destination: Destination, run: OperationRun, places: list[Place], *, quick: bool = False
) -> dict[Place, str]:
    """Return those whose Product, Engagement or Test is gone, with the reason."""
    by_target = {target_of(run.connector.id, run.connector.label, place): place for place in places}
    return {by_target[target]: why for target, why in destination.lost(list(by_target), run, quick=quick).items()}


def kept_evidence(digests: Collection[str]) -> list[str]:
    """Return what is kept of a VEP's evidence: bounded, and in an order that says nothing."""
    return sorted(digests)[:_MOST_EVIDENCE]


def some(names: Iterable[str], most: int = 5) -> str:
    """Return the first names, and how many more there are."""
    listed = list(names)
    rest = f" and {len(listed) - most:,} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
