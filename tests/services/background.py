"""Operations in the background, held at a gate while a test looks at them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from sqlalchemy import update

from dojo_tui.connectors.base import Run
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.store.tables import leases
from tests.services.fakes import World
from tests.waiting import PATIENCE

DISCOVER, SYNC = OperationType.DISCOVER, OperationType.SYNC
# A server's leases run by its own clock, which no test can move.
LONG_AGO, LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Gate:
    """Holds a Tool's fetch until the test opens it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, _vendor_id: str, _run: Run) -> None:
        self.reached.set()
        assert self.open.wait(PATIENCE)


def begin(world: World, gate: Gate) -> int:
    operation_id = world.workspace.operations.start(world.connector_id, SYNC)
    assert gate.reached.wait(PATIENCE)
    return operation_id


def finish(world: World, gate: Gate, *ids: int) -> None:
    gate.open.set()
    assert world.workspace.operations.wait(ids or None, PATIENCE)


def status(world: World, operation_id: int) -> Status:
    return world.operation(operation_id).status


def set_lease(world: World, **values: object) -> None:
    with world.workspace.store.database.write() as connection:
        connection.execute(update(leases).values(**values))
