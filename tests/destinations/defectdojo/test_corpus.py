"""Real releases: a server gets the counts of the embedded destination, Record by Record (P13)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from dojo_tui.connectors.base import Config
from dojo_tui.destinations.base import Destination, Unattended
from dojo_tui.destinations.embedded import EmbeddedDestination
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.plan import Action, Reimport, Summary
from dojo_tui.model.target import Target
from dojo_tui.testing import TestRun
from dojo_tui.tools.reports.connector import TOOL
from tests.alignment import Release, pairs
from tests.destinations.defectdojo.test_same_as_embedded import comparable
from tests.destinations.defectdojo.world import World, shown_here, shown_there
from tests.shared import shared

ALL = Reimport(accept_large_change=True)


@dataclass(frozen=True)
class Read:
    """A release as the Tool reads it, as often as wanted."""

    release: Release
    folder: Path

    @cached_property
    def fetch(self) -> Fetch:
        place = self.folder / "record"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        shutil.copy(self.release.path, place / "report.sarif.gz")
        with TestRun() as run:
            return TOOL.fetch(Config("corpus", str(self.folder)), "record", run)


@dataclass(frozen=True)
class Pair:
    name: str
    older: Read
    newer: Read


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    folder = tmp_path_factory.mktemp("corpus")
    return [Pair(pair.name, Read(pair.before, folder), Read(pair.after, folder)) for pair in pairs(shared("reports"))]


class Sides:
    """The same Records in both destinations: all in one Product, or each in one of its own."""

    def __init__(self, world: World, *, shared_product: bool) -> None:
        self.world = world
        self.embedded = EmbeddedDestination(world.database, world.clock)
        self._shared = shared_product
        self._products: dict[str, tuple[str, str]] = {}
        self._synced: set[str] = set()

    def _product(self, name: str) -> tuple[str, str]:
        called = self.world.name if self._shared else f"{self.world.name} {name}"
        if called not in self._products:
            both = (self.embedded, self.world.destination)
            here, there = (destination.find_or_create_product(called).ref for destination in both)
            self._products[called] = here, there
        return self._products[called]

    def sync(self, name: str, read: Read) -> Summary:
        here, there = self._product(name)
        embedded = self._sync(self.embedded, here, name, read.fetch)
        summary = self._sync(self.world.destination, there, name, read.fetch)
        assert comparable(summary) == comparable(embedded), name
        self._synced.add(name)
        return summary

    def _sync(self, destination: Destination, ref: str, name: str, fetch: Fetch) -> Summary:
        target = Target(ref, 1, "Connector 1", name, name in self._synced)
        return destination.reimport(target, fetch, ALL, Unattended())

    def tell_all(self, reads: Mapping[str, Read]) -> None:
        """Let a Sync in full tell the server the places that those before it left for later."""
        self.world.destination.resend(1)
        for name, read in reads.items():
            self._sync(self.world.destination, self._product(name)[1], name, read.fetch)

    def compare(self) -> None:
        """What is shown is the same, too."""
        for here, there in self._products.values():
            remote = self.world.id_there(there)
            shown = shown_here(self.world.rows(product_ref=here))
            assert shown_here(self.world.rows(product_ref=there)) == shown
            assert shown_there(self.world.remote.findings(product=remote)) == shown


@pytest.mark.slow
@pytest.mark.parametrize("shared_product", [True, False], ids=["one Product for all", "each its own Product"])
def test_p13_p5_all_releases(world: World, corpus: list[Pair], shared_product: bool) -> None:
    """More than twenty Records of one Connector: older, newer, and older again."""
    assert len(corpus) >= 20
    sides = Sides(world, shared_product=shared_product)
    for pair in corpus:
        assert sides.sync(pair.name, pair.older)[Action.CLOSED] == 0
    forward = {pair.name: sides.sync(pair.name, pair.newer) for pair in corpus}
    sides.tell_all({pair.name: pair.newer for pair in corpus})
    sides.compare()
    for pair in corpus:
        back = sides.sync(pair.name, pair.older)
        assert back[Action.CREATED] == 0
        assert back[Action.REACTIVATED] == forward[pair.name][Action.CLOSED]
    sides.tell_all({pair.name: pair.older for pair in corpus})
    sides.compare()
    for pair in corpus:
        again = sides.sync(pair.name, pair.older)
        assert sum(again.counts.values()) == again[Action.UNTOUCHED]


def test_p13_some_releases(world: World, corpus: list[Pair]) -> None:
    """The smallest ones."""
    sides = Sides(world, shared_product=False)
    for pair in sorted(corpus, key=lambda pair: pair.older.release.path.stat().st_size)[:6]:
        for read in (pair.older, pair.newer, pair.older):
            sides.sync(pair.name, read)
    sides.compare()
