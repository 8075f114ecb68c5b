"""The demo's live GitHub: its story over real HTTP, with findings that are fixed, dismissed and no longer told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dojo_tui.demo.servers.github import Repository
from dojo_tui.demo.servers.github_story import OWNER, GitHubDemo
from dojo_tui.demo.world import build
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.model.record import State
from dojo_tui.store.connectors import connector_by_label
from dojo_tui.store.findings import FindingQuery, stream_findings
from dojo_tui.store.operations import operation_rows
from dojo_tui.store.records import RecordQuery, stream_records
from dojo_tui.wiring import Workspace


class Played:
    """The demo's world with this one live tool."""

    def __init__(self, workspace: Workspace, live: GitHubDemo) -> None:
        self.workspace, self.live = workspace, live

    def run(self, kind: OperationType, label: str = GitHubDemo.label) -> dict[str, int]:
        with self.workspace.store.database.read() as connection:
            connector = connector_by_label(connection, label)
        done = self.workspace.operations.run(connector.id, kind)
        with self.workspace.store.database.read() as connection:
            (row,) = operation_rows(connection, [done])
        assert row.status is Status.COMPLETED
        return dict(row.counts)

    def records(self, label: str = GitHubDemo.label) -> dict[str, tuple[int, State]]:
        with self.workspace.store.database.read() as connection:
            rows = stream_records(connection, RecordQuery())
            return {row.name: (row.id, row.state) for row in rows if row.connector_label == label}

    def states(self) -> dict[str, str]:
        """What is held, by title, in a word."""
        with self.workspace.store.database.read() as connection:
            query = FindingQuery(connector_id=connector_by_label(connection, GitHubDemo.label).id)
            rows = list(stream_findings(connection, query))
        names = ("false_p", "risk_accepted", "is_mitigated")
        return {row.title: next((name for name in names if getattr(row, name)), "active") for row in rows}


@pytest.fixture
def played(tmp_path: Path, clock: Clock) -> Iterator[Played]:
    with GitHubDemo() as live:
        workspace = build(tmp_path, clock, live=[live])
        yield Played(workspace, live)
        workspace.close()


def test_repositories_are_renamed_deleted_and_back(played: Played) -> None:
    played.run(OperationType.DISCOVER)
    found = {name: id_ for name, (id_, _) in played.records().items()}
    names = ("storefront", "warehouse-api", "price-feed", "infrastructure", "handbook")
    assert found.keys() == {f"{OWNER}/{name}" for name in names}
    played.workspace.mapper.map(list(found.values()), "Everything")
    played.run(OperationType.DISCOVER)
    assert played.records()[f"{OWNER}/fulfilment-api"] == (found[f"{OWNER}/warehouse-api"], State.GOOD)
    played.run(OperationType.DISCOVER)
    assert played.records()[f"{OWNER}/price-feed"][1] is State.MISSING
    played.run(OperationType.DISCOVER)
    assert played.records()[f"{OWNER}/price-feed"][1] is State.GOOD
    assert len(played.records()) == 5


def test_what_github_decides_arrives_as_that_and_what_it_no_longer_tells_stays(played: Played) -> None:
    played.run(OperationType.DISCOVER)
    played.workspace.mapper.map([played.records()[f"{OWNER}/storefront"][0]], "Storefront")
    assert played.run(OperationType.SYNC)["created"] == 8
    before = played.states()
    assert before == {
        "SQL query built from user-controlled sources": "active",
        "Reflected cross-site scripting": "active",
        "Path injection": "false_p",
        "Hard-coded credentials": "is_mitigated",
        "examplelib reads files outside of its folder": "active",
        "tinyhttp smuggles requests": "active",
        "colourful is slow for long names": "risk_accepted",
        "Example Cloud API Key": "active",
    }
    played.run(OperationType.SYNC)
    fixed = {**before, "SQL query built from user-controlled sources": "is_mitigated"}
    assert played.states() == fixed
    played.run(OperationType.SYNC)
    dismissed = {**fixed, "tinyhttp smuggles requests": "risk_accepted"}
    assert played.states() == dismissed
    # Secret scanning was switched off meanwhile: that is no sign that the secret is gone.
    played.run(OperationType.SYNC)
    assert "secret-scanning" not in played.live.github.repositories[0].alerts
    assert played.states() == dismissed


def test_the_same_organisation_as_assets(played: Played, tmp_path: Path) -> None:
    workspace, github = played.workspace, played.live.github
    key = next(tmp_path.glob(f"{GitHubDemo.label}.key"))
    workspace.connectors.add("github-repositories", "assets", played.live.url, options={"owner": OWNER},
                             secret=f"file:{key}")  # fmt: skip
    played.run(OperationType.DISCOVER, "assets")
    products = {product.name: product.product_type for product in workspace.destination.products()}
    assert products[f"{OWNER}/storefront"] == OWNER
    shop = github.repository(700_101)
    assert shop is not None
    shop.name = "shop"
    github.repositories = [one for one in github.repositories if one.id != 700_105]
    github.repositories.append(Repository(700_106, "loyalty"))
    played.run(OperationType.SYNC, "assets")
    after = {product.name: product.product_type for product in workspace.destination.products()}
    assert f"{OWNER}/storefront" not in after
    assert {name for name in after if name.startswith(f"{OWNER}/")} == {
        f"{OWNER}/{name}" for name in ("shop", "warehouse-api", "price-feed", "infrastructure", "handbook", "loyalty")
    }
    assert played.records("assets")[f"{OWNER}/handbook"][1] is State.MISSING
