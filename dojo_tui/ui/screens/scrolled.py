"""Base of dialogs that show lines to look through before something is done."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import ClassVar, TypeVar

from textual.binding import Binding

from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.plain import Line
from dojo_tui.ui.widgets.text_pane import TextPane, wrap

WIDEST = 90
"""Cells; as the style sheet has it."""

T = TypeVar("T")


class Scrolled(Dialog[T]):
    """The arrows and pages scroll its lines."""

    BINDINGS: ClassVar = [
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("n", "give_up", show=False),
    ]

    def __init__(self, lines: Iterable[Line]) -> None:
        super().__init__()
        self._lines = TextPane(list(lines), name="lines", focusable=False)

    def fit(self, most: int, besides: int, lines: Iterable[Line] = ()) -> TextPane:
        """The lines, at most so many high, and no higher than ``lines`` need (where they are known yet).

        ``besides`` is what else of the dialog needs room.
        """
        width = min(WIDEST, self.app.size.width * 9 // 10) - 4
        needed = sum(len(wrap(line, width)) for line in islice(lines, most)) or most
        self._lines.styles.height = max(4, min(most, needed, self.app.size.height - besides))
        return self._lines

    def action_scroll(self, lines: int) -> None:
        """Look at what is further down, or up."""
        self._lines.move_to(self._lines.cursor + lines)
