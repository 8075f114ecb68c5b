"""A Product on a DefectDojo of any kind, a store beside it, and short ways to sync and look at both."""

from __future__ import annotations

import re
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dojo_tui.destinations.base import Destination
from dojo_tui.destinations.defectdojo.desk import Limits, Patience
from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination
from dojo_tui.model.clock import Clock
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Reimport, Summary
from dojo_tui.model.secret import Secret
from dojo_tui.model.severity import Severity
from dojo_tui.model.target import ENGAGEMENT, Target
from dojo_tui.store.destinations import save_destination
from dojo_tui.store.findings import FindingQuery, FindingRow, finding_ids, finding_rows
from dojo_tui.store.open import Store, open_store
from tests.conftest import Moment
from tests.defectdojo_server.remote import Json, Remote
from tests.rows import add_connector

PRODUCT_TYPE = "Tests of dojo-tui"
LIMITS = Limits(patience=Patience(least=60.0, each=0.5), look_again=0.1)

Shown = Counter[tuple[str, str, int | None, str, bool]]


class Watcher:
    """Who wants a Sync: keeps its log, and lets the test's time pass where it would wait."""

    def __init__(self, moment: Moment | None = None, on_wait: Callable[[], None] | None = None) -> None:
        self.lines: list[str] = []
        self.waited: list[float] = []
        self.on_check: Callable[[], None] = lambda: None
        self.on_wait = on_wait or (lambda: None)
        self.on_log: Callable[[str], None] = lambda _: None
        self._moment = moment

    def check(self) -> None:
        self.on_check()

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        if self._moment is not None:
            self._moment.move(seconds=seconds)
        self.on_wait()

    def log(self, message: str) -> None:
        self.lines.append(message)
        self.on_log(message)

    def asked(self, *methods: str) -> list[str]:
        """Requests of these methods (all by default), as ``PATCH findings/7/``."""
        found = (re.match(r"(GET|POST|PATCH|DELETE|PUT) \S*?/api/v2/([^?: ]+)", line) for line in self.lines)
        return [f"{one[1]} {one[2]}" for one in found if one and (not methods or one[1] in methods)]

    @property
    def changing(self) -> list[str]:
        """Requests that change something at the server."""
        return self.asked("POST", "PATCH", "DELETE", "PUT")

    @property
    def told(self) -> list[str]:
        """What a person reads in the log: all but the requests."""
        return [line for line in self.lines if not re.match(r"(GET|POST|PATCH|DELETE|PUT) ", line)]


class World:
    """One store and one server; a Product of its own, so that nothing else there matters."""

    def __init__(
        self,
        folder: Path,
        remote: Remote,
        clock: Clock,
        moment: Moment,
        *,
        url: str | None = None,
        limits: Limits = LIMITS,
        token: str | None = None,
        ca_file: str = "",
        verify: bool = True,
        name: str = "Shop",
        template: Path | None = None,
    ) -> None:
        """``template`` is an empty store, which is quicker copied than made."""
        self.remote, self.clock, self.moment = remote, clock, moment
        self.path = folder / f"store {uuid.uuid4().hex[:8]}.sqlite"
        if template is not None:
            shutil.copy(template, self.path)
        self.store: Store = open_store(str(self.path), clock=clock)
        self.database = self.store.database
        with self.database.write() as connection:
            self.row = save_destination(
                connection, url or remote.url, clock.now(),
                secret=None, ca_file=ca_file, verify=verify, product_type=PRODUCT_TYPE,
            )  # fmt: skip
        self.token = token or remote.token
        self.destination = self.another(limits)
        self.labels: dict[int, str] = {}
        self.connector()
        self.name = f"{name} {uuid.uuid4()}"
        self._synced: set[tuple[str, int, str]] = set()
        self._product = ""
        self.last = Watcher()

    def another(self, limits: Limits = LIMITS) -> DefectDojoDestination:
        """The same destination, as another process has it."""
        return DefectDojoDestination(self.database, self.clock, self.row, lambda _: Secret(self.token), limits=limits)

    def close(self) -> None:
        self.destination.close()
        self.store.close()

    def connector(self, label: str | None = None) -> int:
        """One more Connector."""
        label = label or f"Connector {len(self.labels) + 1}"
        key = add_connector(self.database, self.clock, label)
        self.labels[key] = label
        return key

    @property
    def product(self) -> str:
        """The ref of the Product, made when it is first needed."""
        if not self._product:
            self._product = self.destination.find_or_create_product(self.name).ref
        return self._product

    @property
    def product_there(self) -> int:
        """The server's id of the Product."""
        return self.id_there(self.product)

    def id_there(self, ref: str) -> int:
        """The server's id of a Product, as its link tells."""
        return int(self.destination.links([ref])[ref].rpartition("/")[2])

    def target(self, scope: str = "app", connector: int = 1, *, product: str | None = None) -> Target:
        ref = product or self.product
        synced = (ref, connector, scope) in self._synced
        return Target(ref, connector, self.labels[connector], scope, synced)

    def sync(
        self,
        *reported: Finding,
        scope: str = "app",
        connector: int = 1,
        product: str | None = None,
        caller: Watcher | None = None,
        destination: Destination | None = None,
        **settings: Any,
    ) -> Summary:
        """Sync one Record as the service does: a Record that was synced once must be where it was."""
        fetch = Fetch(list(reported), skipped=settings.pop("skipped", {}), partial=settings.pop("partial", {}))
        target = self.target(scope, connector, product=product)
        self.last = caller or Watcher(self.moment)
        wanted = Reimport(**settings)
        summary = (destination or self.destination).reimport(target, fetch, wanted, self.last)
        if not (summary.held or wanted.dry_run):
            self._synced.add((target.product_ref, connector, scope))
        return summary

    def map_again(self) -> None:
        """Nothing was synced since the Records were mapped."""
        self._synced.clear()

    # --- what is here -----------------------------------------------------------------

    def rows(self, **query: Any) -> list[FindingRow]:
        """What the store holds, oldest first."""
        told: dict[str, Any] = {"sort": "id", "descending": False, "product_ref": self.product, **query}
        chosen = FindingQuery(**told)
        with self.database.read() as connection:
            return finding_rows(connection, finding_ids(connection, chosen))

    # --- what is there ----------------------------------------------------------------

    @property
    def engagement_there(self) -> Json:
        (found,) = self.remote.engagements(product=self.product_there, name=ENGAGEMENT)
        return found

    def test_there(self, connector: int = 1) -> Json:
        title = self.labels[connector]
        (found,) = [one for one in self.remote.tests(engagement=self.engagement_there["id"]) if one["title"] == title]
        return found

    def there(self, **filters: Any) -> list[Json]:
        """The server's Findings of the Product, oldest first."""
        return self.remote.findings(product=self.product_there, **filters)

    def one(self, title: str, **filters: Any) -> Json:
        """The only one of this title (in whatever case)."""
        (found,) = [row for row in self.there(**filters) if row["title"].casefold() == title.casefold()]
        return found

    def titles(self, *, active: bool = True) -> list[str]:
        """Of what is active there."""
        return sorted(row["title"] for row in self.there() if row["active"] is active)

    def agree(self) -> None:
        """What the store holds is what the server shows."""
        assert shown_there(self.there()) == shown_here(self.rows())


