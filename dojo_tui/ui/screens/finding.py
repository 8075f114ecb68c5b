"""One Finding in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.widget import Widget

from dojo_tui.ui.lists.details import finding_lines
from dojo_tui.ui.screens.base import Page
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import plain
from dojo_tui.ui.widgets.text_pane import TextPane


class FindingScreen(Page):
    """Its facts and its description."""

    AUTO_FOCUS = "#text"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self._row = row
        self._text = TextPane(name="text")

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self._text

    def on_mount(self) -> None:
        """Show it."""
        super().on_mount()
        self._text.show(finding_lines(self._row, self.app.clock))

    @property
    def row(self) -> Any:
        """The Finding."""
        return self._row

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Its title."""
        return [Part(f" Finding: {plain(self._row.title, 120)}", "strong")], []

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """The ways from here."""
        return [Part(" ↑↓ scroll · y copies · esc goes back", "dim")], []
