"""Going places, copying, opening links, exporting."""

from __future__ import annotations

import os
import re
from array import array
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.command import (
    MAPPED,
    OPERATIONS,
    TRIAGED,
    UNMAPPED,
    Context,
)
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.finding import find_links
from dojo_tui.ui.screens.base import Page
from dojo_tui.ui.screens.main import MainScreen
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host
    from dojo_tui.ui.widgets.columns import Source

_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


def open_row(app: Host, _context: Context) -> None:
    """Open the row: each page knows how."""
    if app.page is not None:
        app.page.open_row()


def findings(app: Host, context: Context) -> None:
    """The Findings of a Record."""
    from dojo_tui.ui.screens.findings import FindingsScreen

    row = context.row
    app.push_screen(FindingsScreen(f"Findings of {plain(row.name, 80)}", record_id=row.id, product_ref=row.product_ref))


def product_findings(app: Host, context: Context) -> None:
    """The Findings of a Product."""
    from dojo_tui.ui.screens.findings import FindingsScreen

    row = context.row
    app.push_screen(FindingsScreen(f"Findings of Product {plain(row.product_name, 80)}", product_ref=row.product_ref))


def _tab(app: Host, tab: str) -> None:
    main = app.screen_stack[0]
    busy = next((page.keeps for page in app.screen_stack if isinstance(page, Page) and page.keeps), "")
    if busy:
        app.tell(busy, "warn")
        return
    while len(app.screen_stack) > 1:
        app.pop_screen()
    if isinstance(main, MainScreen):
        main.show_tab(tab)


def unmapped(app: Host, _context: Context) -> None:
    """Tab 1."""
    _tab(app, UNMAPPED)


def mapped(app: Host, _context: Context) -> None:
    """Tab 2."""
    _tab(app, MAPPED)


def operations(app: Host, _context: Context) -> None:
    """Tab 3."""
    _tab(app, OPERATIONS)


def connectors(app: Host, _context: Context) -> None:
    """The Connectors screen."""
    from dojo_tui.ui.screens.connectors import ConnectorsScreen

    app.push_screen(ConnectorsScreen())


def choose_connector(app: Host, context: Context) -> None:
    """Pick one, or all."""
    from dojo_tui.ui.screens.picker import Entry, Picker

    entries = [Entry("All Connectors", "", value=None)]
    entries += [Entry(plain(row.label), plain(row.location), value=row) for row in context.connectors]

    def chosen(entry: Entry | None) -> None:
        if entry is not None:
            app.choose_connector(entry.value)

    app.push_screen(Picker("Show which Connector?", entries), chosen)


def _step_connector(app: Host, context: Context, step: int) -> None:
    ids = [None, *(row.id for row in context.connectors)]
    rows = [None, *context.connectors]
    at = ids.index(context.connector.id) if context.connector is not None and context.connector.id in ids else 0
    row = rows[(at + step) % len(rows)]
    app.choose_connector(row)
    app.tell(f"Showing {plain(row.label, 40) if row is not None else 'all Connectors'}.", "dim")


def next_connector(app: Host, context: Context) -> None:
    """The next one."""
    _step_connector(app, context, 1)


def previous_connector(app: Host, context: Context) -> None:
    """The one before."""
    _step_connector(app, context, -1)


def copy(app: Host, _context: Context) -> None:
    """What is shown of the row, to the terminal's clipboard."""
    page = app.page
    text = page.copied() if page is not None else ""
    if not text:
        app.tell("There is nothing to copy.", "dim")
        return
    app.copy_to_clipboard(text)
    shown = text.splitlines()[0]
    # OSC 52 has no answer: whether the terminal took it cannot be known.
    app.tell(f"Sent to the terminal: {plain(shown, 80)}", "good")


def link(app: Host, context: Context) -> None:
    """The page of the row's Product at the server in use; where there is none, the row's own link."""
    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"
    ref = _product_ref(app, row)
    if not ref or workspace.server is None:
        own_link(app, context)
        return

    # A Product of another destination has no page at this one.
    app.jobs.read(
        "link",
        lambda: workspace.destination.links([ref]).get(ref, ""),
        lambda url: _follow(app, url) if url else own_link(app, context),
    )


