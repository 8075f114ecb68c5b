"""Type to find, enter to choose: commands, Products, Connectors, tools."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span
from dojo_tui.ui.widgets.virtual_list import VirtualList


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to choose. ``title`` and ``detail`` are inert."""

    title: str
    detail: str = ""
    value: Any = None
    key: str = ""
    off: bool = False
    """Greyed; choosing it says why it cannot be used."""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with an id for the list."""

    id: int
    entry: Entry


class EntrySource:
    """Entries in memory, found by all words typed, those that begin with them first."""

    noun = "entries"

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)
        self._titles = [entry.title.casefold() for entry in self.entries]
        self._searched = [
            f"{title} {entry.detail.casefold()}" for title, entry in zip(self._titles, self.entries, strict=True)
        ]
        keys = max((len(entry.key) for entry in self.entries), default=0)
        widest = min(44, max((len(entry.title) for entry in self.entries), default=0))
        self.columns: tuple[Column, ...] = (
            *((Column("", keys, drop=1),) if keys else ()),
            Column("", max(8, min(widest, 30)), grow=1),
            Column("", 20, grow=2, drop=2),
        )
        self._keyed = bool(keys)

    def ids(self, query: Query) -> array[int]:
        """Entries with all the words."""
        words = query.text.casefold().split()
        if not words:
            return array("q", range(len(self.entries)))
        found = [index for index, text in enumerate(self._searched) if words[0] in text]
        for word in words[1:]:
            found = [index for index in found if word in self._searched[index]]
        ranks: tuple[list[int], list[int], list[int]] = ([], [], [])
        for index in found:
            ranks[self._rank(self._titles[index], words)].append(index)
        return array("q", [index for rank in ranks for index in rank])

    @staticmethod
    def _rank(title: str, words: list[str]) -> int:
        if title.startswith(words[0]):
            return 0
        return 1 if all(word in title for word in words) else 2

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """The entries."""
        return [Row(index, self.entries[index]) for index in ids]

    def cells(self, row: Any) -> Sequence[Span]:
        """Key, title, detail."""
        entry: Entry = row.entry
        style = "off" if entry.off else entry.style
        cells = ((entry.title, style), (entry.detail, "off" if entry.off else "dim"))
        return ((entry.key, "off" if entry.off else "key"), *cells) if self._keyed else cells

    def empty(self, query: Query) -> list[Line]:
        """Nothing found."""
        if not query.text:
            return [(("There is nothing to choose from.", "dim"),)]
        return [(("Nothing has these words in it.", "dim"),)]


class Picker(Dialog[Entry]):
    """A list of entries over which one types."""

    BINDINGS: ClassVar = [
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+p", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("enter", "choose", show=False),
    ]
    hint = "type to find"
    tallest = 24

    def __init__(self, title: str, entries: Sequence[Entry] = ()) -> None:
        super().__init__()
        self._heading = title
        self._list: VirtualList = VirtualList(EntrySource(entries), name="entries", markable=False, header=False)
        self._list.can_focus = False
        self._input = Input(placeholder=self.hint, id="words", compact=True)
        self._input.cursor_blink = False

    @property
    def height(self) -> int:
        """As high as the entries need."""
        return min(self.tallest, len(self.entries_for("").entries) + 5)

    def compose(self) -> ComposeResult:
        """Title, words, entries, ways out."""
        with Vertical(id="box", classes="picker") as box:
            box.styles.height = self.height
            yield Bar([Part(f" {self._heading}", "strong")], name="heading")
            yield self._input
            yield self._list
            yield Bar(
                [
                    Part(" enter", "key", "choose"), Part(" choose ", "", "choose"),
                    Part(" ↑↓", "key"), Part(" move "),
                    Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
                ],
                name="ways",
            )  # fmt: skip

    def on_mount(self) -> None:
        """Show all."""
        self.find("")

    def entries_for(self, words: str) -> EntrySource:
        """The source for what was typed; subclasses add entries of their own."""
        source = self._list.source
        assert isinstance(source, EntrySource), "a picker shows entries"
        return source

    def find(self, words: str) -> None:
        """Show the entries with these words."""
        source = self.entries_for(words)
        if source is not self._list.source:
            self._list.switch(source)
        query = Query(words)
        self._list.show(source.ids(query), query)
        if self._list.ids:
            self._list.move_to(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every letter finds."""
        event.stop()
        self.find(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the words chooses the entry."""
        event.stop()
        self.action_choose()

    def action_move(self, step: int) -> None:
        """Move the cursor; the words keep the keyboard."""
        self._list.move_to(max(0, self._list.cursor + step))

    def action_choose(self) -> None:
        """Answer with the entry under the cursor."""
        row = self._list.current
        if row is not None:
            self.chosen(row.entry)

    def chosen(self, entry: Entry) -> None:
        """Answer."""
        self.dismiss(entry)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A double click chooses too."""
        event.stop()
        self.action_choose()
