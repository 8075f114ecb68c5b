"""What a Sync tells of what it did, did not do, and could not save."""

from __future__ import annotations

import pytest

from dojo_tui.model.errors import StoreError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import OutcomeStatus, Status
from dojo_tui.model.severity import Severity
from dojo_tui.services.events import OperationChanged
from dojo_tui.store import operation_writes
from tests.services.background import SYNC, Gate
from tests.services.fakes import World, finding
from tests.waiting import PATIENCE

MANY = [finding(str(number), Severity.LOW) for number in range(40)]


@pytest.fixture
def synced(world: World) -> World:
    """A Record with forty Findings."""
    world.list("a")
    world.discover()
    world.map("P")
    world.tool.findings = {"a": MANY}
    world.sync()
    return world


def test_an_end_that_cannot_be_saved_is_told_as_a_failure(synced: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise StoreError("The disk is full.", safe="The step was rolled back; everything before it is saved.")

    monkeypatch.setattr(operation_writes, "end", full)
    ran = synced.sync()
    assert ran.status is Status.RUNNING
    last = [event for event in synced.events if isinstance(event, OperationChanged)][-1]
    assert last.status is Status.FAILED
    assert "The disk is full." in last.error
    assert last.counts["untouched"] == 40


def test_p9_a_plan_shows_the_numbers_of_what_would_be_held(synced: World) -> None:
    synced.tool.findings = {"a": MANY[:3]}
    ran = synced.sync(dry_run=True)
    assert (ran.status, ran.counts["closed"], ran.counts["untouched"]) == (Status.HELD, 37, 3)
    assert (ran.counts["records"], ran.counts["skipped"]) == (0, 1)
    assert "would be held" in ran.error
    ran = synced.sync()
    assert (ran.status, ran.counts["closed"]) == (Status.HELD, 0)
    assert synced.outcomes(ran)["a"].counts["closed"] == 37


def test_p9_a_held_record_says_that_the_setting_closes_not_the_tool(synced: World) -> None:
    synced.workspace.connectors.edit(synced.connector_id, min_severity=Severity.HIGH)
    outcome = synced.outcomes(synced.sync())["a"]
    assert outcome.status is OutcomeStatus.HELD
    assert outcome.reason == (
        "It would close 40 of 40 active Findings. 40 closed by the minimum severity, not by the tool"
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [(("old.sarif",), "1 older report left out: old.sarif"), (("a", "b"), "2 older reports left out: a, b")],
)
def test_reports_that_do_not_count_are_named_in_the_outcome(synced: World, names: tuple[str, ...], said: str) -> None:
    synced.tool.findings = {"a": Fetch(MANY, left_out=names)}
    assert synced.outcomes(synced.sync())["a"].reason == said


def test_p7_an_interrupted_sync_counts_what_it_imported(world: World) -> None:
    world.list("a", "b")
    world.discover()
    world.map("P")
    world.tool.findings = {"a": [finding("1"), finding("2")], "b": [finding("3")]}
    gate = Gate()
    world.tool.on_fetch = lambda vendor_id, run: gate(vendor_id, run) if vendor_id == "b" else None
    operation_id = world.workspace.operations.start(world.connector_id, SYNC)
    assert gate.reached.wait(PATIENCE)
    with world.workspace.store.database.write() as connection:
        operation_writes.interrupt(connection, [operation_id], world.workspace.clock.now(), "gone")
    row = world.operation(operation_id)
    gate.open.set()
    assert world.workspace.operations.wait([operation_id], 20)
    assert row.status is Status.INTERRUPTED
    assert (row.counts["records"], row.counts["created"]) == (1, 2)
