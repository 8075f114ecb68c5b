"""The services with the real Tool and the real destination: folders of reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status
from dojo_tui.model.record import State
from dojo_tui.wiring import open_workspace
from tests.conftest import SarifWriter
from tests.services.fakes import FakeTool, World


@pytest.fixture
def tree(tmp_path: Path, make_sarif: SarifWriter) -> Path:
    for name in ("shop", "blog", "wiki"):
        make_sarif(tmp_path / "tree" / name / "report.sarif", [f"rule@{name}.py:1", f"other@{name}.py:2"])
    return tmp_path / "tree"


@pytest.fixture
def reports(tmp_path: Path, tree: Path, clock: Clock) -> Iterator[World]:
    workspace = open_workspace(str(tmp_path / "store.sqlite"), clock=clock, who="ada")
    connector_id = workspace.connectors.add("reports", "Reports", str(tree))
    world = World(workspace, FakeTool(), connector_id)
    world.discover()
    for name in ("shop", "blog", "wiki"):
        world.map(name.title(), name)
    world.sync()
    yield world
    workspace.close()


def test_the_whole_job(reports: World) -> None:
    assert reports.states() == dict.fromkeys(("shop", "blog", "wiki"), State.GOOD)
    assert len(reports.findings(active=True)) == 6
    again = reports.sync()
    assert (again.counts["untouched"], again.counts["created"], again.counts["closed"]) == (6, 0, 0)


def test_p1_a_moved_folder_keeps_its_record_and_its_findings(reports: World, tree: Path) -> None:
    before = reports.records()["shop"]
    (tree / "shops").mkdir()
    (tree / "shop").rename(tree / "shops" / "web")
    ran = reports.discover()
    assert (ran.counts["new"], ran.counts["missing"]) == (0, 0)
    (after,) = (row for row in reports.records().values() if row.id == before.id)
    assert after.vendor_id != before.vendor_id
    assert (after.scope, after.product_name, after.state) == (before.scope, "Shop", State.GOOD)
    assert reports.sync().counts["untouched"] == 6


def test_p3_a_report_that_cannot_be_read_fails_its_record_only(reports: World, tree: Path) -> None:
    (tree / "blog" / "report.sarif").write_text('{"version": "2.1.0", "runs": [')
    ran = reports.sync()
    assert ran.status is Status.PARTLY_FAILED
    assert reports.outcomes(ran)["blog"].status is OutcomeStatus.FAILED
    assert "report.sarif" in reports.outcomes(ran)["blog"].reason
    assert len(reports.findings(active=True)) == 6


def test_p3_a_tree_that_is_gone_makes_nothing_missing(reports: World, tree: Path) -> None:
    tree.rename(tree.with_name("elsewhere"))
    ran = reports.discover()
    assert ran.status in (Status.FAILED, Status.PARTLY_FAILED)
    assert set(reports.states().values()) == {State.GOOD}
    assert reports.sync().status is Status.FAILED
    assert len(reports.findings(active=True)) == 6


def test_p6_a_folder_that_is_gone_leaves_its_findings(reports: World, tree: Path) -> None:
    (tree / "wiki" / "report.sarif").unlink()
    (tree / "wiki").rmdir()
    reports.discover()
    assert reports.states()["wiki"] is State.MISSING
    ran = reports.sync()
    assert reports.outcomes(ran)["wiki"].status is OutcomeStatus.SKIPPED
    assert len(reports.findings(active=True)) == 6


def test_a_background_operation_on_the_real_thing(reports: World) -> None:
    operation_id = reports.workspace.operations.start(reports.connector_id, OperationType.SYNC)
    assert reports.workspace.operations.wait([operation_id], 20)
    assert reports.operation(operation_id).status is Status.COMPLETED
