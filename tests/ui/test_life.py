"""The end of the app: a key, a signal, a dropped terminal; always quick, always recorded."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType
from dojo_tui.store.open import open_store
from dojo_tui.store.operations import OperationQuery, operation_ids, operation_rows

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
from dojo_tui.services.preferences import Preferences
path = Path(sys.argv[1])
sys.exit(run(opener, preferences=Preferences(on_hangup=sys.argv[2])))
"""


class Terminal:
    """A pseudo-terminal with the app in it."""

    def __init__(self, path: Path, on_hangup: str = "interrupt", **environment: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", **environment)
            os.execv(sys.executable, [sys.executable, "-c", PROGRAM, str(path), on_hangup])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = b""

    def until(self, words: bytes, seconds: float = 20) -> None:
        """Read until the app wrote these words."""
        end = time.monotonic() + seconds
        while words not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:]
            self.pump(0.1)

    def pump(self, seconds: float) -> None:
        """Read what there is."""
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                self.seen += os.read(self.fd, 1 << 16)
            except OSError:
                time.sleep(seconds)

    def ended(self, seconds: float) -> tuple[float, int]:
        """Wait for the end: how long it took, and the exit status."""
        start = time.monotonic()
        while time.monotonic() < start + seconds:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            if found:
                return time.monotonic() - start, os.waitstatus_to_exitcode(status)
            if self.fd >= 0:
                self.pump(0.01)
            else:
                time.sleep(0.01)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        pytest.fail(f"still alive after {seconds} s")

    def hang_up(self) -> None:
        """Drop the terminal, as a lost SSH session does."""
        os.close(self.fd)
        self.fd = -1

    def close(self) -> None:
        """Give the terminal back."""
        if self.fd >= 0:
            os.close(self.fd)


def processor_time(pid: int) -> float:
    """Seconds that a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def newest_status(path: Path) -> str:
    """Status of the newest Sync in the store."""
    store = open_store(str(path), clock=Clock())
    with store.database.read() as connection:
        row = operation_rows(connection, operation_ids(connection, OperationQuery(type=OperationType.SYNC))[:1])[0]
    store.close()
    return str(row.status)


@pytest.mark.parametrize(("how", "code"), [("q", 0), ("SIGTERM", 143), ("SIGHUP", 129), ("dropped terminal", 129)])
def test_it_ends_within_a_second_and_the_sync_is_recorded_as_interrupted(tmp_path: Path, how: str, code: int) -> None:
    path = tmp_path / "store.sqlite"
    terminal = Terminal(path)
    try:
        terminal.until(b"Unmapped 20")
        os.write(terminal.fd, b"2s")
        terminal.until(b"Sync started")
        if how == "q":
            os.write(terminal.fd, b"q")
        elif how == "dropped terminal":
            terminal.hang_up()
        else:
            os.kill(terminal.pid, getattr(signal, how))
        # The promise is one second; a busy machine gets some more.
        took, status = terminal.ended(5)
        assert status == code
        assert took < 2.5
        assert newest_status(path) == "Interrupted"
    finally:
        terminal.close()


@pytest.mark.parametrize("how", ["SIGHUP", "dropped terminal", "SIGTERM afterwards"])
def test_a_sync_ends_after_the_terminal_is_gone_where_the_setting_says_so(tmp_path: Path, how: str) -> None:
    path = tmp_path / "store.sqlite"
    terminal = Terminal(path, "finish")
    try:
        terminal.until(b"Unmapped 20")
        os.write(terminal.fd, b"2s")
        terminal.until(b"Sync started")
        if how == "SIGHUP":
            os.kill(terminal.pid, signal.SIGHUP)
        else:
            terminal.hang_up()
        time.sleep(0.3)
        before = processor_time(terminal.pid)
        time.sleep(1)
        assert processor_time(terminal.pid) - before < 0.4, "it spins on the end of its input"
        assert os.waitpid(terminal.pid, os.WNOHANG) == (0, 0)
        assert newest_status(path) == "Running"
        if how == "SIGTERM afterwards":
            os.kill(terminal.pid, signal.SIGTERM)
        else:
            path.with_suffix(".go").touch()
        _took, status = terminal.ended(5)
        assert status == 129
        assert newest_status(path) == ("Interrupted" if how == "SIGTERM afterwards" else "Completed")
    finally:
        terminal.close()


def test_nothing_is_written_to_the_terminal_while_nothing_changes(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "store.sqlite")
    try:
        terminal.until(b"Unmapped 20")
        os.write(terminal.fd, b"2s")
        terminal.until(b"Sync started")
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            terminal.pump(0.1)
        written = len(terminal.seen)
        end = time.monotonic() + 6.5  # longer than the look for other processes
        while time.monotonic() < end:
            terminal.pump(0.1)
        assert len(terminal.seen) == written
    finally:
        os.write(terminal.fd, b"q")
        terminal.ended(5)
        terminal.close()


def test_no_color_is_really_colourless(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "store.sqlite", NO_COLOR="1")
    try:
        terminal.until(b"Unmapped 20")
        os.write(terminal.fd, b"2j")
        terminal.until(b"? Missing")
        assert re.findall(rb"\x1b\[[0-9;]*[34]8;[25];", terminal.seen) == []
        assert re.findall(rb"\x1b\[(?:[0-9]+;)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])(?:;[0-9]+)*m", terminal.seen) == []
    finally:
        os.write(terminal.fd, b"q")
        terminal.ended(5)
        terminal.close()
