"""Planning a reimport: what becomes of every Finding, before anything is written (design, section 5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from dojo_tui.model import identity
from dojo_tui.model.finding import Finding
from dojo_tui.model.known_as import Doubt, Names, Rename, as_known_now
from dojo_tui.model.matching import Held, Incoming, match
from dojo_tui.model.plan import Action, Hold, Summary
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import inert


class Trace(Protocol):
    """What is read of every held Finding; enough to see which files did not change."""

    @property
    def id(self) -> int: ...
    @property
    def place(self) -> int: ...
    @property
    def content(self) -> int: ...
    @property
    def severity(self) -> int: ...
    @property
    def active(self) -> bool: ...
    @property
    def is_mitigated(self) -> bool: ...
    @property
    def reported(self) -> bool:
        """The last complete report had it."""
        ...

    @property
    def triaged(self) -> bool:
        """A person decided about it here."""
        ...

    @property
    def dismissed(self) -> bool:
        """False positive, out of scope or risk accepted, whoever said so."""
        ...


class HeldFinding(Trace, Held, Protocol):
    """What is read of held Findings in files that did change."""

    @property
    def several(self) -> bool:
        """It was counted as one with other places of its result, before a place was a Finding."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """A report's Findings, each counted once, with their digests."""

    findings: Sequence[Finding]
    places: Sequence[int]
    contents: Sequence[int]

    def __len__(self) -> int:
        return len(self.findings)


class Change(StrEnum):
    """What an update does to the state of a held Finding; its facts are updated as well."""

    FACTS = "none"
    TRIAGE = "it takes the state that the tool reports"
    REOPEN = "it had vanished and is back: open again, unless a person dismissed it"


@dataclass(frozen=True, slots=True)
class Update:
    """A held Finding that the report tells something new about."""

    id: int
    finding: Finding
    place: int
    content: int
    change: Change


@dataclass(slots=True)
class Plan:
    """What a reimport will do.

    ``create`` holds indices into the report; ``close`` and ``vanish`` ids of
    held Findings that are no longer reported: the latter were dismissed, so
    their state stays.
    """

    create: list[int] = field(default_factory=list)
    update: list[Update] = field(default_factory=list)
    close: list[int] = field(default_factory=list)
    vanish: list[int] = field(default_factory=list)
    counts: dict[Action, Counter[Severity]] = field(default_factory=lambda: defaultdict(Counter))
    closed_of: Counter[str] = field(default_factory=Counter)
    """How many each scanner's closed ones are."""
    active_of: Mapping[str, int] = field(default_factory=dict)
    """How many active Findings each scanner has before, of those that the plan closes many of."""
    active_before: int = 0
    closed_by_severity_setting: int = 0
    split: int = 0
    """How many of the created were counted as one with a held Finding before."""
    not_analysed: int = 0
    """How many active Findings stay open because their files were not analysed."""
    renames: tuple[Rename, ...] = ()
    """Scanners and rules that have another name now: their Findings stay the same."""
    doubts: tuple[Doubt, ...] = ()
    """What seems to have another name now: a person has to say whether it is the same."""

    def count(self, action: Action, severity: Severity, times: int = 1) -> None:
        """Count Findings of one Severity under ``action``."""
        self.counts[action][severity] += times

    def total(self, action: Action) -> int:
        """How many Findings ``action`` concerns."""
        return self.counts[action].total() if action in self.counts else 0

    def held_back(self, hold: Hold) -> str:
        """Why a person must confirm this plan, or an empty string (P9).

        What seems to be renamed waits whatever its size: a decision about it would be lost.

        A scanner of a Record is looked at as the Record is: one that wrote an empty report is a surprise,
        however much the others found.
        """
        closed = self.total(Action.CLOSED)
        large = {
            name: gone
            for name, gone in self.closed_of.items()
            if name in self.active_of and hold.stops(gone, self.active_of[name])
        }
        if self.doubts:
            return f"{'; '.join(map(str, self.doubts))}."
        if not large and not hold.stops(closed, self.active_before):
            return ""
        each = ", ".join(
            f"{gone:,} of {self.active_of[name]:,} of {inert(name)}"
            for name, gone in sorted(large.items())
            if self.active_of[name] < self.active_before
        )
        return f"It would close {closed:,} of {self.active_before:,} active Findings{f': {each}' if each else ''}."

    def summary(self, *, skipped: Mapping[str, str], partial: Mapping[str, str], held: str = "") -> Summary:
        """The plan in numbers."""
        return Summary(
            counts={action: self.total(action) for action in Action},
            by_severity={action: dict(counts) for action, counts in self.counts.items()},
            closed_by_severity_setting=self.closed_by_severity_setting,
            skipped=skipped,
            partial=partial,
            notes=self._notes(),
            held=held,
            doubtful=bool(held and self.doubts),
        )

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if self.split:
            were = "was counted as one with another" if self.split == 1 else "were counted as one with others"
            notes.append(f"{self.split:,} of the created {were} before: each place of a result is a Finding now")
        if self.not_analysed:
            stay = "1 Finding stays" if self.not_analysed == 1 else f"{self.not_analysed:,} Findings stay"
            notes.append(f"{stay} open: the scanner could not analyse the file")
        return tuple(notes)


