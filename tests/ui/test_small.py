"""A terminal of a few lines: what is read and chosen from is there, frames and hints are not."""

from __future__ import annotations

from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive


def test_twenty_by_five_is_enough_to_work_with(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        first = hand.names[0]
        assert first in hand.screen
        await hand.press("colon")
        assert "Map to a Product" in hand.screen
        await hand.press("escape", "x")
        assert "Delete 1 Record" in hand.screen
        assert "n no y yes" in hand.screen
        await hand.press("y")
        assert first not in hand.names
        await hand.pilot.resize_terminal(80, 24)
        await hand.rest()
        assert "? help" in hand.screen.splitlines()[-1]

    drive(make_app(), script, (20, 5))
