"""Driving the real app without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot

from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.screens.base import Page

SMALL, NORMAL, WIDE = (80, 24), (120, 40), (160, 48)


class Hand:
    """A person at the keyboard who waits until what they asked for is there."""

    def __init__(self, app: DojoApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    async def rest(self) -> None:
        """Wait until nothing is being read, saved or drawn."""
        for _ in range(3):
            await self.app.jobs.settled()
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, and wait after each."""
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def type(self, text: str) -> None:
        """Type into whatever has the keyboard."""
        for character in text:
            await self.pilot.press({" ": "space", ":": "colon", "/": "slash"}.get(character, character))
        await self.rest()

    async def operations(self) -> None:
        """Wait until nothing runs."""
        workspace = self.app.workspace
        assert workspace is not None
        await asyncio.get_running_loop().run_in_executor(None, lambda: workspace.operations.wait(timeout=20))
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
        strips = self.app.screen._compositor.render_strips()  # noqa: SLF001
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


Script = Callable[[Hand], Awaitable[None]]


def drive(app: DojoApp, script: Script, size: tuple[int, int] = NORMAL) -> None:
    """Run the app and let a person work with it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            hand = Hand(app, pilot)
            await hand.rest()
            await script(hand)
        app.close_workspace()

    asyncio.run(run())
