"""Connectors: add, edit, check, schedule, remove."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import CONNECTORS
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.lists.connectors import ConnectorSource
from dojo_tui.ui.lists.details import connector_lines
from dojo_tui.ui.screens.list_page import ListPage
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line, plain

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host


class ConnectorsScreen(ListPage):
    """The list of Connectors."""

    place = CONNECTORS
    default_sort = "label"

    def on_mount(self) -> None:
        """Now the Workspace is known."""
        workspace = self.app.workspace
        if workspace is not None:
            self._list.switch(ConnectorSource(workspace))
        super().on_mount()

    def concerned(self, changes: Changes) -> bool:
        """Any change may have set another due time."""
        return changes.records or changes.operations

    def details(self, row: Any) -> list[Line]:
        """The Connector in full."""
        return _details(self.app, row)

    def open_row(self) -> None:
        """Edit the Connector, or read it where nothing can be changed."""
        if not self.app.read_only:
            self.app.run_id("edit")
        elif self.row is not None:
            self.app.push_screen(ConnectorScreen(self.row))

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """What is shown."""
        return [Part(" Connectors", "strong")], (
            [] if self.app.read_only else [Part(f"{key_of('add')} ", "key", "add"), Part("add one ", "", "add")]
        )


class ConnectorScreen(TextPage):
    """One Connector in full, where it cannot be edited."""

    kind = "Connector"

    def heading(self) -> str:
        """Its label."""
        return str(self.row.label)

    def lines(self) -> Iterable[Line]:
        """Where it looks, and when."""
        return _details(self.app, self.row)


def _details(app: Host, row: Any) -> list[Line]:
    workspace = app.workspace
    tool = workspace.tools.get(row.tool) if workspace is not None else None
    return connector_lines(row, app.clock, plain(tool.title) if tool is not None else plain(row.tool))
