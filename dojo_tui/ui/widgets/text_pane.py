"""Lines of text that wrap, scroll, and repaint only where they changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from dojo_tui.ui.widgets.painting import COMPONENTS, paint
from dojo_tui.ui.widgets.plain import Line, Span


def wrap(line: Line, width: int) -> list[Line]:
    """Break one line at spaces (or anywhere, when a word is longer than the line)."""
    if sum(cell_len(text) for text, _ in line) <= width or width < 4:
        return [line]
    hang = _hang(line, width)
    indent = " " * hang
    out: list[Line] = []
    row: list[Span] = []
    used = 0
    for text, style in line:
        for word in _words(text):
            size = cell_len(word)
            if used + size > width and word.strip():
                if used > hang:
                    out.append(tuple(row))
                    row, used = [(indent, "")], hang
                word = word.lstrip() or word
                while cell_len(word) > width - used:
                    head = _head(word, width - used)
                    row.append((head, style))
                    out.append(tuple(row))
                    row, used = [(indent, "")], hang
                    word = word[len(head) :]
                size = cell_len(word)
            row.append((word, style))
            used += size
    out.append(tuple(row))
    return out


def in_two(lines: Sequence[Line], width: int, height: int) -> list[Line]:
    """Lines beside each other in two columns, where that shows more of them in ``height`` lines."""
    if len(lines) <= height or width < TWO_FROM:
        return list(lines)
    half = (width - 2) // 2
    wrapped = [part for line in lines for part in wrap(line, half)]
    rows = max(height, (len(wrapped) + 1) // 2)
    left, right = wrapped[:rows], wrapped[rows:]
    while right and not right[0]:
        right.pop(0)
    right += [()] * (len(left) - len(right))
    gaps = [" " * (half + 2 - sum(cell_len(text) for text, _ in line)) for line in left]
    return [(*one, (gap, ""), *other) for one, gap, other in zip(left, gaps, right, strict=True)]


TWO_FROM = 90
"""Cells from which on two columns of text are readable."""

_LABELS = ("dim", "key", "good", "warn", "bad", "accent")


def _hang(line: Line, width: int) -> int:
    """Where its other lines begin: behind the label, if it has one."""
    text, style = line[0]
    size = cell_len(text)
    labelled = len(line) > 1 and (style in _LABELS or not text.strip())
    return size if labelled and size <= width // 2 else 0


def _words(text: str) -> Iterable[str]:
    start = 0
    while start < len(text):
        end = text.find(" ", start + 1)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end


def _head(word: str, width: int) -> str:
    if word.isascii():
        return word[: max(1, width)]
    used = 0
    for index, character in enumerate(word):
        used += cell_len(character)
        if used > width:
            return word[: max(1, index)]
    return word


class TextPane(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows inert lines; ``follow`` keeps the end in view, as a live log does."""

    COMPONENT_CLASSES = COMPONENTS

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        name: str | None = None,
        follow: bool = False,
        focusable: bool = True,
    ) -> None:
        super().__init__(id=name)
        self.can_focus = focusable
        self.follow = follow
        self._lines: list[Line] = list(lines)
        self._shown: list[Line] = []
        self._wrapped_for = 0
        self._looks: dict[str, Style] = {}

    def show(self, lines: Iterable[Line], *, top: bool = False) -> None:
        """Show these lines; only those that differ from before are repainted."""
        self._lines = list(lines)
        if top:
            self.scroll_to(y=0, animate=False, force=True)
        self._layout_lines()

    def append(self, lines: Sequence[Line]) -> None:
        """Add lines at the end."""
        self._lines.extend(lines)
        for line in lines:
            self._shown.extend(wrap(line, max(1, self.line_width)))
        self._fit()
        self.refresh()

    @property
    def text(self) -> str:
        """What is shown, without styles."""
        return "\n".join("".join(text for text, _ in line) for line in self._lines)

    def _wrap_all(self) -> None:
        self._wrapped_for = self.line_width
        self._shown = self._wrap_for(self._wrapped_for)
        # Lines that only need a scroll bar because one is shown do not keep it: what is seen depends on
        # the lines alone, not on what was shown before them.
        whole = self.content_region.width
        if self._wrapped_for < whole and len(self._lines) <= self.size.height < len(self._shown):
            without = self._wrap_for(whole)
            if len(without) <= self.size.height:
                self._wrapped_for, self._shown = whole, without

    def _wrap_for(self, width: int) -> list[Line]:
        return [part for line in self._lines for part in wrap(line, width)]

    def _layout_lines(self) -> None:
        if not self.line_width:
            self._wrapped_for = 0
            return
        before = self._shown
        self._wrap_all()
        scroll = self.scroll_offset.y
        self._fit()
        if self.scroll_offset.y != scroll:
            self.refresh()
            return
        nothing: Line = ()
        for y in range(self.size.height):
            index = y + scroll
            old = before[index] if index < len(before) else nothing
            new = self._shown[index] if index < len(self._shown) else nothing
            if old != new:
                self.refresh(Region(0, y, self.line_width, 1))

    def _fit(self) -> None:
        size = Size(0, len(self._shown))
        if size != self.virtual_size:
            self.virtual_size = size
        if self.follow:
            self.scroll_to(y=max(0, len(self._shown) - self.size.height), animate=False, force=True)

    def on_resize(self) -> None:
        """Wrap anew."""
        if self._wrapped_for != self.line_width:
            self._layout_lines()
            self.refresh()
        else:
            self._fit()

    def notify_style_update(self) -> None:
        """Forget styles of the theme that was."""
        self._looks.clear()
        super().notify_style_update()

    def _look(self, name: str) -> Style:
        style = self._looks.get(name)
        if style is None:
            style = self.get_component_rich_style(f"paint--{name}") if name else self.rich_style
            self._looks[name] = style
        return style

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        if self._wrapped_for != self.line_width:
            # A scroll bar came or went, which is no resize: there are more lines now, or fewer.
            self._wrap_all()
            self.call_later(self._fit)
        index = y + self.scroll_offset.y
        line = self._shown[index] if index < len(self._shown) else ()
        return paint(line, self.line_width, self._look)

    @property
    def line_width(self) -> int:
        """Cells of a line, those of the scroll bar left out."""
        return self.scrollable_content_region.width

    # --- moving (the commands of a list work here too) ------------------------

    @property
    def cursor(self) -> int:
        """The first line shown."""
        return self.scroll_offset.y

    @property
    def lines_shown(self) -> int:
        """How many lines fit."""
        return max(1, self.size.height)

    @property
    def last(self) -> int:
        """The line that stands on top when the end is shown."""
        return max(0, len(self._shown) - self.size.height)

    def move_to(self, line: int, *, extend: bool = False) -> None:
        """Scroll a line to the top; leaving the end of a followed text stops following."""
        line = max(0, min(self.last, line))
        self.scroll_to(y=line, animate=False, force=True)
