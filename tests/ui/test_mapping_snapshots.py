"""How the screens of suggestions, rules and history look."""

from __future__ import annotations

from typing import Any

import pytest

from dojo_tui.model.rules import Rule
from tests.ui.conftest import AppMaker
from tests.ui.driving import NORMAL, SMALL, Hand
from tests.ui.test_snapshots import Compare, before, go

SCREENS: dict[str, str] = {
    "suggested": "",
    "accept": "A",
    "picker": "m",
    "rules": "M j",
    "rule-form": "M n text:payments-* enter text:Pay",
    "rule-wrong": "M n text:web-[a",
    "apply": "M A",
    "history": "a i H",
    "filter-words": "slash question_mark",
}


async def prepared(hand: Hand, keys: str) -> None:
    """Products that are likely, and three rules; then keys are pressed."""
    workspace: Any = hand.app.workspace
    for product in ("Payments", "Gateway"):
        workspace.destination.find_or_create_product(product)
    for pattern, product in (("web-shop-*", "Web shop"), ("*-{api,app}-*", "{1}"), ("*-03?", None)):
        workspace.rules.add(Rule(pattern, product))
    hand.app.changed(records=True)
    await hand.rest()
    await go(hand, keys)


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", SCREENS)
def test_screen(snap_compare: Compare, make_app: AppMaker, name: str, size: tuple[int, int]) -> None:
    app = make_app()
    assert snap_compare(app, terminal_size=size, run_before=before(app, lambda hand: prepared(hand, SCREENS[name])))
    app.close_workspace()
