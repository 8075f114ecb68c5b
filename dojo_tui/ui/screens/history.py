"""The history of mappings: every act, and what u would take back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.commands import HISTORY, key_of
from dojo_tui.ui.lists.base import Query, Source
from dojo_tui.ui.lists.history import HistorySource, act_lines, what
from dojo_tui.ui.screens.list_page import ListPage
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line


class HistoryScreen(ListPage):
    """The list of acts."""

    place = HISTORY
    default_sort = ""  # the newest first: there is no other order

    def on_mount(self) -> None:
        """Now the Workspace is known."""
        workspace = self.app.workspace
        assert workspace is not None, "acts are shown once the store is open"
        self._acts = HistorySource(workspace)
        self._list.switch(self._acts)
        super().on_mount()

    def concerned(self, changes: Changes) -> bool:
        """Something was mapped."""
        return changes.records

    def _arrived(self, source: Source, ids: array[int], query: Query) -> None:
        super()._arrived(source, ids, query)
        self.draw()

    def details(self, row: Any) -> list[Line]:
        """The act in full."""
        return act_lines(row, self.app.clock)

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """What u would do."""
        acts = getattr(self, "_acts", None)
        last = acts.next if acts is not None else None
        left = [Part(" History of mappings", "strong")]
        if last is None or self.app.read_only:
            return left, []
        return left, [Part(f"{key_of('undo')} ", "key", "undo"), Part(f"takes back: {what(last)} ", "", "undo")]


class ActScreen(TextPage):
    """One act in full."""

    kind = "Act"

    def heading(self) -> str:
        """What was done."""
        return what(self.row)

    def lines(self) -> Iterable[Line]:
        """Who did it, and when."""
        return act_lines(self.row, self.app.clock)
