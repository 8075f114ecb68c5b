"""Ask for one line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from dojo_tui.ui.path_completion import complete_line
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part


class Prompt(Dialog[str]):
    """Answers with the text."""

    BINDINGS: ClassVar = [Binding("tab", "complete", show=False)]

    def __init__(self, title: str, label: str, text: str) -> None:
        super().__init__()
        self._heading, self._label, self._text = title, label, text

    def compose(self) -> ComposeResult:
        """Title, label, line."""
        line = Input(self._text, id="words", compact=True)
        line.cursor_blink = False
        with Vertical(id="box", classes="prompt"):
            yield Bar([Part(f" {self._heading}", "strong")], name="heading")
            yield Bar([Part(f" {self._label}", "dim")], name="label")
            yield line
            yield Bar(
                [Part(" enter", "key", "accept"), Part(" do it ", "", "accept"),
                 Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up")],
                name="ways",
            )  # fmt: skip

    def action_complete(self) -> None:
        """Complete a path."""
        complete_line(self.query_one(Input), self.app.jobs, self._tell, lambda: None)

    def _tell(self, text: str) -> None:
        self.query_one("#label", Bar).show([Part(f" {text}", "dim")])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter answers."""
        event.stop()
        self.dismiss(event.value.strip())

    def action_accept(self) -> None:
        """A click answers."""
        self.dismiss(self.query_one(Input).value.strip())
