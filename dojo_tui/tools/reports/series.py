"""Which of a folder's reports count: the newest of each series.

Reports of one scanner are successive scans of one thing, of which the newest
counts, or scans of several things side by side (modules, images, kinds of
scan, shards), which all count. What tells is the part of the report's name
that is no date, build number or hash, and what the report says it scanned.
Where nothing tells, nobody guesses: the choice is left to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from dojo_tui.model.reimport import read as distinct
from dojo_tui.model.text import inert
from dojo_tui.reports import Check
from dojo_tui.reports.names import parsed, words
from dojo_tui.tools.reports.candidates import Candidate, natural, read

_SHOWN = 4
_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=Hashable)
Unit = tuple[tuple[str, ...], int | None]
"""The words of a name that say what was scanned, and the number of a shard."""
_NO_UNIT: Unit = ((), None)


@dataclass(slots=True)
class Unclear:
    """Reports of one scanner that may be one scan in parts, or scans of which only the newest counts."""

    scanner: str
    reports: list[Candidate]
    """The newest comes last."""

    def sentence(self, newest: int, all_: int) -> str:
        """Both readings, with the number of Findings of each."""
        names = listed([one.file for one in sorted(self.reports, key=lambda one: natural(one.file))])
        return (
            f"{inert(self.scanner)}: nothing tells whether {names} are successive scans or parts side by side: "
            f"{_findings(newest)} if only the newest counts ({self.reports[-1].file}), {_findings(all_)} if all count."
        )


def both_readings(unclear: Sequence[Unclear], check: Check) -> str:
    """What each reading would take, in numbers, and how to say which is right."""
    said = []
    for one in unclear:
        newest, all_ = (len(distinct(read(reports, check))) for reports in (one.reports[-1:], one.reports))
        said.append(one.sentence(newest, all_))
    return " ".join([*said, "Say which by the Connector's option 'several': newest or all."])


@dataclass(slots=True)
class Choice:
    """What counts, and what was said about it."""

    chosen: list[Candidate] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    partial: dict[str, str] = field(default_factory=dict)
    """Scanners of which a part is missing, with the reason."""
    unclear: list[Unclear] = field(default_factory=list)

    def keep_newest(self, rivals: Sequence[Candidate]) -> None:
        """Let the last of ``rivals``, which are in order of time, count; leave the others out."""
        *older, best = rivals
        times = _times(rivals)
        self.chosen.append(best)
        self.left_out.update(old.file for old in older)
        self.notes += [
            f"{inert(best.scanner)}: {best.file} ({_shown(times[id(best)])}) is newer than {old.file} "
            f"({_shown(times[id(old)])}), which is left out."
            for old in older
        ]

    def keep_all(self, parts: Sequence[Candidate]) -> None:
        """Let all of them count."""
        self.chosen += parts


def choose(candidates: Iterable[Candidate], several: str) -> Choice:
    """Decide which of the candidates of a folder count.

    ``several`` is what a person said of those that cannot be told apart:
    ``newest``, ``all``, or nothing, which leaves them unclear.
    """
    choice = Choice()
    for scanner, rivals in grouped(candidates, lambda one: one.scanner).items():
        before = len(choice.chosen)
        for series in _series(scanner, _newest_split(scanner, rivals, choice)):
            ordered = _by_time(series.reports)
            if series.clear or len(ordered) == 1:
                choice.keep_newest(ordered)
            elif several == "all":
                choice.keep_all(ordered)
            elif several == "newest":
                choice.keep_newest(ordered)
            else:
                choice.unclear.append(Unclear(scanner, ordered))
        kept = choice.chosen[before:]
        if missing := _missing_parts(kept):
            choice.partial[scanner] = missing
        if len(kept) > 1:
            choice.notes.append(
                f"{inert(scanner)}: {listed([one.file for one in kept])} are of several parts or targets: all count."
            )
        choice.notes += [
            f"{inert(scanner)}: {one.file} holds {len(one.runs)} of its runs, which count together."
            for one in kept
            if len(one.runs) > 1
        ]
    return choice


@dataclass(slots=True)
class _Series:
    """Reports of which the newest counts, if that is ``clear``."""

    reports: list[Candidate]
    clear: bool = True


def _series(scanner: str, rivals: list[Candidate]) -> list[_Series]:
    """The series among the reports of one scanner."""
    plain = words(scanner)

    def unit(one: Candidate) -> Unit:
        name = parsed(one.base)
        return name.unit(plain), name.part

    groups = grouped(rivals, unit)
    loose = groups.get(_NO_UNIT, [])
    if loose and len(groups) > 1 and all(_is_of_time_only(one) for one in loose):
        # "latest.sarif" beside "shop-2026-11-28.sarif": the newest of the only other series, or of any of several.
        del groups[_NO_UNIT]
        others = [one for members in groups.values() for one in members]
        loose = [one for one in loose if not any(map(one.same_as, others))]
        if len(groups) == 1:
            groups = {key: members + loose for key, members in groups.items()}
        elif loose:
            return [_Series([*others, *loose], clear=False)]
    found = []
    for members in groups.values():
        for reports in _by_statement(members):
            clear = _is_clear(reports)
            found.append(_Series(reports if clear else _without_copies(reports), clear))
    return found


def _is_of_time_only(one: Candidate) -> bool:
    name = parsed(one.base)
    return name.varies and not name.words and not name.numbers and name.part is None


def _without_copies(reports: Sequence[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for one in reversed(_by_time(reports)):
        if not any(map(one.same_as, kept)):
            kept.append(one)
    return kept


def _newest_split(scanner: str, rivals: list[Candidate], choice: Choice) -> list[Candidate]:
    """Without the shards of an older way to split the scan (into 4 then, into 3 now)."""
    plain = words(scanner)
    kept = []
    for members in grouped(rivals, lambda one: parsed(one.base).unit(plain)).values():
        split = [one for one in members if parsed(one.base).parts]
        newest = _by_time(split)[-1] if split else None
        for one in members:
            if one in split and newest is not None and parsed(one.base).parts != parsed(newest.base).parts:
                choice.left_out.add(one.file)
                choice.notes.append(f"{inert(scanner)}: {one.file} is of an older split than {newest.file}: left out.")
            else:
                kept.append(one)
    return kept


def _by_statement(members: list[Candidate]) -> list[list[Candidate]]:
    """Apart by what they say they scanned and look for, where all of them say it."""
    groups = [members]
    keys: tuple[Callable[[Candidate], str], ...] = (lambda one: one.target, lambda one: one.kind)
    for key in keys:
        groups = [
            part for group in groups for part in (grouped(group, key).values() if all(map(key, group)) else [group])
        ]
    return groups


def _is_clear(reports: Sequence[Candidate]) -> bool:
    """Whether reports of one unit are surely successive scans of it."""
    if reports[0].target and len({one.target for one in reports}) == 1:
        return True
    names = [parsed(one.base) for one in reports if not _is_of_time_only(one)]
    return len({(name.words, name.numbers) for name in names}) < 2


def _missing_parts(kept: Sequence[Candidate]) -> str:
    """Which shards are not there, of the scans whose names tell how many there are."""
    seen: dict[int, set[int]] = {}
    for one in kept:
        name = parsed(one.base)
        if name.part is not None and name.parts:
            seen.setdefault(name.parts, set()).add(name.part)
    for parts, numbers in seen.items():
        first = 0 if 0 in numbers else 1
        if absent := sorted(set(range(first, parts + first)) - numbers):
            return f"of {parts} parts these are not there: {', '.join(map(str, absent[:20]))}"
    return ""


def _by_time(reports: Iterable[Candidate]) -> list[Candidate]:
    """In order of time; at equal times by name."""
    rivals = list(reports)
    times = _times(rivals)
    return sorted(rivals, key=lambda one: (times[id(one)], natural(one.file)))


def _times(rivals: Sequence[Candidate]) -> Mapping[int, datetime]:
    """When each scan ended, if all of them tell it, else when the files were modified."""
    ended = {id(one): one.ended_at for one in rivals}
    told = {key: time for key, time in ended.items() if time is not None}
    if len(told) == len(rivals):
        return told
    return {id(one): datetime.fromtimestamp(one.survey.stamp.mtime_ns / 1e9, UTC) for one in rivals}


def grouped(things: Iterable[_Item], key: Callable[[_Item], _Key]) -> dict[_Key, list[_Item]]:
    """Things by their key, in order."""
    groups: dict[_Key, list[_Item]] = {}
    for one in things:
        groups.setdefault(key(one), []).append(one)
    return groups


def listed(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN:,} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _findings(number: int) -> str:
    return f"{number:,} Finding{'s' * (number != 1)}"


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
