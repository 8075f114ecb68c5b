"""The one place where text from outside becomes something that is drawn (P11).

Widgets of this app are given ``Span`` and ``str`` only, never markup, and every
foreign string passes ``plain`` or ``paragraphs`` on its way there.
"""

from __future__ import annotations

from dojo_tui.model.text import inert

Span = tuple[str, str]
"""Text and the name of its style ("" is the normal one)."""

Line = tuple[Span, ...]

LABEL = 14
"""Cells for the label of a fact."""

LIMIT = 2_000
"""Longer names are cut: no line of a terminal shows more."""


def plain(value: object, limit: int = LIMIT) -> str:
    """One inert line: nothing in it moves a cursor, colours, links or turns the text around."""
    text = str(value)
    cut = text[: limit * 2]
    shown = inert(cut)
    return shown if len(shown) <= limit and len(cut) == len(text) else shown[:limit] + "…"


def paragraphs(value: object, style: str = "", limit: int = 50_000) -> list[Line]:
    """Inert lines of a longer text, its line breaks kept."""
    text = str(value)
    lines = text[:limit].splitlines() or [""]
    shown: list[Line] = [((inert(line), style),) for line in lines]
    if len(text) > limit:
        shown.append(((f"… cut here: {len(text) - limit:,} more characters", "dim"),))
    return shown
