"""Mapping acts: in a thread, all or nothing, and taken back with u."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.commands import Context, keyed
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Mapper
    from dojo_tui.ui.app import DojoApp
    from dojo_tui.ui.screens.picker import Entry
    from dojo_tui.ui.screens.product_picker import Choice


def act(app: DojoApp, do: Callable[[Mapper], Any], nothing: str = "") -> None:
    """Do it in a thread, say what was done, and show the lists anew."""
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"

    def done(change: Any) -> None:
        listed = app.page.table if app.page is not None else None
        if listed is not None and listed.marks:
            listed.set_marks(set())
        app.changed(records=True)
        if change is None:
            app.tell(nothing, "dim")
        elif change.batch:
            app.tell(f"✓ {change.sentence}", "good")
        else:
            app.tell(change.sentence, "warn")

    app.jobs.write(lambda: do(workspace.mapper), done)


def choose(app: DojoApp, context: Context) -> None:
    """Pick the Product."""
    from dojo_tui.ui.screens.product_picker import ProductPicker

    targets = context.targets
    row = context.row if len(targets) == 1 else None
    now = str(row.product_name or "") if row is not None else ""
    likely = "" if row is None else now or str(row.suggested_product or row.former_product_name or "")
    own = "" if row is None else now or str(row.former_product_name or row.name)

    def chosen(entry: Entry | None) -> None:
        if entry is not None:
            choice: Choice = entry.value
            if choice.product is None:
                app.tell(f"Making {plain(choice.name, 60)} …", "dim")
            act(app, lambda mapper: mapper.map(targets, choice.product or choice.name, choice.product_type))

    word = "now" if now else "suggested"
    if row is not None and not now and row.suggested_product:
        word = f"suggested, {row.suggested_confidence:.0%} sure"
    what = context.noun if context.marked or context.row is None else f"“{plain(context.row.name, 50)}”"
    app.push_screen(ProductPicker(what, likely or own, word=word, own=own), chosen)


def ignore(app: DojoApp, context: Context) -> None:
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


def restore(app: DojoApp, context: Context) -> None:
    """Ignored Records become New."""
    targets = context.targets
    act(app, lambda mapper: mapper.restore(targets))


def delete(app: DojoApp, context: Context) -> None:
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


def _deleted(app: DojoApp, targets: tuple[int, ...]) -> None:
    if len(app.screen_stack) > 1:
        app.pop_screen()
    act(app, lambda mapper: mapper.delete(targets))


def undo(app: DojoApp, _context: Context) -> None:
    """Take back the last act."""
    act(app, lambda mapper: mapper.undo(), "There is nothing to take back.")


def redo(app: DojoApp, _context: Context) -> None:
    """Do again what was taken back."""
    act(app, lambda mapper: mapper.redo(), "There is nothing to do again.")


def history(app: DojoApp, _context: Context) -> None:
    """The screen of all acts."""
    from dojo_tui.ui.screens.history import HistoryScreen

    app.push_screen(HistoryScreen())
