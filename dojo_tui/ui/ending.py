"""An end that comes from outside: a signal, or a terminal that is gone.

Signals are heard in a thread of their own: the system writes their numbers into a socket at once, whatever the main
thread does. When the app does not end within a second of being asked, it is ended from there (P7 holds: what runs is
recorded as Interrupted).
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host

TERMINATED = 128 + signal.SIGTERM
HUNG_UP = 128 + signal.SIGHUP
GRACE_SECONDS = 1.0
"""How long the app may take to end by itself."""


class Ending:
    """End an app when a signal says so. Only the main thread can listen; elsewhere (in tests) nothing is heard."""

    def __init__(self, app: Host) -> None:
        self._app = app
        self._loop = asyncio.get_running_loop()
        self._ended = threading.Event()
        self._finishing = False
        self._before: dict[signal.Signals, Any] = {}
        self._sockets: tuple[socket.socket, socket.socket] | None = None
        self._wakeup = -1

    def listen(self) -> None:
        """Hear SIGTERM and SIGHUP from now on."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._sockets = ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Something has to be there for the number to be written to the socket.
            self._before[number] = signal.signal(number, lambda *_: None)
        threading.Thread(target=self._hear, args=(ours,), name="signals", daemon=True).start()

    def close(self) -> None:
        """The app ended: hear nothing more."""
        self._ended.set()
        if self._sockets is None or threading.current_thread() is not threading.main_thread():
            return
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets = None

    def _hear(self, ours: socket.socket) -> None:
        with suppress(OSError):
            while numbers := ours.recv(64):
                if signal.SIGTERM in numbers:
                    self._terminated()
                elif signal.SIGHUP in numbers:
                    self._hung_up()

    def _terminated(self) -> None:
        if self._finishing:
            self._leave(HUNG_UP)
        self._in_app(lambda: self._app.exit(TERMINATED))
        self._or_else(TERMINATED)

    def _hung_up(self) -> None:
        app = self._app
        workspace = app.workspace
        if workspace is None or app.preferences.on_hangup == "interrupt":
            self._leave(HUNG_UP)
        if self._finishing:
            return
        self._finishing = True
        _let_go_of_the_terminal(app)
        self._in_app(app.schedule_no_more)

        def finish() -> None:
            workspace.operations.wait()
            self._leave(HUNG_UP)

        threading.Thread(target=finish, name="finishing", daemon=True).start()

    def _in_app(self, callback: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the app is ending anyway
            self._loop.call_soon_threadsafe(callback)

    def _or_else(self, code: int) -> None:
        """Leave from here when the app did not end in time."""

        def look() -> None:
            if not self._ended.wait(GRACE_SECONDS):
                _restore_terminal(self._app)
                self._leave(code)

        threading.Thread(target=look, name="grace", daemon=True).start()

    def _leave(self, code: int) -> NoReturn:
        # Nobody looks on, or the main thread does not listen.
        self._app.close_workspace()
        os._exit(code)


def _let_go_of_the_terminal(app: Host) -> None:
    """Nothing is read from it or written to it any more: a thread that reads its end would spin."""
    stop = getattr(app._driver, "exit_event", None)  # noqa: SLF001 -- Textual has no other way to stop it reading
    if stop is not None:
        stop.set()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _restore_terminal(app: Host) -> None:
    """Give the terminal back as it was, from any thread."""
    driver = app._driver  # noqa: SLF001 -- Textual restores it from its own thread only
    if driver is not None:
        with suppress(Exception):
            driver.stop_application_mode()
        with suppress(Exception):
            driver.close()
