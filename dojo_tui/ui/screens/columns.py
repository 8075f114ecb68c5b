"""Which columns a list shows: hidden, widened, moved. The list behind shows every step."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from dojo_tui.ui.lists.layout import Choice
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span
from dojo_tui.ui.widgets.virtual_list import VirtualList


@dataclass(frozen=True, slots=True)
class Row:
    """A choice with an id for the list."""

    id: int
    choice: Choice


class ChoiceSource:
    """The columns, in their order."""

    noun = "columns"
    columns = (Column("", 8), Column("", 16, grow=1), Column("", 10))

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = list(choices)

    def ids(self, query: Query) -> array[int]:
        """All, by their place in the list's Source: that moves with them."""
        return array("q", (choice.index for choice in self.choices))

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """The columns."""
        known = {choice.index: Row(choice.index, choice) for choice in self.choices}
        return [known[identifier] for identifier in ids if identifier in known]

    def cells(self, row: Any) -> Sequence[Span]:
        """Shown or hidden, title, width."""
        choice: Choice = row.choice
        style = "" if choice.shown else "off"
        width = "as it fits" if choice.width is None else f"{choice.width} wide"
        return ("shown" if choice.shown else "hidden", style or "good"), (choice.column.title, style), (width, "dim")

    def empty(self, query: Query) -> list[Line]:
        """There is always one."""
        return []


class ColumnsDialog(Dialog[list[Choice]]):
    """Answers with the choices; ``show`` is told of every step."""

    AUTO_FOCUS = "#entries"
    BINDINGS: ClassVar = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("space", "hide", show=False),
        Binding("right,l,plus", "widen(1)", show=False),
        Binding("left,h,minus", "widen(-1)", show=False),
        Binding("shift+down,J", "carry(1)", show=False),
        Binding("shift+up,K", "carry(-1)", show=False),
        Binding("r", "reset", show=False),
        Binding("enter", "accept", show=False),
    ]

    def __init__(self, noun: str, choices: Sequence[Choice], show: Callable[[list[Choice]], None]) -> None:
        super().__init__()
        self._noun, self._show = noun, show
        self._source = ChoiceSource(choices)
        self._list: VirtualList = VirtualList(self._source, name="entries", markable=False, header=False)
        self._list.styles.height = len(self._source.choices)

    def compose(self) -> ComposeResult:
        """Columns and ways, each of which can be clicked."""
        with Vertical(id="box", classes="columns"):
            yield Bar([Part(f" Columns of {self._noun}", "strong")], name="heading")
            yield self._list
            yield Bar(
                [
                    Part(" space", "key", "hide"), Part(" show/hide ", "", "hide"),
                    Part(" ←", "key", "widen(-1)"), Part(" narrower ", "", "widen(-1)"),
                    Part(" →", "key", "widen(1)"), Part(" wider ", "", "widen(1)"),
                    Part(" K", "key", "carry(-1)"), Part(" up ", "", "carry(-1)"),
                    Part(" J", "key", "carry(1)"), Part(" down ", "", "carry(1)"),
                ],
                name="steps",
            )  # fmt: skip
            yield Bar(
                [
                    Part(" enter", "key", "accept"), Part(" keep ", "", "accept"),
                    Part(" r", "key", "reset"), Part(" as at first ", "", "reset"),
                    Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
                ],
                name="ways",
            )  # fmt: skip

    def on_mount(self) -> None:
        """All of them."""
        self._change(self._source.choices)

    @property
    def _at(self) -> int:
        return self._list.cursor

    def _change(self, choices: list[Choice]) -> None:
        self._source.choices = choices
        query = Query()
        self._list.show(self._source.ids(query), query)
        self._show(choices)

    def _put(self, choice: Choice) -> None:
        choices = list(self._source.choices)
        choices[self._at] = choice
        # A list without any column would say nothing of its rows.
        if any(one.shown for one in choices):
            self._change(choices)

    def action_move(self, step: int) -> None:
        """Another column."""
        self._list.move_to(max(0, min(len(self._source.choices) - 1, self._at + step)))

    def action_hide(self) -> None:
        """Show or hide it."""
        choice = self._source.choices[self._at]
        self._put(replace(choice, shown=not choice.shown))

    def action_widen(self, step: int) -> None:
        """Wider or narrower."""
        self._put(self._source.choices[self._at].wider(step))

    def action_carry(self, step: int) -> None:
        """Carry it along."""
        choices, at = list(self._source.choices), self._at
        to = at + step
        if 0 <= to < len(choices):
            choices[at], choices[to] = choices[to], choices[at]
            self._change(choices)

    def action_reset(self) -> None:
        """As the list had them at first."""
        first = sorted(self._source.choices, key=lambda choice: choice.index)
        self._change([Choice(choice.index, choice.column) for choice in first])

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A double click shows or hides."""
        event.stop()
        self.action_hide()

    def action_accept(self) -> None:
        """Keep them."""
        self.dismiss(self._source.choices)
