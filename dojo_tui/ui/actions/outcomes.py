"""What helps with one Record of an Operation, done from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from dojo_tui.ui.command import RECORD, Context
from dojo_tui.ui.commands import keyed

if TYPE_CHECKING:
    from dojo_tui.store.records import RecordRow
    from dojo_tui.ui.host import Host


def _with_record(app: Host, context: Context, act: Callable[[Host, Context], None]) -> None:
    """Do what is done to a Record with the one of the outcome under the cursor."""
    from dojo_tui.ui.screens.operation import OperationScreen

    workspace, page = app.workspace, app.page
    assert workspace is not None, "commands run once the store is open"
    if not isinstance(page, OperationScreen):
        return
    record_id = page.outcome_record_id
    if record_id is None:
        app.tell("There is no Record under the cursor.", "dim")
        return

    def read() -> list[RecordRow]:
        from dojo_tui.store.records import record_rows

        with workspace.store.database.read() as connection:
            return record_rows(connection, [record_id])

    def found(rows: list[RecordRow]) -> None:
        if rows:
            act(app, replace(context, place=RECORD, row=rows[0], marked=frozenset()))
        else:
            app.tell("This Record is gone; a Discover brings it back if it still exists.", "warn")

    app.jobs.read("outcome", read, found)


def remap(app: Host, context: Context) -> None:
    """Choose a Product for it."""
    from dojo_tui.ui.actions.mapping import choose

    _with_record(app, context, choose)


def plan(app: Host, context: Context) -> None:
    """What a Sync of it would do now."""
    from dojo_tui.ui.actions import running
    from dojo_tui.ui.reasons import syncable

    def planned(app: Host, context: Context) -> None:
        refused = keyed(syncable(context))
        if refused:
            app.tell(f"Plan a Sync: {refused}.", "warn")
        else:
            running.plan(app, context)

    _with_record(app, context, planned)
