"""A thousand Records of mixed names, mapped to 120 Products in a few key presses, on the real app.

The names are those of ``benchmarks/names`` that belong to its hundred most
frequent Products, and those of twenty teams that have no Product yet. What
each press did is the table of docs/mapping.md, and the frames there are those that
this test sees.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import insert

from dojo_tui.model.clock import Clock
from dojo_tui.model.record import State
from dojo_tui.store import tables
from dojo_tui.ui.app import DojoApp
from dojo_tui.wiring import Workspace, open_workspace
from tests.ui import world
from tests.ui.driving import SMALL, Hand, drive
from tests.ui.test_acts import rows

ROOT = Path(__file__).parents[2]
RECORDS, PUBLIC, MOST_PRESSES = 1_000, 100, 40
TEAMS = (
    "atlas", "borealis", "cobalt", "delta", "ember", "falcon", "granite", "harbor", "indigo", "juniper",
    "kestrel", "lagoon", "meridian", "nimbus", "onyx", "prism", "quartz", "ridge", "summit", "tundra",
)  # fmt: skip
PARTS = (
    "api", "web", "worker", "batch", "admin", "jobs", "gateway", "mobile", "reports", "search", "events", "billing",
)  # fmt: skip
# What no name can say: abbreviations, and sites that are called otherwise.
RULES = "\n".join(
    f'[[rule]]\nname = "{name}"\nproduct = "{product}"\n'
    for name, product in (
        ("*mozilla/fxa*", "Firefox Accounts"),
        ("https://developer.*", "MDN"),
        ("https://*min.io*", "MinIO"),
        ("*/kube-*", "Kubernetes"),
        ("*caddyserver*", "Caddy"),
        ("falcosecurity/{charts,libs}", "Falco"),
        ("haproxytech/*", "HAProxy"),
        ("rabbitmq*/*", "RabbitMQ"),
    )
)


@dataclass
class Told:
    """What a person pressed, what it did, and how much was mapped then."""

    keys: str
    presses: int
    did: str
    mapped: int


@dataclass
class Counting:
    """A hand whose presses are counted."""

    hand: Hand
    steps: list[Told] = field(default_factory=list)

    async def press(self, shown: str, *keys: str) -> None:
        """Press keys, one by one; ``shown`` is how the page writes them."""
        await self.hand.press(*keys)
        mapped = rows(self.hand, State.GOOD)
        told = self.hand.page.told if self.hand.app.screen is self.hand.page else ""
        self.steps.append(Told(shown, len(keys), told, len(mapped)))

    @property
    def presses(self) -> int:
        """How many there were."""
        return sum(step.presses for step in self.steps)


def labelled() -> Iterator[tuple[str, str, str]]:
    """Kind, name and Product of the names of the hundred most frequent Products, each once."""
    listed = []
    for name in ("tuning", "held_out"):
        with (ROOT / "benchmarks/names" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
            listed += [(row["kind"], row["name"], row["product"]) for row in csv.DictReader(stream) if row["product"]]
    counted = Counter(product for _, _, product in listed)
    frequent = sorted(counted, key=lambda product: (-counted[product], product))[:PUBLIC]
    yield from dict.fromkeys(row for row in listed if row[2] in frequent)


def mixed() -> list[tuple[str, str, str]]:
    """A thousand: kind, name, Product."""
    names = list(labelled())
    own = [("repository", f"src/{team}/{part}", team) for part in PARTS for team in TEAMS]
    return names + own[: RECORDS - len(names)]


def fill(workspace: Workspace) -> dict[int, str]:
    """Put them into the store; the Product that each should get, by id."""
    names = mixed()
    kinds = sorted({kind for kind, _, _ in names})
    with workspace.store.database.write() as c:
        for number, kind in enumerate(kinds, 1):
            c.execute(
                insert(tables.connectors).values(
                    id=number, label=f"{kind}s", tool="memory", location="/", secret=None, options={}, auto_map=False,
                    min_severity=0, discover_schedule="off", sync_schedule="off", created_at=world.NOW,
                )
            )  # fmt: skip
        c.execute(insert(tables.product_types).values(id=1, name="Platform"))
        public = sorted({product for _, name, product in names if not name.startswith("src/")})
        c.execute(
            insert(tables.products),
            [{"product_type_id": 1, "name": product, "created_at": world.NOW} for product in public],
        )
        made = [
            world.record(number, 1 + kinds.index(kind), "New", name) | {"vendor_id": name, "scope": name}
            for number, (kind, name, _) in enumerate(names, 1)
        ]
        c.execute(insert(tables.records), made)
    return {number: product for number, (_, _, product) in enumerate(names, 1)}


def table(steps: list[Told]) -> str:
    """As the page shows it."""
    lines = ["| keys | presses | what it did | mapped so far |", "|---|--:|---|--:|"]
    presses = 0
    for step in steps:
        presses += step.presses
        lines.append(f"| {step.keys} | {presses} | {step.did} | {step.mapped:,} |")
    return "\n".join(lines)


def dialog(hand: Hand) -> str:
    """The dialog alone: what stands behind it may still be read anew."""
    x, y, width, height = hand.app.screen.query_one("#box").region
    # The end of a scroll bar's thumb is drawn in eighths of a line, a moment after the text.
    lines = re.sub("[▁▂▃▄▅▆▇█]", " ", hand.screen).splitlines()[y : y + height]
    return "\n".join(line.ljust(x + width)[x : x + width].rstrip() for line in lines)


def test_a_thousand_records_in_forty_presses(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    wanted: dict[int, str] = {}
    page = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")

    def opener() -> Workspace:
        path = str(tmp_path / "store.sqlite")
        workspace = open_workspace(path, clock=clock, tools={"memory": world.MemoryTool()}, who="ada")
        wanted.update(fill(workspace))
        return workspace

    async def script(hand: Hand) -> None:
        person = Counting(hand)
        assert len(rows(hand, State.NEW)) == RECORDS
        await person.press("`M` `w` `enter`", "M", "w", "enter")
        await person.press("`n` `src/*/*` `enter` `{1}`", "n", *"src/*/*", "enter", *"{1}")
        frames = [dialog(hand)]
        await person.press("`F2`", "f2")
        await person.press("`A` `y`", "A", "y")
        await person.press("`1` `A`", "1", "A")
        frames.append(dialog(hand))
        await person.press("`enter`", "enter")
        await person.press("`A` `enter`", "A", "enter")
        await person.press("`A` `7` `enter`", "A", "7", "enter")
        await person.press("`A` `5` `enter`", "A", "5", "enter")
        for step in (person.steps[1], person.steps[4]):
            step.did = "shows what it would do (below)"

        mapped = rows(hand, State.GOOD)
        assert [row.name for row in rows(hand, State.NEW)] == []
        assert len(mapped) == RECORDS
        assert len({row.product_ref for row in mapped}) == 120
        right = sum(row.product_name.casefold() == wanted[row.id].casefold() for row in mapped)
        assert right >= 0.995 * RECORDS, [row.name for row in mapped if row.product_name != wanted[row.id]]
        assert person.presses <= MOST_PRESSES
        told = "\n\n".join([table(person.steps), *(f"```text\n{frame.rstrip()}\n```" for frame in frames)])
        told = f"{person.presses} presses, {right:,} of {RECORDS:,} as the labels say\n\n{told}"
        (tmp_path / "told.md").write_text(told, encoding="utf-8")
        start = page.find(told[: told.index("\n")])
        assert page[start : start + len(told)] == told, f"docs/mapping.md is behind: {tmp_path / 'told.md'} is right"

    drive(DojoApp(opener, theme="dojo-dark", scheduling=False), script, SMALL)
