"""What one reimport tells the server, made of what is held, what was planned, and what was sent before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dojo_tui.destinations.defectdojo import anchors, generic, patches
from dojo_tui.model.finding import Finding
from dojo_tui.model.reimport import Change, Plan, Update
from dojo_tui.store.sent import Sent

Entry = Mapping[str, Any]

_FLAGS = ("false_p", "out_of_scope", "risk_accepted", "under_review")


@dataclass(slots=True)
class Message:
    """The report, the changes that no report can tell, and what the server should answer."""

    entries: list[bytes] = field(default_factory=list)
    """Of the report, encoded."""
    fresh: list[bytes] = field(default_factory=list)
    """Those that the server has to create or to reactivate; with all others it only compares what it has."""
    active: int = 0
    """How many Findings are active there by the report."""
    active_after: int = 0
    """The same when the decisions are told as well."""
    keys: set[int] = field(default_factory=set)
    """Our ids of what the report names."""
    bodies: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Bodies of PATCH, by our id: what is shown."""
    decisions: dict[int, dict[str, Any]] = field(default_factory=dict)
    """The same of the tool's own triage, which a server may refuse to take over."""
    shown: dict[int, tuple[Entry, Entry]] = field(default_factory=dict)
    """What a Finding is found by and what it should look like, where these differ."""
    created: int = 0
    closed: list[int] = field(default_factory=list)
    reactivated: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    moved: dict[int, tuple[bool, int]] = field(default_factory=dict)
    """Of those whose body tells only where they are now: what comes first of them."""

    def put_off(self, most: int) -> set[int]:
        """Leave to later Syncs what merely moved, beyond so many: other files first, then by severity; their ids."""
        later = set(sorted(self.moved, key=lambda key: (*self.moved[key], key))[most:])
        for key in later:
            del self.bodies[key]
        return later

    @property
    def concerns_anything(self) -> bool:
        """There is something that the server has, or should have."""
        return bool(self.entries or self.closed)


