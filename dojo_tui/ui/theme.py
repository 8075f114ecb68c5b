"""Themes, and which one suits the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

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
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "scrollbar": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
    },
)
"""Every pair of colours at least 7:1 (WCAG AAA)."""

OWN_THEMES = (DARK, LIGHT, CONTRAST)
NAMES = (*(theme.name for theme in OWN_THEMES), "ansi-dark", "ansi-light")
"""What a person can choose; the ansi ones use the terminal's own sixteen colours."""


def choose(wanted: str | None, environment: Mapping[str, str]) -> str:
    """The theme to open with: what was asked for, else what the terminal can show."""
    asked = wanted or environment.get("DOJO_TUI_THEME", "")
    if asked in NAMES:
        return asked
    light = _light_background(environment)
    # Without colour at all only a theme of the terminal's own colours is really colourless.
    if environment.get("NO_COLOR") or environment.get("COLORTERM") not in ("truecolor", "24bit"):
        return "ansi-light" if light else "ansi-dark"
    return "dojo-light" if light else "dojo-dark"


def _light_background(environment: Mapping[str, str]) -> bool:
    """What rxvt, Konsole and others tell as ``COLORFGBG=15;0``."""
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return background in ("7", "15")
