"""Operations: one run of Discover or Sync, its life cycle, outcomes and counts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dojo_tui.model.text import number


class OperationType(StrEnum):
    """The kinds of Operation."""

    DISCOVER = "Discover"
    SYNC = "Sync"
    CLOSE = "Close"
    """Closes what Records imported into Products that they were mapped away from."""


class Trigger(StrEnum):
    """What started an Operation."""

    MANUAL = "Manual"
    SCHEDULED = "Scheduled"


class Status(StrEnum):
    """Where an Operation is in its life."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETED = "Completed"
    PARTLY_FAILED = "Partly failed"
    FAILED = "Failed"
    HELD = "Held"
    CANCELLED = "Cancelled"
    INTERRUPTED = "Interrupted"

    @property
    def ended(self) -> bool:
        """True when nothing more will happen to the Operation by itself."""
        return self not in (Status.QUEUED, Status.RUNNING)


class OutcomeStatus(StrEnum):
    """What became of one Record in one Operation."""

    DONE = "Done"
    FAILED = "Failed"
    SKIPPED = "Skipped"
    HELD = "Held"
    CANCELLED = "Cancelled"


class LogLevel(StrEnum):
    """Weight of a line in an Operation's log."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


DISCOVER_COUNTS = ("new", "known", "updated", "missing", "mapped")
"""Names of a Discover's counts, in the order they are shown."""

SYNC_COUNTS = ("records", "created", "closed", "reactivated", "updated", "untouched", "failed", "skipped")
"""Names of a Sync's counts. ``records`` were synced; ``failed`` and ``skipped`` (which
includes held ones) were not; the others count Findings."""

CLOSE_COUNTS = ("records", "closed", "failed", "skipped")
"""Names of a Close's counts, with the meaning that they have in a Sync."""


def counts_text(counts: Mapping[str, int], nothing: str = "nothing") -> str:
    """Those counts that are not zero: ``2 records, 3 created, 1 closed``."""
    parts = (
        number(value, "record") if name == "records" else f"{value:,} {name}" for name, value in counts.items() if value
    )
    return ", ".join(parts) or nothing


def ending(outcomes: Mapping[OutcomeStatus, int]) -> Status:
    """The status of an Operation that ran to its end with these per-record outcomes."""
    failed = outcomes.get(OutcomeStatus.FAILED, 0)
    if failed and not outcomes.get(OutcomeStatus.DONE, 0):
        return Status.FAILED
    if failed:
        return Status.PARTLY_FAILED
    if outcomes.get(OutcomeStatus.HELD, 0):
        return Status.HELD
    return Status.COMPLETED
