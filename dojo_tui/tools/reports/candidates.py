"""What one report says of one scanner, and the Findings of those that count."""

from __future__ import annotations

import filecmp
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dojo_tui.model import identity
from dojo_tui.model.finding import Finding
from dojo_tui.model.text import clean, inert
from dojo_tui.model.values import MAX_NAME
from dojo_tui.reports import Check, Survey, findings
from dojo_tui.reports.names import parsed, words
from dojo_tui.reports.sarif.paths import is_absolute


@dataclass(slots=True)
class Candidate:
    """All runs of one scanner in one report.

    A report that holds several runs of one scanner is one scan in parts (a run
    for each project or framework, as Snyk and MSBuild write them): they count
    together.
    """

    scanner: str
    name: str
    """The report's path below the folder."""
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
    def errors(self) -> tuple[str, ...]:
        """What its runs report as errors of their own, the first few."""
        return tuple(error for index in self.runs for error in self.survey.heads[index].errors)

    @property
    def not_analysed(self) -> frozenset[str]:
        """Files that its runs could not analyse."""
        return frozenset().union(*(self.survey.heads[index].not_analysed for index in self.runs))

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
        return inert(self.name)

    @property
    def base(self) -> str:
        """The name of the file itself."""
        return self.survey.path.name

    @property
    def target(self) -> str:
        """What its runs say they scanned; empty unless all of them say the same."""
        return _common(self.survey.heads[index].target for index in self.runs)

    @property
    def kind(self) -> str:
        """What its runs look for; empty unless it is the same."""
        return _common(self.survey.heads[index].kind for index in self.runs)

    @property
    def label(self) -> str:
        """What it is a report of, for a person."""
        named = parsed(self.base)
        unit = named.unit(words(self.scanner)) + (() if named.part is None else (str(named.part),))
        return inert(self.target) or "-".join(unit) or self.file

    def same_as(self, other: Candidate) -> bool:
        """Whether the other is a copy of this one."""
        mine, theirs = self.survey, other.survey
        try:
            return mine.stamp.size == theirs.stamp.size and filecmp.cmp(mine.path, theirs.path, shallow=False)
        except OSError:
            return False

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


def _common(values: Iterable[str]) -> str:
    found = set(values)
    return found.pop() if len(found) == 1 else ""


def natural(name: str) -> list[tuple[int, str]]:
    """Sorts ``report-9`` before ``report-10``."""
    parts = re.split(r"(\d+)", name)
    return [(int(part[:18]) if part.isdecimal() else 0, part) for part in parts]


def candidates(surveys: Mapping[str, Survey]) -> Iterator[Candidate]:
    """What each report, by its name, says of each of its scanners."""
    for name, survey in surveys.items():
        mine: dict[str, Candidate] = {}
        for index, head in enumerate(survey.heads):
            mine.setdefault(head.scanner, Candidate(head.scanner, name, survey)).runs.append(index)
        yield from mine.values()


def read(chosen: Iterable[Candidate], check: Check) -> list[Finding]:
    """The Findings of all that count; each report is opened once."""
    wanted: dict[Path, list[Candidate]] = {}
    for candidate in chosen:
        wanted.setdefault(candidate.survey.path, []).append(candidate)
    found: list[Finding] = []
    beside: dict[str, list[tuple[Candidate, list[Finding]]]] = {}
    for group in wanted.values():
        runs = {index: candidate for candidate in group for index in candidate.runs}
        for index, part in findings(group[0].survey, sorted(runs), check).items():
            found.extend(part)
            beside.setdefault(runs[index].scanner, []).append((runs[index], part))
    for parts in beside.values():
        if len({candidate.name for candidate, _ in parts}) > 1:
            _tell_apart(parts)
    return found


def _tell_apart(parts: list[tuple[Candidate, list[Finding]]]) -> None:
    """Say of what is found alike in several targets in which one it is: they are problems of their own.

    In one and the same file it is one problem: a header that several units include.
    """
    places: dict[int, set[str]] = {}
    keyed = [(candidate, finding, identity.same(finding)) for candidate, part in parts for finding in part]
    for candidate, _, key in keyed:
        places.setdefault(key, set()).add(candidate.name)
    for candidate, finding, key in keyed:
        if len(places[key]) > 1 and not is_absolute(finding.file_path):
            told = [candidate.label, finding.logical_location]
            finding.logical_location = clean(": ".join(filter(None, told)), MAX_NAME)
