"""What a report holds: one or more runs of scanners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dojo_tui.model.finding import Finding
from dojo_tui.reports.source import Stamp

Check = Callable[[], None]
"""Raises CancelledError when the person cancelled; called at least every few hundred results."""

CHECK_EVERY = 256


@dataclass(slots=True, kw_only=True)
class RunHead:
    """One run as the first pass over its report found it, without its results."""

    scanner: str
    """Who says it: Findings of different scanners are never the same one."""
    results: int = 0
    """How many results it lists, of whatever kind."""
    ended_at: datetime | None = None
    failure: str = ""
    """Why its results say nothing about what is absent from them; empty for a complete run."""
    parts: object = None
    """What its format needs in the second pass."""


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
