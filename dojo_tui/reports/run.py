"""What a report holds: one or more runs of scanners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dojo_tui.model.finding import Finding
from dojo_tui.reports.errors import PlacedError
from dojo_tui.reports.jsonstream import JsonReader
from dojo_tui.reports.source import Stamp

Check = Callable[[], None]
"""Raises CancelledError when the person cancelled; called at least every few hundred results."""

CHECK_EVERY = 256


@dataclass(slots=True, kw_only=True)
class RunHead:
    """One run as the first pass over its report found it, without its results."""

    scanner: str
    """Who says it: Findings of different scanners are never the same one."""
    target: str = ""
    """What it says it scanned (an image, a repository), without a version; empty if it does not say."""
    kind: str = ""
    """What kind of problem it looks for, as far as its rules tell."""
    results: int = 0
    """How many results it lists, of whatever kind."""
    ended_at: datetime | None = None
    failure: str = ""
    """Why its results say nothing about what is absent from them; empty for a complete run."""
    errors: tuple[str, ...] = ()
    """What it reports as errors of its own, the first few."""
    not_analysed: frozenset[str] = frozenset()
    """Files that these errors name: what is absent of them was not looked for."""
    parts: object = None
    """What its format needs in the second pass."""
    findings: list[Finding] | None = None
    """Its Findings, if the first pass could build them already."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """How many of its results are no problem by their own kind; known when its Findings are built."""


def counted(reader: JsonReader, check: Check) -> int:
    """The number of elements of the array here; they are read to be sure that they are whole."""
    count = 0
    for count, _ in enumerate(reader.elements(), start=1):
        reader.skip()
        if count % CHECK_EVERY == 0:
            check()
    return count


def made(reader: JsonReader, make: Callable[[Any], Iterable[Finding]], check: Check) -> Iterator[Finding]:
    """All that ``make`` makes of each element of the array here; its errors get the element's place."""
    for index, value in enumerate(reader.values()):
        if index % CHECK_EVERY == 0:
            check()
        try:
            yield from make(value)
        except PlacedError as error:
            parts = [f"{reader.where().rpartition('[')[0]}[{index}]", error.place]
            raise PlacedError(error.reason, ".".join(part for part in parts if part)) from error


@dataclass(slots=True, kw_only=True)
class Survey:
    """A report after the first pass: known to be whole, its Findings not yet built."""

    path: Path
    format: str
    stamp: Stamp
    heads: list[RunHead] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ScannerRun:
    """One run with its Findings, in the report's order."""

    scanner: str
    ended_at: datetime | None
    failure: str
    findings: list[Finding]
