"""Suggestions on real names with the Product a person would choose (benchmarks/names), and how long they take."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import raw
from benchmarks.figures import Figure, median, timed
from dojo_tui.model.rules import Rule
from dojo_tui.model.suggest import THRESHOLD, Suggester, Suggestion
from dojo_tui.store import discovery, suggestions
from dojo_tui.store.discovery import Listed
from dojo_tui.store.records import RecordQuery, record_ids
from dojo_tui.wiring import open_workspace

NUMBER = 100_000
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


def run() -> list[Figure]:
    """How often it is right, then how long it takes."""
    print(
        "| names | with a Product | accepted at 0.9 | precision (goal 0.98) | mapped by one key for all | without typing |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    for half, title in (("tuning", "tuned on"), ("held_out", "held out")):
        rows = labelled(half)
        print(_line(f"{title}, nothing mapped yet", answers(rows, Suggester(products()))))
        print(_line(f"{title}, a fifth mapped before", _taught(rows)))
    print(f"\nprecision / share by threshold, held out: {_curve(labelled('held_out'))}\n")
    with tempfile.TemporaryDirectory() as name:
        return _speed(Path(name))


def _line(title: str, told: Sequence[tuple[Labelled, Suggestion | None]]) -> str:
    mine = sum(bool(row.product) for row, _ in told)
    accepted = [(row, found) for row, found in told if found is not None and found.confidence >= THRESHOLD]
    right = sum(row.product == found.product for row, found in accepted)
    first = sum(found is not None and row.product == found.product for row, found in told if row.product)
    return (
        f"| {title} | {mine} of {len(told)} | {len(accepted)} | {right / len(accepted):.3f} | {right / mine:.3f} | "
        f"{first / mine:.3f} |"
    )


def _taught(rows: Sequence[Labelled]) -> list[tuple[Labelled, Suggestion | None]]:
    """Each fifth in turn is mapped as labelled; how the rest fares, all five together."""
    told = []
    for part in range(5):
        suggester = Suggester(products())
        for number, row in enumerate(rows):
            if number % 5 == part and row.product:
                suggester.learn(1, row.name, row.product)
        told += answers([row for number, row in enumerate(rows) if number % 5 != part], suggester)
    return told


def _curve(rows: Sequence[Labelled]) -> str:
    told = answers(rows, Suggester(products()))
    mine = sum(bool(row.product) for row in rows)
    points = []
    for threshold in (0.8, 0.85, 0.9, 0.95, 0.97):
        accepted = [(row, found) for row, found in told if found is not None and found.confidence >= threshold]
        right = sum(row.product == found.product for row, found in accepted)
        points.append(f"{threshold}: {right / len(accepted):.3f} / {right / mine:.3f}")
    return ", ".join(points)


def _speed(folder: Path) -> list[Figure]:
    """100,000 New Records and 2,000 Products, in a store; the bare reference is reading names and writing rows."""
    workspace = open_workspace(f"sqlite:///{folder / 'store.sqlite'}")
    try:
        key = workspace.connectors.add("reports", "bench", str(folder))
        for _, name in _many_products():
            workspace.destination.find_or_create_product(name)
        veps = [Listed(f"v{number}", name, {}, []) for number, name in enumerate(_many_names())]
        with workspace.store.database.write() as connection:
            discovery.insert_new(connection, key, [(vep, vep.vendor_id) for vep in veps], workspace.clock.now())
            sample = [record.id for record in suggestions.new_records(connection)]
        first = timed(workspace.suggestions.refresh)
        nothing = timed(workspace.suggestions.refresh)
        workspace.mapper.map(sample[:20], "Kubernetes")
        some = timed(workspace.suggestions.refresh)
        workspace.mapper.map(sample[20:21], "Quux Ledger")
        new = timed(workspace.suggestions.refresh)
        one = median(lambda: workspace.suggestions.suggest(sample[500:501]), 5)
        rules = [Rule(f"team{number}/*-{{api,web}}", "{1}") for number in range(20)]
        preview = timed(lambda: workspace.rules.preview(rules))
        with workspace.store.database.read() as connection:
            words = median(
                lambda: record_ids(
                    connection, RecordQuery(text="ledger -api sure:>0.9 seen:<7d", now=workspace.clock.now())
                ),
                9,
            )
            plain = median(lambda: record_ids(connection, RecordQuery()), 9)
        bulk = timed(workspace.suggestions.accept)
        undo = timed(workspace.mapper.undo)
    finally:
        workspace.close()
    writing = raw.inserts(folder / "store.sqlite", "suggestions")
    what = "raw sqlite3.executemany of equal rows, same indexes"
    return [
        Figure("suggestions for 100,000 Records, 2,000 Products", first, writing, what),
        Figure("again, nothing changed", nothing, writing, what),
        Figure("after 20 Records were mapped to a Product", some, writing, what),
        Figure("after a Record was mapped to a new Product", new, writing, what),
        Figure("a suggestion for one Record", one, 0.01, "10 ms", 1.0),
        Figure("accepting all that are 90 % sure, of 100,000", bulk, undo, "undoing it"),
        Figure("preview of 20 rules over 100,000 Records", preview, writing, what),
        Figure("filter 'ledger -api sure:>0.9 seen:<7d' in 100,000", words, 0.1, "100 ms", 1.0),
        Figure("the whole list of 100,000, by name", plain, 0.1, "100 ms", 1.0),
    ]


_WORDS = "alpha bravo harbor signal kernel ledger basket orbit quartz raven delta ember falcon gamma ivory".split()  # noqa: SIM905


def _many_products() -> list[tuple[str, str]]:
    pairs = [f"{one} {other} {number}".title() for one in _WORDS for other in _WORDS for number in range(9)]
    return [*products(), *((name, name) for name in pairs)][:2_000]


def _many_names() -> list[str]:
    rows = labelled("tuning")
    source = random.Random(7)
    return [
        f"{source.choice(_WORDS)}{number % 977}/{rows[number % len(rows)].name}-{number % 13}"
        for number in range(NUMBER)
    ]
