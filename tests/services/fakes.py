"""A Tool that lists and finds what a test says, and a world to use it in."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dojo_tui.connectors.base import BaseTool, Config, Field, Run, Vep
from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.operation import OperationType
from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.services.events import Event
from dojo_tui.store.findings import FindingQuery, FindingRow, finding_ids, finding_rows
from dojo_tui.store.operations import OperationRow, OutcomeRow, operation, outcomes
from dojo_tui.store.records import RecordQuery, RecordRow, record_ids, record_rows
from dojo_tui.wiring import Workspace


def finding(name: str, severity: Severity = Severity.HIGH) -> Finding:
    """A Finding that is told from others by its name."""
    return Finding(
        title=f"Finding {name}",
        severity=severity,
        scanner="Fake",
        rule_id=f"rule-{name}",
        file_path=f"{name}.py",
        line=1,
    )


@dataclass
class FakeTool(BaseTool):
    """Lists ``veps`` (an exception in it is raised there) and finds ``findings``."""

    name: str = "fake"
    title: str = "Fake"
    location: Field = field(default_factory=lambda: Field("location", "Where it is.", required=True))
    options: tuple[Field, ...] = (Field("depth", "How deep.", default="3", parse=int),)
    secrets: tuple[Field, ...] = (Field("secret", "Who we are."),)
    veps: list[Vep | Exception] = field(default_factory=list)
    findings: dict[str, list[Finding] | Exception | Fetch] = field(default_factory=dict)
    on_fetch: Callable[[str, Run], None] = lambda _vendor_id, _run: None
    fetched: list[str] = field(default_factory=list)

    def validate(self, config: Config) -> None:
        if config.location == "nowhere":
            raise UsageError("There is nothing there.")

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        for vep in self.veps:
            run.check()
            if isinstance(vep, Exception):
                raise vep
            yield vep

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        self.fetched.append(vendor_id)
        self.on_fetch(vendor_id, run)
        found = self.findings.get(vendor_id, [])
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, Fetch) else Fetch(list(found))


@dataclass
class World:
    """One Connector of a FakeTool in an open Workspace, and what a test asks of it."""

    workspace: Workspace
    tool: FakeTool
    connector_id: int
    events: list[Event] = field(default_factory=list)

    def list(self, *names: str, incomplete: bool = False) -> None:
        """Let the Tool list these VEPs."""
        self.tool.veps = [Vep(name, name) for name in names]
        if incomplete:
            self.tool.veps.append(ConnectorError("The listing broke off."))

    def discover(self, *, accept: bool = False) -> OperationRow:
        """Run a Discover to its end."""
        ran = self.workspace.operations.run(
            self.connector_id, OperationType.DISCOVER, accept_large_change=accept, wait_seconds=0
        )
        return self.operation(ran)

    def sync(
        self, *, ids: builtins.list[int] | None = None, dry_run: bool = False, accept: bool = False
    ) -> OperationRow:
        """Run a Sync to its end."""
        ran = self.workspace.operations.run(
            self.connector_id,
            OperationType.SYNC,
            record_ids=ids,
            dry_run=dry_run,
            accept_large_change=accept,
            wait_seconds=0,
        )
        return self.operation(ran)

    def operation(self, operation_id: int) -> OperationRow:
        with self.workspace.store.database.read() as connection:
            return operation(connection, operation_id)

    def outcomes(self, row: OperationRow) -> dict[str, OutcomeRow]:
        with self.workspace.store.database.read() as connection:
            return {outcome.record_name: outcome for outcome in outcomes(connection, row.id)}

    def records(self) -> dict[str, RecordRow]:
        """Every Record, by the vendor's id."""
        with self.workspace.store.database.read() as connection:
            rows = record_rows(connection, record_ids(connection, RecordQuery()))
        return {row.vendor_id: row for row in rows}

    def states(self) -> dict[str, State]:
        return {vendor_id: row.state for vendor_id, row in self.records().items()}

    def ids(self, *names: str) -> builtins.list[int]:
        known = self.records()
        return [known[name].id for name in names or known]

    def map(self, product: str, *names: str) -> None:
        self.workspace.mapper.map(self.ids(*names), product)

    def findings(self, *, record: str | None = None, active: bool | None = None) -> builtins.list[FindingRow]:
        query = FindingQuery(record_id=self.ids(record)[0] if record else None, active=active)
        with self.workspace.store.database.read() as connection:
            return list(finding_rows(connection, finding_ids(connection, query)))
