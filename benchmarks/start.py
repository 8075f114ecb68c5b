"""Start-up of the command line: what is imported before ``--version`` and ``--help`` answer."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.figures import Figure

HEAVY = ("textual", "sqlalchemy", "httpx", "alembic", "rich")


def run() -> list[Figure]:
    """Times against a bare interpreter that imports click."""
    bare = _median("-c", "import click")
    for argument in ("--version", "--help"):
        print(f"`dojo-tui {argument}` imports of {', '.join(HEAVY)}: {', '.join(_heavy(argument)) or 'none'}.")
    print()
    return [
        Figure(f"dojo-tui {argument}", _median("-m", "dojo_tui", argument), bare, "python -c 'import click'")
        for argument in ("--version", "--help")
    ]


def _median(*arguments: str) -> float:
    times = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _heavy(argument: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dojo_tui", argument], check=True, capture_output=True, text=True
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    return sorted(imported & set(HEAVY))
