"""Follow findings through real releases, and compare with what the source code says (P13).

The ground truth comes from diffs of the two releases' source files: which
result of the older report is which of the newer one. It knows nothing of
renamed files: their results count as absent and new there.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dojo_tui.connectors.base import Config
from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.embedded import EmbeddedDestination
from dojo_tui.model import identity
from dojo_tui.model.clock import Clock
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Action, Reimport, Summary
from dojo_tui.model.target import Target
from dojo_tui.reports.sarif.results import NO_PROBLEM
from dojo_tui.store.open import open_store
from dojo_tui.store.tables import findings
from dojo_tui.testing import TestRun
from dojo_tui.tools.reports.connector import TOOL
from tests.rows import add_connector


@dataclass(frozen=True)
class Release:
    """One report of a pair: its results that are Findings, by their index in the report."""

    path: Path

    @cached_property
    def findings(self) -> dict[int, Finding]:
        """The Finding of each result; results that are no problem (SARIF ``kind``) have none."""
        with gzip.open(self.path) as file:
            results = [result for run in json.load(file)["runs"] for result in run["results"]]
        problems = [index for index, result in enumerate(results) if result.get("kind") not in NO_PROBLEM.values()]
        folder = self.path.parent
        config = Config("alignment", str(folder), {"include": self.path.name})
        fetched = TOOL.fetch(config, ".", TestRun()).findings
        return dict(zip(problems, fetched, strict=True))

    @cached_property
    def keys(self) -> dict[int, int]:
        """What tells results apart: identical ones are one finding."""
        return {index: identity.same(finding) for index, finding in self.findings.items()}


@dataclass(frozen=True)
class Pair:
    """Two releases and the truth about them."""

    truth: dict[str, Any]
    before: Release
    after: Release

    @property
    def name(self) -> str:
        """Scanner, project and versions."""
        return "{tool} {project} {v1} {v2}".format(**self.truth)

    def _links(self, *, exact: bool = False) -> Iterator[tuple[int, int]]:
        for one, other, soft in self.truth["pairs"]:
            if one in self.before.keys and other in self.after.keys and not (exact and soft):
                yield self.before.keys[one], self.after.keys[other]

    @cached_property
    def persisting(self) -> set[tuple[int, int]]:
        """Findings that are the same in both, by key."""
        return set(self._links())

    @cached_property
    def exact(self) -> set[tuple[int, int]]:
        """Those of them whose line did not change."""
        return set(self._links(exact=True))

    @cached_property
    def new(self) -> int:
        """How many findings are only in the newer report."""
        return len(set(self.after.keys.values()) - {other for _, other in self.persisting})

    @cached_property
    def absent(self) -> int:
        """How many findings are only in the older report."""
        return len(set(self.before.keys.values()) - {one for one, _ in self.persisting})


def pairs(reports: Path) -> list[Pair]:
    """All pairs with ground truth below the folder of shared reports."""
    found = []
    for path in sorted((reports / "alignment").glob("*__*.json")):
        truth = json.loads(path.read_text())
        folder = reports / truth["tool"] / truth["project"]
        before, after = (Release(folder / f"{truth[version]}.sarif.gz") for version in ("v1", "v2"))
        found.append(Pair(truth, before, after))
    return found


@dataclass
class Followed:
    """What four syncs did: the older report twice, the newer one, the older one again."""

    pair: Pair
    first: Summary
    again: Summary
    forward: Summary
    back: Summary
    right: int
    """Exact pairs that kept their identity."""
    across_rules: int
    """Findings whose identity went to another rule."""
    closed: set[int] = field(default_factory=set)
    reactivated: set[int] = field(default_factory=set)

    @property
    def error(self) -> int:
        """How far the counts are from the truth."""
        created, closed = self.forward[Action.CREATED], self.forward[Action.CLOSED]
        return abs(created - self.pair.new) + abs(closed - self.pair.absent)


class Bench:
    """A store to follow pairs in, each in a Product of its own."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.store = open_store(f"sqlite:///{folder / 'alignment.sqlite'}", clock=clock)
        self.destination = EmbeddedDestination(self.store.database, clock)
        self.folder = folder
        self.connector_id = add_connector(self.store.database, clock, "alignment")

    def follow(self, pair: Pair) -> Followed:
        """Sync the older report twice, the newer one, and the older one again."""
        product = self.destination.find_or_create_product(pair.name)
        target = Target(product.ref, self.connector_id, "alignment", pair.name)
        first, again = self._sync(target, pair.before), self._sync(target, pair.before)
        older = self._active(pair.name)
        forward = self._sync(target, pair.after)
        newer = self._active(pair.name)
        back = self._sync(target, pair.before)
        oldest = self._active(pair.name)
        ids, new_ids = self._by_key(older, pair.before), self._by_key(newer, pair.after)
        rule_of = {row.id: row.rule_id for row in older}
        return Followed(
            pair,
            first,
            again,
            forward,
            back,
            right=sum(1 for one, other in pair.exact if ids.get(one) == new_ids.get(other)),
            across_rules=sum(1 for row in newer if rule_of.get(row.id, row.rule_id) != row.rule_id),
            closed={row.id for row in older} - {row.id for row in newer},
            reactivated={row.id for row in oldest} - {row.id for row in newer},
        )

    def _sync(self, target: Target, release: Release) -> Summary:
        place = self.folder / "record"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        shutil.copy(release.path, place / "report.sarif.gz")
        fetch = TOOL.fetch(Config("alignment", str(self.folder)), "record", TestRun())
        return self.destination.reimport(target, fetch, Reimport(accept_large_change=True), Unattended())

    def _active(self, scope: str) -> list[Any]:
        with self.store.database.read() as connection:
            chosen = select(findings.c.id, findings.c.content, findings.c.rule_id)
            return list(connection.execute(chosen.where(findings.c.scope == scope, findings.c.active)))

    @staticmethod
    def _by_key(rows: list[Any], release: Release) -> dict[int, int]:
        ids = {row.content: row.id for row in rows}
        merged: dict[int, int] = {}
        for finding in release.findings.values():
            key = identity.same(finding)
            merged.setdefault(key, ids.get(identity.content(finding, key), -1))
        return merged
