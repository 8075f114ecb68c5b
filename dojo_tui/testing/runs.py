"""A Run without an Operation: time passes when it is waited for, and what is logged is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from dojo_tui.connectors.base import Closes
from dojo_tui.model.errors import CancelledError
from dojo_tui.model.operation import LogLevel

_Shared = TypeVar("_Shared", bound=Closes)


class TestRun:
    """What a Tool sees; use it in a ``with``, so that connections are closed."""

    __test__ = False  # for pytest: it is no test

    def __init__(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.lines: list[str] = []
        self.waited = 0.0
        self._cancelled = cancelled
        self._shared: Any = None
        self._start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def check(self) -> None:
        """Raise if the test cancelled."""
        if self._cancelled():
            raise CancelledError

    def log(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Keep a line."""
        self.lines.append(f"{level}: {message}")

    def wait(self, seconds: float) -> None:
        """Let time pass, without waiting for it."""
        self.check()
        self.waited += seconds

    def now(self) -> datetime:
        """The time, by what was waited."""
        return self._start + timedelta(seconds=self.waited)

    def share(self, make: Callable[[], _Shared]) -> _Shared:
        """One for this Run."""
        if self._shared is None:
            self._shared = make()
        shared: _Shared = self._shared
        return shared

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        made, self._shared = self._shared, None
        if made is not None:
            made.close()
