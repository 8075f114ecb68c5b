"""The line in which a filter is typed; made when it is first needed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from dojo_tui.ui.widgets.bar import Part


class FilterLine(Input):
    """Filters with every letter; enter keeps the filter, esc gives it up."""

    BINDINGS: ClassVar = [
        Binding("question_mark", "words", "Words", show=False, priority=True),
        Binding("escape", "leave(True)", "Clear", show=False),
        Binding("enter,down,up", "leave(False)", "Keep", show=False),
    ]

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The person went back to the list."""

        def __init__(self, given_up: bool) -> None:
            super().__init__()
            self.given_up = given_up

    class Asked(Message):
        """The person wants to know the words of the filter."""

    def __init__(self, text: str) -> None:
        super().__init__(text, placeholder="type to filter", id="filter", compact=True)
        self.cursor_blink = False

    def ways(self, *, wide: bool) -> list[Part]:
        """What its keys do, for the bottom line."""
        shown = [Part("esc", "key"), Part(" clear  "), Part("?", "key"), Part(" all ")]
        return [Part("enter", "key"), Part(" keep  "), *shown] if wide else shown

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the list."""
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps it."""
        event.stop()
        self.post_message(self.Left(False))

    def action_words(self) -> None:
        """Between words it asks for help; inside a word it is a letter like any other."""
        if self.value[: self.cursor_position].strip(" ") and self.value[self.cursor_position - 1] != " ":
            self.insert_text_at_cursor("?")
        else:
            self.post_message(self.Asked())

    def action_leave(self, given_up: bool) -> None:
        """Go back to the list."""
        self.post_message(self.Left(given_up))
