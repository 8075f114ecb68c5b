"""Suggestions on real names with the Product a person would choose (benchmarks/names), and how long they take."""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, timed
from dojo_tui.model.suggest import THRESHOLD, Suggester, Suggestion

NAMES = Path(__file__).with_name("names")


@dataclass(frozen=True)
class Labelled:
    """A name with its Product; empty when none is right."""

    kind: str
    name: str
    product: str


def products() -> list[tuple[str, str]]:
    """Ref and name of every Product on offer."""
    return [(name, name) for name in (NAMES / "products.txt").read_text(encoding="utf-8").splitlines()]


def labelled(half: str) -> list[Labelled]:
    """The names of one half."""
    with (NAMES / f"{half}.csv").open(encoding="utf-8", newline="") as file:
        return [Labelled(**row) for row in csv.DictReader(file)]


def answers(rows: Sequence[Labelled], suggester: Suggester) -> list[tuple[Labelled, Suggestion | None]]:
    """What is suggested for each."""
    return [(row, suggester.suggest(1, row.name)) for row in rows]
