"""A line of text parts, some of which are clickable: top line, tabs, status, key hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from dojo_tui.ui.widgets.painting import COMPONENTS, paint


@dataclass(frozen=True, slots=True)
class Part:
    """Inert text, its style, and the command a click runs (empty: none)."""

    text: str
    style: str = ""
    command: str = ""


class Bar(Widget):
    """Draws its parts on one line; parts after ``push`` stand at the right edge."""

    COMPONENT_CLASSES = COMPONENTS

    class Pressed(Message):
        """A part with a command was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, parts: Sequence[Part] = (), *, name: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=name, classes=classes)
        self._left: tuple[Part, ...] = tuple(parts)
        self._right: tuple[Part, ...] = ()

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Show these parts; nothing is repainted when they are the same."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    @property
    def text(self) -> str:
        """What is shown, without styles."""
        return "".join(part.text for part in self._left + self._right)

    def _laid_out(self, width: int) -> list[tuple[int, Part]]:
        """Parts with the cell each starts at. Without room for all, the left ones go first from their end."""
        right_size = sum(cell_len(part.text) for part in self._right)
        laid: list[tuple[int, Part]] = []
        x = 0
        shown_right = right_size <= width * 2 // 3
        limit = width - right_size - (1 if self._right else 0) if shown_right else width
        for part in self._left:
            size = cell_len(part.text)
            if x + size > limit:
                if x < limit:
                    laid.append((x, Part(part.text[: max(0, limit - x - 1)] + "…", part.style, part.command)))
                break
            laid.append((x, part))
            x += size
        if shown_right:
            x = width - right_size
            for part in self._right:
                laid.append((x, part))
                x += cell_len(part.text)
        return laid

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"paint--{name}") if name else self.rich_style

    def render_line(self, y: int) -> Strip:
        """Draw the parts."""
        width = self.size.width
        spans: list[tuple[str, str]] = []
        at = 0
        for x, part in self._laid_out(width) if y == 0 else ():
            if x > at:
                spans.append((" " * (x - at), ""))
            spans.append((part.text, part.style))
            at = x + cell_len(part.text)
        return paint(spans, width, self._look)

    def on_click(self, event: events.Click) -> None:
        """Run the command of the part that was clicked."""
        event.stop()
        for x, part in self._laid_out(self.size.width):
            if x <= event.x < x + cell_len(part.text) and part.command:
                self.post_message(self.Pressed(part.command))
                return
