"""The history of mappings: every act, and what u would take back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import HISTORY
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.lists.history import HistorySource, act_lines, record_lines, what
from dojo_tui.ui.screens.list_page import ListPage
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.columns import Query, Source
from dojo_tui.ui.widgets.plain import Line

if TYPE_CHECKING:
    from dojo_tui.store.history import ActRecord, ActRow

_MOST = 500
"""So many Records of an act are shown: more than anybody reads, and no wait for a hundred thousand."""


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

    def open_row(self) -> None:
        """The act and its Records."""
        if self.row is not None:
            self.app.push_screen(ActScreen(self.row))

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

    def __init__(self, row: ActRow) -> None:
        super().__init__(row)
        self._records: list[Line] = []

    def heading(self) -> str:
        """What was done."""
        return what(self.row)

    def lines(self) -> Iterable[Line]:
        """Who did it, when, and to which Records."""
        return [*act_lines(self.row, self.app.clock), *self._records]

    def on_mount(self) -> None:
        """The Records come when they are read."""
        super().on_mount()
        workspace, number = self.app.workspace, self.row.id
        if workspace is not None:
            self.app.jobs.read(
                f"act {id(self)}",
                lambda: workspace.mapper.records_of(number, _MOST),
                self._arrived,
                self.app.tell_error,
            )

    def _arrived(self, records: list[ActRecord]) -> None:
        self._records = record_lines(self.row, records)
        self._text.show(self.lines())
