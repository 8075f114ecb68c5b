"""One line on stderr that tells how far a running Operation is."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from dojo_tui.cli.output import terminal_width
from dojo_tui.model.operation import Status, counts_text
from dojo_tui.model.text import inert
from dojo_tui.services.events import Event, OperationChanged, Progress
from dojo_tui.services.pace import Pace

ERASE = "\r\x1b[2K"


class ProgressLine:
    """Listens to Operations. Writes nothing where stderr is not a terminal."""

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        every: float = 0.5,
        now: Callable[[], float] = time.monotonic,
        width: Callable[[], int] = terminal_width,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()
        self._every = every
        self._now = now
        self._width = width
        self._last = float("-inf")
        self._begun = now()
        self._text = ""
        self._labels: dict[int, str] = {}
        self._paces: dict[int, Pace] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Take an event, from whichever thread it comes."""
        if not self._shown:
            return
        match event:
            case OperationChanged():
                with self._lock:
                    label = f"{event.connector_label}: {event.type.value}"
                    self._labels[event.operation_id] = label
                    if event.status is Status.RUNNING:
                        self._begun = self._now()
                    self._show(f"{label} {event.status.value.lower()}")
            case Progress():
                with self._lock:
                    self._text = self._progress(event)
                self.tick()

    def tick(self) -> None:
        """Show that time passes; called often, it writes seldom."""
        with self._lock:
            if self._shown and self._text and self._now() - self._last >= self._every:
                self._show(self._text)

    def clear(self) -> None:
        """Take the line away, before something else is printed."""
        with self._lock:
            if self._shown:
                self._text = ""
                self._write(ERASE)

    def _progress(self, event: Progress) -> str:
        label = self._labels.get(event.operation_id, "")
        share = f"{event.done:,}" if event.total is None else f"{event.done:,} of {event.total:,}"
        pace = self._paces.setdefault(event.operation_id, Pace())
        pace.note(self._now(), event.done, event.total)
        share += f"  {pace.words}" if pace.words else ""
        counts = f"  {counts_text(event.counts)}" if any(event.counts.values()) else ""
        return f"{label} {share}{counts}  {event.what}"

    def _show(self, text: str) -> None:
        self._text = text
        self._last = self._now()
        elapsed = self._last - self._begun
        seconds = f"{elapsed:3.0f} s  " if elapsed >= 1 else ""
        self._write(ERASE + inert(seconds + text, max(self._width() - 1, 1)))

    def _write(self, text: str) -> None:
        # The terminal may be gone, and the Operation goes on.
        with contextlib.suppress(OSError):
            self._stream.write(text)
            self._stream.flush()
