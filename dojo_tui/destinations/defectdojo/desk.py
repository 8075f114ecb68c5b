"""What all reimports into one server share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta

from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.destinations.defectdojo.places import Places
from dojo_tui.model.clock import Clock
from dojo_tui.store.database import Database


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take for a reimport: measured ones took 0.02 to 0.06 s for each Finding."""

    least: float = 60.0
    each: float = 0.25

    def seconds(self, findings: int) -> float:
        """For so many Findings."""
        return self.least + self.each * findings


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be asked of one server."""

    patience: Patience = field(default_factory=Patience)
    most_bytes: int = 95 * 1024 * 1024
    """Of one report: it takes 100 MB, the form's frame included."""
    at_once: int = 4
    """How many Findings are changed at the same time."""
    full_after: timedelta = timedelta(days=7)
    """So often everything is sent although nothing changed: somebody may have opened or closed some there."""
    look_again: float = 1.0
    """Seconds between two looks whether it has come to an end."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One server, seen from one store."""

    database: Database
    clock: Clock
    connected: Callable[[], Api]
    """The server itself: a plan needs neither it nor the token."""
    places: Places
    mark: str
    """Part of the ids that our Findings have there."""
    limits: Limits
    asking: Callable[[], AbstractContextManager[object]]
    """Lets another thread ask for the same caller, so that it stops when that one is cancelled."""

    @property
    def api(self) -> Api:
        """The server, connected when it is first needed."""
        return self.connected()
