"""The app in a pseudo-terminal of its own, on the small world, with Syncs that hang until a file appears."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

PROGRAM = """
import sys, threading
from pathlib import Path
from dojo_tui.model.clock import Clock
from tests.ui import world
def opener():
    workspace = world.build(path, Clock())
    tool = workspace.tools["memory"]
    tool.hold = threading.Event()
    threading.Thread(target=release, args=(tool.hold,), daemon=True).start()
    return workspace
def release(hold):
    import time
    while not path.with_suffix(".go").exists():
        time.sleep(0.02)
    hold.set()
from dojo_tui.ui.app import run
def hang(app, context):
    path.with_suffix(".deaf").touch()
    while True:
        pass
if sys.argv[3:]:
    from dojo_tui.ui.actions import moving
    moving.down = hang
from dojo_tui.services.preferences import Preferences
path = Path(sys.argv[1])
sys.exit(run(opener, preferences=Preferences(on_hangup=sys.argv[2])))
"""


class Terminal:
    """A pseudo-terminal with the app in it."""

    def __init__(self, path: Path, on_hangup: str = "interrupt", *, deaf: bool = False, **environment: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", **environment)
            os.execv(sys.executable, [sys.executable, "-c", PROGRAM, str(path), on_hangup, *["deaf"][:deaf]])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = b""

    def until(self, words: bytes, seconds: float = PATIENCE) -> None:
        """Read until the app wrote these words."""
        end = time.monotonic() + seconds
        while words not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:]
            self.pump(0.1)

    def write(self, data: bytes) -> None:
        """Type or paste, reading meanwhile: a terminal takes a few kilobytes only until the app reads them."""
        os.set_blocking(self.fd, False)
        while data:
            try:
                data = data[os.write(self.fd, data[:4096]) :]
            except BlockingIOError:
                self.pump(0.01)
        os.set_blocking(self.fd, True)

    def pump(self, seconds: float) -> None:
        """Read what there is."""
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                self.seen += os.read(self.fd, 1 << 16)
            except OSError:
                time.sleep(seconds)

    def quiet(self, seconds: float) -> None:
        """Read until nothing was written for so long."""
        end = time.monotonic() + PATIENCE
        silent_since = time.monotonic()
        while time.monotonic() < silent_since + seconds:
            assert time.monotonic() < end, self.seen[-2000:]
            before = len(self.seen)
            self.pump(0.1)
            if len(self.seen) != before:
                silent_since = time.monotonic()

    def ended(self) -> int:
        """Wait for the end: the exit status."""
        start = time.monotonic()
        while time.monotonic() < start + PATIENCE:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            if self.fd >= 0:
                self.pump(0.01)
            else:
                time.sleep(0.01)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        pytest.fail(f"still alive after {PATIENCE} s")

    def hang_up(self) -> None:
        """Drop the terminal, as a lost SSH session does."""
        os.close(self.fd)
        self.fd = -1

    def close(self) -> None:
        """Give the terminal back."""
        if self.fd >= 0:
            os.close(self.fd)
