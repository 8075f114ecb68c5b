"""The demo's live Burp Suite DAST: its story over real HTTP, from the first Discover to the restored site."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dojo_tui.demo.servers.base import running
from dojo_tui.demo.servers.burp_story import BurpDemo
from dojo_tui.demo.world import build
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.model.record import State
from dojo_tui.store.connectors import connector_by_label
from dojo_tui.store.findings import FindingQuery, stream_findings
from dojo_tui.store.operations import operation_rows
from dojo_tui.store.records import RecordQuery, stream_records
from dojo_tui.wiring import Workspace

LABEL = BurpDemo.label


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with running() as live:
        workspace = build(tmp_path, clock, live=live)
        yield workspace
        workspace.close()


def run(workspace: Workspace, kind: OperationType, *, dry_run: bool = False) -> dict[str, int]:
    with workspace.store.database.read() as connection:
        connector = connector_by_label(connection, LABEL)
    done = workspace.operations.run(connector.id, kind, dry_run=dry_run)
    with workspace.store.database.read() as connection:
        (row,) = operation_rows(connection, [done])
    assert row.status is Status.COMPLETED
    return dict(row.counts)


def records(workspace: Workspace) -> dict[str, tuple[int, State, str | None]]:
    with workspace.store.database.read() as connection:
        rows = stream_records(connection, RecordQuery())
        return {row.name: (row.id, row.state, row.product_name) for row in rows if row.connector_label == LABEL}


def test_the_whole_story(world: Workspace) -> None:
    """Discover, map four sites, consolidate two, sync, a rename, a deletion, and the site is back."""
    assert records(world) == {}
    run(world, OperationType.DISCOVER)
    found = {name: id_ for name, (id_, _, _) in records(world).items()}
    assert sorted(found) == ["Checkout API", "Customer portal", "Intranet", "Storefront", "Summer campaign"]

    world.mapper.map([found["Storefront"], found["Checkout API"]], "Shop")
    world.mapper.map([found["Customer portal"]], "Customer portal")
    world.mapper.map([found["Summer campaign"]], "Summer campaign")
    world.mapper.ignore([found["Intranet"]])
    first = run(world, OperationType.SYNC)
    assert first["created"] == 9 + 4 + 6 + 4
    planned = run(world, OperationType.SYNC, dry_run=True)
    second = run(world, OperationType.SYNC)
    assert planned == second
    assert (second["created"], second["closed"]) == (4, 5)
    third = run(world, OperationType.SYNC)
    assert (third["created"], third["reactivated"], third["closed"]) == (0, 5, 4)

    run(world, OperationType.DISCOVER)
    assert records(world)["Web shop"] == (found["Storefront"], State.GOOD, "Shop")
    assert "Storefront" not in records(world)
    run(world, OperationType.DISCOVER)
    assert records(world)["Summer campaign"] == (found["Summer campaign"], State.MISSING, "Summer campaign")
    run(world, OperationType.DISCOVER)
    assert records(world)["Summer campaign"] == (found["Summer campaign"], State.GOOD, "Summer campaign")
    run(world, OperationType.DISCOVER)
    assert len(records(world)) == 5


def test_triage_of_the_tool_arrives_as_triage(world: Workspace) -> None:
    run(world, OperationType.DISCOVER)
    found = {name: id_ for name, (id_, _, _) in records(world).items()}
    world.mapper.map([found["Checkout API"], found["Intranet"]], "All")
    run(world, OperationType.SYNC)
    with world.store.database.read() as connection:
        query = FindingQuery(connector_id=connector_by_label(connection, LABEL).id)
        rows = list(stream_findings(connection, query))
    decided = {(row.title, row.active): (row.risk_accepted, row.false_p) for row in rows}
    assert decided["Cross-site request forgery", False] == (True, False)
    assert decided["Cross-site scripting (reflected)", False] == (False, True)
    assert all(not any(state) for (_, active), state in decided.items() if active)


def test_it_listens_on_loopback_only_and_ends_with_the_demo(tmp_path: Path) -> None:
    with running() as live:
        places = [(urlsplit(one.url).hostname, urlsplit(one.url).port) for one in live]
        assert {host for host, _ in places} == {"127.0.0.1"}
    for place in places:
        with pytest.raises(OSError, match="refused"), socket.create_connection(place, timeout=5):
            pass


def test_its_secret_is_in_a_file_that_nobody_else_can_read(world: Workspace, tmp_path: Path) -> None:
    (key,) = tmp_path.glob(f"{LABEL}.key")
    assert key.stat().st_mode & 0o077 == 0
    with world.store.database.read() as connection:
        assert connector_by_label(connection, LABEL).secret == f"file:{key}"
