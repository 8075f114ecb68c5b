"""Mapping acts: in a thread, all or nothing, and taken back with u."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dojo_tui.model.operation import OperationType
from dojo_tui.model.text import number
from dojo_tui.ui.command import UNMAPPED, Context
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.times import moment
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Closing, Leaving, Mapper, Reversal, Undone
    from dojo_tui.ui.host import Host
    from dojo_tui.ui.screens.picker import Entry
    from dojo_tui.ui.screens.product_picker import Choice


def act(app: Host, do: Callable[[Mapper], Any], nothing: str = "") -> None:
    """Do it in a thread, say what was done, and show the lists anew."""
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    app.jobs.write(lambda: do(workspace.mapper), lambda change: _done(app, change, nothing))


def _done(app: Host, change: Any, nothing: str) -> None:
    listed = app.page.table if app.page is not None else None
    if listed is not None and listed.marks:
        listed.set_marks(set())
    app.changed(records=True)
    if change is None:
        app.tell(nothing, "dim")
    elif change.batch:
        app.tell(f"✓ {change.sentence}", "good")
        if closing := getattr(change, "closing", ()):
            _close(app, change.sentence, closing)
    else:
        app.tell(change.sentence, "warn")


def choose(app: Host, context: Context) -> None:
    """Pick the Product."""
    from dojo_tui.ui.screens.product_picker import ProductPicker

    targets = context.targets
    row = context.row if len(targets) == 1 else None
    now = str(row.product_name or "") if row is not None else ""
    likely = "" if row is None else now or str(row.suggested_product or row.former_product_name or "")
    own = "" if row is None else now or str(row.former_product_name or row.name)

    what = context.noun if context.marked or context.row is None else f"“{plain(context.row.name, 50)}”"
    # What is New was never mapped, or was deleted and came back; what is Ignored may have been.
    remaps = context.place != UNMAPPED or row is None or bool(row.former_product_name)

    def chosen(entry: Entry | None) -> None:
        if entry is not None:
            _map(app, targets, entry.value, what, remaps=remaps)

    word = "now" if now else "suggested"
    if row is not None and not now and row.suggested_product:
        word = f"suggested, {row.suggested_confidence:.0%} sure"
    app.push_screen(ProductPicker(what, likely or own, word=word, own=own), chosen)


def _map(app: Host, targets: tuple[int, ...], choice: Choice, what: str, *, remaps: bool) -> None:
    """Map them; where active Findings stay behind in another Product, show that first."""
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    product = choice.product or choice.name

    def go(close: bool | None, shown: Leaving | None = None) -> None:
        if close is None:
            return
        if choice.product is None:
            app.tell(f"Making {plain(choice.name, 60)} …", "dim")
        act(app, lambda mapper: mapper.map(targets, product, choice.product_type, close=close, shown=shown))

    def look(leaving: Leaving) -> None:
        from dojo_tui.ui.screens.remap import RemapDialog

        if app.page is not None:
            app.page.hush()
        if leaving.open.total():
            app.push_screen(RemapDialog(what, choice.name, leaving), lambda close: go(close, leaving))
        else:
            go(False)

    if remaps:
        app.tell("Looking what stays behind …", "dim")
        # Among the writes: it is about what those before it left.
        app.jobs.write(lambda: workspace.mapper.leaving(targets, product), look)
    else:
        go(False)


def _close(app: Host, done: str, closing: Sequence[Closing]) -> None:
    """Close what Records left behind, in the background."""
    from dojo_tui.ui.starting import SHOWN, start

    def begun(ids: list[int]) -> None:
        app.tell(f"✓ {done} ▶ Closing what they left: {keyed(SHOWN)}", "good")
        app.await_end(ids)

    start(
        app,
        OperationType.CLOSE,
        [(one.connector_id, one.connector_label, list(one.record_ids)) for one in closing],
        done=begun,
    )


def ignore(app: Host, context: Context) -> None:
    """Not to be imported; asks when mappings of many would go."""
    targets = context.targets
    if len(targets) > 1:
        from dojo_tui.ui.screens.confirm import Confirm

        app.push_screen(
            Confirm(
                f"Ignore {context.noun}?",
                [
                    "They will not be synced any more, and a Discover leaves them ignored.",
                    keyed("Stays: every Finding that was imported. {undo} takes it back."),
                ],
                f"Ignore {context.noun}",
            ),
            lambda yes: act(app, lambda mapper: mapper.ignore(targets)) if yes else None,
        )
        return
    act(app, lambda mapper: mapper.ignore(targets))


def restore(app: Host, context: Context) -> None:
    """Ignored Records become New."""
    targets = context.targets
    act(app, lambda mapper: mapper.restore(targets))


def delete(app: Host, context: Context) -> None:
    """Asks first, and says what stays (P6)."""
    from dojo_tui.ui.screens.confirm import Confirm

    targets = context.targets
    named = "" if context.marked or context.row is None else f" “{plain(context.row.name, 60)}”"
    app.push_screen(
        Confirm(
            f"Delete {context.noun}{named}?",
            [
                "The Record and its mapping go." if len(targets) == 1 else "The Records and their mappings go.",
                "Stays: every Finding, Test and Engagement that was imported.",
                keyed("What still exists at the tool comes back as New at the next Discover. {undo} takes it back."),
            ],
            f"Delete {context.noun}",
        ),
        lambda yes: _deleted(app, targets) if yes else None,
    )


def _deleted(app: Host, targets: tuple[int, ...]) -> None:
    if len(app.screen_stack) > 1:
        app.pop_screen()
    act(app, lambda mapper: mapper.delete(targets))


def undo(app: Host, _context: Context) -> None:
    """Take back what just happened, by this person or by the rules at a Discover.

    A large or an old act, one between destinations, and one after which something else happened is shown first.
    """
    _reverse(
        app,
        lambda mapper: mapper.next_undo(mapper.turn()),
        lambda mapper, act: mapper.undo(mapper.act(act).by if mapper.turn() else None, act),
        "to take back",
    )


def redo(app: Host, _context: Context) -> None:
    """Do again what was taken back; a large act is shown first."""
    _reverse(app, lambda mapper: mapper.next_redo(), lambda mapper, act: mapper.redo(act), "to do again")


def _reverse(
    app: Host,
    plan: Callable[[Mapper], Reversal | None],
    do: Callable[[Mapper, int], Undone | None],
    what: str,
) -> None:
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    nothing = f"There is nothing {what}."

    def small() -> Any:
        """What a person should see first is planned only; in one go, so that the next press sees what this one did."""
        reversal = plan(workspace.mapper)
        return reversal if reversal is None or reversal.asks else do(workspace.mapper, reversal.act.id)

    def ask(found: Any) -> None:
        from dojo_tui.services.undo import Reversal
        from dojo_tui.ui.screens.confirm import Confirm

        if not isinstance(found, Reversal):
            _done(app, found, nothing)
            return
        row = found.act
        verb = "Take back" if found.verb == "undo" else "Do again"
        told = [f"Done {moment(workspace.clock, row.at)} by {plain(row.by, 40)}.", *found.consequences]
        app.push_screen(
            Confirm(
                f"{verb}: {plain(row.what, 45)}?",
                [plain(line) for line in told],
                f"{verb} {number(row.count, 'Record')}",
            ),
            lambda yes: act(app, lambda mapper: do(mapper, row.id), nothing) if yes else None,
        )

    app.jobs.write(small, ask)


def history(app: Host, _context: Context) -> None:
    """The screen of all acts."""
    from dojo_tui.ui.screens.history import HistoryScreen

    app.push_screen(HistoryScreen())
