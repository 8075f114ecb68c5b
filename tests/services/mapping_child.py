"""Another process that maps all Records of a store, or takes it back: ``python -m tests.services.mapping_child``."""

from __future__ import annotations

import sys

from dojo_tui.store.records import RecordQuery, record_ids
from dojo_tui.wiring import open_workspace


def main() -> None:
    """Arguments: the store, and ``map`` or ``undo``. Says ``begun`` right before and ``done`` right after."""
    store, act = sys.argv[1:]
    workspace = open_workspace(store, who="somebody")
    with workspace.store.database.read() as connection:
        ids = record_ids(connection, RecordQuery())
    print("begun", flush=True)
    if act == "map":
        workspace.mapper.map(ids, "Everything")
    else:
        workspace.mapper.undo()
    print("done", flush=True)


if __name__ == "__main__":
    main()
