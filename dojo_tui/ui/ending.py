"""An end that comes from outside: a signal, or a terminal that is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dojo_tui.ui.app import DojoApp

TERMINATED = 128 + signal.SIGTERM
HUNG_UP = 128 + signal.SIGHUP


def listen(app: DojoApp) -> None:
    """End the app when a signal says so; only the main thread may ask for that."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: app.exit(TERMINATED))
    loop.add_signal_handler(signal.SIGHUP, lambda: _hung_up(app, loop))


def _hung_up(app: DojoApp, loop: asyncio.AbstractEventLoop) -> None:
    workspace = app.workspace
    if workspace is None or app.preferences.on_hangup == "interrupt":
        _leave(app)
        return
    _let_go_of_the_terminal(app)
    app.schedule_no_more()
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, lambda: _leave(app))

    def finish() -> None:
        workspace.operations.wait()
        loop.call_soon_threadsafe(_leave, app)

    threading.Thread(target=finish, name="finishing", daemon=True).start()


def _let_go_of_the_terminal(app: DojoApp) -> None:
    """Nothing is read from it or written to it any more: a thread that reads its end would spin."""
    stop = getattr(app._driver, "exit_event", None)  # noqa: SLF001 -- Textual has no other way to stop it reading
    if stop is not None:
        stop.set()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _leave(app: DojoApp) -> None:
    # The terminal is gone: nothing can be drawn or restored any more.
    app.close_workspace()
    os._exit(HUNG_UP)
