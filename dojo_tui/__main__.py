"""``python -m dojo_tui`` and the command ``dojo-tui``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    from dojo_tui.cli.root import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