def read(findings: Iterable[Finding]) -> Report:
    """Each finding of a report once, with the number of its occurrences and its worst severity."""
    kept: dict[int, Finding] = {}
    for finding in findings:
        key = identity.same(finding)
        twin = kept.get(key)
        kept[key] = finding if twin is None else _merged(twin, finding)
    return Report(
        list(kept.values()),
        [identity.place(one) for one in kept.values()],
        [identity.content(one, key) for key, one in kept.items()],
    )


def _merged(finding: Finding, twin: Finding) -> Finding:
    shown = twin if finding.dismissed else finding
    rated = [one for one in (finding, twin) if not one.unknown_severity] or [finding, twin]
    return replace(
        shown,
        severity=max(one.severity for one in rated),
        unknown_severity=rated[0].unknown_severity,
        nb_occurences=finding.nb_occurences + twin.nb_occurences,
    )


def plan(
    traces: Sequence[Trace],
    report: Report,
    load: Callable[[Collection[int]], Sequence[HeldFinding]],
    *,
    min_severity: Severity = Severity.INFO,
    partial: Collection[str] = (),
    not_analysed: Mapping[str, Collection[str]] = MappingProxyType({}),
    renames: Collection[Rename] = (),
    trust_renames: bool = False,
) -> Plan:
    """Plan to make what is held equal to ``report``.

    ``traces`` are all held Findings in scope, active or not, oldest first.
    ``load`` gives the whole evidence of the held Findings with the ids it is
    called with, in the same order; it is called only for files that changed,
    so that an unchanged report costs one look at its digests. Nothing of
    ``partial`` scanners is closed, and nothing in the files that a scanner
    says it did not analyse. ``renames`` were followed before; with
    ``trust_renames`` a person said that what seems to be renamed is the same.
    """
    made = Plan(active_before=sum(1 for trace in traces if trace.active))
    # Of what has no known severity, what is held decides whether it is below the minimum.
    unrated = {n for n, finding in enumerate(report.findings) if finding.unknown_severity}
    wanted = [n for n, one in enumerate(report.findings) if one.severity >= min_severity or n in unrated]
    changed = _changed_places(traces, report, wanted) | {report.places[n] for n in unrated}
    quiet = Counter(trace.severity for trace in traces if trace.place not in changed and trace.reported)
    for severity, times in quiet.items():
        made.count(Action.UNTOUCHED, Severity(severity), times)
    held = load([trace.id for trace in traces if trace.place in changed])
    rest = [n for n in wanted if report.places[n] in changed]
    names = _names(held, report, rest, changed, renames, trust=trust_renames)
    made.renames = names.followed
    made.doubts = tuple(one for one in names.doubts if one.rename.was not in partial)
    pairs = match(held, [Incoming(report.findings[n], report.contents[n]) for n in rest], names)
    matched = {h: rest[i] for h, i in pairs}
    created = set(rest) - set(matched.values())
    for n in rest:
        if n in created and report.findings[n].severity >= min_severity:
            made.create.append(n)
            made.count(Action.CREATED, report.findings[n].severity)
    split = {report.findings[matched[h]].group for h, one in enumerate(held) if h in matched and one.several} - {0}
    made.split = sum(1 for n in made.create if report.findings[n].group in split)
    gone: list[HeldFinding] = []
    for h, one in enumerate(held):
        if h in matched and (matched[h] not in unrated or one.severity >= min_severity):
            _keep(made, one, report, matched[h])
        elif one.scanner in partial:
            continue
        elif one.scanner in not_analysed and is_named(one.file_path, not_analysed[one.scanner]):
            made.not_analysed += one.active
        elif one.active:
            gone.append(one)
            made.close.append(one.id)
            made.closed_of[one.scanner] += 1
            made.count(Action.CLOSED, Severity(one.severity))
        elif one.reported:
            made.vanish.append(one.id)
    made.closed_by_severity_setting = _hidden_by_setting(gone, report, min_severity, unrated)
    return made


