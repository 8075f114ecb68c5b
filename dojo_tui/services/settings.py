"""What a person may set for all Operations."""

from __future__ import annotations

from dataclasses import dataclass

from dojo_tui.model.plan import DISCOVER_HOLD, SYNC_HOLD, Hold

EMBEDDED = "embedded"
"""The word for the destination that is no server."""

MOST_AT_ONCE = 16
"""Requests to one server at the same time: more than it has workers only wait there."""


@dataclass(frozen=True, slots=True)
class Configured:
    """The destination that a config file describes; what it leaves open is as the store has it, or as usual."""

    url: str
    """An address, or the word ``embedded``."""
    token: str | None = None
    """A reference, never the token itself (P10)."""
    ca_file: str | None = None
    verify: bool | None = None
    product_type: str | None = None
    at_once: int | None = None


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
