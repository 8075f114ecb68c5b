"""Keeps the health of the server in use: looked at in the background, never while a person waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from dojo_tui.model.errors import CancelledError
from dojo_tui.model.operation import OperationType
from dojo_tui.ui.widgets.plain import Span

if TYPE_CHECKING:
    from dojo_tui.model.check import Checked
    from dojo_tui.services.health import Health
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.ui.jobs import Jobs
    from dojo_tui.wiring import Workspace

EVERY = 300.0
"""Seconds between two looks when nothing else happens."""
PATIENCE = 30.0
"""Seconds after which a look asks no further."""


class HealthWatch:
    """What the last contact told. At most one look is under way.

    ``workspace`` gives what is open now, and ``changed`` is called with what became known, in the app.
    """

    def __init__(
        self, jobs: Jobs, workspace: Callable[[], Workspace | None], changed: Callable[[Health], None]
    ) -> None:
        self._jobs, self._workspace, self._changed = jobs, workspace, changed
        self._of: DestinationRow | None = None
        self._health: Health | None = None
        self._looking = False
        self._again = False

    def of(self, server: DestinationRow) -> Health | None:
        """What is known of a server; None before it was asked."""
        return self._health if self._of is not None and self._of.id == server.id else None

    def look(self, *, asked: bool = False) -> None:
        """Ask the server in use, in a thread.

        Unless a person just ``asked`` something of it, no command and no keyring is asked for its token.
        """
        from dojo_tui.services.health import look, unattended

        workspace = self._workspace()
        if workspace is None or (server := workspace.server) is None or not (asked or unattended(server)):
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        deadline = time.monotonic() + PATIENCE

        def cancelled() -> None:
            if time.monotonic() > deadline or self._workspace() is None:
                raise CancelledError

        self._jobs.apart(
            lambda: look(workspace.destinations, server, workspace.clock, cancelled),
            lambda health: self._seen(server, health),
        )

    def after(self, ended: set[int]) -> None:
        """Operations ended: look again, or where nobody may be asked for the token, take what they tell."""
        from dojo_tui.services.health import State, unattended

        workspace = self._workspace()
        if workspace is None or (server := workspace.server) is None:
            return
        if unattended(server):
            self.look()
        elif (known := self.of(server)) is None or known.state is not State.OK:
            self._jobs.apart(lambda: told_by(workspace, ended), lambda health: self._keep(server, health))

    def checked(self, server: DestinationRow, checked: Checked) -> None:
        """A person had a server checked."""
        from dojo_tui.services.health import health

        workspace = self._workspace()
        if workspace is not None:
            self._keep(server, health(checked, workspace.clock.now()))

    def _seen(self, server: DestinationRow, health: Health) -> None:
        self._looking = False
        self._keep(server, health)
        if self._again:
            self._again = False
            self.look(asked=True)

    def _keep(self, server: DestinationRow, health: Health | None) -> None:
        workspace = self._workspace()
        # What is said of another one, or of this one before it was edited, comes too late.
        if health is not None and workspace is not None and workspace.server is server:
            self._of, self._health = server, health
            self._changed(health)


def told_by(workspace: Workspace, operations: set[int]) -> Health | None:
    """What Operations that ended tell of the server: one that brought Findings there found it well."""
    from dojo_tui.services.health import Health, State
    from dojo_tui.store.operations import operation_rows

    with workspace.store.database.read() as connection:
        rows = operation_rows(connection, sorted(operations))
    reached = [row for row in rows if row.type is OperationType.SYNC and not row.dry_run and row.counts.get("records")]
    return Health(State.OK, workspace.clock.now()) if reached else None


def health_words(health: Health | None) -> Span:
    """A sign and a word."""
    from dojo_tui.services.health import State

    if health is None:
        return "? not asked yet", "dim"
    return (f"✓ {health.state}", "good") if health.state is State.OK else (f"! {health.state}", "bad")
