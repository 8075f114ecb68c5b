"""Run the benchmarks: ``python -m benchmarks [NAME ...]``; without names, all of them."""

from __future__ import annotations

import importlib
import os
import platform
import sys

from benchmarks.figures import HEADER

NAMES = (
    "reimport",
    "matching",
    "discover",
    "suggestions",
    "mapping",
    "connectors",
    "defectdojo",
    "start",
    "terminal",
    "releases",
)


def main() -> int:
    """Print a table for each benchmark; 1 if a figure is over its limit."""
    wanted = sys.argv[1:] or NAMES
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"unknown benchmark {', '.join(sorted(unknown))}: use {', '.join(NAMES)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    held = True
    for name in wanted:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"## {name}\n\n{(module.__doc__ or '').strip().splitlines()[0]}\n", flush=True)
        figures = module.run()
        if figures:
            print("\n".join([HEADER, *(figure.row() for figure in figures)]), flush=True)
        print(flush=True)
        held &= all(figure.holds for figure in figures)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
