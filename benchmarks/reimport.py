"""Reimport of 100,000 findings into the embedded store, against raw inserts of equal rows."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks import raw, synthetic
from benchmarks.figures import Figure, timed
from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.embedded import EmbeddedDestination
from dojo_tui.model.clock import Clock
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Reimport
from dojo_tui.model.target import Target
from dojo_tui.store.open import open_store
from tests.rows import add_connector

NUMBER = 100_000


def run() -> list[Figure]:
    """First, identical, moved and turned over; each against the raw insert of the same number of rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sync = _Sync(folder / "store.sqlite")
        first = timed(_prepared(sync, synthetic.findings(NUMBER)))
        bare = raw.inserts(folder / "store.sqlite", "findings")
        same = timed(_prepared(sync, synthetic.findings(NUMBER)))
        shifted = timed(_prepared(sync, synthetic.moved(synthetic.findings(NUMBER))))
        turned = timed(_prepared(sync, synthetic.turned_over(synthetic.moved(synthetic.findings(NUMBER)))))
        sync.close()
    what = "raw sqlite3.executemany of equal rows, same indexes"
    return [
        Figure("first reimport of 100,000 findings", first, bare, what, 3.0),
        Figure("identical reimport", same, bare, what, 1.0),
        Figure("reimport, a tenth of the files edited", shifted, bare, what),
        Figure("reimport, 10 % new and 10 % gone, in every file", turned, bare, what),
    ]


class _Sync:
    def __init__(self, path: Path) -> None:
        clock = Clock()
        self._store = open_store(f"sqlite:///{path}", clock=clock)
        self._destination = EmbeddedDestination(self._store.database, clock)
        key = add_connector(self._store.database, clock, "bench")
        self._target = Target(self._destination.find_or_create_product("Bench").ref, key, "bench", "record")

    def __call__(self, reported: list[Finding]) -> None:
        settings = Reimport(accept_large_change=True)
        self._destination.reimport(self._target, Fetch(reported), settings, Unattended())

    def close(self) -> None:
        self._store.close()


class _prepared:  # noqa: N801 - it stands for a call
    """A reimport whose findings exist already: reading them is not part of it."""

    def __init__(self, sync: _Sync, reported: list[Finding]) -> None:
        self._sync, self._reported = sync, reported

    def __call__(self) -> None:
        self._sync(self._reported)
