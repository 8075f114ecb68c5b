"""Dependency-Track: the kit, both versions' ways of paging, and recorded findings."""

from __future__ import annotations

from typing import Any

import pytest

from dojo_tui.connectors.dependency_track import TOOL
from dojo_tui.testing import Call, Check, Reply, Subject, ToolServer, World, conformance


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
