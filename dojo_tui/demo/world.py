"""Builds the demo's world: three Connectors with a past of nine days.

The past is made by the real services under a clock that is set back, so it
holds nothing that the program could not have done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dojo_tui.demo.releases import Folder, NextRelease
from dojo_tui.demo.servers.base import Following, LiveTool
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, Status, Trigger
from dojo_tui.model.schedule import parse
from dojo_tui.services.events import Event, OperationChanged, RecordDone
from dojo_tui.store import connectors, records
from dojo_tui.store.tables import products
from dojo_tui.wiring import Workspace, open_workspace

SAST, LINT, NODE = "python-sast", "python-lint", "node"
WHO = "demo"

FOLDERS = {
    (SAST, "flask"): ("flask", "bandit"),
    (SAST, "requests"): ("requests", "bandit"),
    (SAST, "urllib3"): ("urllib3", "bandit"),
    (SAST, "pip"): ("pip", "bandit"),
    (LINT, "flask"): ("flask", "ruff"),
    (LINT, "requests"): ("requests", "ruff"),
    (LINT, "urllib3"): ("urllib3", "ruff"),
    (LINT, "pip"): ("pip", "ruff"),
    (NODE, "axios"): ("axios", "eslint"),
    (NODE, "express"): ("express", "eslint"),
    (NODE, "express-next"): ("express", "eslint"),
    (NODE, "playground"): ("express", "njsscan"),
}
"""Which project and scanner each folder shows, by Connector and folder."""

MAPPINGS = {
    "Flask": [(SAST, "flask"), (LINT, "flask")],
    "HTTP libraries": [(SAST, "requests"), (SAST, "urllib3"), (LINT, "urllib3")],
    "Legacy HTTP": [(LINT, "requests")],
    "Express": [(NODE, "express")],
    "Express next": [(NODE, "express-next")],
}
"""What was mapped. ``Legacy HTTP`` was deleted since, so its Record is Stale; ``express-next`` is Missing."""


@dataclass(slots=True)
class _Past:
    """A clock that stands still between steps, and takes its time for each Operation and Record."""

    now: datetime

    def hear(self, event: Event) -> None:
        match event:
            case OperationChanged(status=Status.RUNNING):
                self.now += timedelta(seconds=1.2)
            case RecordDone():
                self.now += timedelta(seconds=0.4)


def build(directory: Path, clock: Clock, *, live: Sequence[LiveTool] = (), read_only: bool = False) -> Workspace:
    """Make the world in ``directory`` and open it. The same clock makes the same world.

    To each of the ``live`` tools there is a Connector, and nothing was asked of it yet.
    """
    folders = {
        key: Folder(directory / "reports" / key[0] / key[1], project, scanner)
        for key, (project, scanner) in FOLDERS.items()
    }
    for key, folder in folders.items():
        folder.put(1 if key == (NODE, "express-next") else 0)
    url = str(directory / "store.sqlite")
    _Story(directory / "reports", url, clock, folders).tell(live)
    workspace = open_workspace(url, clock=clock, read_only=read_only, who=WHO)
    NextRelease(workspace, folders).listen()
    Following(workspace, live).listen()
    return workspace


class _Story:
    """What happened in the nine days before."""

    def __init__(self, reports: Path, url: str, clock: Clock, folders: dict[tuple[str, str], Folder]) -> None:
        self.reports = reports
        self.present = clock.now()
        self.zone = clock.zone
        self.past = _Past(self.present - timedelta(days=9))
        self.folders = folders
        self.workspace = open_workspace(url, clock=Clock(lambda: self.past.now, self.zone), who=WHO)
        self.workspace.operations.subscribe(self.past.hear)

    def tell(self, live: Sequence[LiveTool]) -> None:
        """Let it happen."""
        try:
            self._first_day()
            self._a_bad_night()
            self._today()
            self._schedule()
            for one in live:
                self._connect(one)
        finally:
            self.workspace.close()

    def _first_day(self) -> None:
        self.labels = {label: self._add(label) for label in (SAST, LINT, NODE)}
        for label in self.labels:
            self._run(label, OperationType.DISCOVER)
        self._pass(minutes=4)
        for product, keys in MAPPINGS.items():
            self.workspace.mapper.map(self._ids(keys), product)
            self._pass(seconds=20)
        self.workspace.mapper.ignore(self._ids([(NODE, "playground")]))
        self._pass(minutes=1)
        for label in self.labels:
            self._run(label, OperationType.SYNC)

    def _a_bad_night(self) -> None:
        self._at(days=2)
        broken = self.folders[SAST, "urllib3"]
        broken.truncate()
        self._run(SAST, OperationType.SYNC, trigger=Trigger.SCHEDULED)
        broken.put(0)
        self._pass(hours=7)
        self._run(SAST, OperationType.SYNC, only=[(SAST, "urllib3")])

    def _today(self) -> None:
        self._at(hours=6)
        self.folders[NODE, "express-next"].remove()
        self._run(NODE, OperationType.DISCOVER, trigger=Trigger.SCHEDULED)
        with self.workspace.store.database.write() as connection:
            connection.execute(products.delete().where(products.c.name == "Legacy HTTP"))
        self._pass(minutes=20)
        self._run(LINT, OperationType.DISCOVER, trigger=Trigger.SCHEDULED)
        self._at(hours=1)
        self._run(NODE, OperationType.SYNC, trigger=Trigger.SCHEDULED)

    def _schedule(self) -> None:
        """The first run comes while somebody looks."""
        schedules: dict[str, dict[str, Any]] = {
            SAST: {"sync_schedule": "every 6h", "sync_due_at": self.present + timedelta(hours=2)},
            LINT: {"sync_schedule": "every 2m", "sync_due_at": self.present + timedelta(seconds=20)},
            NODE: {
                "discover_schedule": "daily 06:00",
                "discover_due_at": parse("daily 06:00").next_after(self.present, self.zone),
            },
        }
        with self.workspace.store.database.write() as connection:
            for label, values in schedules.items():
                connectors.update_connector(connection, self.labels[label], values)

    def _add(self, label: str) -> int:
        self._pass(seconds=40)
        return self.workspace.connectors.add("reports", label, str(self.reports / label))

    def _connect(self, live: LiveTool) -> None:
        """The last thing that was done: a Connector to a live tool, with its secret in a file."""
        key = self.reports.parent / f"{live.label}.key"
        key.touch(mode=0o600)
        key.write_text(live.secret, encoding="utf-8")
        self._pass(seconds=40)
        secret, options = f"file:{key}", live.options
        self.workspace.connectors.add(live.tool, live.label, live.url, secret=secret, options=options)

    def _run(
        self,
        label: str,
        kind: OperationType,
        *,
        trigger: Trigger = Trigger.MANUAL,
        only: Iterable[tuple[str, str]] | None = None,
    ) -> None:
        ids = None if only is None else self._ids(only)
        self.workspace.operations.run(self.labels[label], kind, trigger=trigger, record_ids=ids)
        self._pass(seconds=10)

    def _ids(self, keys: Iterable[tuple[str, str]]) -> list[int]:
        with self.workspace.store.database.read() as connection:
            found = {
                (row.connector_label, row.name): row.id
                for row in records.stream_records(connection, records.RecordQuery())
            }
        return [found[key] for key in keys]

    def _pass(self, **by: float) -> None:
        self.past.now += timedelta(**by)

    def _at(self, **before: float) -> None:
        """So long before the present."""
        self.past.now = self.present - timedelta(**before)
