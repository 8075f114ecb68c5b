"""Moving in the focused list or text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dojo_tui.ui.commands import Context, keyed
from dojo_tui.ui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from dojo_tui.ui.app import DojoApp

FAR = 1 << 62


def _move(app: DojoApp, lines: int) -> None:
    pane = app.page.pane if app.page is not None else None
    if pane is not None:
        pane.move_to(max(0, pane.cursor + lines))


def down(app: DojoApp, _context: Context) -> None:
    """One line down."""
    _move(app, 1)


def up(app: DojoApp, _context: Context) -> None:
    """One line up."""
    _move(app, -1)


def page_down(app: DojoApp, _context: Context) -> None:
    """One page down, a line of the old one staying in view."""
    pane = app.page.pane if app.page is not None else None
    if pane is not None:
        _move(app, max(1, pane.lines_shown - 1))


def page_up(app: DojoApp, _context: Context) -> None:
    """One page up."""
    pane = app.page.pane if app.page is not None else None
    if pane is not None:
        _move(app, -max(1, pane.lines_shown - 1))


def first(app: DojoApp, _context: Context) -> None:
    """The first line."""
    _move(app, -FAR)


def last(app: DojoApp, _context: Context) -> None:
    """The last line."""
    _move(app, FAR)


def other_pane(app: DojoApp, _context: Context) -> None:
    """The other pane that is shown, if there is one."""
    page = app.page
    if page is None or page is not app.screen:
        return
    panes = [widget for widget in page.focus_chain if isinstance(widget, TextPane) or widget is page.table]
    if len(panes) < 2:
        page.say(keyed("There is only one pane at this width; {open} opens the row."), "dim")
        return
    at = panes.index(page.focused) if page.focused in panes else 0
    panes[(at + 1) % len(panes)].focus()
