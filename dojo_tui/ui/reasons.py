"""What a command needs, and what is said where that is missing: empty when it can run.

``{undo}`` in a sentence stands for that command's key, which the registry of commands knows.
"""

from __future__ import annotations

from dojo_tui.model.operation import Status
from dojo_tui.model.record import UNMAPPED as UNMAPPED_STATES
from dojo_tui.model.record import Event, State, after
from dojo_tui.ui.command import RECORD, UNMAPPED, Context
from dojo_tui.ui.widgets.plain import plain

ONLY_UNCLEAR = "what is held waits for an option of the Connector, not for a confirmation: see its outcomes"
NOTHING_HELD = "nothing is held in this Operation"
NOTHING_RENAMED = "nothing in this Operation is held because it seems renamed"


def row(context: Context) -> str:
    """Records to act on."""
    return "" if context.targets else "there is nothing under the cursor"


def one(context: Context) -> str:
    """A row under the cursor."""
    return "" if context.row is not None else "there is nothing under the cursor"


def of_connector(context: Context) -> str:
    """A Connector, or an Operation whose Connector is there."""
    if context.row is None:
        return "there is nothing under the cursor"
    return "" if getattr(context.row, "connector_id", 0) is not None else "its Connector was removed"


def of_record(context: Context) -> str:
    """An Operation with Records."""
    if context.row is None or not context.rows:
        return "there is no Record under the cursor"
    return ""


def rows(context: Context) -> str:
    """Any row at all."""
    return "" if context.rows else "the list is empty"


def no_connector() -> str:
    """What to do in an empty store."""
    return "there is no Connector yet: add one with {connectors}, then {add}"


def connector(context: Context) -> str:
    """Any Connector."""
    return "" if context.connectors else no_connector()


def _can(event: Event) -> str:
    return {Event.RESTORE: "only an Ignored Record can be restored"}.get(event, "not possible in its state")


def _state(context: Context, event: Event) -> str:
    if not context.targets:
        return "there is nothing under the cursor"
    # What is marked may be a hundred thousand rows: the service looks at these.
    if context.marked or after(context.row.state, event) is not None:
        return ""
    return _can(event)


def restorable(context: Context) -> str:
    """An Ignored Record."""
    return _state(context, Event.RESTORE)


def ignorable(context: Context) -> str:
    """A Record that is not ignored."""
    reason = row(context)
    if not reason and not context.marked and context.row.state is State.IGNORED:
        return "it is ignored already"
    return reason


def acceptable(context: Context) -> str:
    """Records, or a New one for which a Product is likely."""
    reason = row(context)
    if reason or context.marked:
        return reason
    if context.row.state not in UNMAPPED_STATES:
        return "it is mapped already: change that with {map}"
    if context.row.state is State.IGNORED:
        return "it is ignored: {restore} restores it first, {map} maps it"
    if context.row.suggested_product is None and context.row.suggested_confidence is not None:
        return "no Product is likely for it: choose one with {map}"
    return ""


def syncable(context: Context) -> str:
    """A Good Record."""
    if context.place in (UNMAPPED, RECORD) and not context.marked:
        if context.row is None:
            return "there is nothing under the cursor"
        if context.row.state in UNMAPPED_STATES:
            return "only mapped Records can be synced: map it first with {map}"
    if context.place == UNMAPPED:
        return "only mapped Records can be synced: map them first with {map}"
    if context.marked or context.row is None:
        return row(context)
    if context.row.state is not State.GOOD:
        return f"it is {context.row.state}: only Good Records are synced"
    return ""


def triageable(context: Context) -> str:
    """A Finding that is held here."""
    if not context.targets:
        return "there is nothing under the cursor"
    return triage_here(context)


def triage_here(context: Context) -> str:
    """Findings that are held here."""
    return "the server's people decide there, and a Sync keeps it: {link} opens it" if context.server else ""


def has_findings(context: Context) -> str:
    """A Record."""
    if context.row is None:
        return "there is nothing under the cursor"
    return ""


def mapped(context: Context) -> str:
    """A mapped Record."""
    if context.row is None:
        return "there is nothing under the cursor"
    return "" if context.row.product_ref else "it is not mapped to a Product"


def running(context: Context) -> str:
    """A running Operation."""
    return "" if context.running else "no Operation is running"


def held(context: Context) -> str:
    """Something held."""
    if context.row is None:
        return "there is nothing under the cursor"
    row, held = context.row, context.held
    if held is None:
        # A Sync of which one Record failed and another one is held is Failed: only its outcomes tell.
        broke = row.status in (Status.FAILED, Status.PARTLY_FAILED) and not row.dry_run
        held = row.status is Status.HELD or (broke and bool(row.counts.get("skipped")))
    if row.connector_id is None:
        return "its Connector was removed"
    return "" if held else NOTHING_HELD


def planned(context: Context) -> str:
    """A plan that has ended."""
    reason = again(context)
    return reason or ("" if context.row.dry_run else "this is no plan, it was done: {again} runs it again")


def again(context: Context) -> str:
    """An Operation that has ended."""
    if context.row is None:
        return "there is nothing under the cursor"
    if context.row.connector_id is None:
        return "its Connector was removed"
    return "" if context.row.status.ended else "it has not ended yet"


def undone(context: Context) -> str:
    """An Operation that did not do all of it."""
    reason = again(context)
    if reason:
        return reason
    return "nothing failed in it" if context.row.status is Status.COMPLETED else ""


def checked(context: Context) -> str:
    """A check that has ended."""
    return "" if context.row is not None else "it is not done yet; {back} cancels it"


def demo(context: Context) -> str:
    """That the demo can be opened, and nothing would be lost."""
    if not context.offers_demo:
        return "this is the demo; {quit} leaves it"
    return "an Operation is running, and would be interrupted: let it end first" if context.running else ""


def server(context: Context) -> str:
    """A server."""
    if context.row is None:
        return "there is nothing under the cursor"
    return "" if context.row.server is not None else "the embedded destination is a part of the store"


def removable(context: Context) -> str:
    """A server that is not in use."""
    reason = server(context)
    return reason or ("it is in use: use another one first" if context.row.used else "")


def usable(context: Context) -> str:
    """A destination that is not in use."""
    if context.row is None:
        return "there is nothing under the cursor"
    if context.pinned:
        return f"--destination, $DOJO_TUI_DESTINATION or the config file says {_literal(context.pinned)}"
    return "it is in use already" if context.row.used else ""


def _literal(text: str) -> str:
    """Foreign text in which nothing stands for a key."""
    return plain(text, 80).replace("{", "{{").replace("}", "}}")


def left(context: Context) -> str:
    """Something left to move."""
    return "" if context.planned else "there is no plan yet, or nothing left to move"


def several(context: Context) -> str:
    """Any Connector."""
    return "" if context.connectors else no_connector()
