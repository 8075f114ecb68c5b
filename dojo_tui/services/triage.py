"""A person's decisions about Findings: single or bulk, all or nothing, and each act can be taken back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.text import clean
from dojo_tui.model.triage import REASON_LIMIT, Decision
from dojo_tui.store import triage
from dojo_tui.store.open import Store
from dojo_tui.store.triage import Counts, Done, TriageRow

__all__ = ["Counts", "Decided", "Triage", "TriageRow"]

_NOTHING = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Decided:
    """An act that was done, or taken back."""

    act: str
    count: int
    sentence: str


class Triage:
    """Decide about Findings of the embedded destination. A UsageError means that nothing was changed.

    What a DefectDojo server holds is decided about there: its own people see
    it, and a Sync takes it over.
    """

    def __init__(self, store: Store, clock: Clock, who: str) -> None:
        self._database = store.database
        self._clock = clock
        self._who = who

    def preview(self, ids: Iterable[int]) -> Counts:
        """What these Findings are now."""
        with self._database.read() as connection:
            return triage.counts(connection, ids)

    def decide(self, ids: Iterable[int], decision: Decision, reason: str = "") -> Decided:
        """Set or clear a decision; every later Sync keeps it."""
        wanted = array("q", dict.fromkeys(ids))
        if not wanted:
            raise UsageError("No Finding was given.")
        reason = reason.strip()
        if len(reason) > REASON_LIMIT:
            raise UsageError(f"A reason has at most {REASON_LIMIT:,} characters.", safe=_NOTHING, do="Shorten it.")
        reason = clean(reason, REASON_LIMIT)
        with self._database.write() as connection:
            found = triage.counts(connection, wanted)
            if found.elsewhere:
                raise _on_a_server(found.elsewhere)
            if found.total != len(wanted):
                gone = len(wanted) - found.total
                raise NotFoundError(
                    f"{gone:,} of {_findings(len(wanted))} {'does' if gone == 1 else 'do'} not exist.", safe=_NOTHING
                )
            count, active = triage.decide(connection, wanted, decision, reason, self._clock.now(), self._who)
            left = triage.left_over(connection, wanted)
        return Decided(decision.value, count, _sentence(decision, len(wanted), count, active, left))

    def undo(self) -> Decided | None:
        """Take back this person's last act; None when there is nothing to take back."""
        with self._database.write() as connection:
            done = triage.last_act(connection, self._who)
            if done is None:
                return None
            _refuse_if_changed(connection, done, "undo")
            count = triage.take_back(connection, done.batch, self._clock.now())
        return Decided("undo", count, f"Took back: {done.decision} {_findings(count)}.")

    def redo(self) -> Decided | None:
        """Do again what this person took back last; None when there is nothing."""
        with self._database.write() as connection:
            done = triage.last_undone(connection, self._who)
            if done is None:
                return None
            _refuse_if_changed(connection, done, "redo")
            count = triage.do_again(connection, done, self._clock.now())
        return Decided("redo", count, f"Done again: {done.decision} {_findings(count)}.")

    def history(self, finding_id: int) -> list[TriageRow]:
        """Every decision about a Finding, the newest first."""
        with self._database.read() as connection:
            return triage.histories(connection, [finding_id]).get(finding_id, [])


def _refuse_if_changed(connection: Connection, done: Done, act: str) -> None:
    what = f"'{done.decision} {_findings(done.count)}'"
    changed = triage.decided_since(connection, done.batch)
    if changed:
        raise UsageError(f"Cannot {act} {what}: somebody decided about {changed:,} of them since.", safe=_NOTHING)
    there = triage.elsewhere(connection, triage.of_batch(connection, done.batch))
    if there:
        raise UsageError(f"Cannot {act} {what}: {there:,} of them were moved to a server since.", safe=_NOTHING)


def _on_a_server(count: int) -> UsageError:
    return UsageError(
        f"{_findings(count)} of a DefectDojo server cannot be triaged here.",
        safe=_NOTHING,
        do="Decide on the server: the next Sync takes it over and keeps it.",
    )


def no_sync_keeps(left: int) -> str:
    """What is to be known of Findings that no Sync looks at any more; empty for none."""
    if not left:
        return ""
    whose = "its Record is" if left == 1 else "their Records are"
    return f"No Sync looks at {left:,} of them any more: {whose} not mapped to this Product."


def _sentence(decision: Decision, asked: int, count: int, active: int, left: int) -> str:
    already = asked - count
    parts = []
    if decision is not Decision.CLEAR:
        if count:
            keeps = "" if left == asked else ", and every Sync keeps that"
            parts.append(f"{_findings(count)} {_is(count)} {decision} now{keeps}.")
        if already:
            parts.append(f"{already:,} {_was(already)} {decision} already.")
        if left:
            parts.append(no_sync_keeps(left))
        return " ".join(parts)
    if count:
        parts.append(f"Cleared {_findings(count)}: {active:,} active again.")
        if count - active:
            parts.append(f"{count - active:,} {_is(count - active)} no longer reported, and closed.")
    if already:
        parts.append(f"{already:,} had nothing to clear.")
    return " ".join(parts)


def _findings(count: int) -> str:
    return f"{count:,} Finding{'' if count == 1 else 's'}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