def _names(
    held: Sequence[HeldFinding],
    report: Report,
    rest: Sequence[int],
    changed: Collection[int],
    renames: Collection[Rename],
    *,
    trust: bool,
) -> Names[HeldFinding]:
    """What is held under the names of the report, of which the files ``rest`` is in changed."""
    steady = {
        (one.scanner, one.rule_id)
        for one, place in zip(report.findings, report.places, strict=True)
        if place not in changed
    }
    recent = [h for h, one in enumerate(held) if one.reported]
    incoming = [report.findings[n] for n in rest]
    return as_known_now(held, recent, incoming, known=renames, steady=steady, trust=trust)


def is_named(path: str, names: Collection[str]) -> bool:
    """Whether one of the names means this file: the same, or the end of one is the other, whole folders apart."""
    return bool(path) and any(
        path == name or path.endswith(f"/{name}") or name.endswith(f"/{path}") for name in names if name
    )


def _changed_places(traces: Sequence[Trace], report: Report, wanted: Sequence[int]) -> set[int]:
    """Places of which the last report and this one do not say exactly the same.

    That includes every place that is on one side only: its file may have been
    renamed.
    """
    held = Counter((trace.place, trace.content) for trace in traces if trace.reported)
    held.subtract((report.places[n], report.contents[n]) for n in wanted)
    return {place for (place, _), difference in held.items() if difference}


def _keep(made: Plan, held: HeldFinding, report: Report, n: int) -> None:
    """Decide what becomes of a held Finding that the report has, too."""
    finding, content = report.findings[n], report.contents[n]
    if finding.unknown_severity and finding.severity != held.severity:
        finding = replace(finding, severity=Severity(held.severity))
        content = identity.content(finding, identity.same(finding))
    change = _change(held, finding)
    known = held.content == content
    if change is not Change.FACTS or not known or not held.reported:
        made.update.append(Update(held.id, finding, report.places[n], content, change))
    opens = change is Change.TRIAGE and not finding.dismissed
    reopens = change is Change.REOPEN and not held.dismissed
    if opens or reopens:
        made.count(Action.REACTIVATED, finding.severity)
    elif change is Change.TRIAGE or not known:
        made.count(Action.UPDATED, finding.severity)
    else:
        made.count(Action.UNTOUCHED, finding.severity)


def _change(held: HeldFinding, finding: Finding) -> Change:
    if held.triaged:
        return Change.FACTS if held.reported else Change.REOPEN
    if finding.dismissed:
        known = held.reported and not held.active and held.is_mitigated == finding.is_mitigated
        return Change.FACTS if known else Change.TRIAGE
    return Change.FACTS if held.active else Change.TRIAGE


def _hidden_by_setting(
    gone: Sequence[HeldFinding], report: Report, min_severity: Severity, unrated: Collection[int]
) -> int:
    """How many of ``gone`` are still reported, only below the minimum severity."""
    below = [n for n, one in enumerate(report.findings) if one.severity < min_severity or n in unrated]
    if not gone or not below:
        return 0
    return len(match(gone, [Incoming(report.findings[n], report.contents[n]) for n in below]))
