"""VEPs that are moved after a Sync, come back elsewhere, or change places (P1)."""

from __future__ import annotations

from dojo_tui.connectors.base import Vep
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import LogLevel, OutcomeStatus, Status
from dojo_tui.model.record import State
from dojo_tui.store.operations import log_lines
from tests.services.fakes import World, finding


def holding(name: str, *digests: str) -> Vep:
    return Vep(name, name, evidence=frozenset(digests))


def warnings_of(world: World, operation_id: int) -> list[str]:
    with world.workspace.store.database.read() as connection:
        return [line.message for line in log_lines(connection, operation_id) if line.level is LogLevel.WARNING]


def test_p1_what_is_moved_after_a_new_scan_was_synced_keeps_its_record(world: World) -> None:
    world.tool.veps = [holding("old", "first scan")]
    world.discover()
    world.map("P")
    world.tool.findings = {"old": Fetch([finding("1")], evidence=frozenset({"second scan"}))}
    world.sync()
    record = world.records()["old"]
    world.tool.veps = [holding("new", "second scan")]
    world.discover()
    assert [(row.vendor_id, row.id, row.state) for row in world.records().values()] == [("new", record.id, State.GOOD)]


def test_p1_a_plan_and_a_held_sync_leave_the_evidence_alone(world: World) -> None:
    world.tool.veps = [holding("old", "first scan")]
    world.discover()
    world.map("P")
    many = [finding(str(number)) for number in range(40)]
    world.tool.findings = {"old": Fetch(many, evidence=frozenset({"first scan"}))}
    world.sync()
    world.tool.findings = {"old": Fetch([], evidence=frozenset({"empty"}))}
    assert world.sync(dry_run=True).status is Status.HELD
    assert world.sync().status is Status.HELD
    world.tool.veps = [holding("new", "first scan")]
    world.discover()
    assert set(world.records()) == {"new"}


def test_p1_a_missing_record_that_appears_elsewhere_later_is_the_same(world: World) -> None:
    world.tool.veps = [holding("old", "x"), holding("stays", "y")]
    world.discover()
    world.map("P")
    record = world.records()["old"]
    world.tool.veps = [holding("stays", "y")]
    world.discover()
    world.discover()
    assert world.states()["old"] is State.MISSING
    world.tool.veps = [holding("stays", "y"), holding("elsewhere", "x")]
    world.discover()
    after = world.records()["elsewhere"]
    assert (after.id, after.state, after.product_name, after.state_reason) == (record.id, State.GOOD, "P", "")
    assert set(world.records()) == {"elsewhere", "stays"}


def test_p1_two_that_changed_places_keep_them_and_it_is_told(world: World) -> None:
    world.tool.veps = [holding("a", "of a"), holding("b", "of b"), holding("c", "of c")]
    world.discover()
    world.map("P")
    before = {name: row.id for name, row in world.records().items()}
    world.tool.veps = [holding("a", "of b"), holding("b", "of a"), holding("c", "of c")]
    ran = world.discover()
    assert ran.status is Status.COMPLETED
    assert {name: row.id for name, row in world.records().items()} == before
    outcomes = world.outcomes(ran)
    assert set(outcomes) == {"a", "b"}
    assert outcomes["a"].status is OutcomeStatus.DONE
    assert outcomes["a"].reason.startswith("a now holds something else; what it held is at b.")
    assert outcomes["b"].reason.startswith("b now holds something else; what it held is at a.")
    assert len(warnings_of(world, ran.id)) == 2


def test_p1_a_rename_under_which_another_took_the_old_place_is_told(world: World) -> None:
    world.tool.veps = [holding("b", "one", "two")]
    world.discover()
    world.tool.veps = [holding("b", "three"), holding("b2", "one", "two")]
    ran = world.discover()
    assert list(world.outcomes(ran)) == ["b"]
    assert "what it held is at b2" in world.outcomes(ran)["b"].reason
    assert set(world.records()) == {"b", "b2"}


def test_new_scans_and_copies_are_no_news(world: World) -> None:
    world.tool.veps = [holding("a", "1"), holding("b", "2"), holding("c", "3", "old")]
    world.discover()
    world.tool.veps = [holding("a", "4"), holding("b", "5"), holding("c", "3", "new"), holding("copy", "3", "old")]
    ran = world.discover()
    assert world.outcomes(ran) == {}
    assert warnings_of(world, ran.id) == []
