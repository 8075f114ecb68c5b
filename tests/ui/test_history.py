"""The history of mappings: every act, what was taken back, and what u would take back now."""

from __future__ import annotations

from dojo_tui.model.record import State
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, Hand, drive
from tests.ui.test_acts import rows


def test_acts_are_listed_and_the_last_is_taken_back_from_there(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("H")
        assert "Nothing was mapped, ignored, restored or deleted yet." in hand.screen
        await hand.press("escape", "space", "space", "m")
        await hand.type("web")
        await hand.press("enter", "i", "H")
        assert "u takes back: ignore 1 Record" in hand.screen
        assert "map 2 Records → Web shop" in hand.screen
        await hand.press("u")
        assert "↺ undone" in hand.screen
        assert "u takes back: map 2 Records → Web shop" in hand.screen
        await hand.press("u")
        assert len(rows(hand, State.NEW)) == 16
        await hand.press("slash")
        await hand.type("ignore")
        await hand.press("enter")
        assert "Web shop" not in hand.screen
        await hand.press("enter")
        assert "Act: ignore 1 Record" in hand.screen
        assert "  New → Ignored" in hand.screen
        await hand.press("escape", "slash", "ctrl+u")
        await hand.type("when:lately")
        await hand.press("enter")
        assert "'lately' is no age: write <7d or >30d (m, h, d, w)." in hand.screen, "to its end"

    drive(make_app(), script, SMALL)
