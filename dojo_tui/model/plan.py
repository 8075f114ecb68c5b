"""What a reimport would do or did, in numbers, and when it must wait for a person (P9)."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum

from dojo_tui.model.operation import OutcomeStatus
from dojo_tui.model.severity import Severity


class Action(StrEnum):
    """What a reimport does with one Finding."""

    CREATED = "created"
    CLOSED = "closed"
    REACTIVATED = "reactivated"
    UPDATED = "updated"
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class Hold:
    """A large change is held if it takes at least ``share`` of the whole and at least ``least`` items (P9)."""

    share: float = 0.5
    least: int = 20

    def stops(self, gone: int, whole: int) -> bool:
        """True when ``gone`` of ``whole`` must be confirmed by a person."""
        return gone >= self.least and gone >= self.share * whole


DISCOVER_HOLD = Hold(share=0.5, least=10)
SYNC_HOLD = Hold(share=0.5, least=20)


@dataclass(frozen=True, slots=True)
class Reimport:
    """Settings of one reimport."""

    min_severity: Severity = Severity.INFO
    dry_run: bool = False
    accept_large_change: bool = False
    """Close what is gone, however much; what merely seems to be renamed is closed as well, and made anew."""
    trust_renames: bool = False
    """What seems to be renamed is the same: its Findings stay, with what was decided about them."""
    hold: Hold = Hold()


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a reimport by Action, also by Severity."""

    counts: Mapping[Action, int]
    by_severity: Mapping[Action, Mapping[Severity, int]] = field(default_factory=dict)
    closed_by_severity_setting: int = 0
    """How many of the closed are closed by the minimum severity, not by the tool."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Scanners whose Findings were left untouched, with the reason."""
    partial: Mapping[str, str] = field(default_factory=dict)
    """Scanners of which nothing was closed, because they may not have said all, with the reason."""
    notes: tuple[str, ...] = ()
    """What else there is to know of it, each without a full stop."""
    held: str = ""
    """Why nothing was applied, in a sentence with the numbers; empty when it was (or is a dry run)."""
    doubtful: bool = False
    """It is held because scanners or rules seem to have other names now."""

    def __getitem__(self, action: Action) -> int:
        return self.counts.get(action, 0)


def tally(counts: MutableMapping[str, int], status: OutcomeStatus, found: Mapping[str, int], *, dry_run: bool) -> None:
    """Add one Record's outcome to the counts of a Sync (SYNC_COUNTS); a dry run counts what would be held, too."""
    if status is OutcomeStatus.DONE:
        counts["records"] += 1
    elif status is OutcomeStatus.FAILED:
        counts["failed"] += 1
    elif status in (OutcomeStatus.SKIPPED, OutcomeStatus.HELD):
        counts["skipped"] += 1
    if status is OutcomeStatus.DONE or (dry_run and status is OutcomeStatus.HELD):
        for name, number in found.items():
            counts[name] += number
