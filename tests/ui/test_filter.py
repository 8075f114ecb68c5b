"""The filter line: what is not meant so is told, its words are told, and it is there again at the next start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.ui import app as app_module
from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.screens.help import FilterHelp
from tests.ui import world
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, Hand, drive


def test_what_is_most_likely_not_meant_so_is_told(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("slash")
        await hand.type("sure:often")
        assert "'often' is no confidence: write >0.9 or <80%." in hand.screen
        await hand.press("ctrl+u")
        await hand.type("sure:>0.9")
        assert "no confidence" not in hand.screen

    drive(make_app(), script)


def test_a_question_mark_between_words_tells_the_words(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("slash")
        await hand.type("a?b ")
        assert hand.page.view.query.text == "a?b "  # type: ignore[attr-defined]
        await hand.press("question_mark")
        assert isinstance(hand.app.screen, FilterHelp)
        for words in ("sure:>0.9", "seen:<7d", '"web shop"', "suggestion:x"):
            assert words in hand.screen
        await hand.press("escape")
        await hand.type("c")
        assert hand.page.view.query.text == "a?b c", "one goes on where one was"  # type: ignore[attr-defined]

    drive(make_app(), script, SMALL)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where choices are kept."""
    path = tmp_path / "view.json"
    monkeypatch.setattr(app_module, "state_file", lambda _store: path)
    return path


def _app(tmp_path: Path, clock: Clock, *, empty: bool = False) -> DojoApp:
    store = tmp_path / "store.sqlite"
    return DojoApp(lambda: world.build(store, clock, empty=empty), theme="dojo-dark", scheduling=False, remember=True)


def test_filters_are_there_again_at_the_next_start(tmp_path: Path, clock: Clock, state: Path) -> None:
    async def first(hand: Hand) -> None:
        await hand.press("slash")
        await hand.type("web")
        await hand.press("enter", "2", "slash")
        await hand.type("state:good")
        await hand.press("enter")

    async def second(hand: Hand) -> None:
        assert {name[:3] for name in hand.names} == {"web"}
        assert "4 of 20 Records" in hand.screen
        await hand.press("2")
        assert "filter: state:good" in hand.screen
        await hand.press("escape", "1", "escape")
        assert len(hand.names) == 20

    drive(_app(tmp_path, clock), first)
    assert json.loads(state.read_text())["filter.unmapped"] == "web"
    drive(_app(tmp_path, clock, empty=True), second)
    assert "filter.unmapped" not in json.loads(state.read_text())


def test_a_file_that_is_none_is_left_out(tmp_path: Path, clock: Clock, state: Path) -> None:
    state.write_text('{"filter.unmapped": 7')

    async def script(hand: Hand) -> None:
        assert len(hand.names) == 20

    drive(_app(tmp_path, clock), script)
