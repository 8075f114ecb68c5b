"""The sizes and themes in which each screen is compared with its picture, and how one is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.ui.app import DojoApp
from tests.ui.driving import LARGE, NORMAL, SMALL, Hand

PICTURES = Path(__file__).parent / "__snapshots__"
Compare = Callable[..., bool]
"""The fixture ``snap_compare``."""


@dataclass(frozen=True)
class Look:
    """A terminal: columns and rows, and a theme."""

    size: tuple[int, int]
    theme: str = "dojo-dark"

    def __str__(self) -> str:
        return "x".join(map(str, self.size)) + ("" if self.theme == "dojo-dark" else "-light")


@dataclass(frozen=True)
class Scene:
    """Keys that lead to a screen (``text:…`` is typed), and the name of the screen's class."""

    keys: str
    shows: str
    read_only: bool = False


def _param(look: Look, *marks: pytest.MarkDecorator) -> Any:
    return pytest.param(look, id=str(look), marks=marks)


each_look = pytest.mark.parametrize(
    "look",
    [
        _param(Look(SMALL)),
        _param(Look(NORMAL)),
        # Six pictures of each screen take a minute: these are for the slow tests.
        _param(Look(LARGE), pytest.mark.slow),
        *(_param(Look(size, "dojo-light"), pytest.mark.slow) for size in (SMALL, NORMAL, LARGE)),
    ],
)
"""Every screen and dialog is compared in these."""


def compare(
    snap_compare: Compare, app: DojoApp, look: Look, script: Callable[[Hand], Awaitable[None]], shows: str
) -> None:
    """Run the app, do what ``script`` does, and compare; ``shows`` is the class of the screen on top then."""
    if not PICTURES.is_dir():
        pytest.skip("the pictures to compare with are left out of a source distribution")
    app.theme = look.theme

    async def run(pilot: Any) -> None:
        hand = Hand(app, pilot)
        await hand.rest()
        await script(hand)
        await hand.rest()
        shown = type(app.screen).__name__
        assert shown == shows, f"{shown} is shown"

    try:
        assert snap_compare(app, terminal_size=look.size, run_before=run)
    finally:
        app.close_workspace()


async def go(hand: Hand, keys: str) -> None:
    """Press keys; ``text:…`` is typed."""
    for key in keys.split():
        if key.startswith("text:"):
            await hand.type(key[5:])
        else:
            await hand.press(key)
