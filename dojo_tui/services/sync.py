"""Sync: make the Findings of each Good Record equal to what its tool says now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from dojo_tui.connectors.base import Tool
from dojo_tui.destinations.base import Destination
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import CancelledError, DojoTuiError, LostError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import SYNC_COUNTS, LogLevel, OutcomeStatus, Status, ending
from dojo_tui.model.plan import Action, Reimport, Summary, tally
from dojo_tui.model.record import MAPPED, State
from dojo_tui.model.target import Target
from dojo_tui.services.cancel import ClosingError, LeaseLostError
from dojo_tui.services.closing import close_pending
from dojo_tui.services.discover import NOT_SEEN, kept_evidence, lost_places, some, target_of
from dojo_tui.services.events import RecordsChanged
from dojo_tui.services.prefetch import Prefetch
from dojo_tui.services.run import OperationRun, unexpected
from dojo_tui.services.settings import Settings
from dojo_tui.store import discovery
from dojo_tui.store.discovery import Place

UNRATED = "what is held keeps its severity, what is new is Medium, or as its CVSS score or level says"

_STANDING = {
    Cause.ELSEWHERE: "{:,} mapped to another destination (map to one of this destination, or migrate)",
    Cause.MISSING: "{:,} Missing (run Discover to see whether they are back)",
    Cause.STALE: "{:,} Stale (map again)",
}
"""Why a Record that is mapped is skipped."""

_STOPPED = (CancelledError, ClosingError, LeaseLostError)


class _FlowsNoMoreError(DojoTuiError):
    """The Record was remapped, ignored or deleted between the start of the Sync and its turn."""


def sync(run: OperationRun, tool: Tool, destination: Destination, settings: Settings) -> tuple[Status, str]:
    """Run a Sync to its end; its status and, if it is not Completed, why."""
    run.counts.update(dict.fromkeys(SYNC_COUNTS, 0))
    return _Sync(run, tool, destination, settings).run()


class _Sync:
    def __init__(self, run: OperationRun, tool: Tool, destination: Destination, settings: Settings) -> None:
        self._run = run
        self._tool = tool
        self._destination = destination
        self._settings = settings
        self._request = run.request
        # A server answers several at once; reports are read by Python alone.
        self._fetchers = max(settings.fetchers, tool.concurrency)
        self._ended: Counter[OutcomeStatus] = Counter()
        self._unclear = 0
        self._doubtful = 0
        self._standing: Counter[Cause] = Counter()
        """What stands in the way of mapped Records that are skipped."""
        self._told_words: set[str] = set()
        self._reimport = Reimport(
            min_severity=run.connector.min_severity,
            dry_run=run.request.dry_run,
            accept_large_change=run.request.accept_large_change,
            trust_renames=run.request.trust_renames,
            hold=settings.sync_hold,
        )

    def run(self) -> tuple[Status, str]:
        # What a remap asked to be closed and could not be yet: before anything is imported.
        self._ended += close_pending(self._run, self._destination)
        good = self._choose()
        left = dict.fromkeys(good)
        try:
            fetched = Prefetch(
                good,
                self._fetch,
                self._run.token,
                ahead=max(self._settings.read_ahead, 2 * self._fetchers if self._fetchers > 1 else 1),
                threads=self._fetchers,
            )
            self._run.progress(0, len(good), "Reading")
            for place, future in fetched:
                self._one(place, future)
                del left[place], future  # its Findings need no memory while the next are waited for
                self._run.progress(len(good) - len(left), len(good), place.name)
        except CancelledError:
            self._note([(place, OutcomeStatus.CANCELLED, "", Cause.UNKNOWN) for place in left])
            raise
        if not self._request.dry_run:
            self._run.emit(RecordsChanged(self._run.connector.id))
        if nothing := self._nothing_synced():
            return Status.FAILED, nothing
        if self._unclear and self._unclear == self._ended[OutcomeStatus.HELD]:
            self._run.cause = Cause.UNCLEAR
        if self._doubtful and self._doubtful == self._ended[OutcomeStatus.HELD]:
            self._run.cause = Cause.RENAMED
        return ending(self._ended), self._sentence()

    def _nothing_synced(self) -> str:
        """Why not one Record was synced although some are mapped; empty if one was, or nothing is."""
        if not self._standing or self._ended.total() != self._ended[OutcomeStatus.SKIPPED]:
            return ""
        if len(self._standing) == 1:
            (self._run.cause,) = self._standing
        parts = [_STANDING[cause].format(number) for cause, number in self._standing.items()]
        return f"Nothing was synced: {'; '.join(parts)}."

    def _choose(self) -> list[Place]:
        """Return the Good Records; the others that are mapped, or asked for, are noted as skipped (P2)."""
        ids = self._request.record_ids
        states = MAPPED if ids is None else tuple(State)
        with self._run.database.read() as connection:
            places = discovery.places(connection, self._run.connector.id, states, ids)
        good = [place for place in places if place.state is State.GOOD]
        skipped = [
            (place, OutcomeStatus.SKIPPED, *_why_not(place)) for place in places if place.state is not State.GOOD
        ]
        targets = {self._target(place): place for place in good}
        elsewhere = {targets[target]: name for target, name in self._destination.elsewhere(list(targets)).items()}
        skipped += [
            (place, OutcomeStatus.SKIPPED, _elsewhere(name), Cause.ELSEWHERE) for place, name in elsewhere.items()
        ]
        good = [place for place in good if place not in elsewhere]
        lost = lost_places(self._destination, self._run, good, quick=True)
        self._mark_lost(lost)
        skipped += [(place, OutcomeStatus.SKIPPED, f"Stale: {reason}", Cause.STALE) for place, reason in lost.items()]
        self._note(skipped)
        return [place for place in good if place not in lost]

    def _mark_lost(self, lost: Mapping[Place, str]) -> None:
        if lost and not self._request.dry_run:
            with self._run.write() as connection:
                discovery.mark_lost(connection, lost)

    def _target(self, place: Place) -> Target:
        return target_of(self._run.connector.id, self._run.connector.label, place)

    def _fetch(self, place: Place) -> Fetch:
        self._run.check()
        return self._tool.fetch(self._run.config, place.vendor_id, self._run)

    def _one(self, place: Place, future: Future[Fetch]) -> None:
        """Store one Record's Findings. Whatever goes wrong with it harms no other Record."""
        try:
            fetch = future.result()
            for note in fetch.notes:
                self._run.log(f"{place.name}: {note}")
            if fetch.held:
                self._run.log(f"{place.name}: {fetch.held}", LogLevel.WARNING)
                self._note([(place, OutcomeStatus.HELD, fetch.held, Cause.UNCLEAR)])
                self._unclear += 1
                return
            summary = self._store(place, fetch)
        except _STOPPED:
            raise
        except _FlowsNoMoreError as error:
            self._note([(place, OutcomeStatus.SKIPPED, str(error), Cause.UNMAPPED)])
        except LostError as error:
            self._mark_lost({place: error.what})
            self._note([(place, OutcomeStatus.SKIPPED, f"Stale: {error.what}", Cause.STALE)])
        except DojoTuiError as error:
            self._fail(place, str(error), error.cause)
        except Exception as error:  # noqa: BLE001 -- a bug of a Tool fails this Record only
            self._fail(place, unexpected(error), Cause.FAULT)
        else:
            self._done(place, summary, fetch)

    def _store(self, place: Place, fetch: Fetch) -> Summary:
        with self._only_while_it_flows(place):
            return self._destination.reimport(self._target(place), fetch, self._reimport, self._run)

    def _only_while_it_flows(self, place: Place) -> AbstractContextManager[None]:
        def guard(connection: Connection) -> None:
            if not discovery.still_flows(connection, place):
                raise _FlowsNoMoreError("It was remapped, ignored or deleted while this Sync ran.")

        return self._run.database.guarded(guard)

    def _done(self, place: Place, summary: Summary, fetch: Fetch) -> None:
        run = self._run
        for scanner, reason in summary.skipped.items():
            run.log(f"{place.name}: what {scanner} found is left untouched: {reason}", LogLevel.WARNING)
        reasons = [f"{scanner}: {why}" for scanner, why in summary.skipped.items()]
        reasons += [f"nothing of {scanner} was closed: {why}" for scanner, why in summary.partial.items()]
        if summary.closed_by_severity_setting:
            reasons.append(f"{summary.closed_by_severity_setting:,} closed by the minimum severity, not by the tool")
        reasons += summary.notes
        reasons += self._unknown_severities(place, fetch)
        if fetch.left_out:
            older = "1 older report" if len(fetch.left_out) == 1 else f"{len(fetch.left_out):,} older reports"
            reasons.append(f"{older} left out: {some(fetch.left_out)}")
        if summary.held:
            run.log(f"{place.name}: {summary.held}", LogLevel.WARNING)
            why = " ".join([summary.held, "; ".join(reasons)]).strip()
            cause = Cause.RENAMED if summary.doubtful else Cause.LARGE
            self._doubtful += summary.doubtful
            self._note([(place, OutcomeStatus.HELD, why, cause)], summary)
        else:
            done = (place, OutcomeStatus.DONE, "; ".join(reasons), Cause.UNKNOWN)
            self._note([done], summary, kept_evidence(fetch.evidence))

    def _unknown_severities(self, place: Place, fetch: Fetch) -> list[str]:
        """Severity words that nobody knows, each told once by an Operation: in its log, and with the first Record."""
        words = Counter(one.unknown_severity for one in fetch.findings if one.unknown_severity)
        reasons = []
        for word, number in words.items():
            if word in self._told_words:
                continue
            self._told_words.add(word)
            said = f"the severity of {number:,} Finding{'s' * (number > 1)} is not known ({word})"
            self._run.log(f"{place.name}: {said}: {UNRATED}.", LogLevel.WARNING)
            reasons.append(f"{said}: {UNRATED}")
        return reasons

    def _fail(self, place: Place, reason: str, cause: Cause) -> None:
        self._run.log(f"{place.name}: {reason}", LogLevel.ERROR)
        self._note([(place, OutcomeStatus.FAILED, reason, cause)])

    def _note(
        self,
        rows: list[tuple[Place, OutcomeStatus, str, Cause]],
        summary: Summary | None = None,
        evidence: Sequence[str] = (),
    ) -> None:
        """Write outcomes, and with a success its time and what was read, in one short transaction.

        The evidence of a move is that of the newest reading (P1): what is
        moved after this Sync shows it at its new place.
        """
        if not rows:
            return
        found = {action.value: summary[action] for action in Action} if summary is not None else {}
        for _, status, _, cause in rows:
            self._ended[status] += 1
            if status is OutcomeStatus.SKIPPED and cause in _STANDING:
                self._standing[cause] += 1
            tally(self._run.counts, status, found, dry_run=self._request.dry_run)
        with self._run.write() as connection:
            done = self._run.outcomes(
                connection,
                [(place.record_id, place.name, status, reason, found, cause) for place, status, reason, cause in rows],
            )
            for place, status, _, _ in rows:
                if status is OutcomeStatus.DONE and not self._request.dry_run:
                    discovery.mark_synced(connection, place.record_id, self._run.clock.now(), evidence)
        for event in done:
            self._run.emit(event)

    def _sentence(self) -> str:
        failed = self._ended[OutcomeStatus.FAILED]
        held = self._ended[OutcomeStatus.HELD] - self._unclear - self._doubtful
        parts = []
        if failed:
            parts.append(f"{failed:,} of {self._ended.total():,} Records failed: they are as before.")
        if held and self._request.dry_run:
            parts.append(f"{held:,} would be held until you confirm.")
        elif held:
            parts.append(f"{held:,} held until you confirm: run the Sync again accepting the large change.")
        if self._doubtful:
            would = "would be held" if self._request.dry_run else "held"
            parts.append(f"{self._doubtful:,} {would} until you say whether what seems renamed is the same.")
        if self._unclear:
            parts.append(f"{self._unclear:,} held until an option of the Connector says how they are to be read.")
        return " ".join(parts)


def _why_not(place: Place) -> tuple[str, Cause]:
    if place.state is State.MISSING:
        return f"Missing: {place.state_reason or NOT_SEEN}", Cause.MISSING
    if place.state is State.STALE:
        return f"Stale: {place.state_reason or 'its place at the destination is gone.'}", Cause.STALE
    return f"{place.state}: only mapped Records are synced.", Cause.UNMAPPED


def _elsewhere(name: str) -> str:
    return f"Its Product is in another destination, {name}: map it to one of this destination, or migrate."
