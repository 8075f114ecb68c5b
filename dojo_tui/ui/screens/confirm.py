"""Ask before something is lost: the default is Cancel, and what stays is said (P6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from dojo_tui.ui.screens.base import LOW
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.text_pane import TextPane, wrap

WIDTH = 66


class Confirm(Dialog[bool]):
    """True only when the person said so; enter alone cancels."""

    BINDINGS: ClassVar = [
        Binding("y", "say_yes", show=False),
        Binding("n", "give_up", show=False),
        Binding("left,right,tab,shift+tab,h,l", "other", show=False),
        Binding("enter,space", "enter", show=False),
    ]

    def __init__(self, question: str, lines: Sequence[str], yes: str, *, type_to_confirm: str = "") -> None:
        super().__init__()
        self.question, self.lines, self.yes = question, list(lines), yes
        self._typed_wanted = type_to_confirm
        self._typed = ""
        self._on_yes = False
        self._buttons = Bar(name="buttons")
        self._pane = TextPane([((" ", ""), (line, "")) for line in self.lines], name="lines", focusable=False)

    def on_resize(self) -> None:
        """As high as the consequences need, but question and buttons are seen whatever the height."""
        high = self.size.height > LOW
        width = min(WIDTH, self.size.width) - (6 if high else 1)
        wanted = min(12, sum(len(wrap(((" ", ""), (line, "")), max(8, width))) for line in self.lines))
        around = (2 + 2 if high else 0) + 2 + bool(self._typed_wanted)
        self._pane.styles.height = max(0, min(wanted, self.size.height - around))

    def compose(self) -> ComposeResult:
        """Question, consequences, buttons."""
        with Vertical(id="box", classes="confirm"):
            yield Bar([Part(f" {self.question}", "strong")], name="heading")
            yield self._pane
            yield from self._typing()
            yield self._buttons

    def _typing(self) -> Iterator[Widget]:
        if self._typed_wanted:
            from textual.widgets import Input

            line = Input(placeholder=f"type {self._typed_wanted} to confirm", id="words", compact=True)
            line.cursor_blink = False
            yield line

    def on_mount(self) -> None:
        """Cancel is the default."""
        self._draw()

    def on_input_changed(self, event: object) -> None:
        """The name must be typed in full."""
        self._typed = getattr(event, "value", "")
        self._on_yes = self._ready
        self._draw()

    def on_input_submitted(self, event: object) -> None:
        """Enter in the words is enter."""
        self.action_enter()

    @property
    def _ready(self) -> bool:
        return not self._typed_wanted or self._typed.strip() == self._typed_wanted

    def _draw(self) -> None:
        no, yes = (" Cancel ", f" {self.yes} ")
        marked_no, marked_yes = (f"[{no}]", f" {yes} ") if not self._on_yes else (f" {no} ", f"[{yes}]")
        self._buttons.show(
            [
                Part(" "),
                Part(marked_no, "" if self._on_yes else "cursor", "give_up"),
                Part("  "),
                Part(marked_yes, "cursor" if self._on_yes else ("bad" if self._ready else "off"), "say_yes"),
            ],
            [Part("n ", "key", "give_up"), Part("no ", "", "give_up"), Part("y ", "key", "say_yes"),
             Part("yes ", "", "say_yes")] if not self._typed_wanted else [],
        )  # fmt: skip

    def action_other(self) -> None:
        """The other button."""
        self._on_yes = not self._on_yes and self._ready
        self._draw()

    def action_enter(self) -> None:
        """The button that is chosen."""
        if self._on_yes and self._ready:
            self.dismiss(True)
        else:
            self.dismiss(False)

    def action_say_yes(self) -> None:
        """Do it."""
        if self._ready:
            self.dismiss(True)

    def action_give_up(self) -> None:
        """Do nothing."""
        self.dismiss(False)
