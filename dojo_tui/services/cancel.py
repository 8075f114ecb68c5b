"""A token that every loop and every wait of a running Operation looks at."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from dojo_tui.model.errors import STOPPED, BusyError, CancelledError, DojoTuiError


class ClosingError(DojoTuiError):
    """The program is closing: the Operation is Interrupted."""

    def __init__(self) -> None:
        super().__init__("dojo-tui was closed while it ran.", safe=STOPPED, do="Run it again.")


class LeaseLostError(BusyError):
    """Another process took the Connector over while this one was suspended: nothing may be written any more."""

    def __init__(self) -> None:
        super().__init__(
            "This process gave no sign of life for too long, and another one may have taken the Connector over.",
            safe=STOPPED,
            do="Run it again.",
        )


class CancelToken:
    """Set once, by anyone, from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._cause: DojoTuiError | None = None

    def cancel(self, cause: DojoTuiError | None = None) -> None:
        """Ask the work to stop. ``cause`` is raised instead of CancelledError; the first call counts."""
        if not self._event.is_set():
            self._cause = cause
            self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise CancelledError (or the cause that was given) if somebody asked the work to stop."""
        if self._event.is_set():
            raise self._cause or CancelledError()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until somebody asks the work to stop; then raise as ``check`` does."""
        self._event.wait(seconds)
        self.check()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Who asks a destination: can be stopped, and keeps no log."""

    token: CancelToken

    def check(self) -> None:
        """Raise if it was stopped."""
        self.token.check()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until it was stopped."""
        self.token.wait(seconds)

    def log(self, message: str) -> None:
        """Nobody reads it."""
