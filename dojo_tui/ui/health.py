"""Keeps the health of the server in use: looked at in the background, never while a person waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dojo_tui.model.errors import CancelledError
from dojo_tui.ui.widgets.plain import Span

if TYPE_CHECKING:
    from dojo_tui.connectors.check import Checked
    from dojo_tui.services.health import Health
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.ui.app import DojoApp

EVERY = 300.0
"""Seconds between two looks when nothing else happens."""
PATIENCE = 30.0
"""Seconds after which a look asks no further."""


class HealthWatch:
    """What the last contact told. At most one look is under way."""

    def __init__(self, app: DojoApp) -> None:
        self._app = app
        self._of: int | None = None
        self._health: Health | None = None
        self._looking = False
        self._again = False

    def of(self, server: DestinationRow) -> Health | None:
        """What is known of a server; None before it was asked."""
        return self._health if self._of == server.id else None

    def look(self, *, asked: bool = False) -> None:
        """Ask the server in use, in a thread.

        Unless a person just ``asked`` something of it, no command and no keyring is asked for its token.
        """
        from dojo_tui.services.health import look, unattended

        workspace = self._app.workspace
        if workspace is None or (server := workspace.server) is None or not (asked or unattended(server)):
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        deadline = time.monotonic() + PATIENCE

        def cancelled() -> None:
            if time.monotonic() > deadline or self._app.workspace is None:
                raise CancelledError

        self._app.jobs.apart(
            lambda: look(workspace.destinations, server, workspace.clock, cancelled),
            lambda health: self._seen(server, health),
        )

    def checked(self, server: DestinationRow, checked: Checked) -> None:
        """A person had a server checked."""
        from dojo_tui.services.health import health

        self._keep(server, health(checked, self._app.clock.now()))

    def _seen(self, server: DestinationRow, health: Health) -> None:
        self._looking = False
        self._keep(server, health)
        if self._again:
            self._again = False
            self.look(asked=True)

    def _keep(self, server: DestinationRow, health: Health) -> None:
        workspace = self._app.workspace
        used = workspace.server if workspace is not None else None
        # What is said of another one, or of this one before it was edited, comes too late.
        if used is not None and (used.id, used.url, used.secret) == (server.id, server.url, server.secret):
            self._of, self._health = server.id, health
            if self._app.page is not None:
                self._app.page.draw()


def health_words(health: Health | None) -> Span:
    """A sign and a word."""
    from dojo_tui.services.health import State

    if health is None:
        return "? not asked yet", "dim"
    return (f"✓ {health.state}", "good") if health.state is State.OK else (f"! {health.state}", "bad")
