"""Filtering, sorting, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dojo_tui.ui.command import Context
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.screens.list_page import ListPage

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host


def _page(app: Host) -> ListPage | None:
    return app.page if isinstance(app.page, ListPage) else None


def filter_(app: Host, _context: Context) -> None:
    """Open the filter line."""
    page = _page(app)
    if page is not None:
        page.open_filter()


def _sort(app: Host, step: int) -> None:
    page = _page(app)
    if page is None:
        return
    order = page.shown_order()
    sorts = [column.sort for column in page.table.source.columns if column.sort]
    if not sorts:
        page.say("This list has one order only.", "dim")
        return
    at = sorts.index(order.sort) if order.sort in sorts else -step
    page.ask(replace(order, sort=sorts[(at + step) % len(sorts)], descending=False))


def sort_next(app: Host, _context: Context) -> None:
    """By the next column."""
    _sort(app, 1)


def sort_back(app: Host, _context: Context) -> None:
    """By the column before."""
    _sort(app, -1)


def reverse(app: Host, _context: Context) -> None:
    """The other way around."""
    page = _page(app)
    if page is not None:
        order = page.shown_order()
        page.ask(replace(order, descending=not order.descending))


def columns(app: Host, _context: Context) -> None:
    """Which columns are shown, in which order, how wide."""
    from dojo_tui.ui.screens.columns import ColumnsDialog

    page = _page(app)
    if page is None:
        return
    source, before = page.table.source, page.choices(page.table.source.columns)
    app.push_screen(
        ColumnsDialog(source.noun, before, page.choose_columns),
        lambda choices: page.choose_columns(before if choices is None else choices),
    )


def details(app: Host, _context: Context) -> None:
    """Details beside or below the list, or not."""
    page = _page(app)
    if page is None or not page.has_side:
        app.tell("There are no details beside this list.", "dim")
    else:
        page.toggle_details()


def active_only(app: Host, _context: Context) -> None:
    """Active Findings only, or all."""
    from dojo_tui.ui.screens.findings import FindingsScreen

    if isinstance(app.page, FindingsScreen):
        app.page.toggle_active()


def back(app: Host, _context: Context) -> None:
    """Message, range, marks, filter, screen: one at a time; the first screen stays."""
    page = app.page
    if page is None or page.hush(errors=True) or page.step_back():
        return
    if len(app.screen_stack) > 1:
        app.pop_screen()
    else:
        page.say(keyed("This is the first screen; {quit} quits."), "dim")