class Writer:
    """Makes the Message of one Record."""

    def __init__(
        self,
        made: Plan,
        created: Mapping[int, Finding],
        known: Mapping[int, Sent],
        mark: str,
        decided: Collection[int] = (),
        patched: Collection[int] = (),
        owed: Collection[int] = (),
    ) -> None:
        """``decided``, ``patched``: Findings whose triage or facts there may be what an unfinished attempt told.

        ``owed``: those of which the server shows an older place.
        """
        self._updates: dict[int, Update] = {update.id: update for update in made.update}
        self._closed = set(made.close)
        self._created = created
        self._known = known
        self._mark = mark
        self._decided = decided
        self._patched = patched
        self._owed = owed
        self._message = Message()

    def message(self, rows: Iterator[tuple[int, Finding]]) -> Message:
        """Of all that is held, as it is now: ``rows`` give each Finding with its id."""
        for key, row in rows:
            self._one(key, row)
        return self._message

    def _one(self, key: int, row: Finding) -> None:
        known, message = self._known[key], self._message
        new = key in self._created
        update = self._updates.get(key)
        if not known.confirmed and not new and update is None:
            return  # it was announced, and is reported no more
        after = self._after(key, row, update)
        if not _is_there(after):
            if known.confirmed and _is_there(row):
                message.closed.append(key)
            if update is not None:
                # Reported as mitigated, still: it is closed there, and shown with what changed.
                self._patch(key, self._entry(key, row), self._entry(key, after), after, decided=False)
            if known.confirmed:
                self._restore(key, after)
            return
        before = self._entry(key, row)
        shown = before if update is None and not new else self._entry(key, after)
        anchor = anchors.from_json(known.anchor)
        found_by = anchors.anchored(shown, anchor)
        decided = update is not None and update.change is Change.TRIAGE and _flags(row) != _flags(after)
        # A server closes what a report dismisses. It is told by a request of its own, and stays if that is refused.
        untold = decided and known.confirmed
        entry = patches.triaged_as(before, found_by) if untold else found_by
        message.entries.append(generic.encoded(generic.with_tool_id(entry, after) if new else entry))
        message.active += entry.get("active", True)
        message.active_after += after.active and not after.dismissed
        if new or not known.confirmed or not _is_there(row):
            message.fresh.append(message.entries[-1])
        message.keys.add(key)
        if anchors.anchor(shown) != anchor:
            message.shown[key] = (found_by, shown)
        if new or not known.confirmed:
            message.created += 1
        elif not _is_there(row):
            message.reactivated += 1
        if update is not None:
            was = before if known.confirmed else anchors.anchored(before, anchor)
            self._patch(key, was, shown, after, decided=decided)
        self._tell_place(key, row, after, shown)
        self._restore(key, after)

    def _tell_place(self, key: int, row: Finding, after: Finding, shown: Entry) -> None:
        """Tell also what place is owed; what only moved may wait, unless an unfinished attempt told more of it."""
        message = self._message
        if key in self._owed:
            message.bodies[key] = patches.place(shown) | message.bodies.get(key, {})
        body = message.bodies.get(key)
        if body is not None and key not in self._patched and patches.is_place(body):
            message.moved[key] = (row.file_path == after.file_path, -after.severity)

    def _restore(self, key: int, after: Finding) -> None:
        """Say all of it, whatever an attempt may have left there."""
        if key in self._patched:
            body = patches.whole(self._entry(key, after))
            self._message.bodies[key] = dict(generic.with_tool_id(body, after))
        if key in self._decided:
            body = patches.triage(self._entry(key, after))
            del body["verified"]  # nobody but a person says that of what is there
            self._message.decisions[key] = body

    def _after(self, key: int, row: Finding, update: Update | None) -> Finding:
        """The Finding as it will be held; it keeps the day on which it was found."""
        if key in self._created:
            return replace(self._created[key], date=row.date)
        if key in self._closed:
            return replace(row, active=False, is_mitigated=True)
        if update is None:
            return row
        after = replace(update.finding, date=row.date)
        if update.change is Change.TRIAGE:
            return after
        dismissed = any(_flags(row)[:3])
        active = not dismissed if update.change is Change.REOPEN else row.active
        mitigated = False if update.change is Change.REOPEN else row.is_mitigated
        return replace(
            after,
            active=active,
            is_mitigated=mitigated,
            verified=row.verified,
            false_p=row.false_p,
            out_of_scope=row.out_of_scope,
            risk_accepted=row.risk_accepted,
            under_review=row.under_review,
        )

    def _patch(self, key: int, before: Entry, after: Entry, finding: Finding, *, decided: bool) -> None:
        body = patches.changes(before, after)
        if "references" in body:
            body = dict(generic.with_tool_id(body, finding))
        if body:
            self._message.bodies[key] = body
        if decided:
            self._message.decisions[key] = patches.triage(after, before)

    def _entry(self, key: int, finding: Finding) -> Entry:
        return generic.entry(finding, ref(self._mark, key), lambda note: self._message.notes.update([note]))


def ref(mark: str, key: int) -> str:
    """Our id of a Finding, as the server keeps it (``unique_id_from_tool``)."""
    return f"dojo-tui-{mark}-{key}"


def key_of(mark: str, unique_id: str) -> int | None:
    """The Finding that ``ref`` was made of; None if it is not one of this store's."""
    head, _, number = unique_id.rpartition("-")
    return int(number) if head == f"dojo-tui-{mark}" and number.isdecimal() else None


def _is_there(finding: Finding) -> bool:
    """Whether a report must name it: whatever it does not name is closed. What was dismissed stays as it is."""
    return finding.active or finding.false_p or finding.out_of_scope or finding.risk_accepted


def _flags(finding: Finding) -> tuple[bool, ...]:
    return tuple(getattr(finding, name) for name in _FLAGS)
