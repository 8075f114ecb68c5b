"""Accepting suggestions: one, those that are marked, or all that are sure enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dojo_tui.ui.actions.mapping import act
from dojo_tui.ui.command import Context
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Change
    from dojo_tui.ui.host import Host


def accept(app: Host, context: Context) -> None:
    """Map each to the Product that is suggested for it."""
    from dojo_tui.services.suggest import LEAST

    workspace, targets, noun = app.workspace, context.targets, context.noun
    assert workspace is not None, "commands run once the store is open"

    def accepted() -> Change:
        # What was mapped a moment ago may have changed what is likely.
        workspace.suggestions.refresh()
        change = workspace.suggestions.accept(targets, threshold=LEAST)
        rest = len(targets) - change.count
        if change.count and rest:
            return replace(change, sentence=f"{change.sentence} {rest:,} without a suggestion stay as they are.")
        if not change.count:
            return replace(change, sentence=f"No Product is likely for {noun}: choose one with {key_of('map')}.")
        return change

    act(app, lambda _mapper: accepted())


def accept_all(app: Host, context: Context) -> None:
    """All that are sure enough, after a look at what that means."""
    from dojo_tui.services.suggest import THRESHOLD
    from dojo_tui.ui.screens.accept import AcceptDialog

    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    listed = app.page.table if app.page is not None else None
    connector_id = context.connector.id if context.connector is not None else None
    ids: list[int] | None = None
    of = "all New Records"
    if context.marked:
        ids, of = list(context.marked), f"the {len(context.marked):,} marked"
    elif context.text and listed is not None:
        ids, of = list(listed.ids), f"the {len(listed.ids):,} that the filter shows"
    elif context.connector is not None:
        of = f"all New Records of {plain(context.connector.label, 30)}"

    def chosen(threshold: float | None) -> None:
        if threshold is not None:
            act(app, lambda _mapper: workspace.suggestions.accept(ids, threshold, connector_id))

    app.push_screen(AcceptDialog(workspace, of, ids, connector_id, THRESHOLD), chosen)
