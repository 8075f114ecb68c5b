"""Small things that people stumble over: ways back, half-filled forms, paths, keys that somebody took away."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import update

from dojo_tui.services.preferences import Choice, Preferences
from dojo_tui.store import tables
from dojo_tui.ui import commands
from dojo_tui.ui.path_completion import complete, looks_like_path
from dojo_tui.ui.screens.confirm import Confirm
from dojo_tui.ui.screens.form import Form
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive
from tests.ui.test_acts import memory, rows
from tests.ui.world import finding


def top(hand: Hand) -> object:
    """The screen or dialog on top."""
    return hand.app.screen


WAYS = ["C", "D", "R", "H", "enter", "2 enter", "2 f", "2 f enter", "3 enter", "question_mark", "H enter"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("key", "place"), [("1", "unmapped"), ("2", "mapped"), ("3", "operations")])
def test_fault_22_the_keys_of_the_lists_lead_back_from_any_page(
    make_app: AppMaker, way: str, key: str, place: str
) -> None:
    async def script(hand: Hand) -> None:
        await hand.press(*way.split(), key)
        assert hand.page.place == place
        assert len(hand.app.screen_stack) == 1

    drive(make_app(), script)


def test_fault_22_a_half_filled_form_asks_before_it_is_thrown_away(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("C", "n")
        form = hand.app.screen
        assert isinstance(form, Form)
        await hand.type("my scanner")
        await hand.press("escape")
        assert isinstance(top(hand), Confirm)
        await hand.press("escape")
        assert form.is_current
        assert form.value("label") == "my scanner"
        await hand.press("escape", "y")
        assert top(hand) is hand.page
        # One in which nothing was typed does not ask.
        await hand.press("n", "escape")
        assert top(hand) is hand.page

    drive(make_app(), script)


def test_fault_22_triage_says_where_no_sync_keeps_it(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        memory(hand).veps = {row.vendor_id: [finding(1)] for row in rows(hand)}
        await hand.press("2", "s")
        await hand.operations()
        row = hand.page.row
        await hand.press("f", "d")
        assert "Every Sync keeps it" in hand.screen
        await hand.press("enter")
        assert "and every Sync keeps that" in hand.page.told
        workspace = hand.app.workspace
        assert workspace is not None
        with workspace.store.database.write() as connection:
            connection.execute(update(tables.records).where(tables.records.c.id == row.id).values(product_ref="2"))
        await hand.press("t", "d")
        assert "No Sync looks at 1 of them any more: its Record is not mapped to this Product." in " ".join(
            hand.screen.replace("│", " ").split()
        )
        await hand.press("down", "enter")
        assert "every Sync keeps" not in hand.page.told
        assert "No Sync looks at 1 of them any more" in hand.page.told

    drive(make_app(), script)


def test_fault_22_paths_complete_with_tab(make_app: AppMaker, tmp_path: Path) -> None:
    for name in ("reports/alpha/one", "reports/alpine", "reports/beta"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "reports/beta/key.txt").touch()

    async def script(hand: Hand) -> None:
        await hand.press("C", "n")
        form = hand.app.screen
        assert isinstance(form, Form)
        await hand.press("tab")
        line = form._inputs["location"]
        assert form.focused is line
        await hand.type(f"{tmp_path}/rep")
        await hand.press("tab")
        assert line.value == f"{tmp_path}/reports/"
        await hand.type("a")
        await hand.press("tab")
        assert line.value == f"{tmp_path}/reports/alp"
        await hand.press("tab")
        assert "alpha/  alpine/" in hand.screen
        assert form.focused is line
        await hand.type("ha/one/")
        await hand.press("tab")
        assert form.focused is not line

    drive(make_app(), script)


@pytest.mark.parametrize("text", ["reports", "", "env:TOKEN", "https://example.org/", "keyring:a/b"])
def test_fault_22_what_is_no_path_is_not_completed(text: str) -> None:
    assert not looks_like_path(text)


def test_fault_22_a_path_that_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "odd \x1b[31m").mkdir()
    for text in ("/nowhere/at/all", "~nobody-there/x", f"{tmp_path}/nothing", f"file:{tmp_path}/none"):
        assert complete(text).text == text
    assert complete(f"file:{tmp_path}/o").text == f"file:{tmp_path}/odd \x1b[31m/"


def test_fault_22_a_command_without_a_key_is_named_by_its_way(make_app: AppMaker) -> None:
    preferences = dataclasses.replace(Preferences(), keys=(Choice("undo", (), "config.toml: line 2"),))

    async def script(hand: Hand) -> None:
        assert commands.keyed("{undo} takes it back") == "^p “Undo” takes it back"
        await hand.press("question_mark")
        await hand.press("end")
        assert "“Undo”" in hand.page.copied()
        await hand.press("escape", "H")
        assert "menu undo" not in hand.screen

    drive(make_app(preferences=preferences), script)
