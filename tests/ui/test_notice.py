"""Whoever looks elsewhere hears of the end of a long Operation, if they want to."""

from __future__ import annotations

import pytest

from dojo_tui.services.preferences import Preferences
from dojo_tui.ui.notice import sequence
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive


@pytest.mark.parametrize(
    ("wanted", "after", "told"),
    [("off", 0, []), ("bell", 0, ["bell"]), ("notice", 0, ["notice"]), ("bell", 60, [])],
)
def test_the_end_of_a_long_operation_is_told(
    make_app: AppMaker, monkeypatch: pytest.MonkeyPatch, wanted: str, after: float, told: list[str]
) -> None:
    heard: list[str] = []
    app = make_app(preferences=Preferences(notice=wanted, notice_after=after))  # type: ignore[arg-type]
    monkeypatch.setattr(app, "bell", lambda: heard.append("bell"))
    monkeypatch.setattr(app, "send", lambda _sequence: heard.append("notice"))

    async def script(hand: Hand) -> None:
        await hand.press("right_square_bracket", "d")
        await hand.operations()

    drive(app, script)
    # Operations that end together are told together, those that do not are not.
    assert list(dict.fromkeys(heard)) == told


def test_the_sequence_is_inert_and_goes_through_tmux() -> None:
    assert sequence("Done\x07\x1b]0;evil", {}).count("\x1b") == 1
    assert sequence("Done", {}) == "\x1b]9;Done\x07"
    assert sequence("Done", {"TMUX": "x"}) == "\x1bPtmux;\x1b\x1b]9;Done\x07\x1b\\"
