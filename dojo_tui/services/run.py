"""What the work of one running Operation sees: cancelling, log, progress, counts and its own writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from dojo_tui.connectors.base import Closes, Config
from dojo_tui.model.cause import Cause
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import LogLevel, OutcomeStatus
from dojo_tui.model.secret import Secret, scrub
from dojo_tui.model.text import clean
from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.events import Event, Logged, Progress, RecordDone
from dojo_tui.store import operation_writes
from dojo_tui.store.connectors import ConnectorRow
from dojo_tui.store.database import Database
from dojo_tui.store.operation_writes import Line, Outcome, Request

_PROGRESS_SECONDS = 0.2
_LOG_SECONDS = 1.0
_LOG_LINES = 200
_LONGEST_MESSAGE = 2_000
_LONGEST_NAME = 500
_LONGEST_UNEXPECTED = 300

_Shared = TypeVar("_Shared", bound=Closes)


class Shared:
    """One thing that everybody who works on an Operation uses; made at the first call, closed at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: Any = None

    def __call__(self, make: Callable[[], _Shared]) -> _Shared:
        """It."""
        with self._lock:
            if self._made is None:
                self._made = make()
            made: _Shared = self._made
            return made

    def close(self) -> None:
        """Close it; that the other end is gone by now is no news."""
        with self._lock:
            made, self._made = self._made, None
        if made is not None:
            with suppress(Exception):
                made.close()


_MOST_WARNINGS = 3


@dataclass(slots=True)
class OperationRun:
    """One running Operation. It is used by the thread that runs it; ``check`` and ``log`` by its helpers too."""

    operation_id: int
    request: Request
    connector: ConnectorRow
    database: Database
    clock: Clock
    token: CancelToken
    emit: Callable[[Event], None]
    counts: dict[str, int]
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    shared: Shared = field(default_factory=Shared)
    cause: Cause = Cause.UNKNOWN
    """What stands in the way of the whole Operation, if it does not end as it should."""
    warnings: list[str] = field(default_factory=list)
    """What was logged as a warning so far, a few at most."""
    _lines: list[Line] = field(default_factory=list)
    _told_at: float = 0.0
    _saved_at: float = field(default_factory=time.monotonic)

    @property
    def config(self) -> Config:
        """The Connector as its Tool sees it."""
        row = self.connector
        return Config(row.label, row.location, row.options, row.min_severity, self.secrets)

    def check(self) -> None:
        """Raise CancelledError if the person cancelled."""
        self.token.check()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until the person cancelled."""
        self.token.wait(seconds)

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.clock.now()

    def share(self, make: Callable[[], _Shared]) -> _Shared:
        """What ``make`` makes at the first call: one for the whole Operation, closed at its end."""
        return self.shared(make)

    def log(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Add a line to the log: told at once, written with the next write."""
        line = Line(self.clock.now(), level, clean(scrub(message), _LONGEST_MESSAGE))
        self._lines.append(line)
        if level is LogLevel.WARNING and len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(line.message)
        self.emit(Logged(self.operation_id, line.at, line.level, line.message))

    def progress(self, done: int, total: int | None, what: str) -> None:
        """Tell how far it is, a few times a second at most."""
        now = time.monotonic()
        if now - self._told_at >= _PROGRESS_SECONDS or done == total:
            self._told_at = now
            what = clean(what, _LONGEST_NAME)
            self.emit(Progress(self.operation_id, done, total, what, dict(self.counts)))
        if self._lines and (len(self._lines) >= _LOG_LINES or now - self._saved_at >= _LOG_SECONDS):
            with self.write():
                pass

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short transaction, with the log lines and counts so far."""
        lines = self._lines.copy()
        with self.database.write() as connection:
            operation_writes.add_log(connection, self.operation_id, lines)
            yield connection
            now = time.monotonic()
            if now - self._saved_at >= _LOG_SECONDS:
                operation_writes.save_counts(connection, self.operation_id, self.counts)
                self._saved_at = now
        del self._lines[: len(lines)]

    def outcome(
        self,
        connection: Connection,
        record_id: int | None,
        record_name: str,
        status: OutcomeStatus,
        reason: str = "",
        counts: Mapping[str, int] | None = None,
        cause: Cause = Cause.UNKNOWN,
    ) -> RecordDone:
        """Record what became of one Record; the event is to be told when the transaction is committed."""
        return self.outcomes(connection, [(record_id, record_name, status, reason, counts or {}, cause)])[0]

    def outcomes(
        self,
        connection: Connection,
        rows: Sequence[tuple[int | None, str, OutcomeStatus, str, Mapping[str, int], Cause]],
    ) -> list[RecordDone]:
        """Record what became of Records."""
        now = self.clock.now()
        written = [
            Outcome(record_id, name, status, clean(scrub(reason), _LONGEST_MESSAGE), counts, now, cause)
            for record_id, name, status, reason, counts, cause in rows
        ]
        operation_writes.add_outcomes(connection, self.operation_id, written)
        return [
            RecordDone(self.operation_id, row.record_id or 0, row.record_name, row.status, row.reason, row.counts)
            for row in written
        ]

    def save_log(self, connection: Connection) -> None:
        """Write the lines that no other write took along."""
        operation_writes.add_log(connection, self.operation_id, self._lines.copy())


def unexpected(error: Exception) -> str:
    """Say that something broke that nobody foresaw: a sentence, never a traceback with what it may hold."""
    first = scrub(str(error)).partition("\n")[0][:_LONGEST_UNEXPECTED]
    return f"Unexpected error ({type(error).__name__}): {first}".rstrip(": ")
