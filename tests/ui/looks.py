"""The sizes in which each screen is compared with its text twin, and some with their pictures."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.ui.app import DojoApp
from tests.ui.driving import LARGE, NORMAL, SMALL, Hand

TWINS = Path(__file__).parent / "__snapshots__"
PICTURED = frozenset(
    f"test_screen[{name}-120x40]"
    for name in (
        "unmapped", "mapped", "operations", "marked", "filtering", "picker", "palette", "confirm-delete", "help",
        "record", "operation", "connector-form", "columns", "suggested", "rules", "history", "list", "check-fails",
    )
) | {
    "test_theme[dojo-light]", "test_theme[dojo-contrast]", "test_theme[ansi-dark]", "test_theme[ansi-light]",
    "test_findings[list-120x40]", "test_findings[one-120x40]", "test_findings[triage-120x40]",
    "test_check[fails-120x40]", "test_running", "test_other_sizes[40x12]",
}  # fmt: skip
"""Screens where colour or layout is the point: of these there are pictures, too."""


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
        _param(Look(LARGE), pytest.mark.slow),
    ],
)
"""Every screen and dialog is compared in these."""


class Screens:
    """Compares screens with their text twins and, where colour or layout is the point, with their pictures."""

    def __init__(self, request: pytest.FixtureRequest, picture: Callable[..., bool]) -> None:
        self._picture = picture
        self._name = request.node.name
        self._updates = bool(request.config.option.update_snapshots)
        self._twin = TWINS / request.node.path.stem / f"{self._name}.txt"

    def compare(self, app: DojoApp, look: Look, script: Callable[[Hand], Awaitable[None]], shows: str) -> None:
        """Run the app, do what ``script`` does, and compare; ``shows`` is the class of the screen on top then."""
        if not TWINS.is_dir():
            pytest.skip("what to compare with is left out of a source distribution")
        app.theme = look.theme
        seen: list[str] = []

        async def run(pilot: Any) -> None:
            hand = Hand(app, pilot)
            await hand.rest()
            await script(hand)
            await hand.rest()
            shown = type(app.screen).__name__
            assert shown == shows, f"{shown} is shown"
            seen.append(hand.screen)

        try:
            if self._name in PICTURED:
                assert self._picture(app, terminal_size=look.size, run_before=run)
            else:
                asyncio.run(_run(app, look.size, run))
        finally:
            app.close_workspace()
        self._compare_text(f"{seen[0]}\n")

    def _compare_text(self, text: str) -> None:
        if self._updates:
            self._twin.parent.mkdir(parents=True, exist_ok=True)
            self._twin.write_text(text, encoding="utf-8")
        known = self._twin.read_text(encoding="utf-8") if self._twin.exists() else ""
        difference = difflib.unified_diff(known.splitlines(), text.splitlines(), "as it was", "as it is", lineterm="")
        said = "\n".join(difference)
        assert text == known, f"{self._twin.name}; if that is meant: pytest --snapshot-update\n{said}"


async def _run(app: DojoApp, size: tuple[int, int], script: Callable[[Any], Awaitable[None]]) -> None:
    async with app.run_test(size=size) as pilot:
        await script(pilot)


async def go(hand: Hand, keys: str) -> None:
    """Press keys; ``text:…`` is typed."""
    for key in keys.split():
        if key.startswith("text:"):
            await hand.type(key[5:])
        else:
            await hand.press(key)
