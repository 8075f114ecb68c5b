"""Operations that a person starts in the app."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dojo_tui.model.operation import OperationType
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host

SHOWN = "{operations} shows it, {cancel} cancels it."
"""The ways to an Operation that was started, for ``keyed``."""


def start(
    app: Host,
    kind: OperationType,
    connectors: Sequence[tuple[int, str, list[int] | None]],
    *,
    done: Callable[[list[int]], None] | None = None,
    dry_run: bool = False,
    accept_large_change: bool = False,
    trust_renames: bool = False,
) -> None:
    """Queue one Operation for each (Connector, label, Records), in a thread."""
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"

    def queue() -> list[int]:
        return [
            workspace.operations.start(
                connector_id,
                kind,
                record_ids=records,
                dry_run=dry_run,
                accept_large_change=accept_large_change,
                trust_renames=trust_renames,
            )
            for connector_id, _, records in connectors
        ]

    def queued(ids: list[int]) -> None:
        app.changed(operations=True)
        if done is not None:
            done(ids)
            return
        names = ", ".join(plain(label, 30) for _, label, _ in connectors[:3])
        more = f" and {len(connectors) - 3} more" if len(connectors) > 3 else ""
        app.tell(f"▶ {kind} started: {names}{more}. {keyed(SHOWN)}", "accent")
        app.await_end(ids)

    app.jobs.write(queue, queued)
