"""Starts what is due: each once, whatever was missed, and only in one of several processes (P14)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import BusyError, UsageError
from dojo_tui.model.operation import OperationType, Trigger
from dojo_tui.services.due import latest_due, next_due
from dojo_tui.services.operations import Operations
from dojo_tui.store.connectors import ConnectorRow, all_connectors, move_due
from dojo_tui.store.open import Store
from dojo_tui.store.operations import running

_COLUMNS = {
    OperationType.DISCOVER: ("discover_schedule", "discover_due_at"),
    OperationType.SYNC: ("sync_schedule", "sync_due_at"),
}


@dataclass(frozen=True, slots=True)
class Astray:
    """A next run that is farther away than its schedule can ask for: a clock was wrong when it was planned."""

    connector: ConnectorRow
    kind: OperationType
    was: datetime
    now: datetime
    """What it is planned for instead."""

    def sentence(self, clock: Clock) -> str:
        """What happened and what was done."""
        schedule = getattr(self.connector, _COLUMNS[self.kind][0])
        was, now = (f"{clock.local(at):%Y-%m-%d %H:%M %Z}" for at in (self.was, self.now))
        return (
            f"{self.connector.label}: the next {self.kind} was planned for {was}, farther away than its schedule "
            f"({schedule}) can ask for: a clock was wrong. It is planned anew, for {now}."
        )


class Scheduler:
    """The UI calls ``run_due`` from its timer, the command line once."""

    def __init__(self, store: Store, operations: Operations, clock: Clock, source: random.Random) -> None:
        self._database = store.database
        self._operations = operations
        self._clock = clock
        self._random = source

    def run_due(self) -> list[int]:
        """Start what is due, each once however often it was missed; the ids of the Operations.

        It also looks for Operations whose process died. A pass that finds
        nothing to do reads a few rows and writes nothing.
        """
        if self._database.read_only:
            return []
        self._operations.recover()
        self.plan_anew()
        now = self._clock.now()
        with self._database.read() as connection:
            connectors = all_connectors(connection)
        # Discover first: what it finds is there for the Sync that is due at the same time.
        started = [
            self._attend(row, kind, now) for kind in (OperationType.DISCOVER, OperationType.SYNC) for row in connectors
        ]
        return [operation_id for operation_id in started if operation_id is not None]

    def astray(self, connectors: Sequence[ConnectorRow]) -> list[Astray]:
        """Next runs that no schedule asked for."""
        now, zone = self._clock.now(), self._clock.zone
        found = []
        for row in connectors:
            for kind, (schedule_column, due_column) in _COLUMNS.items():
                schedule, due = getattr(row, schedule_column), getattr(row, due_column)
                # The usual case needs no schedule to be read.
                if due is None or due <= now or (latest := latest_due(schedule, now, zone)) is None or due <= latest:
                    continue
                if (planned := next_due(schedule, now, zone, self._random)) is not None:
                    found.append(Astray(row, kind, due, planned))
        return found

    def plan_anew(self) -> list[Astray]:
        """Plan the runs anew that went astray; those that this call mended."""
        if self._database.read_only:
            return []
        with self._database.read() as connection:
            found = self.astray(all_connectors(connection))
        if not found:
            return []
        with self._database.write() as connection:
            return [
                one for one in found if move_due(connection, one.connector.id, _COLUMNS[one.kind][1], one.was, one.now)
            ]

    def next_due(self) -> tuple[datetime, ConnectorRow, OperationType] | None:
        """Return the next scheduled run, if there is any."""
        with self._database.read() as connection:
            connectors = all_connectors(connection)
        runs = [
            (due, row.label, row, kind)
            for row in connectors
            for kind, (_, column) in _COLUMNS.items()
            if (due := getattr(row, column)) is not None
        ]
        if not runs:
            return None
        due, _, row, kind = min(runs, key=lambda run: (run[0], run[1], run[3]))
        return due, row, kind

    def _attend(self, row: ConnectorRow, kind: OperationType, now: datetime) -> int | None:
        schedule_column, due_column = _COLUMNS[kind]
        schedule: str = getattr(row, schedule_column)
        due: datetime | None = getattr(row, due_column)
        latest = latest_due(schedule, now, self._clock.zone)
        if latest is None and due is None:
            return None
        is_due = latest is not None and due is not None and due <= now
        if not is_due and due is not None and latest is not None and due <= latest:
            return None
        with self._database.write() as connection:
            # Whoever moves the due time on has the run; another process finds it moved already.
            moved = move_due(
                connection, row.id, due_column, due, next_due(schedule, now, self._clock.zone, self._random)
            )
            same = any(each.connector_id == row.id and each.type is kind for each in running(connection))
        if not is_due or not moved or same:
            return None
        try:
            return self._operations.start(row.id, kind, trigger=Trigger.SCHEDULED)
        except (BusyError, UsageError):
            return None  # the same one is queued already, or its Tool is not installed
