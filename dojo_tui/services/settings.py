"""What a person may set for all Operations."""

from __future__ import annotations

from dataclasses import dataclass

from dojo_tui.model.plan import DISCOVER_HOLD, SYNC_HOLD, Hold


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds from which on a change waits for a person (P9), and how far a Sync reads ahead."""

    discover_hold: Hold = DISCOVER_HOLD
    sync_hold: Hold = SYNC_HOLD
    read_ahead: int = 2
    """How many Records' Findings may be fetched before their turn comes to be stored."""
    fetchers: int = 1
    """How many threads fetch. Reading a report is Python's work, so a second one gains nothing for files."""
