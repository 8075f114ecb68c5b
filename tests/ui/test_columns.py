"""Columns: hidden, widened, moved, and remembered for each list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dojo_tui.ui.lists.layout import NARROWEST, WIDEST, Choice, arranged, chosen, kept
from dojo_tui.ui.memory import Memory
from dojo_tui.ui.widgets.columns import Column
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive

COLUMNS = (Column("A", 10, grow=1), Column("B", 8), Column("C", 6))


def titles(choices: list[Choice]) -> str:
    return "".join(column.title for _, column in arranged(choices))


def test_as_they_are_nothing_is_kept() -> None:
    assert kept(chosen(COLUMNS, None)) is None
    assert titles(chosen(COLUMNS, None)) == "ABC"


def test_what_is_kept_comes_back() -> None:
    choices = [Choice(2, COLUMNS[2], width=20), Choice(0, COLUMNS[0], shown=False), Choice(1, COLUMNS[1])]
    again = chosen(COLUMNS, json.loads(json.dumps(kept(choices))))
    assert again == choices
    assert [(index, column.title, column.width, column.grow) for index, column in arranged(again)] == [
        (2, "C", 20, 0),
        (1, "B", 8, 0),
    ]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("no list", "ABC"),
        ([1, None, {"title": 7}, {"title": "gone"}], "ABC"),
        ([{"title": "C"}, {"title": "C"}], "ABC"),
        ([{"title": "C"}, {"title": "B"}], "ACB"),
        ([{"title": title, "shown": False} for title in "ABC"], "A"),
        ([{"title": "B", "width": 10**9}, {"title": "A", "width": True}, {"title": "C", "width": "x"}], "BAC"),
    ],
)
def test_a_file_of_another_version_does_no_harm(stored: object, shown: str) -> None:
    choices = chosen(COLUMNS, stored)
    assert sorted(titles(choices)) == sorted(shown)
    assert all(choice.width is None for choice in choices)


def test_a_width_has_its_limits() -> None:
    choice = Choice(0, COLUMNS[0])
    assert choice.wider(-100).width == NARROWEST
    assert choice.wider(1000).width == WIDEST
    assert choice.wider(2).width == 12


def header(hand: Hand) -> list[str]:
    table = hand.page.table
    assert table is not None
    return [placed.column.title for placed in table.placed()]


def test_columns_are_hidden_widened_and_moved_and_that_is_remembered(make_app: AppMaker, tmp_path: Path) -> None:
    state = tmp_path / "view.json"

    def remembering(app: object) -> None:
        memory: Memory = app.memory  # type: ignore[attr-defined]
        memory.open(state, lambda save: save())

    app = make_app()
    remembering(app)

    async def script(hand: Hand) -> None:
        first = header(hand)
        await hand.press("2")
        before = header(hand)
        await hand.press("L")
        assert "Columns of Records" in hand.screen
        await hand.press("space", "down", "J", "right", "right", "escape")
        assert header(hand) == before
        await hand.press("L", "space", "down", "J", "right", "right")
        # The list behind shows it at once.
        assert header(hand)[:2] == [before[2], before[1]]
        await hand.press("enter")
        assert header(hand)[:2] == [before[2], before[1]]
        await hand.press("1")
        assert header(hand) == first

    drive(app, script)
    entries = json.loads(state.read_text())["columns.mapped"]
    assert entries[0]["shown"] is False
    assert entries[2]["width"] is not None

    again = make_app(empty=True)
    remembering(again)

    async def later(hand: Hand) -> None:
        await hand.press("2")
        assert header(hand)[:1] == [entries[1]["title"]]
        await hand.press("L", "r", "enter")

    drive(again, later)
    assert json.loads(state.read_text()) == {}


def test_one_column_always_stays(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("L")
        for _ in range(12):
            await hand.press("space", "down")
        await hand.press("enter")
        assert len(header(hand)) == 1

    drive(make_app(), script)
