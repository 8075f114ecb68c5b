"""Moving in the focused list or text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dojo_tui.ui.command import Context
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host
    from dojo_tui.ui.widgets.virtual_list import VirtualList

FAR = 1 << 62


def _move(app: Host, lines: int) -> None:
    pane = app.page.pane if app.page is not None else None
    if pane is not None:
        pane.move_to(max(0, pane.cursor + lines))


def down(app: Host, _context: Context) -> None:
    """One line down."""
    _move(app, 1)


def up(app: Host, _context: Context) -> None:
    """One line up."""
    _move(app, -1)


def page_down(app: Host, _context: Context) -> None:
    """One page down, a line of the old one staying in view."""
    pane = app.page.pane if app.page is not None else None
    if pane is not None:
        _move(app, max(1, pane.lines_shown - 1))


def page_up(app: Host, _context: Context) -> None:
    """One page up."""
    pane = app.page.pane if app.page is not None else None
    if pane is not None:
        _move(app, -max(1, pane.lines_shown - 1))


def first(app: Host, _context: Context) -> None:
    """The first line."""
    _move(app, -FAR)


def last(app: Host, _context: Context) -> None:
    """The last line."""
    _move(app, FAR)


def next_group(app: Host, _context: Context) -> None:
    """The first row of the next group."""
    _move_group(app, 1)


def previous_group(app: Host, _context: Context) -> None:
    """The first row of this group, or of the one before."""
    _move_group(app, -1)


def _move_group(app: Host, step: int) -> None:
    page = app.page
    listed = page.table if page is not None else None
    if page is None or listed is None:
        return
    if not len(listed.heads):
        page.say(no_groups(listed), "dim")
        return
    here = listed.heads.group_of(listed.cursor)
    first = listed.heads.rows_of(here).start
    if step > 0 or listed.cursor == first:
        if not 0 <= here + step < len(listed.heads):
            page.say("This is the last group." if step > 0 else "This is the first group.", "dim")
            return
        first = listed.heads.rows_of(here + step).start
    listed.move_to(first)
    # The head on top, as much of the group as fits below it.
    listed.scroll_to(y=listed.heads.top_of(first), animate=False, force=True)


def no_groups(listed: VirtualList) -> str:
    """Why a list has no groups now."""
    return "There are no groups in this order: sort by Severity." if listed.ids else "The list is empty."


def other_pane(app: Host, _context: Context) -> None:
    """The other pane that is shown, if there is one."""
    page = app.page
    if page is None or not page.is_current:
        return
    panes = [widget for widget in page.focus_chain if isinstance(widget, TextPane) or widget is page.table]
    if len(panes) < 2:
        page.say(keyed("There is only one pane at this width; {open} opens the row."), "dim")
        return
    at = panes.index(page.focused) if page.focused in panes else 0
    panes[(at + 1) % len(panes)].focus()
