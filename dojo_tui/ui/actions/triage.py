"""Deciding about Findings: in a thread, all or nothing, and taken back with u."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dojo_tui.ui.command import Context
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.model.triage import Decision
    from dojo_tui.services.triage import Counts, Decided, Triage
    from dojo_tui.ui.host import Host


def _act(app: Host, act: Callable[[Triage], Decided | None], nothing: str = "") -> None:
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"

    def done(decided: Decided | None) -> None:
        listed = app.page.table if app.page is not None else None
        if listed is not None and listed.marks:
            listed.set_marks(set())
        app.changed(records=True)
        if decided is None:
            app.tell(nothing, "dim")
        else:
            app.tell(f"✓ {decided.sentence}", "good")

    app.jobs.write(lambda: act(workspace.triage), done)


def choose(app: Host, context: Context) -> None:
    """Count what is there, then ask for the decision and its reason."""
    workspace, targets = app.workspace, context.targets
    assert workspace is not None, "commands run once the store is open"
    what = context.noun if context.marked else f"“{plain(context.row.title, 40)}”"

    def decided(answer: tuple[Decision, str] | None) -> None:
        if answer is not None:
            _act(app, lambda triage: triage.decide(targets, *answer))

    def counted(counts: Counts) -> None:
        from dojo_tui.ui.screens.triage import TriageDialog

        if counts.elsewhere:
            app.tell("These are a server's Findings: decide there; the next Sync takes it over.", "warn")
        else:
            app.push_screen(TriageDialog(what, counts), decided)

    app.jobs.read("triage", lambda: workspace.triage.preview(targets), counted)


def undo(app: Host, _context: Context) -> None:
    """Take back the last act."""
    _act(app, lambda triage: triage.undo(), "There is nothing to take back.")


def redo(app: Host, _context: Context) -> None:
    """Do again what was taken back."""
    _act(app, lambda triage: triage.redo(), "There is nothing to do again.")
