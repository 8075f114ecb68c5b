"""Another destination, or other settings of it, while the app is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from dojo_tui.model.errors import BusyError
from dojo_tui.ui.commands import keyed

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host

T = TypeVar("T")


def switch(app: Host, act: Callable[[], T]) -> T:
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


def switched(app: Host) -> None:
    """Show what is so after ``switch``."""
    app.listen()
    app.changed(records=True, operations=True)
    app.health.look(asked=True)
