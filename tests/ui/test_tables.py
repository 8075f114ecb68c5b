"""The tables show what they are for: all traits at 120 columns, those one decides by at 80."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo_tui.model.clock import Clock
from dojo_tui.ui.lists.times import day
from dojo_tui.ui.widgets.columns import Column, place
from dojo_tui.ui.widgets.text_pane import in_two
from tests.ui.conftest import AppMaker
from tests.ui.driving import NORMAL, SMALL, WIDE, Hand, drive
from tests.ui.world import finding

OPERATION = ["Type", "Status", "Trigger", "Start", "End", "Duration", "Connector", "Outcome"]
RECORD = ["Name", "State", "Product", "Connector", "Synced", "Last seen", "First seen", "Finalized"]


def titles(hand: Hand) -> list[str]:
    table = hand.page.table
    assert table is not None
    return [placed.column.title for placed in table.placed()]


@pytest.mark.parametrize("size", [NORMAL, WIDE], ids=["120x40", "160x48"])
def test_fault_23_every_trait_is_in_the_table(make_app: AppMaker, size: tuple[int, int]) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("2")
        assert set(RECORD) <= set(titles(hand))
        assert "Feb 21" in hand.screen
        await hand.press("3")
        assert set(OPERATION) <= set(titles(hand))
        assert "yesterday" in hand.screen
        # And the row in full stands below, or beside where there is room for both.
        assert "What went wrong" in hand.screen or "Counts" in hand.screen

    drive(make_app(), script, size)


def test_fault_23_at_80_columns_those_that_one_decides_by(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("2")
        assert titles(hand)[:5] == ["Name", "State", "Product", "Connector", "Synced"]
        await hand.press("3")
        assert {"Type", "Status", "Connector", "Start", "Duration", "Outcome"} <= set(titles(hand))

    drive(make_app(), script, SMALL)


def test_fault_23_every_trait_sorts(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        for tab, wanted in (("2", RECORD), ("3", [title for title in OPERATION if title != "Outcome"])):
            await hand.press(tab)
            table = hand.page.table
            assert table is not None
            for column in table.source.columns:
                if column.title in wanted:
                    assert column.sort
                    await hand.pilot.click(type(table), offset=(table.gutter_width + x(hand, column), 0))
                    await hand.rest()
                    assert hand.page.told == ""
                    assert f"sorted by {column.title}" in hand.screen

    drive(make_app(), script)


def x(hand: Hand, column: Column) -> int:
    table = hand.page.table
    assert table is not None
    return next(placed.x for placed in table.placed() if placed.column is column)


@pytest.mark.parametrize("size", [SMALL, NORMAL, WIDE], ids=["80x24", "120x40", "160x48"])
def test_fault_23_a_key_shows_and_hides_the_details(make_app: AppMaker, size: tuple[int, int]) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("2")
        shown = "Vendor's id" in hand.screen
        assert shown == (size != SMALL)
        await hand.press("z")
        assert ("Vendor's id" in hand.screen) != shown
        # What was chosen holds for every list.
        await hand.press("C")
        assert hand.page.query_one("#side").display != shown
        await hand.press("escape", "z")
        assert ("Vendor's id" in hand.screen) == shown

    drive(make_app(), script, size)


columns = st.lists(
    st.builds(
        Column,
        st.text("Title", min_size=1, max_size=9),
        st.integers(1, 30),
        grow=st.integers(0, 3),
        drop=st.integers(0, 9),
    ),
    min_size=1,
    max_size=9,
)


@given(columns, st.lists(st.integers(0, 80), min_size=9, max_size=9), st.integers(1, 250))
def test_fault_23_nothing_is_cut_beside_a_gap(shown: list[Column], widths: list[int], width: int) -> None:
    needs = dict(enumerate(widths))
    placed = place(list(enumerate(shown)), width, needs)
    assert placed
    assert all(one.width > 0 for one in placed)
    assert placed[-1].x + placed[-1].width <= max(width, 1)
    assert [one.x for one in placed[1:]] == [one.x + one.width + 1 for one in placed[:-1]]
    wanted = {one.index: max(len(one.column.title) + 2, needs[one.index]) for one in placed}
    cut = [one for one in placed if one.width < wanted[one.index]]
    unused = [one for one in placed if one.width > wanted[one.index]]
    assert not (cut and unused)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 3, 2, 8, 8, tzinfo=UTC), "09:08"),
        (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "00:30"),
        (datetime(2026, 3, 1, 22, 30, tzinfo=UTC), "yesterday"),
        (datetime(2026, 2, 28, 12, 0, tzinfo=UTC), "Feb 28"),
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "Jan 1"),
        (datetime(2025, 12, 31, 12, 0, tzinfo=UTC), "2025-12-31"),
        (None, "-"),
    ],
)
def test_fault_23_times_are_short(moment: datetime | None, shown: str) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert day(Clock(now=lambda: now, zone=ZoneInfo("Europe/Berlin")), moment) == shown


def test_fault_23_two_columns_show_more_and_lose_nothing() -> None:
    lines = [((f"line {number}", ""),) for number in range(15)]
    together = in_two(lines, 120, 8)
    assert len(together) == 8
    text = ["".join(part for part, _ in line) for line in together]
    assert [line[:60].strip() for line in text] == [f"line {number}" for number in range(8)]
    assert [line[60:].strip() for line in text][:7] == [f"line {number}" for number in range(8, 15)]
    assert in_two(lines, 60, 8) == lines


def test_fault_8_a_resource_is_the_place_where_there_is_no_file(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None
        names = [f"team/{row.name}" for row in map(hand.page.table.row, range(3))]  # type: ignore[union-attr]
        here = [finding(n, file_path="", line=None, logical_location=f"arn:aws:s3:::{n}-bucket") for n in (1, 2)]
        within = finding(3, file_path="app.py", line=7, logical_location="Shop.pay")
        workspace.tools["memory"].veps = {name: [*here, within] for name in names}  # type: ignore[attr-defined]
        await hand.press("space", "space", "m", "enter", "2", "slash")
        await hand.type("gateway")
        await hand.press("enter", "s")
        await hand.operations()
        await hand.press("f")
        for shown in ("arn:aws:s3:::1-bucket", "arn:aws:s3:::2-bucket", "app.py:7"):
            assert shown in hand.screen
        await hand.press("slash")
        await hand.type("place:2-bucket")
        await hand.press("enter")
        assert "1-bucket" not in hand.screen
        await hand.press("enter")
        (stated,) = [line.split() for line in hand.screen.splitlines() if line.startswith(" Place ")]
        assert stated[:2] == ["Place", "arn:aws:s3:::2-bucket"]

    drive(make_app(), script, WIDE)
