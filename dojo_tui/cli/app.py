"""Opening the app."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from dojo_tui.cli.settings import Given
from dojo_tui.model.errors import UsageError
from dojo_tui.services.preferences import PLAY_DEMO

if TYPE_CHECKING:
    from dojo_tui.wiring import Workspace


def need_terminal() -> None:
    """Raise UsageError where the app cannot be shown, or where nobody could press a key."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "The app needs a terminal.",
            do="Over SSH, ask for one: 'ssh -t HOST dojo-tui'. In scripts, use its commands: see 'dojo-tui --help'.",
        )
    if os.environ.get("TERM") == "dumb":
        raise UsageError(
            "The app needs a terminal that can place text, and this one says that it cannot (TERM=dumb).",
            do="Set TERM to what it is, or use the commands: see 'dojo-tui --help'.",
        )


def open_app(options: Given) -> int:
    """Run the app to its end and return the exit code."""
    if options.as_json:
        raise UsageError("--json is for commands; the app has none to print.", do="See 'dojo-tui --help'.")
    need_terminal()
    settings = options.settings()

    def opener() -> Workspace:
        from dojo_tui.cli.workspace import open_workspace

        return open_workspace(settings)

    # What is imported now lives to the end: collecting it would only delay the first frame. The app turns it on.
    gc.disable()
    from dojo_tui.ui.app import run

    preferences = replace(settings.preferences, offers_demo=True)
    while True:
        code = run(opener, read_only=settings.read_only, theme=settings.theme, remember=True, preferences=preferences)
        if code != PLAY_DEMO:
            return code
        from dojo_tui.demo.run import run_demo

        # It has a store of its own; when it ends, this one is opened again as it was.
        run_demo(theme=settings.theme, preferences=settings.preferences)
