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
    """How long we wait for the answer to a reimport: measured ones took 0.02 to 0.06 s for each Finding."""

    least: float = 60.0
    each: float = 0.25
    known: float = 0.03

    def seconds(self, new: int, known: int = 0) -> float:
        """With so many Findings that are new to the server, and so many that it has: it only compares these."""
        return self.least + self.each * new + self.known * known


@dataclass(frozen=True, slots=True)
class Quiet:
    """For how long a Test must not change until its server is taken to be at rest.

    A server writes each new Finding as it comes to it, but shows nothing while
    it reads a report and compares it with what it has: 0.001 to 0.003 s for
    each Finding, and several times as long on a busy one.
    """

    least: float = 30.0
    new: float = 0.1
    known: float = 0.01

    def seconds(self, new: int, known: int) -> float:
        """After a report with so many Findings that are new to the server, and so many that it has."""
        return self.least + self.new * new + self.known * known


@dataclass(frozen=True, slots=True)
class Parts:
    """How a report is divided: a server ends each part long before whatever stands in front of it gives up."""

    first: int = 500
    """New Findings of the first part; more than that are sent in parts."""
    least: int = 50
    most: int = 5_000
    seconds: float = 30.0
    """What a part should take: the next ones are made larger or smaller."""
    small_bytes: int = 900_000
    """Of a part, once one was too large for something in front: nginx lets 1 MB pass unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Moves:
    """How many Findings that merely moved are changed at the server by one Sync; the next ones go on with the rest.

    No report can change where a Finding is (a server takes nothing over of one
    that it recognises), and there is no request for many: each costs as much
    as creating ten. So a release that moves a third would cost several imports.
    """

    least: int = 100
    share: float = 0.1
    """Of all that a Record has."""

    def most(self, findings: int) -> int:
        """Of a Record with so many Findings."""
        return max(self.least, round(self.share * findings))


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be asked of one server."""

    patience: Patience = field(default_factory=Patience)
    quiet: Quiet = field(default_factory=Quiet)
    parts: Parts = field(default_factory=Parts)
    remembered: timedelta = timedelta(hours=1)
    """How long after an attempt whose end was not seen the server may still be at work."""
    unreachable: float = 120.0
    """How long a server may not answer at all, seconds, while we look whether it is at rest."""
    most_bytes: int = 95 * 1024 * 1024
    """Of one report: it takes 100 MB, the form's frame included."""
    at_once: int = 4
    """How many Findings are changed at the same time."""
    moves: Moves = field(default_factory=Moves)
    full_after: timedelta = timedelta(days=7)
    """So often everything is sent although nothing changed: somebody may have opened or closed some there."""
    look_again: float = 1.0
    """Seconds between two looks whether it has come to an end; more when it takes long."""


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
