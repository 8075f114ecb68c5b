"""Marks: ids, so that they survive sorting, filtering and refreshing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dojo_tui.ui.actions.moving import no_groups
from dojo_tui.ui.command import Context
from dojo_tui.ui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host


def _list(app: Host) -> VirtualList | None:
    return app.page.table if app.page is not None else None


def toggle(app: Host, _context: Context) -> None:
    """Mark or unmark, and go on."""
    listed = _list(app)
    if listed is not None:
        listed.toggle_mark(listed.cursor)
        listed.move_to(listed.cursor + 1)


def range_(app: Host, _context: Context) -> None:
    """Start marking by moving, or end it."""
    listed = _list(app)
    if listed is None:
        return
    if listed.ranging:
        listed.end_range(keep=True)
    else:
        listed.start_range()


def down(app: Host, _context: Context) -> None:
    """Mark while going down."""
    listed = _list(app)
    if listed is not None:
        listed.move_to(listed.cursor + 1, extend=True)


def up(app: Host, _context: Context) -> None:
    """Mark while going up."""
    listed = _list(app)
    if listed is not None:
        listed.move_to(listed.cursor - 1, extend=True)


def all_(app: Host, _context: Context) -> None:
    """Mark all that the filter shows; when they are all marked, unmark them."""
    listed = _list(app)
    if listed is None:
        return
    shown = set(listed.ids)
    listed.set_marks(listed.marks - shown if shown <= listed.marks else listed.marks | shown)


def group(app: Host, _context: Context) -> None:
    """Mark the group of the row; when it is marked, unmark it."""
    listed = _list(app)
    if listed is None:
        return
    if len(listed.heads):
        listed.toggle_marks(listed.heads.rows_of(listed.heads.group_of(listed.cursor)))
    else:
        app.tell(no_groups(listed), "dim")


def invert(app: Host, _context: Context) -> None:
    """Mark what is not marked, among what the filter shows."""
    listed = _list(app)
    if listed is not None:
        listed.set_marks(listed.marks ^ set(listed.ids))
