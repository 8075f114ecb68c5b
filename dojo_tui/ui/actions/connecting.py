"""Adding, editing, checking and removing Connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dojo_tui.model.operation import OperationType
from dojo_tui.ui.command import Context
from dojo_tui.ui.starting import start
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.ui.host import Host


def add(app: Host, context: Context) -> None:
    """Choose the tool (when there are several), then fill in its form."""
    from dojo_tui.ui.screens.connector_form import ConnectorForm
    from dojo_tui.ui.screens.picker import Entry, Picker

    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    tools = list(workspace.tools.values())
    first = not context.connectors
    if len(tools) == 1:
        app.push_screen(ConnectorForm(tools[0], guided=first))
        return
    entries = [Entry(plain(tool.title), plain(tool.name), value=tool) for tool in tools]

    def chosen(entry: Entry | None) -> None:
        if entry is not None:
            app.push_screen(ConnectorForm(entry.value, guided=first))

    app.push_screen(Picker("Connect to which tool?", entries), chosen)


def import_reports(app: Host, _context: Context) -> None:
    """The form of what reads files of this machine, and from there step by step to the first Records."""
    from dojo_tui.ui.screens.connector_form import ConnectorForm

    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    local = next((tool for tool in workspace.tools.values() if tool.local), None)
    if local is None:
        app.tell("No tool that reads files of this machine is installed.", "warn")
    else:
        app.push_screen(ConnectorForm(local, guided=True))


def _connector(context: Context) -> ConnectorRow | None:
    """The Connector that a row is, or the one of an Operation."""
    of = getattr(context.row, "connector_id", None)
    return context.row if of is None else next((row for row in context.connectors if row.id == of), None)


def edit(app: Host, context: Context) -> None:
    """The same form, filled in."""
    from dojo_tui.ui.screens.connector_form import ConnectorForm

    workspace, row = app.workspace, _connector(context)
    assert workspace is not None, "commands run once the store is open"
    if row is None:
        return
    tool = workspace.tools.get(row.tool)
    if tool is None:
        app.tell(f"The tool {plain(row.tool, 40)} is not installed here: its form is unknown.", "bad")
        return
    app.push_screen(ConnectorForm(tool, row))


def check(app: Host, context: Context) -> None:
    """Look whether it works, and say so step by step."""
    from dojo_tui.ui.screens.check import CheckScreen

    workspace, row = app.workspace, _connector(context)
    assert workspace is not None, "commands run once the store is open"
    if row is None:
        return
    tool = workspace.tools.get(row.tool)
    title = tool.title if tool is not None else row.tool
    app.push_screen(
        CheckScreen(row.label, title, lambda cancelled, told: workspace.connectors.check(row.id, cancelled, told))
    )


def check_again(app: Host, _context: Context) -> None:
    """The same once more."""
    from dojo_tui.ui.screens.check import CheckScreen

    if isinstance(app.page, CheckScreen):
        app.page.again()


def discover(app: Host, context: Context) -> None:
    """Discover this one."""
    row = _connector(context)
    if row is not None:
        start(app, OperationType.DISCOVER, [(row.id, row.label, None)])


def sync(app: Host, context: Context) -> None:
    """Sync this one."""
    start(app, OperationType.SYNC, [(context.row.id, context.row.label, None)])


def remove(app: Host, context: Context) -> None:
    """Asks first, with the numbers, and says what stays (P6)."""
    from dojo_tui.store.records import record_counts
    from dojo_tui.ui.screens.confirm import Confirm

    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"

    def count() -> int:
        with workspace.store.database.read() as connection:
            return sum(record_counts(connection, row.id).values())

    def removed(sentence: Any) -> None:
        app.changed(records=True, operations=True)
        app.tell(f"✓ {sentence or 'Removed.'}", "good")

    def ask(records: int) -> None:
        many = f"{records:,} Record{'' if records == 1 else 's'}"
        app.push_screen(
            Confirm(
                f"Remove the Connector “{plain(row.label, 60)}”?",
                [
                    f"Its {many}, all mappings and its schedules go; this cannot be undone.",
                    "Stays: every Product, Engagement, Test and Finding it imported, and its Operations.",
                ],
                "Remove it",
                type_to_confirm=plain(row.label, 60) if records else "",
            ),
            lambda yes: app.jobs.write(lambda: workspace.connectors.remove(row.id), removed) if yes else None,
        )

    app.jobs.read("remove", count, ask)