def _product_ref(app: Host, row: Any) -> str:
    """The Product of a Record, or the one whose Findings are listed."""
    from dojo_tui.ui.screens.findings import FindingsScreen

    shown = app.page.product_ref if isinstance(app.page, FindingsScreen) else None
    return str(getattr(row, "product_ref", None) or shown or "")


def own_link(app: Host, context: Context) -> None:
    """The link that the tool gives of the row."""
    found = find_link(context.row)
    if context.place in TRIAGED:
        _choose_link(app, find_links(context.row))
    elif found:
        _follow(app, found)
    else:
        app.tell(keyed("There is no link here; {copy} copies the row."), "dim")


def _choose_link(app: Host, found: list[str]) -> None:
    """The only one at once; of several, the one that is picked."""
    from dojo_tui.ui.screens.picker import Entry, Picker

    if not found:
        app.tell(keyed("There is no link here; {copy} copies title and place."), "dim")
    elif len(found) == 1:
        _follow(app, found[0])
    else:
        entries = [Entry(plain(url, 300), value=url) for url in found]
        app.push_screen(Picker("Which link?", entries), lambda entry: _follow(app, entry.value) if entry else None)


def _follow(app: Host, found: str) -> None:
    """Open a link where a browser is, else show and copy it."""
    remote = "SSH_CONNECTION" in os.environ or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if remote and os.name == "posix" and os.uname().sysname != "Darwin":
        app.copy_to_clipboard(found)
        app.tell(f"No browser here. Sent to the terminal: {plain(found, 200)}", "accent")
        return
    import webbrowser

    app.jobs.apart(lambda: webbrowser.open(found), lambda _opened: app.tell(f"Opened {plain(found, 200)}", "good"))


def find_link(row: Any) -> str:
    """The first web address in what the tool says about a row."""
    texts = [str(value) for value in getattr(row, "details", {}).values()]
    texts += [str(getattr(row, name, "") or "") for name in ("location", "references", "description", "vendor_id")]
    texts += [str(value) for value in getattr(row, "endpoints", ())]
    for text in texts:
        found = _LINK.search(text[:100_000])
        if found:
            return found[0].rstrip(".,;")
    return ""


def export(app: Host, _context: Context) -> None:
    """Ask for the file, and write it in a thread."""
    from dojo_tui.ui.export import default_name, formats
    from dojo_tui.ui.screens.prompt import Prompt

    page = app.page
    listed = page.table if page is not None else None
    if listed is None:
        return
    source, ids = listed.source, listed.ids
    endings = ", ".join(f".{one}" for one in formats(source))

    def named(path: str | None) -> None:
        if path:
            _write(app, path, source, ids)

    app.push_screen(
        Prompt(f"Export {len(ids):,} {source.noun}", f"Write to ({endings}):", default_name(source.noun, app.clock)),
        named,
    )


def _write(app: Host, path: str, source: Source, ids: array[int], *, replace: bool = False) -> None:
    """Write the file; one that is there is replaced only when the person says so."""
    from dojo_tui.services.export import ExistsError
    from dojo_tui.ui.export import write_list

    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"

    def failed(error: Exception) -> None:
        from dojo_tui.ui.screens.confirm import Confirm

        if not isinstance(error, ExistsError):
            app.tell_error(error)
            return
        app.push_screen(
            Confirm("Replace the file?", [plain(error.what, 300), "What is in it now is lost."], "Replace it"),
            lambda yes: _write(app, path, source, ids, replace=True) if yes else None,
        )

    app.tell(f"Writing {plain(path, 200)} …", "dim")
    app.jobs.apart(
        lambda: write_list(path, source, ids, workspace.store, replace=replace),
        lambda count: app.tell(f"✓ {count:,} row{'' if count == 1 else 's'} written to {plain(path, 200)}", "good"),
        failed,
    )
