"""Events of running Operations, from their threads to the app: merged, at most two a second."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from dojo_tui.services.events import Event, Logged, OperationChanged, Progress, RecordDone, RecordsChanged
from dojo_tui.services.pace import Pace

INTERVAL = 0.5
LINES = 500
"""How many of the newest log lines of a running Operation are kept: the store gets them a little later."""


@dataclass(slots=True)
class Changes:
    """What changed since the last time the app was told."""

    records: bool = False
    """Records were added, removed or changed: lists read their ids anew."""
    rows: bool = False
    """Rows changed in place: what is shown is read anew."""
    suggestions: bool = False
    """Products were suggested anew."""
    operations: bool = False
    """Operations were queued, started or ended."""
    told: set[int] = field(default_factory=set)
    """Operations that have new outcomes or log lines."""
    ended: set[int] = field(default_factory=set)
    """Operations of this process that ended."""


class Bridge:
    """A listener of Operations. Its ``progress`` is the newest of each running one."""

    def __init__(self, later: Callable[[float, Callable[[], None]], None], tell: Callable[[Changes], None]) -> None:
        self._later = later
        self._tell = tell
        self._lock = threading.Lock()
        self._changes = Changes()
        self._waiting = False
        self._last = 0.0
        self.progress: dict[int, Progress] = {}
        self.paces: dict[int, Pace] = {}
        self._logs: dict[int, deque[Logged]] = {}
        self._logged: dict[int, int] = {}

    def __call__(self, event: Event) -> None:
        """Take an event; called in the thread that runs the Operation, so it must be quick."""
        with self._lock:
            self._note(event)
            if self._waiting:
                return
            self._waiting = True
            delay = max(0.0, INTERVAL - (time.monotonic() - self._last))
        self._later(delay, self._flush)

    def note(self, changes: Changes) -> None:
        """Tell at once, with all that waited: a person did something and looks at it."""
        with self._lock:
            self._changes.records |= changes.records
            self._changes.rows |= changes.rows
            self._changes.suggestions |= changes.suggestions
            self._changes.operations |= changes.operations
            self._changes.ended |= changes.ended
        self._later(0.0, self._flush)

    def unsaved(self, operation_id: int, saved: int) -> list[Logged]:
        """Log lines of a running Operation of this process of which the store has the first ``saved`` only.

        What waits a minute for a server has nothing to write, and yet something to say.
        """
        with self._lock:
            lines = self._logs.get(operation_id, ())
            waiting = self._logged.get(operation_id, 0) - saved
            return list(lines)[-waiting:] if waiting > 0 else []

    def _note(self, event: Event) -> None:
        changes = self._changes
        if isinstance(event, Progress):
            self.progress[event.operation_id] = event
            pace = self.paces.setdefault(event.operation_id, Pace())
            pace.note(time.monotonic(), event.done, event.total)
        elif isinstance(event, OperationChanged):
            changes.operations = True
            changes.told.add(event.operation_id)
            if event.status.ended:
                self.progress.pop(event.operation_id, None)
                self.paces.pop(event.operation_id, None)
                self._logs.pop(event.operation_id, None)
                self._logged.pop(event.operation_id, None)
                changes.rows = True
                changes.ended.add(event.operation_id)
        elif isinstance(event, RecordDone):
            changes.rows = True
            changes.told.add(event.operation_id)
        elif isinstance(event, Logged):
            changes.told.add(event.operation_id)
            self._logs.setdefault(event.operation_id, deque(maxlen=LINES)).append(event)
            self._logged[event.operation_id] = self._logged.get(event.operation_id, 0) + 1
        elif isinstance(event, RecordsChanged):
            changes.records = True

    def _flush(self) -> None:
        with self._lock:
            changes, self._changes = self._changes, Changes()
            self._waiting = False
            self._last = time.monotonic()
        self._tell(changes)
