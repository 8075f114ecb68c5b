"""Burp Suite DAST: graphql-yoga with its schema accepts every query that we send, and our own server sees no others."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.connectors.base import Config
from dojo_tui.demo.servers.burp import PATH, Burp, Site
from dojo_tui.demo.servers.burp_story import sites
from dojo_tui.model.check import Checked
from dojo_tui.model.secret import Secret
from dojo_tui.testing import TestRun, ToolServer
from dojo_tui.tools.burp_dast.connector import TOOL
from tests.shared import shared

pytestmark = pytest.mark.peers

Peer = Callable[..., str]
KEY = "a-key-of-the-tests"
VALUES = {
    "Site": {"ephemeral": False},
    "Scan": {"status": "succeeded"},
    "IssueCounts": {"total": 2},
    "Issue": {"severity": "medium", "origin": "https://www.example.com", "path": "/"},
}


def schema() -> str:
    return shared("vendors/specs/burp-dast-subset.graphql").read_text(encoding="utf-8")


def older_schema() -> str:
    """Of the time before scan targets, ephemeral sites and the second kind of scope."""
    text = schema()
    for newer in (", scan_target_id: ID", "ephemeral: Boolean", "scope_v2: Scope"):
        assert newer in text
        text = text.replace(newer, "")
    return text


def serve(peer: Peer, tmp_path: Path, text: str) -> str:
    file = tmp_path / "schema.graphql"
    file.write_text(text, encoding="utf-8")
    values = VALUES if "ephemeral" in text else {**VALUES, "Site": {}}
    asked = {"schema": str(file), "path": PATH, "values": values, "ends": {"Scan.issues": "start"}}
    return peer("graphql.mjs", json.dumps(asked))


def config(url: str) -> Config:
    return Config("burp", url, secrets={"secret": Secret(KEY)})


def sent(*, older: bool) -> list[dict[str, Any]]:
    """Every query that a Discover, a check and a Sync of all sites send."""
    with ToolServer() as server:
        Burp([*sites(), Site("1", "Empty")], KEY, older=older).play(server)
        with TestRun() as run:
            Checked.of(TOOL.check(config(server.url), run))
            for vep in TOOL.list_veps(config(server.url), run):
                TOOL.fetch(config(server.url), vep.vendor_id, run)
        return [call.json() for call in server.calls]


def answer(url: str, asked: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        url + PATH, json.dumps(asked).encode(), {"content-type": "application/json", "accept": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def test_every_query_is_valid(peer: Peer, tmp_path: Path) -> None:
    url = serve(peer, tmp_path, schema())
    queries = sent(older=False)
    assert {one["operationName"] for one in queries} == {"GetFolders", "GetSites", "GetNewestScan", "GetIssues"}
    assert [answer(url, one).get("errors") for one in queries] == [None] * len(queries)


def test_every_query_to_an_older_server_is_valid_or_refused_for_a_newer_word(peer: Peer, tmp_path: Path) -> None:
    url = serve(peer, tmp_path, older_schema())
    accepted = set()
    for one in sent(older=True):
        errors = answer(url, one).get("errors")
        if errors is None:
            accepted.add(one["operationName"])
        else:
            assert any(word in errors[0]["message"] for word in ("ephemeral", "scope_v2", "scan_target_id"))
    assert accepted == {"GetFolders", "GetSites", "GetNewestScan", "GetIssues"}


def test_the_peer_refuses_what_the_schema_does_not_have(peer: Peer, tmp_path: Path) -> None:
    url = serve(peer, tmp_path, schema())
    asked = {"operationName": "X", "query": "query X { site_tree { sites { id nickname } } }", "variables": {}}
    assert "nickname" in answer(url, asked)["errors"][0]["message"]


@pytest.mark.parametrize("text", [schema, older_schema], ids=["newer", "older"])
def test_the_connector_reads_what_the_peer_invents(peer: Peer, tmp_path: Path, text: Callable[[], str]) -> None:
    url = serve(peer, tmp_path, text())
    with TestRun() as run:
        veps = list(TOOL.list_veps(config(url), run))
        fetch = TOOL.fetch(config(url), veps[0].vendor_id, run)
        result = Checked.of(TOOL.check(config(url), run))
    assert len(veps) == result.veps == 2
    assert [one.endpoints for one in fetch.findings] == [("https://www.example.com/",)] * 2
    assert not fetch.skipped
