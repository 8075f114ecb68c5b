"""Records: those without a decision, and those that are mapped."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dojo_tui.model.clock import Clock
from dojo_tui.model.record import UNMAPPED, State
from dojo_tui.model.suggest import THRESHOLD
from dojo_tui.ui.lists.times import day
from dojo_tui.ui.lists.words import AWAY, NO_CONNECTOR, STATES, first, key_line, wrong_lines
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.store.records import RecordQuery, RecordRow
    from dojo_tui.wiring import Workspace

NAME = Column("Name", 22, "name", grow=3)
STATE = Column("State", 9, "state", drop=1)
# Two Connectors may have Records of one name: it leaves after the times.
CONNECTOR = Column("Connector", 10, "connector_label", grow=1, drop=4)

UNMAPPED_COLUMNS = (
    NAME,
    STATE,
    Column("Suggested", 16, "suggested_product", grow=2, drop=2),
    Column("Sure", 5, "suggested_confidence", right=True, drop=3),
    CONNECTOR,
    Column("Was mapped to", 14, "former_product_name", grow=1, drop=7),
    Column("Last seen", 10, "last_discovered_at", drop=5),
    Column("First seen", 10, "first_discovered_at", drop=6),
)

MAPPED_COLUMNS = (
    NAME,
    STATE,
    Column("Product", 16, "product_name", grow=2, drop=1),
    CONNECTOR,
    Column("Synced", 10, "last_synced_at", drop=5),
    Column("Last seen", 10, "last_discovered_at", drop=6),
    Column("First seen", 10, "first_discovered_at", drop=7),
    Column("Finalized", 10, "finalized_at", drop=8),
    Column("By", 8, "finalized_by", drop=9),
)


def suggested(row: Any) -> tuple[Span, Span]:
    """The Product that is most likely, and how sure that is; both empty until it is known."""
    if row.suggested_product is None:
        return ("" if row.suggested_confidence is None else "-", ""), ("", "")
    sure = row.suggested_confidence
    return (plain(row.suggested_product), ""), (f"{sure:.0%}".replace("%", " %"), "good" if sure >= THRESHOLD else "")


class RecordSource:
    """Records in some of the states."""

    noun = "Records"

    def __init__(self, workspace: Workspace, states: tuple[State, ...]) -> None:
        self._database = workspace.store.database
        self._clock: Clock = workspace.clock
        self._read_only = workspace.read_only
        self._connected = True
        self._in_use = workspace.in_use
        self.states = states
        self.mapped = states != UNMAPPED
        self.columns = MAPPED_COLUMNS if self.mapped else UNMAPPED_COLUMNS

    def store_query(self, query: Query) -> RecordQuery:
        """The same question in the store's words."""
        from dojo_tui.store.records import RecordQuery

        sort = query.sort or "name"
        return RecordQuery(
            self.states,
            query.connector_id,
            query.text,
            sort,
            query.descending,
            self._clock.local(self._clock.now()),
            self._in_use,
        )

    def wrong(self, text: str) -> str:
        """What in a filter is most likely not meant so."""
        from dojo_tui.store.record_filter import faults

        return next((fault.what for fault in faults(text)), "")

    def ids(self, query: Query) -> array[int]:
        """Ids in order."""
        from dojo_tui.store.records import record_ids

        with self._database.read() as connection:
            ids = record_ids(connection, self.store_query(query))
            if not ids:
                from dojo_tui.store.connectors import any_connector

                self._connected = any_connector(connection)
        return ids

    def rows(self, ids: Sequence[int]) -> list[RecordRow]:
        """Rows of these ids."""
        from dojo_tui.store.records import record_rows

        with self._database.read() as connection:
            return record_rows(connection, ids)

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        from dojo_tui.store.records import is_away

        last = (day(self._clock, row.last_discovered_at), "")
        first_seen = (day(self._clock, row.first_discovered_at), "")
        name = (plain(row.name), "")
        state = AWAY if is_away(row, self._in_use) else STATES[row.state]
        connector = (plain(row.connector_label), "")
        if not self.mapped:
            former = (plain(row.former_product_name or ""), "")
            return (
                name,
                state,
                *suggested(row),
                connector,
                former,
                last,
                first_seen,
            )
        synced = (day(self._clock, row.last_synced_at) if row.last_synced_at else "never", "")
        return (
            name,
            state,
            (plain(row.product_name or ""), ""),
            connector,
            synced,
            last,
            first_seen,
            (day(self._clock, row.finalized_at), ""),
            (plain(row.finalized_by or ""), ""),
        )

    def empty(self, query: Query) -> list[Line]:
        """Why nothing is listed, and the next key."""
        if query.text:
            wrong = self.wrong(query.text)
            return [
                (("No Record matches the filter.", "strong"),),
                *wrong_lines(wrong),
                key_line("{back} clears it, {filter} changes it."),
            ]
        if not self._connected:
            return NO_CONNECTOR if self._read_only else first()
        if self.mapped:
            return [
                (("Nothing is mapped yet.", "strong"),),
                key_line("Go to {unmapped} Unmapped Records and press {map}."),
            ]
        return [
            (("Nothing waits for a decision.", "strong"),),
            *([] if self._read_only else [key_line("{discover} discovers what the Connectors have now,")]),
            key_line("{connectors} shows the Connectors, {mapped} what is mapped."),
        ]
