"""How many requests may be on their way to one host, and how often one may leave: shared by the whole process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK_AGAIN_SECONDS = 0.1

_gates: dict[tuple[str, str, int], Gate] = {}
_lock = threading.Lock()


class Gate:
    """Lets at most ``most`` through at once, and one each ``1 / per_second`` seconds (0: as they come)."""

    def __init__(self, most: int, per_second: float) -> None:
        self._most = most
        self._gap = 1 / per_second if per_second > 0 else 0.0
        self._inside = 0
        self._next = 0.0
        self._changed = threading.Condition()

    def narrow(self, most: int, per_second: float) -> None:
        """The stricter limits of two Connectors to one host hold for both."""
        with self._changed:
            self._most = min(self._most, most)
            self._gap = max(self._gap, 1 / per_second if per_second > 0 else 0.0)

    @contextmanager
    def __call__(self, check: Callable[[], None], wait: Callable[[float], None]) -> Iterator[None]:
        """Be inside; raises as ``check`` does while waiting for it."""
        with self._changed:
            while self._inside >= self._most:
                self._changed.wait(_LOOK_AGAIN_SECONDS)
                check()
            self._inside += 1
            now = time.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._gap
        try:
            if mine > now:
                wait(mine - now)
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()


def gate(origin: tuple[str, str, int], most: int, per_second: float) -> Gate:
    """The gate to a host."""
    with _lock:
        found = _gates.get(origin)
        if found is None:
            found = _gates[origin] = Gate(most, per_second)
            return found
    found.narrow(most, per_second)
    return found
