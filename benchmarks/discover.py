"""Discover of 100,000 VEPs, against a bare walk of the same folders plus raw inserts of equal rows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks import raw
from benchmarks.figures import Figure, timed
from dojo_tui.model.operation import OperationType
from dojo_tui.wiring import Workspace, open_workspace

NUMBER = 100_000


def run() -> list[Figure]:
    """The first Discover, and one that finds nothing new."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _tree(folder / "tree")
        workspace = open_workspace(f"sqlite:///{folder / 'store.sqlite'}")
        try:
            key = workspace.connectors.add("reports", "bench", str(folder / "tree"))
            first = timed(lambda: _discover(workspace, key))
            again = timed(lambda: _discover(workspace, key))
        finally:
            workspace.close()
        walk = timed(lambda: _walk(folder / "tree"))
        inserts = raw.inserts(folder / "store.sqlite", "records")
    what = "os.walk, stat and read of each report"
    return [
        Figure("first discover of 100,000 VEPs", first, walk + inserts, f"{what}, plus raw inserts of equal rows"),
        Figure("discover again, nothing new", again, walk, what),
    ]


def _discover(workspace: Workspace, key: int) -> None:
    operation = workspace.operations.run(key, OperationType.DISCOVER)
    assert operation


def _tree(root: Path) -> None:
    """100,000 folders, a small report in each, in 400 groups."""
    for number in range(NUMBER):
        folder = root / f"group{number % 400:03}" / f"project{number:06}"
        folder.mkdir(parents=True)
        (folder / "report.sarif").write_text(f'{{"version": "2.1.0", "runs": [], "properties": {{"n": {number}}}}}')


def _walk(root: Path) -> None:
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            os.stat(path)
            with open(path, "rb") as file:
                file.read()
