"""What a person may set for all Operations."""

from __future__ import annotations

from dataclasses import dataclass

from dojo_tui.model.plan import DISCOVER_HOLD, SYNC_HOLD, Hold


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds from which on a change waits for a person (P9), and how far a Sync reads ahead."""

    discover_hold: Hold = DISCOVER_HOLD
    sync_hold: Hold = SYNC_HOLD
    read_ahead: int = 1
    """How many Records' Findings are fetched before their turn to be stored has come; 1 is one after the other.

    Reading reports is Python's work: measured on 45,000 findings, neither 2 nor 4 with one or two
    fetchers were quicker, but they hold more memory and keep the UI's thread waiting for the interpreter.
    """
    fetchers: int = 1
    """How many threads fetch."""
