"""Discover: Records follow the tool's listing, and only a complete one may say that something is gone."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from dojo_tui.connectors.base import Vep
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.operation import OutcomeStatus, Status
from dojo_tui.model.record import State
from dojo_tui.services.events import OperationChanged, Progress, RecordsChanged
from dojo_tui.store.operations import log_lines
from dojo_tui.store.tables import products
from tests.conftest import Moment
from tests.services.fakes import World, finding


def log_of(world: World, operation_id: int) -> str:
    with world.workspace.store.database.read() as connection:
        return "\n".join(line.message for line in log_lines(connection, operation_id))


def test_unknown_veps_become_new_records(world: World) -> None:
    world.tool.veps = [Vep("1", "shop", {"url": "https://shop"}), Vep("2", "")]
    ran = world.discover()
    assert ran.status is Status.COMPLETED
    assert ran.counts == {"new": 2, "known": 0, "updated": 0, "missing": 0, "mapped": 0}
    records = world.records()
    assert (records["1"].name, records["1"].details, records["1"].scope) == ("shop", {"url": "https://shop"}, "1")
    assert records["2"].name == "2"
    assert world.states() == {"1": State.NEW, "2": State.NEW}


def test_events_tell_the_life_of_an_operation(world: World) -> None:
    world.list("a")
    world.discover()
    statuses = [event.status for event in world.events if isinstance(event, OperationChanged)]
    assert statuses == [Status.QUEUED, Status.RUNNING, Status.COMPLETED]
    assert any(isinstance(event, RecordsChanged) for event in world.events)
    assert any(isinstance(event, Progress) for event in world.events)


def test_p1_a_renamed_vep_updates_its_record_in_place(world: World, moment: Moment) -> None:
    world.tool.veps = [Vep("1", "shop"), Vep("2", "blog")]
    world.discover()
    before = world.records()["1"]
    moment.move(hours=1)
    world.tool.veps = [Vep("1", "web shop", {"branch": "main"}), Vep("2", "blog")]
    ran = world.discover()
    after = world.records()["1"]
    assert ran.counts["updated"] == 1
    assert (after.id, after.name, after.details) == (before.id, "web shop", {"branch": "main"})
    assert after.first_discovered_at == before.first_discovered_at
    assert after.last_discovered_at == moment.now
    assert world.discover().counts == {"new": 0, "known": 2, "updated": 0, "missing": 0, "mapped": 0}


def test_p1_a_moved_vep_keeps_its_record_mapping_and_findings(world: World) -> None:
    world.tool.veps = [Vep("old/shop", "shop", evidence=frozenset({"d1", "d2"})), Vep("blog", "blog")]
    world.discover()
    world.map("Shop", "old/shop")
    world.tool.findings = {"old/shop": [finding("a")], "new/shop": [finding("a")]}
    world.sync()
    before = world.records()["old/shop"]
    world.tool.veps = [Vep("blog", "blog"), Vep("new/shop", "new shop", evidence=frozenset({"d2", "d3"}))]
    ran = world.discover()
    after = world.records()["new/shop"]
    assert (after.id, after.scope, after.name, after.state) == (before.id, before.scope, "new shop", State.GOOD)
    assert ran.counts == {"new": 0, "known": 2, "updated": 1, "missing": 0, "mapped": 0}
    assert "old/shop was moved to new/shop" in log_of(world, ran.id)
    assert world.sync().counts["untouched"] == 1


def test_p1_what_may_be_moved_is_not_guessed_when_it_is_not_clear(world: World) -> None:
    same = frozenset({"empty report"})
    world.tool.veps = [Vep("a", "a", evidence=same), Vep("b", "b", evidence=same)]
    world.discover()
    world.map("P")
    world.tool.veps = [Vep("c", "c", evidence=same), Vep("d", "d", evidence=same)]
    world.discover()
    assert world.states() == {"a": State.MISSING, "b": State.MISSING, "c": State.NEW, "d": State.NEW}


def test_p1_a_copy_is_a_new_vep(world: World) -> None:
    world.tool.veps = [Vep("a", "a", evidence=frozenset({"x"}))]
    world.discover()
    world.tool.veps = [Vep("a", "a", evidence=frozenset({"x"})), Vep("copy", "copy", evidence=frozenset({"x"}))]
    assert world.discover().counts["new"] == 1


def test_p1_a_digest_that_others_still_have_says_nothing(world: World) -> None:
    world.tool.veps = [Vep("a", "a", evidence=frozenset({"x"})), Vep("stays", "stays", evidence=frozenset({"x"}))]
    world.discover()
    world.tool.veps = [Vep("b", "b", evidence=frozenset({"x"})), Vep("stays", "stays", evidence=frozenset({"x"}))]
    world.discover()
    assert set(world.records()) == {"a", "b", "stays"}


def test_p1_an_incomplete_listing_decides_no_move_but_keeps_it_possible(world: World) -> None:
    world.tool.veps = [Vep("old", "old", evidence=frozenset({"x"}))]
    world.discover()
    world.map("P")
    moved: list[Vep | Exception] = [Vep("new", "new", evidence=frozenset({"x"}))]
    world.tool.veps = [*moved, ConnectorError("broke off")]
    ran = world.discover()
    assert world.states() == {"old": State.GOOD}
    assert "next complete Discover decides" in log_of(world, ran.id)
    world.tool.veps = moved
    world.discover()
    assert world.states() == {"new": State.GOOD}


def test_p1_another_vep_at_the_old_place_of_a_moved_one_gets_its_own_scope(world: World) -> None:
    world.tool.veps = [Vep("old", "old", evidence=frozenset({"x"}))]
    world.discover()
    world.tool.veps = [Vep("new", "new", evidence=frozenset({"x"}))]
    world.discover()
    world.tool.veps = [Vep("new", "new", evidence=frozenset({"x"})), Vep("old", "other")]
    world.discover()
    records = world.records()
    assert records["new"].scope == "old"
    assert records["old"].scope == "old (2)"


def test_p3_only_a_complete_listing_marks_missing(world: World) -> None:
    world.list("a", "b")
    world.discover()
    world.map("P")
    world.list("a", incomplete=True)
    ran = world.discover()
    assert ran.status is Status.PARTLY_FAILED
    assert "broke off" in ran.error
    assert world.states() == {"a": State.GOOD, "b": State.GOOD}
    world.list("a")
    assert world.discover().counts["missing"] == 1
    assert world.states() == {"a": State.GOOD, "b": State.MISSING}
    assert world.records()["b"].state_reason
    world.list("a", "b")
    world.discover()
    assert world.states() == {"a": State.GOOD, "b": State.GOOD}
    assert world.records()["b"].state_reason == ""


def test_p3_what_an_incomplete_listing_had_is_recorded(world: World) -> None:
    world.list("a", "b", incomplete=True)
    assert world.discover().counts["new"] == 2
    world.list(incomplete=True)
    assert world.discover().status is Status.FAILED
    assert set(world.records()) == {"a", "b"}


@pytest.mark.parametrize("broken", [RuntimeError("bug"), KeyError("token")])
def test_p3_a_bug_of_a_tool_makes_nothing_missing(world: World, broken: Exception) -> None:
    world.list("a")
    world.discover()
    world.map("P")
    world.tool.veps = [Vep("b", "b"), broken]
    ran = world.discover()
    assert ran.status is Status.PARTLY_FAILED
    assert type(broken).__name__ in ran.error
    assert world.states() == {"a": State.GOOD, "b": State.NEW}


@pytest.mark.parametrize("vendor_id", ["a", "", "nul\0", "\ud800", "x" * 5000])
def test_p3_a_vep_that_cannot_be_told_apart_makes_the_listing_incomplete(world: World, vendor_id: str) -> None:
    world.list("a", "gone")
    world.discover()
    world.map("P")
    world.tool.veps = [Vep("a", "a"), Vep(vendor_id, "again"), Vep("c", "c")]
    ran = world.discover()
    assert ran.status is Status.PARTLY_FAILED
    assert world.states() == {"a": State.GOOD, "gone": State.GOOD, "c": State.NEW}


def test_p3_an_empty_complete_listing_is_believed(world: World) -> None:
    world.list("a")
    world.discover()
    world.map("P")
    world.list()
    assert world.discover().counts["missing"] == 1
    assert world.states() == {"a": State.MISSING}


def test_new_and_ignored_records_keep_their_state_when_they_are_not_seen(world: World, moment: Moment) -> None:
    world.list("new", "ignored")
    world.discover()
    world.workspace.mapper.ignore(world.ids("ignored"))
    seen = moment.now
    moment.move(days=1)
    world.list()
    world.discover()
    assert world.states() == {"new": State.NEW, "ignored": State.IGNORED}
    assert {row.last_discovered_at for row in world.records().values()} == {seen}


def test_p9_when_half_would_go_missing_it_waits_for_a_person(world: World) -> None:
    names = [f"vep {number:02}" for number in range(20)]
    world.list(*names)
    world.discover()
    world.map("P")
    world.list(*names[:10], "another")
    ran = world.discover()
    assert ran.status is Status.HELD
    assert "10 of 20 mapped Records" in ran.error
    assert ran.counts == {"new": 1, "known": 10, "updated": 0, "missing": 0, "mapped": 0}
    assert {outcome.status for outcome in world.outcomes(ran).values()} == {OutcomeStatus.HELD}
    assert list(world.outcomes(ran)) == names[10:]
    assert State.MISSING not in world.states().values()
    ran = world.discover(accept=True)
    assert (ran.status, ran.counts["missing"]) == (Status.COMPLETED, 10)


@pytest.mark.parametrize(("mapped", "gone"), [(19, 9), (21, 10), (9, 9)])
def test_p9_less_than_half_or_less_than_ten_is_no_surprise(world: World, mapped: int, gone: int) -> None:
    names = [f"vep {number:02}" for number in range(mapped)]
    world.list(*names)
    world.discover()
    world.map("P")
    world.list(*names[gone:])
    ran = world.discover()
    assert (ran.status, ran.counts["missing"]) == (Status.COMPLETED, gone)


def test_a_lost_product_makes_its_records_stale_at_once(world: World) -> None:
    world.list("a", "b", "c")
    world.discover()
    world.map("Gone", "a")
    world.map("Kept", "b")
    with world.workspace.store.database.write() as connection:
        connection.execute(delete(products).where(products.c.name == "Gone"))
    world.discover()
    assert world.states() == {"a": State.STALE, "b": State.GOOD, "c": State.NEW}
    assert "Product" in world.records()["a"].state_reason
    world.map("Gone", "a")
    assert world.states()["a"] is State.GOOD
    assert world.records()["a"].state_reason == ""


def test_auto_map_maps_new_records_also_those_that_were_there(world: World) -> None:
    world.list("a", "b")
    world.discover()
    world.workspace.mapper.ignore(world.ids("b"))
    world.workspace.connectors.edit(world.connector_id, auto_map=True)
    world.list("a", "b", "c")
    ran = world.discover()
    assert ran.counts["mapped"] == 2
    records = world.records()
    assert {name: (row.state, row.product_name, row.finalized_by) for name, row in records.items()} == {
        "a": (State.GOOD, "a", "auto-map"),
        "b": (State.IGNORED, None, None),
        "c": (State.GOOD, "c", "auto-map"),
    }


def test_auto_map_gives_a_restored_record_its_former_product(world: World) -> None:
    world.list("a")
    world.discover()
    world.map("Chosen", "a")
    ids = world.ids("a")
    world.workspace.mapper.ignore(ids)
    assert world.records()["a"].former_product_name == "Chosen"
    world.workspace.mapper.restore(ids)
    world.workspace.connectors.edit(world.connector_id, auto_map=True)
    world.discover()
    assert world.records()["a"].product_name == "Chosen"


def test_p6_a_deleted_record_that_comes_back_finds_its_findings_again(world: World) -> None:
    world.tool.veps = [Vep("old", "old", evidence=frozenset({"x"}))]
    world.discover()
    world.tool.veps = [Vep("new", "new", evidence=frozenset({"x"}))]
    world.discover()
    world.map("P")
    world.tool.findings = {"new": [finding("a"), finding("b")]}
    world.sync()
    world.workspace.mapper.delete(world.ids("new"))
    world.discover()
    assert world.states() == {"new": State.NEW}
    world.map("P")
    ran = world.sync()
    assert (ran.counts["created"], ran.counts["untouched"]) == (0, 2)


def test_p11_what_a_tool_says_is_bounded_and_storable(world: World) -> None:
    details = {f"key {number}\0": "\ud800" + "x" * 10_000 for number in range(200)}
    world.tool.veps = [Vep("a", "n\0" * 10_000, details)]
    assert world.discover().status is Status.COMPLETED
    row = world.records()["a"]
    assert len(row.name) <= 600
    assert len(row.details) <= 50
    assert "\0" not in row.name + "".join(row.details) + "".join(row.details.values())
