"""Real releases: what is created and closed from one to the next, against what the source code says."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from dojo_tui.model.clock import Clock
from dojo_tui.model.plan import Action
from tests.alignment import Bench, Followed, pairs
from tests.shared import SHARED


def run() -> list[Figure]:
    """Print the table, with DefectDojo's own reimport of the same SARIF reports beside ours."""
    if not SHARED.is_dir():
        print("The reports of real releases are not here (see $DOJO_TUI_SHARED).")
        return []
    theirs = _defectdojo(SHARED / "reports" / "defectdojo-reimport.json")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), Clock())
        followed = [bench.follow(pair) for pair in pairs(SHARED / "reports")]
        bench.store.close()
    print(
        "| scanner, project, releases | persisting | created (true) | closed (true) | right partner | DefectDojo 3.2.0 |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    for one in followed:
        print(_row(one, theirs))
    persisting = sum(len(one.pair.persisting) for one in followed)
    exact = sum(len(one.pair.exact) for one in followed)
    right = sum(one.right for one in followed)
    error = sum(one.error for one in followed)
    created = sum(one.forward[Action.CREATED] for one in followed), sum(one.pair.new for one in followed)
    closed = sum(one.forward[Action.CLOSED] for one in followed), sum(one.pair.absent for one in followed)
    totals = [sum(their[n] for their in theirs.values()) for n in (0, 1)]
    print(
        f"| **all** | {persisting:,} | {created[0]} ({created[1]}) | {closed[0]} ({closed[1]}) | "
        f"{right:,} of {exact:,} ({right / exact:.2%}) | +{totals[0]:,} -{totals[1]:,} |\n"
    )
    print(f"Sum of |created - new| + |closed - absent|: {error}, {error / persisting:.2%} of what persists.")
    return []


def _row(one: Followed, theirs: dict[str, tuple[int, int]]) -> str:
    pair = one.pair
    their = theirs.get(pair.name)
    return (
        f"| {pair.name} | {len(pair.persisting):,} | {one.forward[Action.CREATED]} ({pair.new}) | "
        f"{one.forward[Action.CLOSED]} ({pair.absent}) | {one.right:,} of {len(pair.exact):,} | "
        f"{f'+{their[0]:,} -{their[1]:,}' if their else ''} |"
    )


def _defectdojo(path: Path) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for entry in json.loads(path.read_text())["pairs"]:
        if entry["format"] == "sarif":
            steps: list[dict[str, Any]] = entry["steps"]
            for before, after in itertools.pairwise(steps[:-1]):
                name = f"{entry['tool']} {entry['project']} {before['version']} {after['version']}"
                found[name] = after["counts"]["created"], after["counts"]["closed"]
    return found
