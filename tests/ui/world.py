"""A small world for the app: a real store and real services, and a Tool that reads nothing but memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from dojo_tui.connectors.base import BaseTool, Config, Field, Run, Vep
from dojo_tui.model.check import Step
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from dojo_tui.store import tables

if TYPE_CHECKING:
    from dojo_tui.wiring import Workspace

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class MemoryTool(BaseTool):
    """Shows what a test put into ``veps``, and waits where a test says so."""

    name = "memory"
    title = "Memory"
    location = Field("location", "anything", required=True)
    options = (Field("depth", "how deep to look", default="3"), Field("only", "names to take", required=False))

    def __init__(self) -> None:
        self.veps: dict[str, list[Finding]] = {}
        self.hold: Any = None
        """A threading.Event: a listing and a fetch wait until it is set, looking for a cancel."""
        self.broken: set[str] = set()
        self.steps: list[Step] = []
        """What a check says instead of reading the listing."""

    def validate(self, config: Config) -> None:
        """Anything goes."""

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        """Everything."""
        self._wait(run)
        for name in self.veps:
            run.check()
            yield Vep(name, name)

    def check(self, config: Config, run: Run) -> Iterator[Step]:
        """What a test says."""
        yield from self.steps or super().check(config, run)

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        """What the test put there."""
        self._wait(run)
        if vendor_id in self.broken:
            raise ConnectorError(f"{vendor_id} cannot be read.", safe="What we hold stays.", do="Look at it.")
        run.log(f"read {vendor_id}")
        return Fetch(list(self.veps.get(vendor_id, [])))

    def _wait(self, run: Run) -> None:
        while self.hold is not None and not self.hold.wait(0.01):
            run.check()


def finding(number: int, severity: Severity = Severity.HIGH, **more: Any) -> Finding:
    """A finding like those of a code scanner."""
    values: dict[str, Any] = {
        "title": f"Use of a weak hash ({number})",
        "severity": severity,
        "description": "MD5 is broken.\nUse SHA-256.",
        "mitigation": "Replace it.",
        "references": "https://example.org/weak-hash",
        "scanner": "Scanner",
        "rule_id": "weak-hash",
        "cwes": (327,),
        "file_path": f"src/module_{number % 7}.py",
        "line": 10 + number,
        "snippet": f"hashlib.md5(value_{number})",
    }
    return Finding(**{**values, **more})


STATES = ("New", "New", "New", "New", "Ignored", "Good", "Good", "Good", "Missing", "Stale")
NAMES = ("payments-api", "web-shop", "identity", "search", "mobile-app", "billing", "reports", "gateway", "mail", "cdn")


def record(number: int, connector: int, state: str, name: str, **more: Any) -> dict[str, Any]:
    """A row of the table of Records."""
    mapped = state in ("Good", "Missing", "Stale")
    seen = NOW - timedelta(minutes=7 * (number % 200))
    return {
        "id": number,
        "connector_id": connector,
        "vendor_id": f"team/{name}",
        "scope": f"team/{name}",
        "name": name,
        "state": state,
        "state_reason": "its Product was deleted" if state == "Stale" else "",
        "details": {"branch": "main", "url": f"https://example.org/{number}", "files": str(number % 90)},
        "evidence": [],
        "product_ref": "1" if mapped else None,
        "product_name": "Platform" if mapped else None,
        "former_product_ref": None,
        "former_product_name": "Platform" if state == "Ignored" else None,
        "first_discovered_at": NOW - timedelta(days=9),
        "last_discovered_at": seen,
        "finalized_at": NOW - timedelta(days=2) if mapped else None,
        "finalized_by": "ada" if mapped else None,
        "last_synced_at": NOW - timedelta(hours=3) if state == "Good" else None,
        **more,
    }


def fill(workspace: Workspace, *, records: int = 40, hostile: str = "") -> None:
    """Connectors, Records in every state, a Product, Operations."""
    label = ("code", "images") if not hostile else (f"code{hostile}", "images")
    with workspace.store.database.write() as c:
        for number, name in enumerate(label, 1):
            c.execute(
                insert(tables.connectors).values(
                    id=number, label=name, tool="memory", location=f"/srv/{name}", secret=None, options={},
                    auto_map=False, min_severity=0, discover_schedule="daily 06:00" if number == 1 else "off",
                    sync_schedule="off", created_at=NOW, sync_due_at=None,
                    discover_due_at=NOW + timedelta(hours=20) if number == 1 else None,
                )
            )  # fmt: skip
        c.execute(insert(tables.product_types).values(id=1, name=f"Engineering{hostile}"))
        for number, name in enumerate(("Platform", "Web shop", "Mobile"), 1):
            c.execute(insert(tables.products).values(id=number, product_type_id=1, name=name + hostile, created_at=NOW))
        # What synced Records left there: without it they would be Stale.
        c.execute(insert(tables.engagements).values(id=1, product_id=1, name="Global Connectors", created_at=NOW))
        for number, name in enumerate(label, 1):
            c.execute(
                insert(tables.tests).values(
                    id=number,
                    engagement_id=1,
                    connector_id=number,
                    title=name,
                    created_at=NOW,
                    updated_at=NOW,
                    revision=0,
                )
            )
        rows = [
            record(
                number, 1 + number % 2, STATES[number % len(STATES)],
                f"{NAMES[(number * 7) % len(NAMES)]}-{number:03d}{hostile}",
            )
            for number in range(1, records + 1)
        ]  # fmt: skip
        if hostile:
            for row in rows:
                row["details"] = {f"key{hostile}": hostile}
                row["state_reason"] = hostile
                row["product_name"] = row["product_name"] and row["product_name"] + hostile
        for start in range(0, len(rows), 5000):
            c.execute(insert(tables.records), rows[start : start + 5000])
        for number, (kind, status, counts) in enumerate(HISTORY, 1):
            started = NOW - timedelta(hours=30 - 4 * number)
            c.execute(
                insert(tables.operations).values(
                    id=number, connector_id=1 + number % 2, connector_label=label[number % 2], type=kind, status=status,
                    trigger="Scheduled" if number % 3 == 0 else "Manual", queued_at=started, started_at=started,
                    ended_at=started + timedelta(seconds=2.5 * number), record_ids=None, dry_run=False,
                    accept_large_change=False, cancel_requested=False, owner="", counts=counts,
                    error=f"The listing broke off.{hostile}" if status == "Failed" else "",
                )
            )  # fmt: skip
            for other, what in enumerate(("Done", "Failed", "Skipped", "Held"), 1):
                c.execute(
                    insert(tables.outcomes).values(
                        operation_id=number, record_id=other + 4, record_name=f"{NAMES[other]}-{other:03d}{hostile}",
                        status=what, at=started, counts={"created": other, "closed": 1, "untouched": 12},
                        reason="" if what == "Done" else f"because of {what.lower()}{hostile}",
                    )
                )  # fmt: skip
                c.execute(
                    insert(tables.log_lines).values(
                        operation_id=number, at=started, level=("info", "warning", "error", "info")[other - 1],
                        message=f"line {other} of operation {number}{hostile}",
                    )
                )  # fmt: skip


HISTORY: tuple[tuple[str, str, Mapping[str, int]], ...] = (
    ("Discover", "Completed", {"new": 30, "known": 0, "updated": 0, "missing": 0, "mapped": 0}),
    ("Sync", "Completed", {"records": 9, "created": 214, "closed": 0, "reactivated": 0, "updated": 0, "untouched": 0}),
    ("Sync", "Partly failed", {"records": 8, "created": 3, "closed": 5, "reactivated": 1, "updated": 2, "failed": 1}),
    ("Sync", "Held", {"records": 0, "created": 0, "closed": 0, "skipped": 1}),
    ("Discover", "Failed", {}),
    ("Discover", "Completed", {"new": 2, "known": 38, "updated": 1, "missing": 1, "mapped": 0}),
)


def build(path: Path, clock: Clock, *, records: int = 40, hostile: str = "", empty: bool = False) -> Workspace:
    """Make and open the world."""
    from dojo_tui.wiring import open_workspace

    workspace = open_workspace(str(path), clock=clock, tools={"memory": MemoryTool()}, who="ada")
    if not empty:
        fill(workspace, records=records, hostile=hostile)
    return workspace
