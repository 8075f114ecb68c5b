"""A server gets the same counts, and shows the same Findings, as the embedded destination from the same reports."""

from __future__ import annotations

import random
from itertools import islice
from typing import Any

import pytest

from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.embedded import EmbeddedDestination
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Action, Reimport, Summary
from dojo_tui.model.severity import Severity
from dojo_tui.model.target import Target
from tests.destinations.defectdojo.reports import Reports
from tests.destinations.defectdojo.world import Watcher, World, shown_here, shown_there

SEVERITIES = [Severity.INFO] * 6 + [Severity.MEDIUM]


class Both:
    """The same Records in the embedded destination and on a server."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.embedded = EmbeddedDestination(world.database, world.clock)
        self.product = self.embedded.find_or_create_product("Embedded")

    def sync(self, scope: str, reported: list[Finding], **settings: Any) -> None:
        """Both do the same, and tell the same."""
        there = self.world.sync(*reported, scope=scope, **settings)
        assert comparable(there) == comparable(self._here(scope, reported, **settings))

    def settle(self, scope: str, reported: list[Finding]) -> None:
        """The server was told already, and perhaps did not take it: now it does."""
        there = self.world.sync(*reported, scope=scope, caller=Watcher(self.world.moment), accept_large_change=True)
        here = self._here(scope, reported, accept_large_change=True)
        quiet = sum(there.counts.values()) == there[Action.UNTOUCHED]
        assert quiet or comparable(there) == comparable(here)

    def _here(self, scope: str, reported: list[Finding], **settings: Any) -> Summary:
        target = Target(self.product.ref, 1, "Connector 1", scope)
        fetch = Fetch(list(reported), partial=settings.pop("partial", {}))
        return self.embedded.reimport(target, fetch, Reimport(**settings), Unattended())

    def compare(self) -> None:
        rows = self.world.rows(product_ref=self.product.ref)
        assert shown_here(self.world.rows()) == shown_here(rows)
        assert shown_there(self.world.there()) == shown_here(rows)


def comparable(summary: Summary) -> dict[str, object]:
    severities = {action: {s: n for s, n in by.items() if n} for action, by in summary.by_severity.items()}
    return {
        "counts": dict(summary.counts),
        "severities": {action: by for action, by in severities.items() if by},
        "setting": summary.closed_by_severity_setting,
        "held": summary.held,
    }


def run(world: World, seed: int, steps: int, *, compare_each: bool = False) -> None:
    both, source = Both(world), random.Random(seed)
    scopes = ["app", "App", "lib"][: source.randrange(1, 4)]
    reports = {scope: iter(Reports(seed * 10 + number)) for number, scope in enumerate(scopes)}
    for step in range(steps):
        scope = source.choice(scopes)
        partial = {"Scanner": "a rule timed out"} if source.random() < 0.1 else {}
        (reported,) = islice(reports[scope], 1)
        least = source.choice(SEVERITIES)
        both.sync(scope, reported, partial=partial, min_severity=least, accept_large_change=True)
        world.moment.move(hours=7)
        if compare_each or step == steps - 1:
            both.compare()


@pytest.mark.parametrize("seed", range(6))
def test_random_reports(world: World, seed: int) -> None:
    run(world, seed, 12, compare_each=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_random_reports(world: World, seed: int) -> None:
    run(world, seed, 40)
