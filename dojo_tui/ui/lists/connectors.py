"""Connectors as a list."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.lists.times import when
from dojo_tui.ui.lists.words import NO_CONNECTOR, first, no_match
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.wiring import Workspace


class ConnectorSource:
    """All Connectors: few enough to be read whole."""

    noun = "Connectors"
    columns = (
        Column("Label", 14, "label", grow=1),
        Column("Tool", 10, "tool", drop=3),
        Column("Location", 16, "location", grow=3, drop=1, path=True),
        Column("Discover", 14, drop=4),
        Column("Sync", 14, drop=4),
        Column("Next", 16, drop=2),
        Column("Auto-map", 8, drop=6),
        Column("Minimum", 8, drop=7),
    )

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._rows: dict[int, ConnectorRow] = {}

    def ids(self, query: Query) -> array[int]:
        """Those with all the words, sorted."""
        from dojo_tui.store.connectors import all_connectors

        with self._workspace.store.database.read() as connection:
            rows = all_connectors(connection)
        words = query.text.casefold().split()
        rows = [row for row in rows if all(word in _searched(row) for word in words)]
        rows.sort(key=lambda row: str(getattr(row, query.sort or "label")).casefold(), reverse=query.descending)
        self._rows = {row.id: row for row in rows}
        return array("q", (row.id for row in rows))

    def rows(self, ids: Sequence[int]) -> list[ConnectorRow]:
        """Those that were read."""
        return [self._rows[identifier] for identifier in ids if identifier in self._rows]

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        dues = [due for due in (row.discover_due_at, row.sync_due_at) if due is not None]
        return (
            (plain(row.label), ""),
            (plain(row.tool), ""),
            (plain(row.location), ""),
            (plain(row.discover_schedule or "off"), ""),
            (plain(row.sync_schedule or "off"), ""),
            (when(self._workspace.clock, min(dues)) if dues else "-", ""),
            ("on" if row.auto_map else "off", ""),
            (row.min_severity.label, ""),
        )

    def empty(self, query: Query) -> list[Line]:
        """Why nothing is listed, and the next key."""
        if query.text:
            return [no_match("No Connector")]
        return NO_CONNECTOR if self._workspace.read_only else first()


def _searched(row: ConnectorRow) -> str:
    return f"{row.label} {row.tool} {row.location}".casefold()
