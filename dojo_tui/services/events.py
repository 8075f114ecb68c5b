"""What a running Operation tells its listeners (the UI and the command line).

Events are sent from the thread that runs the Operation; a listener must be
quick and must not raise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dojo_tui.model.operation import LogLevel, OperationType, OutcomeStatus, Status, Trigger


@dataclass(frozen=True, slots=True)
class OperationChanged:
    """An Operation was queued, started or ended."""

    operation_id: int
    connector_id: int | None
    connector_label: str
    type: OperationType
    trigger: Trigger
    status: Status
    counts: Mapping[str, int]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an Operation is. ``total`` is None while it is not known (a listing in progress)."""

    operation_id: int
    done: int
    total: int | None
    what: str
    """What it is working on now: a Record's name, or a sentence."""
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RecordDone:
    """One Record's part of an Operation ended."""

    operation_id: int
    record_id: int
    record_name: str
    status: OutcomeStatus
    reason: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Logged:
    """A line was added to an Operation's log."""

    operation_id: int
    at: datetime
    level: LogLevel
    message: str


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    """Records were added, removed or changed (by Discover or by a mapping act); lists reload."""

    connector_id: int | None


Event = OperationChanged | Progress | RecordDone | Logged | RecordsChanged
Listener = Callable[[Event], None]
