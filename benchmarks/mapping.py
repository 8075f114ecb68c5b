"""Mapping 100,000 Records at once and taking it back, against the bare SQL update of the same rows."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import world
from benchmarks.figures import Figure, timed
from dojo_tui.store.records import RecordQuery, record_ids
from dojo_tui.wiring import Workspace, open_workspace

NUMBER = 100_000
RUNS = 3
_WHAT = "raw UPDATE of the same columns of as many rows, same indexes"


def run() -> list[Figure]:
    """Every act in a store of its own, each beside the bare update, best of three."""
    taken: dict[str, list[float]] = {}
    bare: list[float] = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            url = world.records_store(folder, NUMBER)
            bare.append(_bare(folder / "records.sqlite"))
            workspace = open_workspace(url)
            try:
                for what, work in _acts(workspace):
                    taken.setdefault(what, []).append(timed(work))
            finally:
                workspace.close()
    reference = min(bare)
    limited = {"map": 3.0, "undo": 3.0}
    return [
        Figure(f"{what} 100,000 Records", min(times), reference, _WHAT, limited.get(what))
        for what, times in taken.items()
    ]


def _acts(workspace: Workspace) -> list[tuple[str, Callable[[], object]]]:
    with workspace.store.database.read() as connection:
        ids = record_ids(connection, RecordQuery())
    mapper = workspace.mapper
    return [
        ("map", lambda: mapper.map(ids, "Everything")),
        ("undo", mapper.undo),
        ("redo", mapper.redo),
        ("remap", lambda: mapper.map(ids, "Another")),
        ("undo of the remap of", mapper.undo),
        ("ignore", lambda: mapper.ignore(ids)),
        ("restore", lambda: mapper.restore(ids)),
        ("delete", lambda: mapper.delete(ids)),
        ("undo of the deletion of", mapper.undo),
        ("the history's list after all these acts on", mapper.acts),
    ]


def _bare(store: Path) -> float:
    """The update with nothing around it, and back to how the rows were."""
    connection = sqlite3.connect(store, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL"):
        connection.execute(statement)

    def update() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE records SET state = 'Good', state_reason = '', product_ref = '1', product_name = 'Everything',"
            " finalized_at = '2026-01-01 00:00:00.000000', finalized_by = 'somebody'"
        )
        connection.execute("COMMIT")

    taken = timed(update)
    connection.execute(
        "UPDATE records SET state = 'New', product_ref = NULL, product_name = NULL, finalized_at = NULL,"
        " finalized_by = NULL"
    )
    connection.close()
    return taken
