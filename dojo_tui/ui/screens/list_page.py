"""A full screen with a virtual list, details beside it, and a live filter."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.containers import Horizontal
from textual.widget import Widget

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.layout import Choice, arranged, chosen, kept
from dojo_tui.ui.lists.words import filter_hints
from dojo_tui.ui.screens.base import Page
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.columns import Column, Query, Source
from dojo_tui.ui.widgets.plain import Line, Span, plain
from dojo_tui.ui.widgets.text_pane import TextPane, in_two
from dojo_tui.ui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from dojo_tui.ui.widgets.filter_line import FilterLine

WIDE = 120
"""From this width on there is room for details without being asked for them."""
HIGH = 30
"""And from this height on, where they stand below the list."""
BESIDE = 40, 64
"""Cells that details beside the list need, and are given at most."""
BELOW = 5, 12
"""Lines that details below the list need, and are given at most."""

LOADING: list[Line] = [(("Loading …", "dim"),)]


@dataclass(slots=True)
class View:
    """What a person made of a list: kept for each tab while the app runs."""

    query: Query = field(default_factory=Query)
    marks: set[int] = field(default_factory=set)
    at: int | None = None


class Nothing:
    """The Source of a list while the store is being opened."""

    columns: tuple[Column, ...] = ()
    noun = "Records"

    def ids(self, query: Query) -> array[int]:
        """None."""
        return array("q")

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """None."""
        return []

    def cells(self, row: Any) -> Sequence[Span]:
        """None."""
        return ()

    def empty(self, query: Query) -> list[Line]:
        """Not known yet."""
        return LOADING


class ListPage(Page):
    """Base of the screens that list something."""

    has_side = True

    def __init__(self, source: Source | None = None, *, markable: bool = False, query: Query | None = None) -> None:
        super().__init__()
        self._list: VirtualList = VirtualList(source or Nothing(), name="list", markable=markable)
        self._list.say(LOADING)
        self._list.moved, self._list.marked = self._moved, self._marked
        self._list.failed = self._not_read
        self._list.arranged = lambda columns: arranged(self.choices(columns))
        self._side = TextPane(name="side")
        self.view = View(query or Query())
        self.total: int | None = None
        self._stale = False
        self._filter: FilterLine | None = None
        self._below, self._high = False, 0

    def body(self) -> Iterator[Widget]:
        """The list and its side."""
        # Decided before the first layout: changing it afterwards would paint twice.
        self._body = Horizontal(id="body")
        self._arrange()
        with self._body:
            yield self._list
            if self.has_side:
                yield self._side

    def on_mount(self) -> None:
        """Load."""
        self._arrange()
        super().on_mount()
        if self.app.workspace is not None and not isinstance(self._list.source, Nothing):
            self.expect()
        self.reload()

    def on_screen_resume(self) -> None:
        """Load what changed while another screen was on top."""
        super().on_screen_resume()
        if self._stale:
            self.reload()

    @property
    def table(self) -> VirtualList:
        """The list."""
        return self._list

    @property
    def row(self) -> Any:
        """The row under the cursor."""
        return self._list.current

    # --- loading -------------------------------------------------------------

    def reload(self) -> None:
        """Read the ids anew, in a thread."""
        if self.app.workspace is None or isinstance(self._list.source, Nothing):
            return
        self._stale = False
        source, query = self._list.source, self.view.query
        self.app.jobs.read(
            f"list {id(self)}",
            lambda: source.ids(query),
            lambda ids: self._arrived(source, ids, query),
            self._not_arrived,
        )

    def _arrived(self, source: Source, ids: array[int], query: Query) -> None:
        if source is not self._list.source or not self.is_attached:
            return
        if not query.text:
            self.total = len(ids)
        at, self.view.at = self.view.at, None
        self._list.order = self.shown_order()
        self._list.show(ids, query, at=at)
        self.draw_status()
        self.catch_up()

    def _not_arrived(self, error: Exception) -> None:
        self.give_up_waiting()
        self._list.say([((keyed("The list could not be read; {refresh} tries again."), "bad"),)])
        self.app.tell_error(error)

    def _not_read(self, error: Exception) -> None:
        """Rows could not be read while they were drawn."""
        self.call_later(self.app.tell_error, error)

    def ask(self, query: Query) -> None:
        """Show something else of the same source."""
        self.view.query = query
        if self.app.workspace is not None:
            self.expect()
        self.reload()

    def on_changes(self, changes: Changes) -> None:
        """Reload when on top, else when next shown."""
        if self.app.screen is not self:
            self._stale = True
        elif self.concerned(changes):
            self.reload()
        elif changes.rows:
            self._list.reread()

    def concerned(self, changes: Changes) -> bool:
        """True when other rows may have to be listed."""
        return changes.records

    @property
    def wide(self) -> bool:
        """Room for details beside the list."""
        return self.app.size.width >= WIDE

    def on_resize(self) -> None:
        """Details where there is room for them."""
        super().on_resize()
        self._arrange()
        self.draw_side()

    def _arrange(self) -> None:
        """Details beside the list where all its columns leave room for them, else below it, or not at all.

        Shown or not is what the person chose last, in any list; until then it is a question of room.
        """
        if not self.has_side:
            return
        width, height = self.app.size
        spare = width - self.table_width - self._list.gutter_width - 1
        beside = width >= WIDE and spare >= BESIDE[0]
        wanted = self.app.memory.get("details", None)
        shown = (beside or (width >= WIDE and height >= HIGH)) if wanted is None else bool(wanted)
        self._side.display = shown and (beside or height >= 3 * BELOW[0])
        self._below = not beside
        self._body.set_class(self._below, "-below")
        self._side.styles.width = "1fr" if self._below else min(BESIDE[1], spare)
        self._high = max(BELOW[0], min(BELOW[1], height // 3))
        self._side.styles.height = self._high if self._below else "1fr"

    @property
    def table_width(self) -> int:
        """Cells that all columns take."""
        return sum(column.width + 1 for column in self._list.source.columns)

    def toggle_details(self) -> None:
        """Show the details beside or below the list, or hide them; kept for the next start."""
        self.app.memory.set("details", not self._side.display)
        self._arrange()
        self.draw_side()
        if self._side.display is not self.app.memory.get("details", None):
            self.say("There is no room for details: the terminal is too low.", "dim")

    # --- drawing -------------------------------------------------------------

    def details(self, row: Any) -> list[Line]:
        """A row in full, for the pane beside the list."""
        return []

    def draw_side(self) -> None:
        """Show the row beside the list, if there is room for it."""
        if self.has_side and self._side.display:
            row = self.row
            lines = self.details(row) if row is not None else []
            if self._below:
                lines = in_two(lines, self.app.size.width - 3, self._high - 1)
            self._side.show(lines, top=True)

    def _moved(self) -> None:
        """Another row: other details, other keys."""
        self.draw_side()
        self.draw_keys()

    def _marked(self) -> None:
        """Other marks: another count, other keys."""
        self.draw_status()
        self.draw_keys()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A double click opens."""
        event.stop()
        self.app.run_id("open")

    def on_virtual_list_menu_asked(self, event: VirtualList.MenuAsked) -> None:
        """A right click lists the commands."""
        event.stop()
        self.app.run_id("palette")

    def on_virtual_list_header_clicked(self, event: VirtualList.HeaderClicked) -> None:
        """A click on a title sorts."""
        event.stop()
        self.ask(self.shown_order().by(event.sort))

    def shown_order(self) -> Query:
        """What is asked for, with the order it has when nobody chose one."""
        query = self.view.query
        return query if query.sort else replace(query, sort=self.default_sort)

    default_sort = "name"

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """Shown of total, marked, filter, sort."""
        listed, query = self._list, self.view.query
        shown, noun = len(listed.ids), listed.source.noun
        total = self.total if self.total is not None else shown
        count = f"{shown:,} of {total:,}" if query.text else f"{shown:,}"
        noun = noun[:-1] if total == 1 else noun
        left = [Part(f" {count} {noun}")]
        if listed.marks:
            left += [GAP_DOT, Part(f"● {len(listed.marks):,} marked", "mark", "back")]
        if listed.ranging:
            left += [GAP_DOT, Part(keyed("range: move to mark, {range} ends it"), "accent")]
        if query.text:
            # A list that knows its words says which of these it does not know: that sentence needs the room.
            wrong = getattr(listed.source, "wrong", None)
            said = wrong(query.text) if wrong is not None else ""
            left += [GAP_DOT, *([] if said else [Part("filter: ", "dim", "filter")])]
            left += [Part(plain(query.text, 60), "accent", "filter")]
            left += [Part(f" ! {plain(said, 200)}", "warn")] if said else []
        else:
            left += [GAP_DOT, Part(keyed("{filter} filter"), "dim", "filter")]
        order = self.shown_order()
        title = next((c.title for c in listed.source.columns if c.sort and c.sort == order.sort), "")
        right = [Part(f"sorted by {title} {'▼' if order.descending else '▲'} ", "dim", "reverse")] if title else []
        return left, right

    def draw_keys(self) -> None:
        """While a filter is typed keys are letters: then this line tells what can be typed."""
        if self._filter is None or self.focused is not self._filter:
            super().draw_keys()
            return
        ways = self._filter.ways(wide=self.wide)
        room = self.size.width - sum(cell_len(part.text) for part in ways) - 1
        shown: list[Part] = []
        for word in filter_hints(self.place):
            room -= len(word) + 1
            if room < 0:
                break
            shown.append(Part(f" {word}", "key" if ":" in word or word[0] == "!" else ""))
        self._keys.show(shown, ways)

    def on_descendant_focus(self) -> None:
        """The filter line has other keys than the list."""
        self.draw_keys()

    def on_descendant_blur(self) -> None:
        """And the list has others than the filter line."""
        self.draw_keys()

    # --- columns -------------------------------------------------------------

    def choices(self, columns: Sequence[Column]) -> list[Choice]:
        """The columns as a person wants them in this place."""
        return chosen(columns, self.app.memory.get(f"columns.{self.place}", None))

    def choose_columns(self, choices: Sequence[Choice]) -> None:
        """Show these from now on, also after the next start."""
        self.app.memory.set(f"columns.{self.place}", kept(choices))
        self._list.place_anew()

    # --- filter and way back -------------------------------------------------

    def open_filter(self) -> None:
        """Type to filter."""
        from dojo_tui.ui.widgets.filter_line import FilterLine

        if self._filter is None:
            self._filter = FilterLine(self.view.query.text)
            self.mount(self._filter, before=self._status)
        self._filter.display = True
        self._filter.focus()

    def on_filter_line_typed(self, event: FilterLine.Typed) -> None:
        """Every letter filters."""
        event.stop()
        if event.text != self.view.query.text:
            self.ask(replace(self.view.query, text=event.text))

    def on_filter_line_asked(self, event: FilterLine.Asked) -> None:
        """Tell the words of the filter; what was typed stays."""
        from dojo_tui.ui.screens.help import FilterHelp

        event.stop()
        self.app.push_screen(FilterHelp(self._list.source.noun, self.place))

    def on_filter_line_left(self, event: FilterLine.Left) -> None:
        """Back to the list; a filter that was given up is cleared."""
        event.stop()
        self.close_filter()
        if event.given_up and self.view.query.text:
            self.ask(replace(self.view.query, text=""))

    def close_filter(self) -> None:
        """Take the line away."""
        if self._filter is not None:
            self._filter.remove()
            self._filter = None
        self._list.focus()

    def step_back(self) -> bool:
        """Range, marks, filter: one at a time."""
        listed = self._list
        if self.focused is not listed and self.focused is not None and self.focused is self._side:
            listed.focus()
            return True
        if listed.ranging:
            listed.end_range(keep=False)
            return True
        if listed.marks:
            listed.set_marks(set())
            return True
        if self.view.query.text:
            self.close_filter()
            self.ask(replace(self.view.query, text=""))
            return True
        return False


GAP_DOT = Part(" · ", "dim")
