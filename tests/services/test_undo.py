"""Acts that cannot be taken back do not stand before those that can."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from dojo_tui.model.errors import UsageError
from dojo_tui.model.operation import OperationType
from dojo_tui.model.record import State
from dojo_tui.model.rules import Rule
from dojo_tui.services.mapping import Mapper
from dojo_tui.store.destinations import save_destination
from dojo_tui.store.tables import products
from tests.conftest import Moment
from tests.services.fakes import World


@pytest.fixture
def mapper(world: World) -> Mapper:
    world.list("a", "b", "c")
    world.discover()
    return world.workspace.mapper


def test_a_decision_about_what_came_back_can_be_undone_and_then_the_deletion(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    deleted = world.ids("b")
    mapper.delete(deleted)
    world.discover()
    mapper.map(world.ids("b"), "Q")
    undone = [mapper.undo() for _ in range(3)]
    assert [act and act.act for act in undone] == ["map", "delete", "map"]
    assert set(world.states().values()) == {State.NEW}
    assert world.ids("b") == deleted
    assert mapper.undo() is None


def test_what_auto_map_overtook_is_stepped_over_and_named(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    mapper.map(world.ids("b"), "Q")
    mapper.delete(world.ids("b"))
    world.workspace.connectors.edit(world.connector_id, auto_map=True)
    world.discover()
    assert world.records()["b"].product_name == "b"
    planned = mapper.next_undo()
    assert planned is not None
    assert (planned.act.what, planned.asks, len(planned.stepped)) == ("map 1 Record → P", True, 2)
    undone = mapper.undo()
    assert undone is not None
    assert undone.sentence == (
        "Took back: map 1 Record. "
        "Stepped over: Cannot undo 'delete 1 Record': they were discovered again and changed since. "
        "Stepped over: Cannot undo 'map 1 Record': 1 of them was changed by something else since."
    )
    assert world.records()["a"].state is State.NEW
    assert world.records()["b"].product_name == "b"
    with pytest.raises(UsageError, match="discovered again"):
        mapper.undo()
    assert mapper.redo() is not None
    assert world.records()["a"].product_name == "P"


def test_an_old_act_asks_first_and_another_than_the_one_shown_is_left_alone(
    world: World, mapper: Mapper, moment: Moment
) -> None:
    mapper.map(world.ids("a"), "P")
    shown = mapper.next_undo()
    assert shown is not None
    assert not shown.asks
    moment.move(days=2)
    shown = mapper.next_undo()
    assert shown is not None
    assert shown.asks
    mapper.map(world.ids("b"), "Q")
    with pytest.raises(UsageError, match="Another act became the last one"):
        mapper.undo(expected=shown.act.id)
    assert world.states()["b"] is State.GOOD
    mapper.undo()
    assert mapper.undo(expected=shown.act.id) is not None
    assert world.states()["a"] is State.NEW


def test_what_somebody_else_can_still_take_back_is_waited_for(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    mapper.map(world.ids("b"), "Q")
    Mapper(world.workspace.store, world.workspace.destination, world.workspace.clock, "grace").ignore(world.ids("b"))
    with pytest.raises(UsageError, match="changed by something else"):
        mapper.undo()
    assert world.records()["a"].product_name == "P"


def test_acts_on_a_connector_that_is_gone_do_not_block_others(world: World, mapper: Mapper) -> None:
    mapper.ignore(world.ids("a"))
    other = world.workspace.connectors.add("fake", "Other", "elsewhere")
    world.list("x")
    world.workspace.operations.run(other, OperationType.DISCOVER)
    mapper.map(world.ids("x"), "X")
    world.workspace.connectors.remove(other)
    undone = mapper.undo()
    assert undone is not None
    assert undone.act == "ignore"
    assert world.states()["a"] is State.NEW


def test_the_last_sync_into_a_product_is_not_forgotten_by_going_there_and_back(
    world: World, mapper: Mapper, moment: Moment
) -> None:
    """What a redo left behind is what the next undo brings back, not what was so before the act."""
    mapper.map(world.ids("a", "b"), "A")
    world.sync()
    first = world.records()["b"].last_synced_at
    mapper.map(world.ids("a", "b"), "B")
    mapper.undo()
    moment.move(days=1)
    world.sync(ids=world.ids("a"))
    synced = world.records()["a"].last_synced_at
    assert synced != first
    mapper.redo()
    assert world.records()["a"].last_synced_at is None, "nothing was synced to B"
    mapper.undo()
    found = world.records()
    assert (found["a"].last_synced_at, found["b"].last_synced_at) == (synced, first)
    for _ in range(2):
        mapper.redo()
        mapper.undo()
    assert world.records()["a"].last_synced_at == synced


def test_fault_21_what_the_rules_just_did_at_a_discover_is_taken_back_first(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    world.workspace.rules.add(Rule(pattern="n*", product="Ruled"))
    world.list("a", "b", "c", "n1", "n2")
    world.discover()
    assert world.records()["n1"].product_name == "Ruled"
    planned = mapper.next_undo()
    assert planned is not None
    assert (planned.surprises, planned.act.what) == (True, "map 1 Record → P")
    assert planned.newer == ("Newer, and stays: map 2 Records → Ruled by rules, by rules.",)
    assert mapper.turn() == "rules"
    undone = mapper.undo(mapper.turn())
    assert undone is not None
    assert undone.sentence == "Took back: map 2 Records by the rules at a Discover."
    assert world.states()["n1"] is State.NEW
    world.discover()
    assert world.states()["n1"] is State.NEW, "what was taken back is not done again by itself"
    assert mapper.redo() is not None
    assert world.records()["n2"].product_name == "Ruled"


def test_fault_21_what_auto_map_just_did_is_told_before_an_older_act_is_taken_back(
    world: World, mapper: Mapper
) -> None:
    mapper.map(world.ids("a", "b", "c"), "P")
    world.workspace.connectors.edit(world.connector_id, auto_map=True)
    world.list("a", "b", "c", "n1", "n2")
    world.discover()
    planned = mapper.next_undo()
    assert planned is not None
    assert (planned.act.what, planned.asks, planned.surprises) == ("map 3 Records → P", True, True)
    assert planned.newer == ("Newer, and stays: map 2 Records → 2 Products, by auto-map.",)


def test_fault_21_somebody_elses_newer_act_is_told_too(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    Mapper(world.workspace.store, world.workspace.destination, world.workspace.clock, "grace").ignore(world.ids("b"))
    planned = mapper.next_undo()
    assert planned is not None
    assert planned.surprises
    assert planned.newer == ("Newer, and stays: ignore 1 Record, by grace.",)


def test_fault_21_an_act_between_destinations_is_shown_first(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    with world.workspace.store.database.write() as connection:
        row = save_destination(
            connection,
            "https://dojo.example",
            world.workspace.clock.now(),
            secret=None,
            ca_file="",
            verify=True,
            product_type="X",
        )
        connection.execute(update(products).values(destination_id=row.id))
    mapper.map(world.ids("a"), "Here")
    planned = mapper.next_undo()
    assert planned is not None
    assert (planned.between, planned.asks) == (True, True)
    assert "between destinations" in planned.consequences[0]
    mapper.undo()
    planned = mapper.next_redo()
    assert planned is not None
    assert (planned.between, planned.asks) == (True, True)
