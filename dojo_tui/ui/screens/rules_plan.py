"""What the rules would do with what is New now, line by line: all of it, or what is marked, is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from dojo_tui.ui.lists.rules import PlanSource, plan_sentences
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.columns import Query
from dojo_tui.ui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from dojo_tui.services.rules import Preview

Chosen = frozenset[tuple[int, str | None]]
"""Lines of a plan by their keys; none means all."""

FRAME = 8
"""Lines of the dialog besides those of the plan."""


class RulesPlan(Dialog[Chosen]):
    """Answers with what is to be applied. Nothing is lost by it (u takes it back): enter does it."""

    BINDINGS: ClassVar = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("home,g", "move(-1000000)", show=False),
        Binding("end,G", "move(1000000)", show=False),
        Binding("space", "mark", show=False),
        Binding("asterisk", "mark_all", show=False),
        Binding("enter,y,A", "apply", show=False),
        Binding("n", "give_up", show=False),
    ]

    def __init__(self, of: str, preview: Preview) -> None:
        """``of`` is what they are applied to, and is inert."""
        super().__init__()
        self._of, self._preview = of, preview
        self._source = PlanSource(preview)
        self._list = VirtualList(self._source, name="entries")
        self._list.can_focus = False
        self._list.marked = self._draw
        self._ways = Bar(name="ways")

    def compose(self) -> ComposeResult:
        """What in sum, then each line, then the ways."""
        what, then = plan_sentences(self._preview)
        with Vertical(id="box", classes="plan") as box:
            box.styles.height = min(len(self._source.lines) + FRAME - 1, self.app.size.height - 2)
            yield Bar([Part(f" Apply the rules{self._of} now", "strong")], name="heading")
            yield Bar([Part(f" {what}")], name="sum")
            yield Bar([Part(f" {then}", "dim")], name="then")
            yield self._list
            yield self._ways

    def on_mount(self) -> None:
        """Show all lines."""
        self._list.show(self._source.ids(Query()), Query())
        self._draw()

    def _draw(self) -> None:
        marks = self._list.marks
        count = sum(line.count for number, line in enumerate(self._source.lines) if not marks or number in marks)
        which = f"the {len(marks):,} marked" if marks else "all"
        self._ways.show(
            [
                Part(" enter", "key", "apply"), Part(f" apply {which}: {count:,} ", "", "apply"),
                Part(" space", "key", "mark"), Part(" mark ", "", "mark"),
                Part(" *", "key", "mark_all"), Part(" all ", "", "mark_all"),
                *([] if marks else [Part(" ↑↓", "key"), Part(" move ")]),
                Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
            ]
        )  # fmt: skip

    def action_move(self, step: int) -> None:
        """To another line."""
        self._list.move_to(max(0, self._list.cursor + step))

    def action_mark(self) -> None:
        """Mark the line, or take its mark away, and go one down."""
        self._list.toggle_mark(self._list.cursor)
        self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all; again takes the marks away."""
        everything = set(self._list.ids)
        self._list.set_marks(set() if self._list.marks == everything else everything)

    def action_apply(self) -> None:
        """What is marked, or all."""
        self.dismiss(frozenset(self._source.lines[number].key for number in self._list.marks))
