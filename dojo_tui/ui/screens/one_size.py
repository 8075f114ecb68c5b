"""A screen that is laid out for the size that the terminal has now, and for no other."""

from __future__ import annotations

from typing import TypeVar

from textual.events import Resize
from textual.screen import Screen

T = TypeVar("T")


class OneSizeScreen(Screen[T]):
    """Lets sizes pass that the terminal no longer has.

    A Screen of Textual that was laid out anew sends itself its size once more. Two sizes that wait at the same time
    (a window that is drawn larger while the app starts, a terminal that is gone) would so answer each other for ever,
    at full speed, and no signal would be heard any more.
    """

    async def _on_resize(self, event: Resize) -> None:
        """Keep an old size from Textual's own handler, which is called after this one."""
        if event.size != self.app.size:
            event.prevent_default()
