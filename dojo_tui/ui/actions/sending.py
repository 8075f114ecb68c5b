"""Where Findings go: adding, editing, checking, using, removing destinations, and moving to one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dojo_tui.model.errors import UsageError
from dojo_tui.model.text import number
from dojo_tui.ui.command import Context
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.switching import switch, switched
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host

T = TypeVar("T")


def destinations(app: Host, _context: Context) -> None:
    """The Destinations screen."""
    from dojo_tui.ui.screens.destinations import DestinationsScreen

    if not isinstance(app.page, DestinationsScreen):
        app.push_screen(DestinationsScreen())


def add(app: Host, _context: Context) -> None:
    """An empty form."""
    from dojo_tui.ui.screens.destination_form import DestinationForm

    app.push_screen(DestinationForm())


def edit(app: Host, context: Context) -> None:
    """The same form, filled in."""
    from dojo_tui.ui.screens.destination_form import DestinationForm

    app.push_screen(DestinationForm(context.row.server, used=context.row.used))


def check(app: Host, context: Context) -> None:
    """Look whether it works, and say so step by step."""
    from dojo_tui.ui.screens.destinations import DestinationCheck

    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"
    # The one in use may be reached as a config file says.
    server = workspace.server if row.used and workspace.server is not None else row.server
    destinations = workspace.destinations
    app.push_screen(DestinationCheck(server, row.name, partial(destinations.check, server)))


def tag_tests(app: Host, context: Context) -> None:
    """Add what our older Tests there lack (asks first)."""
    from dojo_tui.services.cancel import CancelToken
    from dojo_tui.services.labelling import Labelling
    from dojo_tui.ui.screens.confirm import Confirm

    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"
    destination = workspace.destinations.connect(row.server)
    labelling = Labelling(destination, CancelToken())

    def plan() -> list[Any]:
        try:
            return labelling.plan()
        finally:
            destination.close()

    def add_labels(lacking: list[Any]) -> list[Any]:
        try:
            return labelling.run(lacking)
        finally:
            destination.close()

    def ended(done: list[Any]) -> None:
        failed = [one for one in done if one.error]
        if failed:
            app.tell(f"{len(failed):,} of {len(done):,} Tests failed: {plain(failed[0].error, 200)}", "bad")
        else:
            app.tell(f"✓ {number(len(done), 'Test')} labelled.", "good")

    def ask(lacking: list[Any]) -> None:
        if not lacking:
            app.tell("None of our Tests there lacks anything.", "good")
            return
        lines = [f"{plain(one.title, 40)}: {plain(', '.join(one.missing), 80)}" for one in lacking[:6]]
        lines += [f"and {len(lacking) - 6:,} more"] if len(lacking) > 6 else []
        lines.append("Stays: whatever tags, lead, environment and description they have.")
        app.push_screen(
            Confirm(
                f"Add what is missing to {number(len(lacking), 'Test')} at {plain(row.name, 50)}?", lines, "Add it"
            ),
            lambda yes: app.jobs.write(lambda: add_labels(lacking), ended) if yes else None,
        )

    app.tell(f"Looking at our Tests at {plain(row.name, 60)} …", "dim")
    app.jobs.read("labels", plan, ask)


def use(app: Host, context: Context) -> None:
    """Send Findings there from now on."""
    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"
    url = row.server.url if row.server is not None else None

    def used(sentence: str) -> None:
        switched(app)
        app.tell(f"✓ {sentence}", "good")

    app.tell(f"Going over to {plain(row.name, 80)} …", "dim")
    app.jobs.write(lambda: switch(app, lambda: workspace.destinations.choose(url)), used)


def remove(app: Host, context: Context) -> None:
    """Asks first, and says what stays (P6)."""
    from dojo_tui.ui.screens.confirm import Confirm

    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"

    def removed(sentence: str) -> None:
        app.changed(records=True)
        app.tell(f"✓ {sentence}", "good")

    def ask(_nothing: None) -> None:
        app.push_screen(
            Confirm(
                f"Remove the destination {plain(row.name, 60)}?",
                [
                    "What this store remembers of it goes: its Products, and what was sent to it.",
                    "This cannot be undone; added again, it would be a new one.",
                    "Stays: everything on that server.",
                ],
                "Remove it",
            ),
            lambda yes: app.jobs.write(lambda: workspace.destinations.remove(row.name), removed) if yes else None,
        )

    def refused(error: Exception) -> None:
        # The way out that the command line names has a key here.
        app.tell_error(
            UsageError(error.what, safe=error.safe, do=_way_out()) if isinstance(error, UsageError) else error
        )

    app.jobs.read("removable", lambda: workspace.destinations.removable(row.server), ask, refused)


def _way_out() -> str:
    return keyed("Use another one first ({use}), and map or ignore the Records that are mapped to its Products.")


def migrate(app: Host, context: Context) -> None:
    """What would be moved there, and then moving it."""
    from dojo_tui.ui.screens.migration import MigrationScreen

    app.push_screen(MigrationScreen(context.row.server, used=context.row.used))


def move(app: Host, _context: Context) -> None:
    """Do what the plan shows (asks first)."""
    from dojo_tui.ui.screens.confirm import Confirm
    from dojo_tui.ui.screens.migration import MigrationScreen

    page: Any = app.page
    if isinstance(page, MigrationScreen):
        app.push_screen(
            Confirm(
                f"Move {page.what} to {plain(page.server.url, 60)}?",
                [
                    "Products are found or made there, open and dismissed Findings are sent, Records are mapped anew.",
                    "Stays: everything in the embedded destination, and closed Findings only there.",
                    keyed("Can be stopped with {back}, and done again; {undo} in the list of Records maps all back."),
                ],
                "Move them",
            ),
            lambda yes: page.move() if yes else None,
        )
