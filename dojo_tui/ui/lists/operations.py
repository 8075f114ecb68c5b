"""Operations: what ran, what runs, and what came of it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType
from dojo_tui.ui.lists.times import day, lasted
from dojo_tui.ui.lists.words import NO_CONNECTOR, STATUSES, changes, counted, first, key_line, wrong_lines
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.store.operations import OperationRow
    from dojo_tui.wiring import Workspace


class OperationSource:
    """All Operations, the newest first."""

    noun = "Operations"
    columns = (
        Column("Id", 5, "id", right=True, drop=7),
        Column("Type", 9, "type"),
        Column("Status", 15, "status"),
        Column("Connector", 12, "connector_label", grow=1, drop=1),
        Column("Trigger", 9, "trigger", drop=5),
        Column("Start", 10, "started_at", drop=3),
        Column("End", 10, "ended_at", drop=6),
        Column("Duration", 9, "duration_s", right=True, drop=4),
        Column("Outcome", 16, grow=3, drop=2),
    )

    def __init__(self, workspace: Workspace) -> None:
        self._database = workspace.store.database
        self._clock: Clock = workspace.clock
        self._read_only = workspace.read_only
        self._connected = True
        self.going: Callable[[int], str] = lambda _operation_id: ""
        """How far a running one is, how fast it goes and how long it will take; empty where that is not known."""

    def ids(self, query: Query) -> array[int]:
        """Ids in order."""
        from dojo_tui.store.connectors import any_connector
        from dojo_tui.store.operations import OperationQuery, operation_ids

        with self._database.read() as connection:
            now = self._clock.local(self._clock.now())
            wanted = OperationQuery(query.connector_id, query.text, now=now)
            if query.sort:
                wanted = replace(wanted, sort=query.sort, descending=query.descending)
            ids = operation_ids(connection, wanted)
            self._connected = bool(ids) or any_connector(connection)
        return ids

    def wrong(self, text: str) -> str:
        """What a filter asks for that no Operation can have."""
        from dojo_tui.store.operation_filter import faults

        return next((fault.what for fault in faults(text)), "")

    def rows(self, ids: Sequence[int]) -> list[OperationRow]:
        """Rows of these ids."""
        from dojo_tui.store.operations import operation_rows

        with self._database.read() as connection:
            return operation_rows(connection, ids)

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        return (
            (str(row.id), ""),
            (kind(row), ""),
            STATUSES[row.status],
            (plain(row.connector_label), ""),
            (str(row.trigger), ""),
            (day(self._clock, row.started_at or row.queued_at), ""),
            (day(self._clock, row.ended_at), ""),
            (lasted(row.duration_s), ""),
            self._outcome(row),
        )

    def _outcome(self, row: Any) -> Span:
        going = "" if row.status.ended else self.going(row.id)
        return (going, "accent") if going else (outcome(row), "")

    def empty(self, query: Query) -> list[Line]:
        """Why nothing is listed, and the next key."""
        if query.text:
            wrong = self.wrong(query.text)
            return [
                (("No Operation matches the filter.", "strong"),),
                *wrong_lines(wrong),
                key_line("{back} clears it, {filter} changes it."),
            ]
        if not self._connected:
            return NO_CONNECTOR if self._read_only else first()
        if self._read_only:
            return [(("Nothing has run yet.", "strong"),)]
        return [
            (("Nothing has run yet.", "strong"),),
            key_line("{discover} discovers, {sync_all} syncs all that is mapped."),
        ]


def kind(row: Any) -> str:
    """The Operation's type; a dry run is called what it is."""
    return f"{row.type} plan" if row.dry_run else str(row.type)


def outcome(row: Any) -> str:
    """What came of it, on one line."""
    if row.error:
        return plain(row.error)
    if not row.counts:
        return ""
    return changes(row.counts) if row.type is OperationType.SYNC else counted(row.counts)
