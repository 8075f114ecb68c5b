"""The services with the real Tool and the real destination: folders of reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dojo_tui.model.cause import Cause
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import LogLevel, OperationType, OutcomeStatus, Status
from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.services.remedies import Remedy, remedies
from dojo_tui.store.operations import log_lines
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


def _generic(folder: Path, **severities: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {"title": title, "severity": word, "description": "D", "vuln_id_from_tool": title}
        for title, word in severities.items()
    ]
    (folder / "report.json").write_text(json.dumps({"type": "Rater", "findings": rows}))


def test_fault_6_an_unknown_severity_lowers_nothing_and_is_told_once(reports: World, tree: Path) -> None:
    for name in ("shop", "blog", "wiki"):
        (tree / name / "report.sarif").unlink()
        _generic(tree / name, old="Critical", other="High")
    reports.sync(accept=True)
    reports.workspace.connectors.edit(reports.connector_id, min_severity=Severity.HIGH)
    for name in ("shop", "blog", "wiki"):
        _generic(tree / name, old="Untriaged", other="High", new="Untriaged")
    ran = reports.sync()
    assert (ran.status, ran.counts["closed"], ran.counts["created"]) == (Status.COMPLETED, 0, 0)
    rated = {one.title: one.severity for one in reports.findings(record="shop", active=True)}
    assert rated == {"old": Severity.CRITICAL, "other": Severity.HIGH}
    reasons = [one.reason for one in reports.outcomes(ran).values() if "Untriaged" in one.reason]
    assert len(reasons) == 1
    with reports.workspace.store.database.read() as connection:
        lines = [one for one in log_lines(connection, ran.id) if "Untriaged" in one.message]
    assert [one.level for one in lines] == [LogLevel.WARNING]
    reports.workspace.connectors.edit(reports.connector_id, min_severity=Severity.INFO)
    assert reports.sync().counts["created"] == 3
    rated = {one.title: one.severity for one in reports.findings(record="shop", active=True)}
    assert rated == {"old": Severity.CRITICAL, "other": Severity.HIGH, "new": Severity.MEDIUM}
    assert reports.sync().counts["untouched"] == 9


def test_fault_3_rebuilding_one_unit_closes_nothing_of_another(
    reports: World, tree: Path, make_sarif: SarifWriter
) -> None:
    (tree / "shop" / "report.sarif").unlink()
    for unit in ("parse", "store", "net"):
        make_sarif(tree / "shop" / f"{unit}.sarif", [f"rule@{unit}.cpp:{line}" for line in (1, 9)])
    reports.sync()
    assert len(reports.findings(record="shop", active=True)) == 6
    make_sarif(tree / "shop" / "store.sarif", ["rule@store.cpp:1"])
    ran = reports.sync()
    assert (ran.counts["created"], ran.counts["closed"]) == (0, 1)
    assert {one.file_path for one in reports.findings(record="shop", active=False)} >= {"store.cpp"}
    (tree / "shop" / "net.sarif").unlink()
    assert reports.sync().counts["closed"] == 2
    assert {one.file_path for one in reports.findings(record="shop", active=True)} == {"parse.cpp", "store.cpp"}


def test_fault_3_a_folder_that_cannot_be_told_is_held_until_the_option_settles_it(
    reports: World, tree: Path, make_sarif: SarifWriter
) -> None:
    (tree / "shop" / "report.sarif").unlink()
    for number in (1, 2):
        make_sarif(tree / "shop" / f"report-{number}.sarif", [f"rule@part{number}.py:1"])
    for accept in (False, True):
        ran = reports.sync(accept=accept)
        outcome = reports.outcomes(ran)["shop"]
        assert (ran.status, outcome.status, outcome.cause) == (Status.HELD, OutcomeStatus.HELD, Cause.UNCLEAR)
        assert "1 Finding if only the newest counts" in outcome.reason
        assert remedies(ran) == remedies(ran, outcome) == (Remedy.EDIT,)
        assert len(reports.findings(record="shop", active=True)) == 2, "what is held stays"
    reports.workspace.connectors.edit(reports.connector_id, options={"several": "all"})
    ran = reports.sync()
    assert (ran.status, ran.counts["created"], ran.counts["closed"]) == (Status.COMPLETED, 2, 2)


def test_fault_3_records_of_folders_that_turn_out_to_be_runs_lose_nothing(
    reports: World, tree: Path, make_sarif: SarifWriter
) -> None:
    for name in ("first", "second"):
        make_sarif(tree / "app" / name / "report.sarif", [f"rule@{name}.py:1", f"other@{name}.py:2"])
    reports.discover()
    reports.map("App", "app/first", "app/second")
    reports.sync()
    before = reports.records()
    (tree / "app" / "first").rename(tree / "app" / "2026-11-28")
    (tree / "app" / "second").rename(tree / "app" / "2026-11-29")
    reports.discover()
    after = reports.records()
    assert after["app"].id == before["app/second"].id, "the newest run's Record goes on"
    assert after["app/first"].state is State.MISSING
    ran = reports.sync()
    assert (ran.counts["created"], ran.counts["closed"]) == (0, 0)
    assert len(reports.findings(record="app/first", active=True)) == 2
