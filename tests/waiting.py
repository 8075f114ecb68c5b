"""Waiting for a state that must come, however slow the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which a state that did not come is a failure; only a test that fails waits that long."""
_LOOK_EVERY = 0.02


def eventually(comes: Callable[[], object], what: str = "") -> None:
    """Wait until ``comes()`` is true; fail, naming ``what``, when it is not within PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not comes():
        assert time.monotonic() < deadline, f"it did not come: {what or comes}"
        time.sleep(_LOOK_EVERY)
