"""What an Operation left undone, so that only that is run again."""

from __future__ import annotations

from dataclasses import dataclass

from dojo_tui.model.errors import UsageError
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status
from dojo_tui.model.record import State
from dojo_tui.store.database import Database
from dojo_tui.store.operations import asked_records, operation, outcomes
from dojo_tui.store.records import RecordQuery, record_ids

UNDONE = (OutcomeStatus.FAILED, OutcomeStatus.HELD, OutcomeStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Undone:
    """An Operation to start."""

    connector_id: int
    connector_label: str
    type: OperationType
    record_ids: tuple[int, ...] | None
    """None: all of the Connector, as it was asked for."""
    dry_run: bool


def undone(database: Database, operation_id: int) -> Undone:
    """What of an Operation has to be done again; raises UsageError when that is nothing.

    Of a Sync these are the Records that failed, are held or were cancelled,
    and those it did not come to; a Close knows by itself what is left. A
    Discover is always of the whole Connector.
    """
    with database.read() as connection:
        row = operation(connection, operation_id)
        if not row.status.ended:
            raise UsageError(f"Operation {operation_id} has not ended yet ({row.status}).")
        if row.connector_id is None:
            raise UsageError(f"The Connector {row.connector_label} of Operation {operation_id} was removed.")
        if row.status is Status.COMPLETED:
            raise UsageError(f"Operation {operation_id} is complete: nothing failed in it.")
        ids: tuple[int, ...] | None = None
        if row.type is OperationType.CLOSE:
            ids = asked_records(connection, operation_id)
        if row.type is OperationType.SYNC:
            told = outcomes(connection, operation_id)
            wanted = {one.record_id for one in told if one.status in UNDONE and one.record_id is not None}
            asked = asked_records(connection, operation_id)
            if told and (row.status is Status.INTERRUPTED or not wanted):
                # It stopped before it had come to all that it was asked for.
                query = RecordQuery(states=(State.GOOD,), connector_id=row.connector_id, sort="id")
                everything = record_ids(connection, query) if asked is None else asked
                wanted |= set(everything) - {one.record_id for one in told}
            ids = asked
            if told:
                ids = tuple(sorted(wanted))
                if not ids:
                    raise UsageError(f"Nothing of Operation {operation_id} is left to be done again.")
    return Undone(row.connector_id, row.connector_label, row.type, ids, row.dry_run)
