"""A figure is a ratio: ours against a bare reference that ran in the same process, minutes apart at most."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured line of the table. Times are seconds, unless ``unit`` says otherwise."""

    what: str
    ours: float
    reference: float
    reference_is: str
    limit: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float:
        if not self.reference:
            return math.inf if self.ours else 0.0
        return self.ours / self.reference

    @property
    def holds(self) -> bool:
        return self.limit is None or self.ratio <= self.limit

    def row(self) -> str:
        limit = "" if self.limit is None else f"{self.limit:g}x"
        mark = "" if self.limit is None else ("yes" if self.holds else "**no**")
        return (
            f"| {self.what} | {_number(self.ours)} {self.unit} | {_number(self.reference)} {self.unit} | "
            f"{self.reference_is} | {self.ratio:.2f}x | {limit} | {mark} |"
        )


HEADER = "| what | ours | reference | reference is | ratio | limit | holds |\n|---|--:|--:|---|--:|--:|---|"


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:,.0f}"


def timed(work: Callable[[], object]) -> float:
    """How long ``work`` takes, with the garbage of earlier work out of the way."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object], times: int = 3) -> float:
    """The median of several runs; for work that can be repeated."""
    return statistics.median(timed(work) for _ in range(times))
