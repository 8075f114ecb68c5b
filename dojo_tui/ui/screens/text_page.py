"""One thing in full: a title and text to scroll."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from textual.widget import Widget

from dojo_tui.ui.commands import keyed
from dojo_tui.ui.screens.base import Page
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line, plain
from dojo_tui.ui.widgets.text_pane import TextPane


class TextPage(Page):
    """Shows one row of a list. What it is comes from ``kind``, ``heading`` and ``lines``."""

    AUTO_FOCUS = "#text"
    kind = ""
    """The word before the heading."""

    def __init__(self, row: Any) -> None:
        super().__init__()
        self._row = row
        self._text = TextPane(name="text")

    def heading(self) -> str:
        """What the row is called."""
        raise NotImplementedError

    def lines(self) -> Iterable[Line]:
        """All there is to say of it."""
        raise NotImplementedError

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self._text

    def on_mount(self) -> None:
        """Show it."""
        super().on_mount()
        self._text.show(self.lines())

    @property
    def row(self) -> Any:
        """What is shown."""
        return self._row

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Its kind and what it is called."""
        return [Part(f" {self.kind}: {plain(self.heading(), 120)}", "strong")], []

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """The ways from here."""
        return [Part(keyed(" ↑↓ scroll · {copy} copies · {back} goes back"), "dim")], []
