"""A small past with something in every list, made by the real services under a clock that tests move."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType
from dojo_tui.model.rules import Rule
from dojo_tui.model.severity import Severity
from dojo_tui.model.triage import Decision
from dojo_tui.store import connectors, findings, records
from dojo_tui.wiring import Workspace, open_workspace

RICH: dict[str, Any] = {
    "ruleId": "sql-injection",
    "level": "error",
    "message": {"text": "Query is built from =user input, \"quoted\" and 'so on'\nin two lines"},
    "locations": [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "app/db.py"},
                "region": {"startLine": 7, "startColumn": 3, "snippet": {"text": "run('SELECT ' + name)"}},
            },
            "logicalLocations": [{"fullyQualifiedName": "app.db.find"}],
        }
    ],
    "partialFingerprints": {"primaryLocationLineHash": "39fa2ee980eb94b0:1"},
    "properties": {"security-severity": "9.8", "tags": ["external/cwe/cwe-089", "security"]},
}
PACKAGE: dict[str, Any] = {
    "ruleId": "CVE-2024-3651",
    "level": "warning",
    "message": {"text": "Package: idna\nInstalled Version: 3.6\nVulnerability CVE-2024-3651\nFixed Version: 3.7"},
    "locations": [{"physicalLocation": {"artifactLocation": {"uri": "requirements.txt"}, "region": {"startLine": 1}}}],
}


class Past:
    """The small world while it is made; ``now`` moves a minute with every step."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
        self.workspace = open_workspace(str(directory / "store.sqlite"), clock=self.clock, who="ada")

    @property
    def clock(self) -> Clock:
        """What shows ``now``, in a zone with summer time."""
        return Clock(now=lambda: self.now, zone=ZoneInfo("Europe/Berlin"))

    def report(self, folder: str, results: list[Any], scanner: str = "Scanner") -> None:
        """Write a report of one run."""
        run = {
            "tool": {"driver": {"name": scanner, "rules": []}},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": f"{self.now:%Y-%m-%dT%H:%M:%SZ}"}],
            "results": results,
        }
        path = self.directory / "reports" / folder / "scan.sarif"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"version": "2.1.0", "runs": [run]}), encoding="utf-8")
        os.utime(path, (self.now.timestamp(), self.now.timestamp()))

    def run(self, connector: int, what: OperationType, **more: Any) -> None:
        """Run an Operation to its end."""
        self.step()
        self.workspace.operations.run(connector, what, **more)
        self.step()

    def step(self) -> None:
        """Let a minute pass."""
        self.now += timedelta(minutes=1)

    def records(self) -> dict[str, int]:
        """Ids by name."""
        with self.workspace.store.database.read() as connection:
            return {row.name: row.id for row in records.stream_records(connection, records.RecordQuery())}


def build(directory: Path) -> Workspace:
    """Make it in ``directory`` and leave the Workspace open."""
    past = Past(directory)
    workspace = past.workspace
    for folder in ("web shop", "api", "old", "billing"):
        past.report(folder, [RICH, PACKAGE] if folder == "web shop" else [_result(folder, 3)])
    connector = workspace.connectors.add("reports", "scans", str(directory / "reports"), sync_schedule="every 6h")
    past.step()
    (directory / "later").mkdir()
    workspace.connectors.add("reports", "+later", str(directory / "later"), min_severity=Severity.MEDIUM, auto_map=True)
    past.run(connector, OperationType.DISCOVER)
    workspace.rules.add(Rule("bill*", product="Billing", connector_id=connector))
    workspace.rules.add(Rule("*-test", product=None))
    past.step()
    ids = past.records()
    workspace.mapper.map([ids["web shop"], ids["old"]], "Web shop")
    past.step()
    workspace.mapper.ignore([ids["api"]])
    past.step()
    workspace.mapper.undo()
    past.run(connector, OperationType.SYNC)
    _decide(past)
    past.report("web shop", [PACKAGE, _result("web shop", 9)])
    (directory / "reports" / "old" / "scan.sarif").unlink()
    past.run(connector, OperationType.SYNC)
    report = directory / "reports" / "web shop" / "scan.sarif"
    report.write_text("{", encoding="utf-8")
    os.utime(report, (past.now.timestamp(), past.now.timestamp()))
    past.run(connector, OperationType.SYNC, dry_run=True)
    past.run(connector, OperationType.DISCOVER)
    workspace.rules.apply()
    past.step()
    workspace.suggestions.refresh()
    with workspace.store.database.write() as connection:
        # A next run has a random part.
        connectors.update_connector(connection, connector, {"sync_due_at": past.now + timedelta(hours=6)})
    return workspace


def _decide(past: Past) -> None:
    """One false positive with a reason, and one accepted risk."""
    with past.workspace.store.database.read() as connection:
        ids = list(findings.finding_ids(connection, findings.FindingQuery()))
    past.workspace.triage.decide(ids[:1], Decision.FALSE_POSITIVE, 'a "test", no more')
    past.step()
    past.workspace.triage.decide(ids[1:2], Decision.RISK_ACCEPTED)


def _result(folder: str, line: int) -> dict[str, Any]:
    region = {"startLine": line, "snippet": {"text": "md5(x)"}}
    location = {"artifactLocation": {"uri": f"{folder}/hash.py"}, "region": region}
    return {
        "ruleId": "weak-hash",
        "level": "note",
        "message": {"text": "weak-hash found"},
        "locations": [{"physicalLocation": location}],
    }
