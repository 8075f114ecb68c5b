"""Decide about Findings: which decision, why, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from dojo_tui.model.triage import REASON_LIMIT, Decision
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.words import DECISIONS
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.screens.picker import Entry, EntrySource
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.columns import Query
from dojo_tui.ui.widgets.plain import Line
from dojo_tui.ui.widgets.text_pane import TextPane
from dojo_tui.ui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from dojo_tui.services.triage import Counts


class TriageDialog(Dialog[tuple[Decision, str]]):
    """Answers with the decision and its reason."""

    BINDINGS: ClassVar = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("enter", "accept", show=False),
    ]

    def __init__(self, what: str, counts: Counts) -> None:
        super().__init__()
        self._what, self._counts = what, counts
        entries = [Entry(title, detail, value=decision) for decision, (title, detail) in DECISIONS.items()]
        self._list: VirtualList = VirtualList(EntrySource(entries), name="entries", markable=False, header=False)
        self._list.can_focus = False
        self._list.styles.height = len(entries)
        self._list.moved = self._tell
        self._follows = TextPane(name="lines", focusable=False)
        self._follows.styles.height = 5

    def compose(self) -> ComposeResult:
        """What, decisions, what follows, reason, ways out."""
        reason = Input(placeholder="reason (optional)", id="words", compact=True, max_length=REASON_LIMIT)
        reason.cursor_blink = False
        with Vertical(id="box", classes="triage"):
            yield Bar([Part(f" Triage of {self._what}", "strong")], name="heading")
            yield self._list
            yield self._follows
            yield reason
            yield Bar(
                [
                    Part(" enter", "key", "accept"), Part(" decide ", "", "accept"),
                    Part(" ↑↓", "key"), Part(" choose "),
                    Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
                ],
                name="ways",
            )  # fmt: skip

    def on_mount(self) -> None:
        """The first decision."""
        query = Query()
        self._list.show(self._list.source.ids(query), query)
        self._list.move_to(0)

    @property
    def _decision(self) -> Decision:
        decision: Decision = self._list.current.entry.value
        return decision

    def _tell(self) -> None:
        if self._list.current is not None:
            self._follows.show(follows(self._decision, self._counts))

    def action_move(self, step: int) -> None:
        """Another decision; the reason keeps the keyboard."""
        self._list.move_to(max(0, self._list.cursor + step))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the reason decides."""
        event.stop()
        self.action_accept()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A double click decides too."""
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        """Answer."""
        self.dismiss((self._decision, self.query_one(Input).value))


def follows(decision: Decision, counts: Counts) -> list[Line]:
    """What a decision does, in numbers."""
    from dojo_tui.services.triage import no_sync_keeps

    stands = counts.decided.get(decision, 0)
    lines: list[str] = []
    if decision is Decision.CLEAR:
        flagged = counts.total - stands
        if flagged - counts.vanished:
            lines.append(f"{flagged - counts.vanished:,} open again, as the last report has them.")
        if counts.vanished:
            lines.append(f"{counts.vanished:,} that the last report did not have: closed.")
        if stands:
            lines.append(f"{stands:,} without a decision: as they are.")
    else:
        if counts.active:
            lines.append(f"{counts.active:,} active: inactive from now on.")
        others = counts.total - stands - counts.decided.get(Decision.CLEAR, 0)
        if others:
            lines.append(f"{others:,} decided otherwise: changed to this.")
        if stands:
            lines.append(f"{stands:,} {decision} already.")
    if counts.left:
        lines.append(no_sync_keeps(counts.left))
    keeps = "" if counts.left == counts.total else "Every Sync keeps it. "
    lines.append(keeps + keyed("{undo_triage} takes it back."))
    return [((" ", ""), (line, "")) for line in lines]
