"""Connectors: add, edit, check, schedule, remove."""

from __future__ import annotations

from typing import Any

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.commands import CONNECTORS
from dojo_tui.ui.lists.connectors import ConnectorSource
from dojo_tui.ui.lists.details import connector_lines
from dojo_tui.ui.screens.list_page import ListPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line, plain


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
        workspace = self.app.workspace
        tool = workspace.tools.get(row.tool) if workspace is not None else None
        return connector_lines(row, self.app.clock, plain(tool.title) if tool is not None else plain(row.tool))

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """What is shown."""
        return [Part(" Connectors", "strong")], [Part("n ", "key", "add"), Part("add one ", "", "add")]
