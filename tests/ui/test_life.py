"""The end of the app: a key, a signal, a dropped terminal; always quick, always recorded."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType
from dojo_tui.store.open import open_store
from dojo_tui.store.operations import OperationQuery, operation_ids, operation_rows
from dojo_tui.ui.app import LOOK_EVERY
from tests.ui.terminal import Terminal
from tests.waiting import eventually


def processor_time(pid: int) -> float:
    """Seconds that a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(pid: int) -> bool:
    """Whether a process computes next to nothing while a second passes."""
    before = processor_time(pid)
    time.sleep(1)
    return processor_time(pid) - before < 0.1


def newest_status(path: Path) -> str:
    """Status of the newest Sync in the store."""
    store = open_store(str(path), clock=Clock())
    with store.database.read() as connection:
        row = operation_rows(connection, operation_ids(connection, OperationQuery(type=OperationType.SYNC))[:1])[0]
    store.close()
    return str(row.status)


@pytest.mark.parametrize(("how", "code"), [("q", 0), ("SIGTERM", 143), ("SIGHUP", 129), ("dropped terminal", 129)])
def test_it_ends_while_the_tool_hangs_and_the_sync_is_interrupted(tmp_path: Path, how: str, code: int) -> None:
    """How long it takes is measured in the benchmarks; here the Tool would keep it for ever."""
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
        assert terminal.ended() == code
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
        eventually(lambda: idle(terminal.pid), "an app that does not spin on the end of its input")
        assert os.waitpid(terminal.pid, os.WNOHANG) == (0, 0)
        assert newest_status(path) == "Running"
        if how == "SIGTERM afterwards":
            os.kill(terminal.pid, signal.SIGTERM)
        else:
            path.with_suffix(".go").touch()
        assert terminal.ended() == 129
        assert newest_status(path) == ("Interrupted" if how == "SIGTERM afterwards" else "Completed")
    finally:
        terminal.close()


def test_nothing_is_written_to_the_terminal_while_nothing_changes(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "store.sqlite")
    try:
        terminal.until(b"Unmapped 20")
        os.write(terminal.fd, b"2s")
        terminal.until(b"Sync started")
        terminal.quiet(LOOK_EVERY + 1.5)
    finally:
        os.write(terminal.fd, b"q")
        terminal.ended()
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
        terminal.ended()
        terminal.close()


@pytest.mark.parametrize(("how", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_fault_20_signals_are_heard_while_the_app_does_not_listen(tmp_path: Path, how: str, code: int) -> None:
    """The key runs Python code in the main thread for ever: nothing that waits for the event loop would be heard."""
    path = tmp_path / "store.sqlite"
    terminal = Terminal(path, deaf=True)
    try:
        terminal.until(b"Unmapped 20")
        os.write(terminal.fd, b"2s")
        terminal.until(b"Sync started")
        os.write(terminal.fd, b"j")
        eventually(path.with_suffix(".deaf").exists, "the main thread is busy")
        os.kill(terminal.pid, getattr(signal, how))
        assert terminal.ended() == code
        assert newest_status(path) == "Interrupted"
    finally:
        terminal.close()


def test_fault_20_a_large_coloured_paste_does_nothing_and_the_next_key_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    terminal = Terminal(path)
    try:
        terminal.until(b"Unmapped 20")
        line = b"\x1b[31mxy\x1b[0m \x1b[1;32mi\x1b[mq\r\n"
        terminal.write(b"\x1b[200~" + line * 40_000 + b"\x1b[201~")
        terminal.write(b"/pay")
        terminal.until(b"filter")
        terminal.write(b"\x1b[200~" + line * 1_000 + b"\x1b[201~")
        terminal.until(b"payxy iq")
        terminal.write(b"\r")
        terminal.write(b"q")
        assert terminal.ended() == 0
    finally:
        terminal.close()


def test_fault_22_ctrl_z_suspends_and_the_screen_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    terminal = Terminal(path)
    try:
        terminal.until(b"Unmapped 20")
        terminal.write(b"\x1a")
        eventually(lambda: stopped(terminal), "the process stands still")
        terminal.seen = b""
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.until(b"Unmapped 20")
        terminal.write(b"q")
        assert terminal.ended() == 0
    finally:
        terminal.close()


def stopped(terminal: Terminal) -> bool:
    """Whether its process was stopped by a signal; what it writes meanwhile is read."""
    terminal.pump(0.01)
    return Path(f"/proc/{terminal.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
