"""Starts what is due."""

from __future__ import annotations

import random
from datetime import datetime

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType
from dojo_tui.services.operations import Operations
from dojo_tui.store.connectors import ConnectorRow
from dojo_tui.store.database import Database


class Scheduler:
    """One pass at a time: the UI calls ``run_due`` from its timer, the command line once."""

    def __init__(self, database: Database, operations: Operations, clock: Clock, source: random.Random) -> None:
        self._database = database
        self._operations = operations
        self._clock = clock
        self._random = source

    def run_due(self) -> list[int]:
        """Start what is due, each once however often it was missed; the ids of the Operations."""
        raise NotImplementedError

    def next_due(self) -> tuple[datetime, ConnectorRow, OperationType] | None:
        """The next scheduled run."""
        raise NotImplementedError
