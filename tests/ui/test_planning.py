"""What happens is seen before it happens: what a remap leaves behind, and what a large undo takes back."""

from __future__ import annotations

from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, Hand, drive
from tests.ui.test_acts import current, memory, record, rows
from tests.ui.world import finding


def seen(hand: Hand) -> str:
    """All that is seen, without frames and line breaks."""
    return " ".join(hand.screen.replace("│", " ").split())


async def remap(hand: Hand) -> None:
    await hand.press("m")
    await hand.type("web")
    await hand.press("enter")


def test_p6_a_remap_shows_what_stays_and_closes_it_only_when_told_to(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("2")
        number = current(hand)
        name = record(hand, number).vendor_id
        memory(hand).veps = {name: [finding(1), finding(2, Severity.LOW), finding(3, Severity.LOW)]}
        await hand.press("s")
        await hand.operations()
        await remap(hand)
        assert "3 active Findings stay behind: 1 High, 2 Low." in seen(hand)
        await hand.press("escape")
        assert record(hand, number).product_name == "Platform"
        await remap(hand)
        await hand.press("enter")
        assert "What was imported before stays in Platform." in hand.page.told
        await hand.press("u")
        assert record(hand, number).product_name == "Platform", "a small act is taken back at once"
        await remap(hand)
        await hand.press("c")
        await hand.operations()
        assert "Completed: Close" in hand.page.told
        assert "1 record, 3 closed" in hand.page.told
        await hand.press("u")
        assert "3 Findings that it closed in Platform" in seen(hand)
        await hand.press("n")
        assert record(hand, number).product_name == "Web shop"
        await remap(hand)
        assert "stay behind" not in seen(hand), "nothing of it is active any more"
        assert "was mapped to Web shop already" in hand.page.told

    drive(make_app(), script, SMALL)


def test_a_large_act_is_taken_back_after_a_look(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("asterisk", "i", "y")
        assert len(rows(hand, State.IGNORED)) == 30
        await hand.press("u")
        assert "Take back: ignore 24 Records?" in hand.screen
        assert "by ada." in hand.screen
        await hand.press("enter")
        assert len(rows(hand, State.IGNORED)) == 30, "enter alone takes nothing back"
        await hand.press("u", "y")
        assert "Took back: ignore 24 Records." in hand.page.told
        await hand.press("U")
        assert "Do again: ignore 24 Records?" in hand.screen
        await hand.press("y", "H", "slash")
        assert len(rows(hand, State.IGNORED)) == 30
        await hand.type("act:undo")
        await hand.press("enter")
        assert "undo 24 Records" in hand.screen
        assert "redo 24 Records" not in hand.screen

    drive(make_app(records=60), script, SMALL)
