"""Where Findings go: adding, editing, checking, using, removing destinations, and moving to one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dojo_tui.model.errors import BusyError, UsageError
from dojo_tui.ui.commands import Context, keyed
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.ui.app import DojoApp

T = TypeVar("T")


def destinations(app: DojoApp, _context: Context) -> None:
    """The Destinations screen."""
    from dojo_tui.ui.screens.destinations import DestinationsScreen

    if not isinstance(app.page, DestinationsScreen):
        app.push_screen(DestinationsScreen())


def add(app: DojoApp, _context: Context) -> None:
    """An empty form."""
    from dojo_tui.ui.screens.destination_form import DestinationForm

    app.push_screen(DestinationForm())


def edit(app: DojoApp, context: Context) -> None:
    """The same form, filled in."""
    from dojo_tui.ui.screens.destination_form import DestinationForm

    app.push_screen(DestinationForm(context.row.server, used=context.row.used))


def check(app: DojoApp, context: Context) -> None:
    """Look whether it works, and say so step by step."""
    from dojo_tui.ui.screens.destinations import DestinationCheck

    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"
    # The one in use may be reached as a config file says.
    server = workspace.server if row.used and workspace.server is not None else row.server
    destinations = workspace.destinations
    app.push_screen(DestinationCheck(server, row.name, partial(destinations.check, server)))


def use(app: DojoApp, context: Context) -> None:
    """Send Findings there from now on."""
    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"
    url = row.server.url if row.server is not None else None

    def used(sentence: str) -> None:
        switched(app)
        app.tell(f"✓ {sentence}", "good")

    app.tell(f"Going over to {plain(row.name, 80)} …", "dim")
    app.jobs.write(lambda: switch(app, lambda: workspace.destinations.choose(url)), used)


def switch(app: DojoApp, act: Callable[[], T]) -> T:
    """Do what gives the store another destination, or other settings of it, and go on with these. In a thread.

    Among the app's writes, so that nothing is started or mapped meanwhile.
    """
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    if not workspace.operations.wait(timeout=0):
        raise BusyError(
            "An Operation runs here, and would be cut off from its destination.", safe="Nothing was changed.",
            do=keyed("Wait for its end, or cancel it: {operations} shows it, {cancel} cancels it."),
        )  # fmt: skip
    done = act()
    app.workspace = workspace.reconnected()
    return done


def switched(app: DojoApp) -> None:
    """Show what is so after ``switch``."""
    app.listen()
    app.changed(records=True, operations=True)
    app.health.look(asked=True)


def remove(app: DojoApp, context: Context) -> None:
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


def migrate(app: DojoApp, context: Context) -> None:
    """What would be moved there, and then moving it."""
    from dojo_tui.ui.screens.migration import MigrationScreen

    app.push_screen(MigrationScreen(context.row.server, used=context.row.used))


def move(app: DojoApp, _context: Context) -> None:
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
