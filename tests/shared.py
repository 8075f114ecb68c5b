"""Where the material lies that tests may read but the repository does not hold."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("DOJO_TUI_SHARED") or Path(__file__).parents[2] / "shared")


def shared(*parts: str) -> Path:
    """A path in the shared material; skips the test, saying so, where it is not there."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} of the shared material beside the repository (or $DOJO_TUI_SHARED)")
    return path


def shared_files(pattern: str) -> list[Path]:
    """The files of the shared material that match; empty where it is not there (for parametrize)."""
    return sorted(SHARED.glob(pattern)) if SHARED.is_dir() else []


def each(found: Sequence[Any], what: str) -> list[Any]:
    """Parameters made of the shared material; where it is not there one that is skipped, and says so.

    Where it is there and none is ``found``, collecting the tests fails: nothing would be tested.
    """
    if found or SHARED.is_dir():
        return list(found)
    reason = f"needs {what} of the shared material beside the repository (or $DOJO_TUI_SHARED)"
    return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=reason))]
