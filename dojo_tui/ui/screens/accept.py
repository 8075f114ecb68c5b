"""What accepting all suggestions would do, at a threshold that can be changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from dojo_tui.ui.commands import keyed
from dojo_tui.ui.screens.scrolled import Scrolled
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.plain import Line, plain

if TYPE_CHECKING:
    from dojo_tui.services.suggest import Acceptable
    from dojo_tui.wiring import Workspace

STEP = 5
LOWEST, HIGHEST = 50, 100
"""Per cent."""


class AcceptDialog(Scrolled[float]):
    """Answers with the threshold. Nothing is lost by it (u takes it back): enter does it."""

    BINDINGS: ClassVar = [
        Binding("left,minus,h", "step(-1)", show=False),
        Binding("right,plus,l", "step(1)", show=False),
        *(Binding(str(digit), f"tens({digit or 10})", show=False) for digit in (5, 6, 7, 8, 9, 0)),
        Binding("enter,y", "accept", show=False),
    ]

    def __init__(
        self, workspace: Workspace, of: str, ids: list[int] | None, connector_id: int | None, threshold: float
    ) -> None:
        super().__init__([((" Working out what is likely …", "dim"),)])
        self._workspace, self._of, self._ids, self._connector_id = workspace, of, ids, connector_id
        self._percent = round(threshold * 100)
        self._found: Acceptable | None = None
        self._refreshed = False
        self._ahead = False
        self._threshold = Bar(name="threshold")
        self._ways = Bar(name="ways")

    def compose(self) -> ComposeResult:
        """Of which, how sure, what that does."""
        with Vertical(id="box", classes="accept"):
            yield Bar([Part(f" Accept the suggestions for {self._of}", "strong")], name="heading")
            yield self._threshold
            yield self.fit(16, 9)
            yield self._ways

    def on_mount(self) -> None:
        """Bring the suggestions up to date first."""
        self._draw()
        self._look()

    def _look(self) -> None:
        percent, refreshed = self._percent, self._refreshed

        def preview() -> Acceptable:
            suggestions = self._workspace.suggestions
            if not refreshed:
                suggestions.refresh()
            return suggestions.preview(self._ids, percent / 100, self._connector_id)

        self._found = None
        self.app.jobs.read("accept", preview, self._arrived, self._failed)

    def _arrived(self, found: Acceptable) -> None:
        if not self.is_attached:
            return
        self._refreshed, self._found = True, found
        self._lines.show(preview_lines(found), top=True)
        self._draw()
        if self._ahead:
            self.action_accept()

    def _failed(self, error: Exception) -> None:
        if self.is_attached:
            self.dismiss(None)
            self.app.tell_error(error)

    def _draw(self) -> None:
        self._threshold.show(
            [
                Part(" at least ", "dim"), Part("← ", "key", "step(-1)"), Part(f"{self._percent} %", "strong"),
                Part(" →", "key", "step(1)"), Part(" sure", "dim"),
            ],
            [Part("5", "key"), Part(" 50 % … ", "dim"), Part("9", "key"), Part(" 90 % ", "dim")],
        )  # fmt: skip
        count = self._found.count if self._found is not None else 0
        can = "key" if count else "off"
        self._ways.show(
            [
                Part(" enter", can, "accept"), Part(f" map {_records(count)} ", "" if count else "off", "accept"),
                Part(" ←→", "key"), Part(" threshold "), Part(" ↑↓", "key"), Part(" scroll "),
                Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
            ]
        )  # fmt: skip

    def action_step(self, steps: int) -> None:
        """More sure, or less."""
        self._ask(max(LOWEST, min(HIGHEST, self._percent + steps * STEP)))

    def action_tens(self, tens: int) -> None:
        """5 is 50 %, 9 is 90 %, 0 is 100 %."""
        self._ask(tens * 10)

    def _ask(self, percent: int) -> None:
        if percent != self._percent:
            self._percent = percent
            self._look()
            self._draw()

    def action_accept(self) -> None:
        """Do it, once it is known what that means."""
        self._ahead = self._found is None
        if self._found is not None and self._found.count:
            self.dismiss(self._percent / 100)


def preview_lines(found: Acceptable) -> list[Line]:
    """How many to which Products, and how many stay."""
    products = len(found.products)
    stay = f"{_records(found.below)} {'is' if found.below == 1 else 'are'} less sure, or without one, and stay New."
    if not found.count:
        return [((" No suggestion is that sure.", "strong"),), ((f" {stay}", "dim"),)]
    lines: list[Line] = [
        (
            (f" {_records(found.count)}", "strong"),
            (f" to {products:,} Product{'' if products == 1 else 's'}. ", ""),
            (keyed("{undo} takes it back."), "dim"),
        ),
        ((f" {stay}", "dim"),),
        (),
    ]
    lines += [((f" {count:>7,}  ", "accent"), (plain(name, 100), "")) for name, count in found.products]
    return lines


def _records(count: int) -> str:
    return f"{count:,} Record{'' if count == 1 else 's'}"
