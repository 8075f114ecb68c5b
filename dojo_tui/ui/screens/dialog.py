"""Base of what opens above a screen: a frame in the middle, and nothing dimmed around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host
from dojo_tui.ui.screens.base import STYLES
from dojo_tui.ui.screens.one_size import OneSizeScreen
from dojo_tui.ui.widgets.bar import Bar

T = TypeVar("T")


class Dialog(ModalScreen[T], OneSizeScreen[T]):
    """Answers with a value, or with None when it is given up."""

    CSS_PATH = STYLES / "dialog.tcss"
    BINDINGS: ClassVar = [
        Binding("escape", "give_up", "Cancel", show=False),
        Binding("ctrl+q", "app.press('ctrl+q')", "Quit", show=False),
    ]
    app: Host

    def action_give_up(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def on_bar_pressed(self, event: Bar.Pressed) -> None:
        """A clicked part names an action of the dialog."""
        event.stop()
        self.call_later(self.run_action, event.command)
