"""Another process on the same store: ``python -m tests.services.child STORE VERSION MARKER``.

It says ``ready``, and for each line it reads runs one Sync, says ``running``
and ``record`` for each Record, and how it ended. Its Tool finds ten Findings of
each Record; those of version 2 are half others than those of version 1.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dojo_tui.connectors.base import Run
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.services.events import OperationChanged, RecordDone
from dojo_tui.store.connectors import connector_by_label
from dojo_tui.store.operations import operation
from dojo_tui.wiring import open_workspace
from tests.services.fakes import FakeTool, finding


def tool_of(version: int) -> FakeTool:
    """The Tool at one of its versions."""
    first = 5 * (version - 1)

    class Versioned(FakeTool):
        def fetch(self, config: object, vendor_id: str, run: Run) -> Fetch:
            self.on_fetch(vendor_id, run)
            return Fetch([finding(f"{vendor_id}-{number}") for number in range(first, first + 10)])

    return Versioned()


def main(url: str, version: int, marker: Path) -> None:
    tool = tool_of(version)
    workspace = open_workspace(url, tools={"fake": tool})
    with workspace.store.database.read() as connection:
        connector_id = connector_by_label(connection, "Fake").id

    def alone(vendor_id: str, _run: Run) -> None:
        """From the first Record to the last nobody else may be at it."""
        if vendor_id == "vep 000":
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        if vendor_id == "last":
            marker.unlink()

    def tell(event: object) -> None:
        if isinstance(event, OperationChanged) and event.status is Status.RUNNING:
            print("running", flush=True)
        if isinstance(event, RecordDone):
            print("record", flush=True)

    tool.on_fetch = alone
    workspace.operations.subscribe(tell)
    print("ready", flush=True)
    for _ in sys.stdin:
        ran = workspace.operations.run(connector_id, OperationType.SYNC, wait_seconds=60)
        with workspace.store.database.read() as connection:
            row = operation(connection, ran)
        print(f"{row.status} {row.error}", flush=True)
    workspace.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
