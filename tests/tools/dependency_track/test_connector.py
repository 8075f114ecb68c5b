"""Dependency-Track: the kit, both versions' ways of paging, and recorded findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.connectors.base import Config
from dojo_tui.connectors.row import Row
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.model.secret import Secret
from dojo_tui.model.severity import Severity
from dojo_tui.store.operations import log_lines, operation
from dojo_tui.testing import Call, Check, Reply, Subject, TestRun, ToolServer, World, conformance
from dojo_tui.testing.world import world
from dojo_tui.tools.dependency_track.connector import TOOL
from dojo_tui.tools.dependency_track.mapping import finding
from dojo_tui.wiring import open_workspace
from tests.shared import each, shared, shared_files


def _serve(server: ToolServer, world: World, *, version: int) -> None:
    def page(call: Call, rows: list[dict[str, Any]], *, paged: bool = True) -> Reply:
        if call.headers.get("x-api-key", "").startswith("s3cr3t") is False:
            return Reply(b"", 401)
        size = call.number("pageSize", 100)
        start = (call.number("pageNumber", 1) - 1) * size
        headers = {"X-Total-Count": str(len(rows))}
        if version == 5:
            headers["X-Total-Count-Type"] = "EXACT"
        return Reply(rows[start : start + size] if paged else rows, headers=headers)

    def projects(call: Call) -> Reply:
        return page(call, [{"uuid": thing.id, "name": thing.name, "version": "1"} for thing in world.things])

    def findings(call: Call) -> Reply:
        rows = [
            {
                "component": {"uuid": "c", "name": flaw.title, "version": "1.0"},
                "vulnerability": {"uuid": "v", "vulnId": "CVE-2026-1", "severity": "HIGH", "description": flaw.text},
                "analysis": {"isSuppressed": False},
                "matrix": f"{call.parts[0]}:{flaw.number}:v",
            }
            for flaw in world.flaws(call.parts[0])
        ]
        return page(call, rows, paged=version == 5)

    server.on("GET", "/api/v1/team/self", {"name": "Team", "permissions": [{"name": "VIEW_PORTFOLIO"}]})
    server.on("GET", "/api/v1/project", projects)
    server.on("GET", "/api/v1/finding/project/{}", findings)


V4 = Subject(TOOL, lambda server, world: _serve(server, world, version=4))
V5 = Subject(TOOL, lambda server, world: _serve(server, world, version=5))


@pytest.mark.parametrize("check", conformance(V4), ids=str)
def test_conformance_of_version_4(check: Check) -> None:
    check()


@pytest.mark.parametrize("check", conformance(V5), ids=str)
def test_conformance_of_version_5(check: Check) -> None:
    check()


# --- what a finding is ------------------------------------------------------------

SAMPLES = shared_files("vendors/samples/dependency_track/dd_*.json")


def row(**more: Any) -> Row:
    return Row(
        {
            "component": {"uuid": "c", "name": "x", "group": "org", "version": "1.0", "purl": "pkg:maven/org/x@1.0"},
            "vulnerability": {"vulnId": "CVE-2026-1", "source": "NVD", "severity": "CRITICAL", "cweId": 79},
            "matrix": "p:c:v",
            **more,
        }
    )


@pytest.mark.parametrize(
    ("analysis", "state"),
    [
        ({}, {"active"}),
        ({"state": "NOT_SET", "isSuppressed": False}, {"active"}),
        ({"state": "IN_TRIAGE"}, {"active"}),
        ({"state": "EXPLOITABLE"}, {"active", "verified"}),
        ({"state": "FALSE_POSITIVE"}, {"false_p"}),
        ({"state": "FALSE_POSITIVE", "isSuppressed": True}, {"false_p"}),
        ({"state": "NOT_AFFECTED"}, {"false_p"}),
        ({"state": "RESOLVED"}, {"is_mitigated"}),
        ({"isSuppressed": True}, {"risk_accepted"}),
        ({"state": "EXPLOITABLE", "isSuppressed": True}, {"risk_accepted", "verified"}),
    ],
)
def test_the_analysis_arrives_as_triage(analysis: dict[str, Any], state: set[str]) -> None:
    made = finding(row(analysis=analysis), "p")
    flags = ("active", "verified", "false_p", "is_mitigated", "risk_accepted")
    assert {flag for flag in flags if getattr(made, flag)} == state


def test_what_a_finding_says() -> None:
    made = finding(
        row(
            vulnerability={
                "vulnId": "GHSA-1", "source": "GITHUB", "severity": "UNASSIGNED",
                "cwes": [{"cweId": 400}, {"cweId": 502}],
                "cweId": 400, "cvssV3BaseScore": 7.5, "cvssV3Vector": "CVSS:3.1/AV:N", "epssScore": "0.5",
                "aliases": [{"cveId": "CVE-2026-2", "ghsaId": "GHSA-1"}], "recommendation": "Update.",
                "published": "2026-02-04 22:16:00.813",
            },
            attribution={"attributedOn": 1770000000000},
        ),
        "p",
    )  # fmt: skip
    assert made.title == "x:1.0 affected by: GHSA-1 (GITHUB)"
    assert (made.severity, made.unique_id, made.rule_id) == (Severity.HIGH, "p:c:v", "GHSA-1")
    assert (made.vulnerability_ids, made.cwes) == (("GHSA-1", "CVE-2026-2"), (400, 502))
    assert (made.cvssv3, made.cvssv3_score, made.epss_score) == ("CVSS:3.1/AV:N", 7.5, 0.5)
    assert (made.component_name, made.component_version, made.mitigation) == ("org/x", "1.0", "Update.")
    assert (str(made.date), str(made.publish_date)) == ("2026-02-02", "2026-02-04")


@pytest.mark.parametrize("file", each(SAMPLES, "vendors/samples"), ids=lambda file: file.stem)
def test_recorded_findings_are_read_field_by_field(file: Path) -> None:
    recorded = json.loads(file.read_text(encoding="utf-8")).get("findings", [])
    made = [finding(Row(one), "p") for one in recorded]
    for one, raw in zip(made, recorded, strict=True):
        flaw, component = raw["vulnerability"], raw["component"]
        assert one.unique_id == raw["matrix"]
        assert one.vulnerability_ids[0] == flaw["vulnId"]
        assert {
            value for alias in flaw.get("aliases", []) for key, value in alias.items() if key in ("cveId", "ghsaId")
        } <= set(one.vulnerability_ids)
        if flaw["severity"] == "UNASSIGNED":
            assert one.unknown_severity == "UNASSIGNED"
        else:
            assert (one.severity.name, one.unknown_severity) == (flaw["severity"], "")
        assert one.component_name.endswith(component["name"])
        assert one.component_version == component.get("version", "")
        assert one.cvssv3_score == flaw.get("cvssV3BaseScore")
        assert one.cvssv4_score == flaw.get("cvssV4Score")
        assert one.epss_score == flaw.get("epssScore")
        assert one.cwes == (tuple(cwe["cweId"] for cwe in flaw.get("cwes", [])) or (flaw.get("cweId", 1035),))
        assert flaw.get("description", "") in one.description
        assert bool(one.date) == ("attributedOn" in raw.get("attribution", {}))
        assert one.active == (not raw["analysis"]["isSuppressed"] and raw["analysis"].get("state") != "FALSE_POSITIVE")


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("file", each(SAMPLES, "vendors/samples"), ids=lambda file: file.stem)
def test_p3_a_recorded_list_is_read_whole(file: Path, version: int) -> None:
    """Also those in which one finding stands twice (4.14.1 does that): only what is whole is taken."""
    recorded = json.loads(file.read_text(encoding="utf-8")).get("findings", [])
    with ToolServer() as server, TestRun() as run:

        def answer(call: Call) -> Reply:
            start = (call.number("pageNumber", 1) - 1) * 100 if version == 5 else 0
            return Reply(recorded[start : start + 100], headers={"X-Total-Count": str(len(recorded))})

        server.on("GET", "/api/v1/finding/project/{}", answer)
        config = Config("d", server.url, secrets={"secret": Secret("s3cr3t-key")})
        found = TOOL.fetch(config, "p", run).findings
    assert {one.unique_id for one in found} == {one["matrix"] for one in recorded}


def test_p3_one_finding_on_two_pages_is_no_overlap() -> None:
    rows = [row(matrix=f"p:{number}:v", attribution={"attributedOn": "2026-01-01"}).data for number in range(150)]
    rows.append(row(matrix="p:0:v", attribution={"attributedOn": "2026-02-01"}).data)
    with ToolServer() as server, TestRun() as run:

        def answer(call: Call) -> Reply:
            start = call.number("pageNumber", 1) * 100 - 100
            return Reply(rows[start : start + 100], headers={"X-Total-Count": "151"})

        server.on("GET", "/api/v1/finding/project/{}", answer)
        config = Config("d", server.url, secrets={"secret": Secret("s3cr3t-key")})
        assert len(TOOL.fetch(config, "p", run).findings) == 151


def test_the_shared_samples_are_there() -> None:
    shared("vendors", "samples", "dependency_track")
    assert len(SAMPLES) == 10


# --- from the command line to the store ---------------------------------------------


def test_p10_a_whole_round_over_http(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add, check, discover and sync; the key is in no byte of the store."""
    monkeypatch.setenv("DTRACK_KEY", "s3cr3t-dtrack-key")
    store = tmp_path / "store.sqlite"
    workspace = open_workspace(str(store), clock=clock)
    with ToolServer() as server:
        _serve(server, world(130, 230), version=5)
        added = workspace.connectors.add(
            "dependency-track", "dtrack", f"{server.url}/api/", secret="env:DTRACK_KEY", auto_map=True
        )
        checked = workspace.connectors.check(added)
        assert (checked.veps, checked.who, checked.rights) == (130, "Team", ("VIEW_PORTFOLIO",))
        assert checked.way == "not encrypted (http), but it does not leave this machine"
        for kind in (OperationType.DISCOVER, OperationType.SYNC):
            ran = workspace.operations.run(added, kind, wait_seconds=0)
        with workspace.store.database.read() as connection:
            done = operation(connection, ran)
            lines = [line.message for line in log_lines(connection, ran)]
    assert (done.status, done.counts["records"], done.counts["created"]) == (Status.COMPLETED, 130, 231)
    assert any(line.startswith("GET /api/v1/finding/project/1000?") for line in lines)
    workspace.close()
    for file in tmp_path.iterdir():
        assert b"s3cr3t-dtrack-key" not in file.read_bytes()


def test_a_check_does_not_wait_for_long() -> None:
    """A tool that is down is told about in seconds; a Sync would be patient."""
    with ToolServer() as server, TestRun() as run:
        server.twist = lambda _call, _number, _reply: Reply(b"", 503)
        config = Config("d", server.url, secrets={"secret": Secret("s3cr3t-key")})
        with pytest.raises(ConnectorError, match="failed at the server"):
            list(TOOL.check(config, run))
        assert len(server.calls) == 2
        assert run.waited < 5
