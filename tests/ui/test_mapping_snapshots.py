"""How the screens of suggestions, rules and history look."""

from __future__ import annotations

from typing import Any

import pytest

from dojo_tui.model.rules import Rule
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand
from tests.ui.looks import Look, Scene, Screens, each_look, go

SCREENS: dict[str, Scene] = {
    "suggested": Scene("", "MainScreen"),
    "accept": Scene("A", "AcceptDialog"),
    "picker": Scene("m", "ProductPicker"),
    "rules": Scene("M j", "RulesScreen"),
    "rule-form": Scene("M n text:payments-* enter text:Pay", "RuleForm"),
    "rule-wrong": Scene("M n text:web-[a", "RuleForm"),
    "rule": Scene("M enter", "RuleScreen", read_only=True),
    "apply": Scene("M A", "RulesPlan"),
    "history": Scene("a i H", "HistoryScreen"),
    "act": Scene("a i H enter", "ActScreen"),
    "filter-words": Scene("slash question_mark", "FilterHelp"),
}


async def prepared(hand: Hand, keys: str) -> None:
    """Products that are likely, and three rules; then keys are pressed."""
    workspace: Any = hand.app.workspace
    for name in ("Payments", "Gateway"):
        workspace.destination.find_or_create_product(name)
    for pattern, product in (("web-shop-*", "Web shop"), ("*-{api,app}-*", "{1}"), ("*-03?", None)):
        workspace.rules.add(Rule(pattern, product))
    hand.app.changed(records=True)
    await hand.rest()
    await go(hand, keys)


@each_look
@pytest.mark.parametrize("name", SCREENS)
def test_screen(screens: Screens, make_app: AppMaker, name: str, look: Look) -> None:
    scene = SCREENS[name]
    screens.compare(make_app(read_only=scene.read_only), look, lambda hand: prepared(hand, scene.keys), scene.shows)
