"""Opens the app on the demo's world and cleans up after it."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from dojo_tui.model.clock import Clock
from dojo_tui.services.preferences import Preferences

if TYPE_CHECKING:
    from dojo_tui.wiring import Workspace


def run_demo(
    *,
    read_only: bool = False,
    theme: str | None = None,
    preferences: Preferences = Preferences(),  # noqa: B008 -- it is frozen
) -> int:
    """Run the app in a world of its own; several may run side by side."""
    from dojo_tui.ui.app import run

    # A thread that is still closing down may hold a file for a moment longer.
    with (
        tempfile.TemporaryDirectory(prefix="dojo-tui-demo-", ignore_cleanup_errors=True) as name,
        ExitStack() as servers,
    ):

        def opener() -> Workspace:
            from dojo_tui.demo.servers.base import running
            from dojo_tui.demo.world import build

            return build(Path(name), Clock(), live=servers.enter_context(running()), read_only=read_only)

        return run(opener, read_only=read_only, theme=theme, preferences=preferences)
