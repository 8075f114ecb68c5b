"""What comes from the terminal: bounded, and read in time that grows with its size only.

Textual looks for key sequences inside of pasted text, so an escape code in it ends as keys that run commands, after
minutes for a long one. Here a bracketed paste is one text from its start to its end, cleaned and cut.
"""

from __future__ import annotations

import os
import re
import selectors
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from dojo_tui.ui.keyboard import MOST_WAITING

LONGEST_PASTE = 4_000
"""Characters of a paste that are taken: names, addresses, paths and filters are shorter."""
ESC = "\x1b"
_KEPT = 1 << 18
"""Characters of a paste that are looked at: most of a coloured one may be cleaned away."""
_READ_BYTES = 1 << 16
_WAIT_SECONDS = 0.1


class PasteReader:
    """Tell pasted text from keys, in what a terminal sends in pieces of any size."""

    def __init__(self) -> None:
        self._pasting = False
        self._text: list[str] = []
        self._size = 0
        self._rest = ""
        """The beginning of a mark, whose other part is still to come."""

    def feed(self, data: str) -> Iterator[str | events.Paste]:
        """Split into what is to be read as keys, and pastes."""
        data, self._rest = self._rest + data, ""
        while data:
            mark = BRACKETED_PASTE_END if self._pasting else BRACKETED_PASTE_START
            at = data.find(mark)
            if at < 0:
                cut = len(data) - _overlap(data, mark)
                data, self._rest = data[:cut], data[cut:]
                yield from self._take(data)
                return
            yield from self._take(data[:at])
            data = data[at + len(mark) :]
            if self._pasting:
                text, self._text, self._size = "".join(self._text), [], 0
                yield events.Paste(cleaned(text)[:LONGEST_PASTE])
            self._pasting = not self._pasting

    def flush(self) -> str:
        """What waits for the rest of a mark that did not come: it was the escape key, or a part of another key."""
        if self._pasting:
            return ""
        rest, self._rest = self._rest, ""
        return rest

    def _take(self, data: str) -> Iterator[str]:
        if not self._pasting:
            if data:
                yield data
        elif self._size < _KEPT:
            self._text.append(data[: _KEPT - self._size])
            self._size += len(data)


def cleaned(text: str) -> str:
    """Pasted text without escape sequences and control characters, but for line breaks and tabs."""
    return _CONTROL.sub("", _SEQUENCE.sub("", text)).replace("\r\n", "\n").replace("\r", "\n")


_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, movement
    r"|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC, DCS and the like, up to their end
    r"|[ -/]*[0-~])?"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _overlap(data: str, mark: str) -> int:
    """How many characters at the end of ``data`` could begin ``mark``."""
    return next((size for size in range(min(len(mark) - 1, len(data)), 0, -1) if data.endswith(mark[:size])), 0)


class BoundedDriver(LinuxDriver):
    """Reads the terminal, and lets no more keys wait than somebody can have typed.

    The app sets ``handled`` (how many keys it has dealt with) and ``flooded`` (called, in the thread that reads, when
    a key was dropped because too many waited).
    """

    handled: Callable[[], int] | None = None
    flooded: Callable[[], None] | None = None
    _sent = 0

    def run_input_thread(self) -> None:
        """Read until the driver ends."""
        parser, pastes = XTermParser(), PasteReader()
        # What is no UTF-8 is read as a sign that says so; it does not end the app.
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(_WAIT_SECONDS):
                    rest = pastes.flush()
                    self._process([events.Key("escape", ESC)] if rest == ESC else parser.feed(rest) if rest else ())
                    self._process(parser.tick())
                    continue
                data = os.read(self.fileno, _READ_BYTES)
                if not data:
                    # The terminal is gone, and a signal tells it: reading its end for ever would be all we do.
                    self.exit_event.wait()
                    return
                for part in pastes.feed(decode(data)):
                    self._process([part] if isinstance(part, events.Paste) else parser.feed(part))
                self._process(parser.tick())

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if isinstance(message, events.Key | events.Paste):
                if self.handled is not None and self._sent - self.handled() >= MOST_WAITING:
                    if self.flooded is not None:
                        self.flooded()
                    continue
                self._sent += 1
            self.process_message(message)
