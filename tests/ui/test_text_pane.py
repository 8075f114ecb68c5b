"""What a pane of text shows depends on its lines, not on what it showed before or on how fast it was drawn."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult

from dojo_tui.ui.widgets.plain import Line
from dojo_tui.ui.widgets.text_pane import TextPane

WIDTH, HEIGHT = 24, 3
# Three lines of the whole width; beside a scroll bar the last one breaks, and there are four.
FITTING: list[Line] = [(("first", ""),), (("second", ""),), (("x" * (WIDTH - 5) + " end!", ""),)]
LONG: list[Line] = [((f"line {number}", ""),) for number in range(20)]


class OnePane(App[None]):
    """Nothing but a pane."""

    CSS = "TextPane { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"

    def compose(self) -> ComposeResult:
        """The pane."""
        yield TextPane(name="pane")


def test_fault_0_a_scroll_bar_does_not_keep_itself() -> None:
    frames: list[str] = []

    async def run(*shown: list[Line]) -> None:
        app = OnePane()
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            pane = app.query_one(TextPane)
            for lines in shown:
                pane.show(lines, top=True)
                await pilot.pause()
            strips = app.screen._compositor.render_strips()
            frames.append("\n".join("".join(segment.text for segment in strip) for strip in strips))
            assert pane.show_vertical_scrollbar is (shown[-1] is LONG)

    for history in ([FITTING], [LONG, FITTING], [FITTING, LONG, FITTING], [LONG]):
        asyncio.run(run(*history))
    assert frames[0] == frames[1] == frames[2]
    assert "end!" in frames[0]
    assert frames[3] != frames[0]


@pytest.mark.parametrize("height", range(1, 6))
def test_every_line_of_a_pane_can_be_reached(height: int) -> None:
    lines: list[Line] = [(("word " * number, ""),) for number in range(1, 9)]

    async def run() -> None:
        app = OnePane()
        async with app.run_test(size=(WIDTH, height)) as pilot:
            pane = app.query_one(TextPane)
            pane.show(LONG)
            pane.show(lines)
            await pilot.pause()
            pane.move_to(pane.last)
            await pilot.pause()
            assert pane.scroll_offset.y + height == pane.virtual_size.height

    asyncio.run(run())
