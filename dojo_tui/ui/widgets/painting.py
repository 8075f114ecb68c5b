"""Spans to strips: one segment for each run of equal style."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from dojo_tui.ui.widgets.plain import Span

STYLES = ("dim", "strong", "good", "warn", "bad", "accent", "key", "on", "off", "cursor", "header", "mark")
"""Names of styles; each is a component class ``paint--<name>`` of the widgets below."""

COMPONENTS = {f"paint--{name}" for name in STYLES}

_PLAIN = frozenset(("", "dim", "strong", "good", "warn", "bad", "accent"))
"""Styles that change letters only: of blanks they show nothing."""

Look = Callable[[str], Style]


def fit(text: str, width: int, right: bool = False) -> str:
    """Exactly ``width`` cells: padded, or cut with an ellipsis."""
    if text.isascii():
        size = len(text)
        if size == width:
            return text
        if size < width:
            return text.rjust(width) if right else text.ljust(width)
        return text[: width - 1] + "…" if width > 0 else ""
    size = cell_len(text)
    if size <= width:
        return " " * (width - size) + text if right else text + " " * (width - size)
    # A character of two cells may not end where the ellipsis begins.
    return set_cell_size(text[:width], width - 1) + "…" if width > 0 else ""


def fit_end(text: str, width: int) -> str:
    """Exactly ``width`` cells, the end of the text kept."""
    if cell_len(text) <= width:
        return fit(text, width)
    if width < 2:
        return fit("…", width)
    kept = text[-(width - 1) :]
    while cell_len(kept) > width - 1:
        kept = kept[1:]
    return fit("…" + kept, width)


def paint(spans: Iterable[Span], width: int, look: Look, base: str = "") -> Strip:
    """Draw spans on a line of ``width`` cells; what does not fit is cut."""
    segments: list[Segment] = []
    run = ""
    run_style: str | None = None
    left = width
    for text, name in spans:
        if left <= 0:
            break
        size = len(text) if text.isascii() else cell_len(text)
        if size > left:
            text = fit(text, left)
            size = left
        left -= size
        name = name or base
        if name == run_style or _same(text, name, run_style):
            run += text
            continue
        if run:
            segments.append(Segment(run, look(run_style or "")))
        run, run_style = text, name
    if left > 0:
        if run_style == base or _same(" ", base, run_style):
            run += " " * left
        else:
            if run:
                segments.append(Segment(run, look(run_style or "")))
            run, run_style = " " * left, base
    if run:
        segments.append(Segment(run, look(run_style or "")))
    return Strip(segments, width)


def _same(text: str, style: str, run_style: str | None) -> bool:
    """Whether ``text`` looks the same in either style; every run of its own costs forty bytes of the connection."""
    return run_style in _PLAIN and style in _PLAIN and text.isspace()
