"""Suggestions in the app: shown, sorted, accepted one by one or all at once, and taken back."""

from __future__ import annotations

import pytest

from dojo_tui.model.record import State
from dojo_tui.ui.screens.accept import AcceptDialog
from dojo_tui.ui.screens.product_picker import ProductPicker
from tests.ui.conftest import AppMaker
from tests.ui.driving import NORMAL, SMALL, WIDE, Hand, drive
from tests.ui.test_acts import current, record, rows

PRODUCTS = ("Payments", "Gateway", "Mobile", "Web shop")


async def likely(hand: Hand) -> None:
    """A Product for each of four names of the world, as if they had been made elsewhere."""
    assert hand.app.workspace is not None
    for product in PRODUCTS:
        hand.app.workspace.destination.find_or_create_product(product)
    hand.app.changed(records=True)
    await hand.rest()


@pytest.mark.parametrize("size", [SMALL, NORMAL, WIDE])
def test_the_likely_product_is_shown_with_how_sure_it_is(make_app: AppMaker, size: tuple[int, int]) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        assert "Suggested" in hand.screen
        line = next(line for line in hand.screen.splitlines() if "payments-api-010" in line)
        assert "Payments" in line
        assert "%" in line

    drive(make_app(), script, size)


def test_details_say_why(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        while not hand.page.row.name.startswith("payments"):
            await hand.press("j")
        assert "Payments, " in hand.screen
        assert "because" in hand.screen
        await hand.press("enter")
        assert "because" in hand.screen

    drive(make_app(), script)


def test_sorted_by_how_sure(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        for _ in range(3):
            await hand.press("greater_than_sign")
        assert "sorted by Sure" in hand.screen
        await hand.press("I", "g")
        assert hand.page.row.suggested_product in PRODUCTS

    drive(make_app(), script)


def test_accepting_one_and_taking_it_back(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        await hand.press("slash")
        await hand.type("suggestion:payments state:new")
        await hand.press("enter")
        number = current(hand)
        await hand.press("a")
        assert record(hand, number).product_name == "Payments"
        assert "✓ Mapped 1 Record to 1 Product, as suggested." in hand.page.told
        await hand.press("u")
        assert record(hand, number).state is State.NEW

    drive(make_app(), script)


def test_accepting_the_marked(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        await hand.press("asterisk", "a")
        mapped = [row for row in rows(hand, State.GOOD) if row.product_name in PRODUCTS]
        assert mapped
        assert "without a suggestion stay as they are" in hand.page.told
        assert hand.page.table is not None
        assert hand.page.table.marks == set()

    drive(make_app(), script)


def test_where_nothing_is_likely_a_says_so(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("slash")
        await hand.type("-sure:>1% state:new")
        await hand.press("enter", "a")
        assert "no Product is likely for it: choose one with m" in hand.page.told
        await hand.press("slash", "ctrl+u")
        await hand.type("state:ignored")
        await hand.press("enter", "a")
        assert "it is ignored" in hand.page.told

    drive(make_app(), script)


def test_all_at_once_after_a_look(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        before = len(rows(hand, State.GOOD))
        await hand.press("A")
        assert isinstance(hand.app.screen, AcceptDialog)
        assert "Accept the suggestions for all New Records" in hand.screen
        assert "at least ← 90 % → sure" in hand.screen
        assert "less sure, or without one, and stay New" in hand.screen
        found = hand.app.screen._found
        assert found is not None
        assert found.count
        await hand.press("right", "right")
        assert "← 100 % →" in hand.screen
        await hand.press("left", "left", "left")
        assert "← 85 % →" in hand.screen
        await hand.press("enter")
        assert len(rows(hand, State.GOOD)) >= before + found.count
        assert "as suggested" in hand.page.told
        await hand.press("u")
        assert len(rows(hand, State.GOOD)) == before

    drive(make_app(), script)


def test_all_that_the_filter_shows(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        await hand.press("slash")
        await hand.type("payments")
        await hand.press("enter", "A")
        assert "that the filter shows" in hand.screen
        await hand.press("enter")
        assert {row.product_name for row in rows(hand, State.GOOD)} == {"Platform", "Payments"}

    drive(make_app(), script)


def test_enter_before_the_look_is_done_waits_for_it(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        hand.send("A")
        hand.send("enter")
        await hand.rest()
        await hand.rest()
        assert "as suggested" in hand.page.told

    drive(make_app(), script)


def test_the_picker_has_the_suggestion_first_and_then_a_new_one_of_its_name(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await likely(hand)
        await hand.press("slash")
        await hand.type("suggestion:payments state:new")
        await hand.press("enter", "m")
        assert isinstance(hand.app.screen, ProductPicker)
        titles = [row.entry.title for row in hand.app.screen._list.pages_held()]
        assert titles[0] == "Payments"
        assert "% sure" in hand.screen
        at = [hand.app.screen._list.row(place).entry.title for place in range(3)]
        assert at[1].startswith("+ create NEW “payments-api-")

    drive(make_app(), script)


def test_read_only_nothing_is_accepted(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        for key in ("a", "A"):
            await hand.press(key)
            assert "--read-only" in hand.page.told

    drive(make_app(read_only=True), script)
