"""Destinations: add, edit, check, use, remove, move to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import DESTINATIONS
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.lists.destinations import DestinationSource, destination_lines
from dojo_tui.ui.screens.check import CheckScreen, Look
from dojo_tui.ui.screens.list_page import ListPage
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line

if TYPE_CHECKING:
    from dojo_tui.model.check import Checked
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.ui.host import Host


class DestinationsScreen(ListPage):
    """The embedded destination and the servers."""

    place = DESTINATIONS
    default_sort = ""  # as they were added

    def on_mount(self) -> None:
        """Now the Workspace is known."""
        self._list.switch(DestinationSource(lambda: self.app.workspace, self.app.health))
        super().on_mount()

    def concerned(self, changes: Changes) -> bool:
        """Any change may have mapped a Record."""
        return changes.records or changes.operations

    def draw(self) -> None:
        """The health of the one in use is in the list too."""
        super().draw()
        if self._list.ids:
            self._list.place_anew()
            self.draw_side()

    def details(self, row: Any) -> list[Line]:
        """The destination in full."""
        return _details(self.app, row)

    def open_row(self) -> None:
        """Edit the server; read what cannot be changed."""
        if self.app.read_only or self.row.server is None:
            self.app.push_screen(DestinationScreen(self.row))
        else:
            self.app.run_id("edit_destination")

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """What is shown."""
        return [Part(" Destinations", "strong"), Part("  where Findings go", "dim")], (
            []
            if self.app.read_only
            else [
                Part(f"{key_of('add_destination')} ", "key", "add_destination"),
                Part("add one ", "", "add_destination"),
            ]
        )


class DestinationScreen(TextPage):
    """One destination in full, where it cannot be edited."""

    kind = "Destination"

    def heading(self) -> str:
        """Its address."""
        return str(self.row.name)

    def lines(self) -> Iterable[Line]:
        """Where it is, and how it is reached."""
        return _details(self.app, self.row)


class DestinationCheck(CheckScreen):
    """The check of a server. That of the one in use tells its health too."""

    def __init__(self, server: DestinationRow | None, url: str, look: Look) -> None:
        super().__init__(url, "DefectDojo server", look)
        self._server = server

    def sentence(self, checked: Checked) -> str:
        """What it comes to."""
        if not checked.works:
            return super().sentence(checked)
        number = checked.veps
        seen = "It works" if number is None else f"Records can be mapped to {number:,} Product{'s' * (number != 1)}"
        return f"{seen}. Nothing was changed."

    def done(self, checked: Checked) -> None:
        """Keep what it told of the server."""
        if self._server is not None:
            self.app.health.checked(self._server, checked)


def _details(app: Host, row: Any) -> list[Line]:
    health = app.health.of(row.server) if row.server is not None else None
    return destination_lines(row, health, app.clock)
