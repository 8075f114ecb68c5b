"""Colours: which are shown, choosing others, and whether everything can be read in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from textual.app import App
from textual.widget import Widget

from dojo_tui.services.preferences import Preferences
from dojo_tui.ui.screens.theme_picker import ThemePicker
from dojo_tui.ui.theme import OWN_THEMES, Looks
from dojo_tui.ui.widgets.painting import COMPONENTS
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive

SHOWN = ("2 space", "slash", "escape m", "escape escape 3 enter", "escape C enter", "escape escape x")
"""Keys that lead from screen to screen, and to dialogs and forms of every kind."""


@pytest.mark.parametrize(
    ("environment", "configured", "theme"),
    [
        ({"COLORTERM": "truecolor"}, None, "dojo-dark"),
        ({"COLORTERM": "24bit", "COLORFGBG": "0;15"}, None, "dojo-light"),
        ({}, None, "ansi-dark"),
        ({"COLORFGBG": "0;15"}, None, "ansi-light"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, None, "ansi-dark"),
        ({"COLORTERM": "truecolor", "DOJO_TUI_THEME": "dojo-light"}, None, "dojo-light"),
        ({}, "dojo-contrast", "dojo-contrast"),
        ({"DOJO_TUI_THEME": "dojo-light"}, "ansi-light", "dojo-light"),
        ({"DOJO_TUI_THEME": "no such"}, "ansi-light", "ansi-light"),
        ({"DOJO_TUI_THEME": "no such"}, None, "ansi-dark"),
    ],
)
def test_the_theme_suits_the_terminal(environment: dict[str, str], configured: str | None, theme: str) -> None:
    app: App[None] = App()
    Looks(app, configured, environment)
    assert app.theme == theme


def test_a_theme_is_chosen_by_looking_at_it_and_kept(
    make_app: AppMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    async def choose(hand: Hand) -> None:
        await hand.press("T")
        assert isinstance(hand.app.screen, ThemePicker)
        assert "what suits this terminal: Dark" in hand.screen
        seen = []
        for _ in range(4):
            await hand.press("down")
            seen.append(hand.app.theme)
        assert seen == ["dojo-light", "dojo-contrast", "ansi-dark", "ansi-light"]
        await hand.press("escape")
        assert hand.app.theme == "dojo-dark"
        await hand.press("T")
        await hand.type("high")
        assert hand.app.theme == "dojo-contrast"
        await hand.press("enter")
        assert "Theme: High contrast, at the next start too." in hand.page.told

    async def kept(hand: Hand) -> None:
        assert hand.app.theme == "dojo-contrast"
        await hand.press("T")
        await hand.type("auto")
        await hand.press("enter")

    async def named(hand: Hand) -> None:
        assert hand.app.theme == "dojo-light"
        await hand.press("T", "down", "enter")
        assert "High contrast until the app ends: the config file names dojo-light." in hand.page.told

    async def forgotten(hand: Hand) -> None:
        assert hand.app.theme == "dojo-dark"

    for theme, script in ((None, choose), (None, kept), (None, forgotten), ("dojo-light", named)):
        drive(make_app(theme=theme, remember=True, empty=True, preferences=Preferences()), script)


def test_everything_that_is_written_can_be_read(make_app: AppMaker) -> None:
    """WCAG: 4.5:1, and 7:1 in the theme of high contrast."""
    poor: dict[tuple[str, str, str], str] = {}

    def look(app: Any, where: str) -> None:
        needed = 7.0 if app.theme == "dojo-contrast" else 4.5
        for what, style in (*drawn(app), *painted(app)):
            assert style.color is not None
            assert style.bgcolor is not None
            pair = (style.color.get_truecolor(), style.bgcolor.get_truecolor())
            if contrast(*pair) < needed:
                named = (app.theme, pair[0].hex, pair[1].hex)
                poor.setdefault(named, f"{contrast(*pair):.2f}:1 {where}: {what}")

    async def script(hand: Hand) -> None:
        for keys in SHOWN:
            await hand.press(*keys.split())
            for theme in OWN_THEMES:
                hand.app.theme = theme.name
                await hand.pilot.pause()
                look(hand.app, keys)

    drive(make_app(), script)
    assert poor == {}


def drawn(app: Any) -> Iterator[tuple[str, Style]]:
    """Every text on the screen, as the terminal gets it."""
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if style is not None and any(character.isalnum() for character in text):
                yield text.strip(), style if not style.reverse else Style(color=style.bgcolor, bgcolor=style.color)


def painted(app: Any) -> Iterator[tuple[str, Style]]:
    """Every style that a widget of the screen has for texts, whether it uses it now or not."""
    for widget in app.screen.query(Widget):
        for component in COMPONENTS & widget.COMPONENT_CLASSES:
            yield f"{component} of {widget}", widget.get_component_rich_style(component)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The ratio of two colours by WCAG 2: from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance of sRGB."""
    shares = (value / 255 for value in colour)
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
