"""Which of a folder's reports count: for each scanner the newest one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dojo_tui.model.finding import Finding
from dojo_tui.model.text import inert
from dojo_tui.reports import Check, Survey, findings


@dataclass(slots=True)
class Candidate:
    """All runs of one scanner in one report.

    A report that holds several runs of one scanner is one scan in parts (a run
    for each project or framework, as Snyk and MSBuild write them): they count
    together.
    """

    scanner: str
    survey: Survey
    runs: list[int] = field(default_factory=list)

    @property
    def ended_at(self) -> datetime | None:
        """When the last of its runs ended; None unless the report tells it of each."""
        times = [self.survey.heads[index].ended_at for index in self.runs]
        known = [time for time in times if time is not None]
        return max(known) if len(known) == len(times) else None

    @property
    def failure(self) -> str:
        """Why one of its runs cannot be used; empty if all can."""
        return next((failure for index in self.runs if (failure := self.survey.heads[index].failure)), "")

    @property
    def results(self) -> int:
        """How many results its runs list."""
        return sum(self.survey.heads[index].results for index in self.runs)

    @property
    def dropped(self) -> Counter[str]:
        """How many of its runs' results are no problem, by kind; known when their Findings are built."""
        return sum((Counter(self.survey.heads[index].dropped) for index in self.runs), Counter())

    @property
    def file(self) -> str:
        """The report's name, safe to show."""
        return inert(self.survey.path.name)

    @property
    def remark(self) -> str:
        """How many of its results are no problems and were left out; empty if none were."""
        dropped = self.dropped
        number = sum(dropped.values())
        if not number:
            return ""
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(dropped.items()))
        said = "1 result is no problem and is" if number == 1 else f"{number:,} results are no problems and are"
        return f"{inert(self.scanner)}: {self.file}: {said} left out (by its kind: {kinds})."


def newest(surveys: Iterable[Survey]) -> tuple[list[Candidate], tuple[str, ...], list[str]]:
    """The newest candidate of each scanner, the files of those that are left out, and a sentence for each of these.

    The time a scan ended, as the report tells, decides if all that compete
    tell it, else the time the files were modified; at equal times the name.
    """
    rivals: dict[str, list[Candidate]] = {}
    for survey in surveys:
        mine: dict[str, Candidate] = {}
        for index, head in enumerate(survey.heads):
            mine.setdefault(head.scanner, Candidate(head.scanner, survey)).runs.append(index)
        for scanner, candidate in mine.items():
            rivals.setdefault(scanner, []).append(candidate)
    chosen: list[Candidate] = []
    left_out: set[str] = set()
    notes: list[str] = []
    for scanner, candidates in rivals.items():
        times = _times(candidates)
        candidates.sort(key=lambda candidate: (times[id(candidate)], _natural(candidate.survey.path.name)))
        best = candidates.pop()
        chosen.append(best)
        left_out.update(old.file for old in candidates)
        notes += [
            f"{inert(scanner)}: {best.file} ({_shown(times[id(best)])}) is newer than {old.file} "
            f"({_shown(times[id(old)])}), which is left out."
            for old in candidates
        ]
        if len(best.runs) > 1:
            notes.append(f"{inert(scanner)}: {best.file} holds {len(best.runs)} of its runs, which count together.")
    return chosen, tuple(sorted(left_out, key=_natural)), notes


def _times(candidates: list[Candidate]) -> Mapping[int, datetime]:
    ended = {id(candidate): candidate.ended_at for candidate in candidates}
    told = {key: time for key, time in ended.items() if time is not None}
    if len(told) == len(candidates):
        return told
    return {
        id(candidate): datetime.fromtimestamp(candidate.survey.stamp.mtime_ns / 1e9, UTC) for candidate in candidates
    }


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts ``report-9`` before ``report-10``."""
    parts = re.split(r"(\d+)", name)
    return [(int(part[:18]) if part.isdecimal() else 0, part) for part in parts]


def read(candidates: Iterable[Candidate], check: Check) -> list[Finding]:
    """The Findings of all candidates; each report is opened once."""
    wanted: dict[Path, list[Candidate]] = {}
    for candidate in candidates:
        wanted.setdefault(candidate.survey.path, []).append(candidate)
    found: list[Finding] = []
    for group in wanted.values():
        runs = sorted(index for candidate in group for index in candidate.runs)
        for part in findings(group[0].survey, runs, check).values():
            found.extend(part)
    return found
