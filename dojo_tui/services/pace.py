"""How fast an Operation goes, and when it will be done: from what it told so far."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 60.0
"""Seconds that count: what was quick an hour ago says little about what is left."""
SURE_AFTER = 2.0
"""Seconds before which nothing is foretold."""
MANY = 64


@dataclass(slots=True)
class Pace:
    """Fed with (time, how many are done); says nothing while too little is known."""

    _seen: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=MANY))
    _total: int | None = None

    def note(self, at: float, done: int, total: int | None) -> None:
        """So many are done of so many."""
        self._total = total
        if self._seen and self._seen[-1][1] == done:
            return  # the first moment at which so many were done is the one that counts
        self._seen.append((at, done))
        while len(self._seen) > 2 and at - self._seen[0][0] > WINDOW:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """How many a second."""
        if len(self._seen) < 2:
            return None
        (first, before), (last, done) = self._seen[0], self._seen[-1]
        return (done - before) / (last - first) if last - first >= SURE_AFTER and done > before else None

    @property
    def left(self) -> float | None:
        """Seconds until all is done, as seen when the last one was."""
        rate = self.rate
        if rate is None or self._total is None or not self._seen:
            return None
        return max(0.0, (self._total - self._seen[-1][1]) / rate)

    @property
    def words(self) -> str:
        """``4.5/min, about 3 min left``; empty while nothing can be said."""
        rate, left = self.rate, self.left
        if rate is None:
            return ""
        return per_time(rate) + (f", about {about(left)} left" if left else "")


def per_time(rate: float) -> str:
    """A rate that a person can imagine: ``12/s``, ``4.5/min``, ``3/h``."""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        number = rate * seconds
        if number >= 1 or unit == "h":
            return f"{number:,.0f}/{unit}" if number >= 10 else f"{number:.1f}/{unit}"
    raise AssertionError("the last unit takes every rate")


def about(seconds: float) -> str:
    """A time to wait, no more exact than it is known."""
    if seconds < 15:
        return "10 s"
    if seconds < 100:
        return f"{round(seconds / 10) * 10:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes / 60:.1f} h"
