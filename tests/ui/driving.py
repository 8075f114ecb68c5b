"""Driving the real app without a terminal."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.screens.base import Page
from tests.waiting import PATIENCE

PASSES = 6
CHARACTERS = {
    "space": " ", "slash": "/", "colon": ":", "asterisk": "*", "tilde": "~", "question_mark": "?",
    "greater_than_sign": ">", "less_than_sign": "<", "right_curly_bracket": "}", "left_curly_bracket": "{", "plus": "+",
    "left_square_bracket": "[", "right_square_bracket": "]", "equals_sign": "=",
}  # fmt: skip
SMALL, NORMAL, WIDE, LARGE = (80, 24), (120, 40), (160, 48), (200, 60)


class Hand:
    """A person at the keyboard who waits until what they asked for is there."""

    def __init__(self, app: DojoApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot
        self.pressed: deque[str] = deque(maxlen=20)
        """The last keys, for a test that fails."""

    async def rest(self) -> None:
        """Wait until nothing is being read, saved or drawn."""
        # Messages bubble from widget to widget: each pass lets them go on by at least one.
        for _ in range(PASSES):
            while not self.app.keyboard.idle:
                await asyncio.sleep(0.001)
            await self.app.jobs.settled()
            await self.pilot._wait_for_screen(PATIENCE)
            await asyncio.sleep(0)
        self.app.screen._on_timer_update()

    def send(self, key: str) -> None:
        """Press a key and do not wait."""
        self.pressed.append(key)
        driver = self.app._driver
        assert driver is not None
        name = _character_to_key(key) if len(key) == 1 else key
        character = key if len(key) == 1 else CHARACTERS.get(key)
        driver.send_message(events.Key(name, character))

    async def press(self, *keys: str) -> None:
        """Press keys, and wait after each."""
        for key in keys:
            self.send(key)
            await self.rest()

    async def type(self, text: str) -> None:
        """Type into whatever has the keyboard."""
        for character in text:
            self.send(character)
            await self.pilot._wait_for_screen(PATIENCE)
        await self.rest()

    async def operations(self) -> None:
        """Wait until nothing runs."""
        workspace = self.app.workspace
        assert workspace is not None
        await asyncio.get_running_loop().run_in_executor(None, lambda: workspace.operations.wait(timeout=PATIENCE))
        self.app.changed(records=True, operations=True)
        await self.rest()

    @property
    def page(self) -> Page:
        """The full screen on top."""
        assert self.app.page is not None
        return self.app.page

    @property
    def names(self) -> list[str]:
        """Names of the rows that are listed."""
        table = self.page.table
        assert table is not None
        return [getattr(table.row(index), "name", "") for index in range(len(table.ids))]

    @property
    def screen(self) -> str:
        """What a person sees, as text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


Script = Callable[[Hand], Awaitable[None]]


def drive(app: DojoApp, script: Script, size: tuple[int, int] = NORMAL) -> None:
    """Run the app and let a person work with it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            hand = Hand(app, pilot)
            await hand.rest()
            try:
                await script(hand)
            except Exception as error:
                error.add_note(f"The last keys: {' '.join(hand.pressed)}\nThe screen:\n{hand.screen}")
                raise
        app.close_workspace()

    asyncio.run(run())
