"""Sync: Good Records only, each wholly or not at all, and none harms another."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from dojo_tui.connectors.base import Run
from dojo_tui.destinations.embedded import EmbeddedDestination
from dojo_tui.model.errors import CancelledError, ConnectorError, DestinationError, StoreError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status
from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.model.target import Target
from dojo_tui.services.events import RecordDone
from dojo_tui.store.tables import engagements, products
from dojo_tui.wiring import Workspace
from tests.conftest import Moment
from tests.services.fakes import World, finding
from tests.waiting import PATIENCE


def mapped(world: World, *names: str, product: str = "P") -> None:
    world.list(*names)
    world.discover()
    world.map(product, *names)


def test_findings_of_good_records_are_imported(world: World, moment: Moment) -> None:
    mapped(world, "a", "b")
    world.tool.findings = {"a": [finding("1"), finding("2")], "b": [finding("3")]}
    ran = world.sync()
    assert ran.status is Status.COMPLETED
    assert ran.counts == {
        "records": 2,
        "created": 3,
        "closed": 0,
        "reactivated": 0,
        "updated": 0,
        "untouched": 0,
        "failed": 0,
        "skipped": 0,
    }
    assert world.records()["a"].last_synced_at == moment.now
    assert world.outcomes(ran)["a"].counts["created"] == 2
    world.tool.findings["a"] = [finding("2")]
    assert world.sync().counts["closed"] == 1
    world.tool.findings["a"] = [finding("1"), finding("2")]
    assert world.sync().counts["reactivated"] == 1


def test_p2_only_good_records_flow(world: World) -> None:
    mapped(world, "good", "missing", "ignored", "new", "stale")
    world.workspace.mapper.ignore(world.ids("ignored"))
    world.map("Gone", "stale")
    with world.workspace.store.database.write() as connection:
        connection.execute(delete(products).where(products.c.name == "Gone"))
    world.workspace.mapper.ignore(world.ids("new"))
    world.workspace.mapper.restore(world.ids("new"))
    world.list("good", "ignored", "new", "stale")
    world.discover()
    world.tool.fetched.clear()
    ran = world.sync()
    assert world.tool.fetched == ["good"]
    found = world.outcomes(ran)
    assert {name: outcome.status for name, outcome in found.items()} == {
        "good": OutcomeStatus.DONE,
        "missing": OutcomeStatus.SKIPPED,
        "stale": OutcomeStatus.SKIPPED,
    }
    assert "did not see it" in found["missing"].reason
    assert "Product" in found["stale"].reason
    assert (ran.counts["records"], ran.counts["skipped"]) == (1, 2)
    assert ran.status is Status.COMPLETED


def test_p2_what_was_asked_for_and_cannot_flow_is_told(world: World) -> None:
    mapped(world, "a", "b", "c")
    world.workspace.mapper.ignore(world.ids("b"))
    world.tool.fetched.clear()
    ran = world.sync(ids=world.ids("b", "c"))
    assert world.tool.fetched == ["c"]
    assert "Ignored" in world.outcomes(ran)["b"].reason
    with pytest.raises(UsageError, match="do not belong"):
        world.sync(ids=[999])


def test_p2_a_record_that_is_remapped_while_it_is_fetched_is_left_out(world: World) -> None:
    mapped(world, "a", "b")
    world.tool.findings = {"a": [finding("1")], "b": [finding("2")]}

    def remap(vendor_id: str, _run: Run) -> None:
        if vendor_id == "a":
            world.map("Elsewhere", "a")

    world.tool.on_fetch = remap
    ran = world.sync()
    assert world.outcomes(ran)["a"].status is OutcomeStatus.SKIPPED
    assert world.findings(record="a") == []
    assert len(world.findings(record="b")) == 1


def test_p2_a_record_is_stale_as_soon_as_a_sync_sees_that_its_engagement_is_gone(world: World) -> None:
    mapped(world, "a")
    world.sync()
    with world.workspace.store.database.write() as connection:
        connection.execute(delete(engagements))
    ran = world.sync()
    assert world.outcomes(ran)["a"].status is OutcomeStatus.SKIPPED
    assert world.states() == {"a": State.STALE}
    world.map("P", "a")
    assert world.sync().status is Status.COMPLETED


def test_remapping_leaves_what_was_imported_and_is_not_taken_for_lost(world: World) -> None:
    mapped(world, "a")
    world.tool.findings = {"a": [finding("1")]}
    world.sync()
    world.map("Other", "a")
    assert world.records()["a"].last_synced_at is None
    ran = world.sync()
    assert (ran.status, ran.counts["created"]) == (Status.COMPLETED, 1)
    assert sorted(row.product_name for row in world.findings(active=True)) == ["Other", "P"]


@pytest.mark.parametrize("problem", [ConnectorError("The report is truncated."), ValueError("bug")])
def test_p3_a_failed_fetch_closes_nothing_and_stops_nobody_else(world: World, problem: Exception) -> None:
    mapped(world, "a", "b", "c")
    world.tool.findings = {"a": [finding("1")], "b": [finding("2")], "c": [finding("3")]}
    world.sync()
    world.tool.findings |= {"b": problem, "c": []}
    ran = world.sync()
    assert ran.status is Status.PARTLY_FAILED
    assert world.outcomes(ran)["b"].status is OutcomeStatus.FAILED
    assert str(problem) in world.outcomes(ran)["b"].reason
    assert {name: len(world.findings(record=name, active=True)) for name in "abc"} == {"a": 1, "b": 1, "c": 0}
    assert (ran.counts["records"], ran.counts["failed"], ran.counts["closed"]) == (2, 1, 1)
    world.tool.findings = dict.fromkeys("abc", problem)
    assert world.sync().status is Status.FAILED


@pytest.mark.parametrize("problem", [StoreError("The disk is full."), DestinationError("No answer."), KeyError("bug")])
def test_p7_a_record_that_cannot_be_stored_fails_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    mapped(world, "a", "b", "c")
    world.tool.findings = {name: [finding(name)] for name in "abc"}
    reimport = EmbeddedDestination.reimport

    def fail_once(self: EmbeddedDestination, target: Target, *rest: object) -> object:
        if target.scope == "b":
            raise problem
        return reimport(self, target, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(EmbeddedDestination, "reimport", fail_once)
    ran = world.sync()
    assert ran.status is Status.PARTLY_FAILED
    assert [outcome.status for outcome in world.outcomes(ran).values()] == [
        OutcomeStatus.DONE,
        OutcomeStatus.FAILED,
        OutcomeStatus.DONE,
    ]
    assert world.records()["b"].last_synced_at is None


def test_p3_a_skipped_scanner_keeps_its_findings_and_its_reason_is_told(world: World) -> None:
    mapped(world, "a")
    world.tool.findings = {"a": [finding("1")]}
    world.sync()
    world.tool.findings = {"a": Fetch([], {"Fake": "its newest run failed"})}
    ran = world.sync()
    assert "its newest run failed" in world.outcomes(ran)["a"].reason
    assert len(world.findings(active=True)) == 1


def test_p5_siblings_in_one_product_do_not_touch_each_other(world: World) -> None:
    mapped(world, "a", "b")
    world.tool.findings = {"a": [finding("1"), finding("same")], "b": [finding("same")]}
    world.sync()
    world.tool.findings["a"] = []
    ran = world.sync(ids=world.ids("a"))
    assert ran.counts["closed"] == 2
    assert len(world.findings(record="b", active=True)) == 1
    assert len({row.test_id for row in world.findings()}) == 1


def test_p9_closing_half_of_a_record_waits_for_a_person(world: World, moment: Moment) -> None:
    mapped(world, "a", "b")
    world.tool.findings = {"a": [finding(str(number)) for number in range(40)], "b": [finding("x")]}
    world.sync()
    synced = moment.now
    moment.move(hours=1)
    world.tool.findings = {"a": [finding(str(number)) for number in range(20)], "b": []}
    ran = world.sync()
    assert ran.status is Status.HELD
    held = world.outcomes(ran)["a"]
    assert held.status is OutcomeStatus.HELD
    assert "20" in held.reason
    assert "40" in held.reason
    assert (ran.counts["records"], ran.counts["skipped"], ran.counts["closed"]) == (1, 1, 1)
    assert len(world.findings(record="a", active=True)) == 40
    assert world.records()["a"].last_synced_at == synced
    ran = world.sync(accept=True)
    assert (ran.status, ran.counts["closed"]) == (Status.COMPLETED, 20)


def test_a_dry_run_counts_and_changes_nothing(world: World) -> None:
    mapped(world, "a", "b")
    world.tool.findings = {"a": [finding("1")]}
    ran = world.sync(dry_run=True)
    assert (ran.dry_run, ran.counts["created"]) == (True, 1)
    assert world.findings() == []
    assert world.records()["a"].last_synced_at is None
    with world.workspace.store.database.write() as connection:
        connection.execute(delete(products))
    world.sync(dry_run=True)
    assert world.states() == {"a": State.GOOD, "b": State.GOOD}


def test_the_minimum_severity_closes_and_says_so(world: World) -> None:
    mapped(world, "a")
    world.tool.findings = {"a": [finding("1", Severity.LOW), finding("2", Severity.HIGH)]}
    world.sync()
    world.workspace.connectors.edit(world.connector_id, min_severity=Severity.MEDIUM)
    ran = world.sync()
    assert ran.counts["closed"] == 1
    assert "minimum severity, not by the tool" in world.outcomes(ran)["a"].reason


def test_a_cancelled_sync_keeps_what_is_done_and_leaves_the_rest(world: World) -> None:
    names = [f"vep {number}" for number in range(9)]
    mapped(world, *names)
    world.tool.findings = {name: [finding(name)] for name in names}

    def cancel(event: object) -> None:
        if isinstance(event, RecordDone) and event.record_name == "vep 2":
            world.workspace.operations.cancel(event.operation_id)

    unsubscribe = world.workspace.operations.subscribe(cancel)
    ran = world.sync()
    unsubscribe()
    assert ran.status is Status.CANCELLED
    assert [outcome.status for outcome in world.outcomes(ran).values()] == [OutcomeStatus.DONE] * 3 + [
        OutcomeStatus.CANCELLED
    ] * 6
    assert len(world.findings()) == 3
    assert world.sync().counts["created"] == 6


def test_records_are_fetched_ahead_but_no_further_than_allowed(world: World) -> None:
    names = [f"vep {number}" for number in range(10)]
    mapped(world, *names)
    done = 0
    furthest = 0

    def count(event: object) -> None:
        nonlocal done
        done += isinstance(event, RecordDone)

    def look(_vendor_id: str, _run: Run) -> None:
        nonlocal furthest
        furthest = max(furthest, len(world.tool.fetched) - done)

    world.workspace.operations.subscribe(count)
    world.tool.on_fetch = look
    world.sync()
    assert furthest <= 3


def test_a_tool_that_hangs_does_not_keep_a_cancel_waiting(world: World) -> None:
    mapped(world, "a")
    hangs, released = threading.Event(), threading.Event()

    def hang(_vendor_id: str, _run: Run) -> None:
        hangs.set()
        released.wait(PATIENCE)

    world.tool.on_fetch = hang
    operation_id = world.workspace.operations.start(world.connector_id, OperationType.SYNC)
    assert hangs.wait(PATIENCE)
    world.workspace.operations.cancel(operation_id)
    assert world.workspace.operations.wait([operation_id], PATIENCE)
    released.set()
    assert world.operation(operation_id).status is Status.CANCELLED


def test_a_tool_that_notices_the_cancel_itself_is_cancelled_not_failed(world: World) -> None:
    mapped(world, "a")

    def stop(_vendor_id: str, _run: Run) -> None:
        raise CancelledError

    world.tool.on_fetch = stop
    assert world.sync().status is Status.CANCELLED


def test_p4_all_of_a_connector_is_in_one_test_of_global_connectors(
    world: World, open_again: Callable[[], Workspace]
) -> None:
    mapped(world, "a", "b")
    world.tool.findings = {"a": [finding("1")], "b": [finding("2")]}
    world.sync()
    workspace = open_again()
    with workspace.store.database.read() as connection:
        names = connection.execute(engagements.select()).all()
    assert [row.name for row in names] == ["Global Connectors"]
    assert {row.test_title for row in world.findings()} == {"Fake"}
