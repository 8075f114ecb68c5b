"""Themes, and which one is shown.

Text has a contrast of at least 4.5:1 to what it stands on (WCAG AA), in the
theme of high contrast 7:1 (AAA): a test measures what is really drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App

    from dojo_tui.ui.memory import Memory

DARK = Theme(
    name="dojo-dark",
    primary="#5fafff",
    secondary="#87afd7",
    accent="#d7af5f",
    warning="#e5c07b",
    error="#ff6b6b",
    success="#7fd88f",
    foreground="#d8dee9",
    background="#12161c",
    surface="#12161c",
    panel="#1f2731",
    dark=True,
    variables={
        "text-disabled": "#969ea8",
        "block-cursor-background": "#2f5f8f",
        "block-cursor-foreground": "#ffffff",
        "scrollbar": "#33475c",
        "scrollbar-background": "#161c24",
        "scrollbar-background-hover": "#161c24",
        "scrollbar-background-active": "#161c24",
    },
)

LIGHT = Theme(
    name="dojo-light",
    primary="#005faf",
    secondary="#3f6f9f",
    accent="#875f00",
    warning="#875f00",
    error="#b3001b",
    success="#00692b",
    foreground="#1c2128",
    background="#ffffff",
    surface="#ffffff",
    panel="#e6ebf1",
    dark=False,
    variables={
        "text-disabled": "#5a6068",
        "block-cursor-background": "#005faf",
        "block-cursor-foreground": "#ffffff",
        "scrollbar": "#a9bccf",
        "scrollbar-background": "#f1f4f8",
        "scrollbar-background-hover": "#f1f4f8",
        "scrollbar-background-active": "#f1f4f8",
    },
)

CONTRAST = Theme(
    name="dojo-contrast",
    primary="#00ffff",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8080",
    success="#00ff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    dark=True,
    variables={
        "text-muted": "#d0d0d0",
        "text-disabled": "#b8b8b8",
        "input-selection-background": "#005f5f",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "scrollbar": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
    },
)
OWN_THEMES = (DARK, LIGHT, CONTRAST)
TITLES = {
    "dojo-dark": "Dark",
    "dojo-light": "Light",
    "dojo-contrast": "High contrast",
    "ansi-dark": "ANSI 16, dark",
    "ansi-light": "ANSI 16, light",
}
"""What a person can choose, by the word for it on a command line."""
NAMES = tuple(TITLES)

VARIABLE = "DOJO_TUI_THEME"


class Looks:
    """Which theme is shown: the one that was named for this run, else the one chosen in the app, else what suits."""

    def __init__(self, app: App[Any], configured: str | None, environment: Mapping[str, str]) -> None:
        """Shows at once what is known before the store is open; ``configured`` is what the config file says."""
        self.suited = _suited(environment)
        """What the terminal can show."""
        said = environment.get(VARIABLE, "")
        self.named = said if said in NAMES else configured or ""
        """What was named for this run; empty where nothing was."""
        self.named_by = VARIABLE if said in NAMES else "the config file"
        # A theme of many colours that was chosen in one terminal is none for another that has sixteen.
        self._key = "theme" if _has_colours(environment) else "theme.16"
        for own in OWN_THEMES:
            app.register_theme(own)
        app.theme = self.named or self.suited

    def show_kept(self, app: App[Any], memory: Memory) -> None:
        """The choices are known now."""
        kept: str = memory.get(self._key, "")
        if kept in NAMES and not self.named:
            app.theme = kept

    def keep(self, memory: Memory, name: str) -> None:
        """Remember a choice; without a name it is as the terminal suggests."""
        memory.set(self._key, name or None)


def _suited(environment: Mapping[str, str]) -> str:
    light = _light_background(environment)
    if not _has_colours(environment):
        return "ansi-light" if light else "ansi-dark"
    return "dojo-light" if light else "dojo-dark"


def _has_colours(environment: Mapping[str, str]) -> bool:
    """Without colour at all only a theme of the terminal's own colours is really colourless."""
    return not environment.get("NO_COLOR") and environment.get("COLORTERM") in ("truecolor", "24bit")


def _light_background(environment: Mapping[str, str]) -> bool:
    """What rxvt, Konsole and others tell as ``COLORFGBG=15;0``."""
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return background in ("7", "15")
