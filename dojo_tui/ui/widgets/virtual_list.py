"""A list of any length that holds only ids.

Rows are fetched a page at a time when one of their lines is drawn, a cursor
move repaints two lines, and marks are ids, so that they survive sorting,
filtering and refreshing.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from dojo_tui.model.errors import StoreError
from dojo_tui.model.text import cells
from dojo_tui.ui.widgets.columns import SORTED, Column, Placed, Query, Source, place
from dojo_tui.ui.widgets.groups import Grouped, Heads
from dojo_tui.ui.widgets.painting import COMPONENTS, fit, fit_end, paint
from dojo_tui.ui.widgets.plain import Line, Span

PAGE = 64
PAGES = 32
GUTTER = 3
"""Pointer, mark, and a blank; without marks one less."""
NOTHING: array[int] = array("q")


def _nobody() -> None:
    """Stand in for an owner that does not care."""


class VirtualList(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a Source. The owner loads ids (in a thread) and hands them in with ``show``."""

    COMPONENT_CLASSES = COMPONENTS

    class Event(Message):
        """Something a person did with the list."""

        def __init__(self, sender: VirtualList) -> None:
            super().__init__()
            self.list = sender

        @property
        def control(self) -> VirtualList:
            """The list."""
            return self.list

    class Chosen(Event):
        """A row was double-clicked (the keyboard's enter is a command)."""

    class HeaderClicked(Event):
        """A sortable column's title was clicked."""

        def __init__(self, sender: VirtualList, sort: str) -> None:
            super().__init__(sender)
            self.sort = sort

    class MenuAsked(Event):
        """A row was right-clicked."""

    def __init__(self, source: Source, *, name: str = "list", markable: bool = True, header: bool = True) -> None:
        super().__init__(id=name)
        self.source = source
        self.query_shown = Query()
        self.order = Query()
        """The order to show in the header: the Source's own when nobody chose one."""
        self.ids: array[int] = NOTHING
        self.heads = Heads()
        """Lines above the groups of rows, if there are groups; the cursor is on rows only."""
        self.cursor = 0
        self.marks: set[int] = set()
        self.markable = markable
        self.header = 1 if header else 0
        self.message: list[Line] | None = []
        self.moved: Callable[[], None] = _nobody
        """Called when the cursor is on another row, or other rows are shown. Not a message:
        what depends on it is painted in the same frame."""
        self.marked: Callable[[], None] = _nobody
        """Called when marks changed."""
        self.failed: Callable[[StoreError], None] = lambda _error: None
        """Called when rows could not be read; their lines say so."""
        self.arranged: Callable[[Sequence[Column]], list[tuple[int, Column]]] = lambda columns: [*enumerate(columns)]
        """Which columns are wanted, in which order; each with its index in the Source."""
        self._pages: OrderedDict[int, dict[int, Any]] = OrderedDict()
        self._placed: list[Placed] = []
        self._placed_for = -1
        self._anchor: int | None = None
        self._before_range: set[int] = set()
        self._looks: dict[str, Style] = {}

    # --- what is shown -------------------------------------------------------

    def switch(self, source: Source) -> None:
        """Show another Source; nothing of the old one is kept."""
        self.source = source
        self.ids, self.cursor, self.marks = NOTHING, 0, set()
        self.heads = Heads()
        self._anchor = None
        self._pages.clear()
        self._placed_for = -1

    def show(self, ids: array[int], query: Query, *, at: int | None = None) -> None:
        """Show these rows, the cursor staying on its row if it is still there (or going to id ``at``)."""
        groups = self.source.groups(query) if isinstance(self.source, Grouped) else ()
        heads = Heads(groups, len(ids))
        message = None if ids else self.source.empty(query)
        same = message == self.message and query == self.query_shown and heads.groups == self.heads.groups
        if at is None and same and ids == self.ids:
            if ids:
                self.reread()
            return
        current = at if at is not None else self.current_id
        offset = self.heads.line_of(self.cursor) - self.scroll_offset.y
        self.ids, self.heads, self.query_shown = ids, heads, query
        self._pages.clear()
        self._placed_for = -1
        self._anchor = None
        self.message = message
        if current is not None and ids:
            try:
                self.cursor = ids.index(current)
            except ValueError:
                self.cursor = min(self.cursor, len(ids) - 1)
        else:
            self.cursor = 0
        self._resize()
        if self.size.height:
            top = max(0, min(heads.line_of(self.cursor) - offset, self.lines - self.lines_shown))
            self.scroll_to(y=top, animate=False, force=True)
            self._into_view()
        self.refresh()
        self.moved()

    def say(self, lines: list[Line]) -> None:
        """Show a message instead of rows (loading, an error)."""
        self.ids, self.heads, self.message = NOTHING, Heads(), lines
        self._pages.clear()
        self._resize()
        self.refresh()

    def reread(self) -> None:
        """Fetch the rows anew and repaint those that differ; ids and marks stay."""
        before, self._pages = self._pages, OrderedDict()
        top = self.scroll_offset.y
        for line in range(top, min(self.lines, top + self.lines_shown)):
            index = self.heads.row_at(line)
            old = before.get(index // PAGE, {}).get(self.ids[index])
            if old != self.row(index):
                self.repaint(index)
        if self._is_cut():
            self.place_anew()
        self.moved()

    def row(self, index: int) -> Any:
        """The row at an index, or None when it is gone."""
        if not 0 <= index < len(self.ids):
            return None
        number = index // PAGE
        page = self._pages.get(number)
        if page is None:
            wanted = self.ids[number * PAGE : (number + 1) * PAGE]
            try:
                page = {row.id: row for row in self.source.rows(wanted)}
            except StoreError as error:
                # Lines are drawn from here: what fails is told, and the screen stays.
                page = {}
                self.failed(error)
            self._pages[number] = page
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page.get(self.ids[index])

    def pages_held(self) -> list[Any]:
        """Rows that are in memory."""
        return [row for page in self._pages.values() for row in page.values()]

    @property
    def current(self) -> Any:
        """The row under the cursor, or None."""
        return self.row(self.cursor)

    @property
    def current_id(self) -> int | None:
        """The id under the cursor, or None."""
        return self.ids[self.cursor] if 0 <= self.cursor < len(self.ids) else None

    @property
    def lines(self) -> int:
        """How many lines all rows and heads take."""
        return len(self.ids) + len(self.heads)

    @property
    def lines_shown(self) -> int:
        """How many rows fit."""
        return max(1, self.size.height - self.header)

    # --- moving and marking --------------------------------------------------

    def move_to(self, index: int, *, extend: bool = False) -> None:
        """Put the cursor on an index, clamped; ``extend`` marks what is passed over."""
        if not self.ids:
            return
        if extend and self._anchor is None:
            self.start_range()
        old, self.cursor = self.cursor, max(0, min(len(self.ids) - 1, index))
        if self._anchor is not None:
            self._mark_range(old)
        self._into_view()
        if old != self.cursor:
            self.repaint(old)
            self.repaint(self.cursor)
            self.moved()

    @property
    def ranging(self) -> bool:
        """True while moving marks."""
        return self._anchor is not None

    def start_range(self) -> None:
        """From here on, moving marks what lies between."""
        if self.markable and self.ids:
            self._anchor, self._before_range = self.cursor, set(self.marks)
            self._mark_range(self.cursor)

    def end_range(self, *, keep: bool) -> None:
        """Stop marking by moving; with ``keep`` false take back what it marked."""
        self._anchor = None
        if not keep:
            self.set_marks(self._before_range)
        else:
            self.marked()

    def _mark_range(self, old: int) -> None:
        assert self._anchor is not None
        low, high = sorted((self._anchor, self.cursor))
        self.marks = self._before_range | set(self.ids[low : high + 1])
        first, last = sorted((old, self.cursor))
        self.repaint(first, last - first + 1)
        self.marked()

    def toggle_mark(self, index: int) -> None:
        """Mark a row, or take its mark away."""
        if self.markable and 0 <= index < len(self.ids):
            self.marks ^= {self.ids[index]}
            self.repaint(index)
            self.marked()

    def toggle_marks(self, rows: range) -> None:
        """Mark several rows, or take their marks away when all of them have one."""
        these = set(self.ids[rows.start : rows.stop])
        self.set_marks(self.marks - these if these <= self.marks else self.marks | these)

    def set_marks(self, marks: set[int]) -> None:
        """Mark exactly these ids."""
        self.marks = marks
        self.refresh()
        self.marked()

    # --- drawing -------------------------------------------------------------

    def _resize(self) -> None:
        self.virtual_size = Size(0, self.lines + self.header if self.ids else 0)

    def _into_view(self) -> None:
        top, fitting = self.scroll_offset.y, self.lines_shown
        line, first = self.heads.line_of(self.cursor), self.heads.top_of(self.cursor)
        if line >= top + fitting or fitting == 1:
            self.scroll_to(y=line - fitting + 1, animate=False, force=True)
        elif first < top:
            self.scroll_to(y=first, animate=False, force=True)

    def repaint(self, index: int, count: int = 1) -> None:
        """Draw a row, or several, anew."""
        first, last = self.heads.line_of(index), self.heads.line_of(index + count - 1)
        y = first + self.header - self.scroll_offset.y
        region = Region(0, y, self.size.width, last - first + 1).intersection(self.size.region)
        if region:
            self.refresh(region)

    def _look(self, name: str) -> Style:
        style = self._looks.get(name)
        if style is None:
            style = self.get_component_rich_style(f"paint--{name}") if name else self.rich_style
            self._looks[name] = style
        return style

    def notify_style_update(self) -> None:
        """Forget styles of the theme that was."""
        self._looks.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._into_view()

    def placed(self) -> list[Placed]:
        """The columns that fit, with their places."""
        width = self.line_width - self.gutter_width
        if self._placed_for != width:
            columns = self.arranged(self.source.columns)
            self._placed, self._placed_for = place(columns, max(1, width), self._needs()), width
        return self._placed

    def _is_cut(self) -> bool:
        """Whether a text that came with new rows is cut while another column has cells to spare."""
        needs = self._needs()
        placed = self.placed()
        cut = any(needs.get(one.index, 0) > one.width and not one.column.fixed for one in placed)
        spare = any(max(len(one.column.title) + SORTED, needs.get(one.index, 0)) < one.width for one in placed)
        return cut and spare

    def _needs(self) -> dict[int, int]:
        """How wide the texts of the rows on screen are, by the column's index."""
        first = self.heads.row_at(self.scroll_offset.y)
        rows = (self.row(index) for index in range(first, min(len(self.ids), first + self.lines_shown)))
        needs: dict[int, int] = {}
        for row in rows:
            if row is not None:
                for index, (text, _style) in enumerate(self.source.cells(row)):
                    needs[index] = max(needs.get(index, 0), cells(text))
        return needs

    def place_anew(self) -> None:
        """Place the columns anew: other ones are wanted."""
        self._placed_for = -1
        self.refresh()

    @property
    def line_width(self) -> int:
        """Cells of a line, those of the scroll bar left out."""
        return self.scrollable_content_region.width

    @property
    def gutter_width(self) -> int:
        """Cells for the pointer and the mark."""
        return GUTTER if self.markable else GUTTER - 1

    def render_line(self, y: int) -> Strip:
        """Draw one line: the header, a row, or a line of the message."""
        width = self.line_width
        if self.message is not None:
            line = self.message[y - 1] if 0 < y <= len(self.message) else ()
            return paint((("  ", ""), *line), width, self._look)
        if y < self.header:
            return paint(self._header_spans(), width, self._look, "header")
        at = y - self.header + self.scroll_offset.y
        if at >= self.lines:
            return paint((), width, self._look)
        group = self.heads.group_at(at)
        return self._draw(self.heads.row_at(at), width) if group is None else self._draw_head(group, width)

    def _header_spans(self) -> list[Span]:
        titles = []
        for placed in self.placed():
            column = placed.column
            title = column.title
            if column.sort and column.sort == self.order.sort:
                title = f"{title} {'▼' if self.order.descending else '▲'}"
            titles.append(fit(title, placed.width, column.right))
        return [(" " * self.gutter_width + " ".join(titles), "header")]

    def _draw_head(self, number: int, width: int) -> Strip:
        group = self.heads.groups[number]
        return paint(((" ", ""), group.title, (f" {group.count:,}", "strong")), width, self._look)

    def _draw(self, index: int, width: int) -> Strip:
        here = index == self.cursor
        marked = self.ids[index] in self.marks
        base = "cursor" if here else ""
        # The cursor and marks are characters too: never colour alone.
        pointer = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}" if here else " "
        spans: list[Span] = [(pointer, base)]
        if self.markable:
            spans.append(("●" if marked else " ", base or ("mark" if marked else "")))
        spans.append((" ", base))
        row = self.row(index)
        if row is None:
            spans.append(("(gone)", base or "dim"))
        else:
            cells = self.source.cells(row)
            last = None
            for placed in self.placed():
                text, style = cells[placed.index]
                if last is not None:
                    spans.append((" ", base or last))
                last = base or style
                column = placed.column
                cut = fit_end(text, placed.width) if column.path else fit(text, placed.width, column.right)
                spans.append((cut, last))
        return paint(spans, width, self._look, base)

    # --- the mouse -----------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Header: sort. Row: move; twice: open; on the mark or with ctrl: mark; with shift: range. Head: its group."""
        event.stop()
        if event.y < self.header and self.message is None:
            x = event.x - self.gutter_width
            for placed in self.placed():
                if placed.x <= x <= placed.x + placed.width and placed.column.sort:
                    self.post_message(self.HeaderClicked(self, placed.column.sort))
            return
        line = event.y - self.header + self.scroll_offset.y
        if not 0 <= line < self.lines:
            return
        index, group = self.heads.row_at(line), self.heads.group_at(line)
        if group is not None and event.button == 1:
            self.move_to(index)
            if event.ctrl or (self.markable and event.x < GUTTER):
                self.toggle_marks(self.heads.rows_of(group))
            return
        if event.button == 3:
            self.move_to(index)
            self.post_message(self.MenuAsked(self))
        elif event.shift:
            self.move_to(index, extend=True)
        elif event.ctrl or (self.markable and event.x < GUTTER):
            self.toggle_mark(index)
        else:
            self.move_to(index)
            if event.chain == 2:
                self.post_message(self.Chosen(self))