def shown_here(rows: Iterable[FindingRow]) -> Shown:
    """What a person sees in the program."""
    return Counter((row.title.casefold(), row.file_path, row.line, row.severity.label, row.active) for row in rows)


def shown_there(rows: Iterable[Json]) -> Shown:
    """What a person sees on the server; a duplicate of a Finding elsewhere is shown there, but not lost here."""
    return Counter(
        (
            row["title"].casefold(),
            row["file_path"] or "",
            row["line"],
            row["severity"],
            row["active"] or (row["duplicate"] and not row["is_mitigated"]),
        )
        for row in rows
    )


def finding(rule: str = "R1", line: int | None = 10, **values: Any) -> Finding:
    """What a code scanner says; the title is written as the server would."""
    base: dict[str, Any] = {
        "title": f"Rule {rule}",
        "scanner": "Scanner",
        "file_path": "src/app.py",
        "severity": Severity.HIGH,
        "description": f"Rule {rule} says so.",
        "snippet": f"code of {rule}",
        "static_finding": True,
    }
    return Finding(rule_id=rule, line=line, **(base | values))


def many(number: int, **values: Any) -> list[Finding]:
    return [finding(f"R{n}", n * 3, **values) for n in range(1, number + 1)]


def moved(one: Finding, line: int, **values: Any) -> Finding:
    return replace(one, line=line, **values)


def counts(summary: Summary) -> dict[str, int]:
    return {str(action): number for action, number in summary.counts.items() if number}


def older() -> list[Finding]:
    """A report, and ..."""
    kept = [finding(f"K{n}", 10 * n) for n in range(1, 4)]
    return [*kept, finding("M1", 50), finding("S1", 60), finding("G1", 70), finding("G2", 80)]


def newer() -> list[Finding]:
    """... the next one, in which everything happens: moved, other severity, gone, dismissed, new."""
    kept = [finding(f"K{n}", 10 * n) for n in range(1, 3)]
    dismissed = finding("K3", 30, false_p=True)
    changed = [finding("M1", 55), finding("S1", 60, severity=Severity.LOW, description="Worse words.")]
    return [*kept, dismissed, *changed, finding("N1", 90), finding("N2", 100), finding("N2", 110)]


NEWER = {
    "K1": (10, "High", True),
    "K2": (20, "High", True),
    "K3": (30, "High", False),
    "M1": (55, "High", True),
    "S1": (60, "Low", True),
    "N1": (90, "High", True),
}
"""What a server shows of ``newer`` by rule; the rule N2 is there twice, and what is gone is inactive."""


def assert_newer(world: World, scope: str = "app") -> None:
    """The server shows ``newer`` after ``older``, nothing twice, and the store agrees."""
    test = world.test_there()["id"]
    rows = [row for row in world.there() if row["service"] == scope and row["test"] == test]
    shown = Counter((row["title"].removeprefix("Rule "), row["line"], row["severity"], row["active"]) for row in rows)
    wanted = Counter((rule, *there) for rule, there in NEWER.items())
    wanted.update([("N2", 100, "High", True), ("N2", 110, "High", True)])
    wanted.update([("G1", 70, "High", False), ("G2", 80, "High", False)])
    assert shown == wanted
    assert len({row["hash_code"] for row in rows}) == len(rows)
