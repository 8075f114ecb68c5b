"""Findings as a list, with details beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dojo_tui.model.severity import Severity
from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import FINDINGS
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.lists.finding import BRIEF, decision_lines, finding_lines
from dojo_tui.ui.lists.findings import FindingSource
from dojo_tui.ui.screens.finding import FindingScreen, copied_finding
from dojo_tui.ui.screens.list_page import GAP_DOT, ListPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.columns import Query
from dojo_tui.ui.widgets.plain import Line

SHORT = {Severity.CRITICAL: "crit", Severity.MEDIUM: "med"}
"""Where there is no room for the whole word."""


class FindingsScreen(ListPage):
    """Active ones first of all; t shows the closed ones too."""

    place = FINDINGS
    default_sort = "severity"

    def __init__(self, heading: str, *, record_id: int | None = None, product_ref: str | None = None) -> None:
        """Of a Record (and then its Product only says what o opens), or of a whole Product."""
        super().__init__(markable=True)
        self._heading = heading
        self._record_id, self.product_ref = record_id, product_ref
        self._source: FindingSource | None = None

    def on_mount(self) -> None:
        """Now the Workspace is known."""
        workspace = self.app.workspace
        assert workspace is not None, "Findings are shown once the store is open"
        self._source = FindingSource(workspace, self.product_ref if self._record_id is None else None, self._record_id)
        self._list.switch(self._source)
        super().on_mount()

    def shown_order(self) -> Query:
        """The worst first."""
        query = self.view.query
        return query if query.sort else replace(query, sort="severity", descending=True)

    def toggle_active(self) -> None:
        """Closed ones too, or not."""
        if self._source is not None:
            self._source.active = None if self._source.active else True
            self.reload()
            self.draw()

    def concerned(self, changes: Changes) -> bool:
        """A Sync that ended may have brought some."""
        return changes.rows

    def details(self, row: Any) -> list[Line]:
        """The Finding in full."""
        decisions = self._source.decisions(row.id) if self._source is not None else ()
        return finding_lines(row, self.app.clock, decision_lines(decisions, self.app.clock), BRIEF)

    def open_row(self) -> None:
        """The Finding in full."""
        if self.row is not None:
            self.app.push_screen(FindingScreen(self.row))

    def copied(self) -> str:
        """What a person pastes into a ticket, unless the pane has the keyboard."""
        return super().copied() if self.row is None or self.pane is not self.table else copied_finding(self.row)

    def draw_status(self) -> None:
        """The title as well: a filter may say which states are shown."""
        super().draw_status()
        self._title.show(*self.title_parts())

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """How many of each severity, whatever the filter."""
        left, right = super().status_parts()
        counted = self._source.by_severity(self.table.query_shown) if self._source is not None else {}
        if not counted:
            return left, right
        names = {one: one.label.lower() if self.wide else SHORT.get(one, one.label.lower()) for one in Severity}
        words = "  ".join(f"{number:,} {names[severity]}" for severity, number in counted.items())
        return [left[0], GAP_DOT, Part(words), *left[1:]], right

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Whose they are, and which are shown."""
        active = self._source is None or bool(self._source.active)
        word = "active only" if active else "active and closed"
        if self._source is not None and self._source.asks_for_state(self.view.query.text):
            word = "as the filter says"
        shown = [Part(f"{key_of('active')} ", "key", "active"), Part(f"{word} ", "", "active")]
        if len(self.table.heads) > 1:
            keys = f"{key_of('previous_group')} {key_of('next_group')} "
            shown = [Part(keys, "key", "next_group"), Part("groups  ", "", "next_group"), *shown]
        return [Part(f" {self._heading}", "strong")], shown
