"""Mapping acts: all or nothing, told with what stays, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dojo_tui.connectors.base import Vep
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.record import TRANSITIONS, Event, State, after
from dojo_tui.model.target import Product
from dojo_tui.services.mapping import Change, Mapper
from dojo_tui.wiring import Workspace
from tests.conftest import Moment
from tests.services.fakes import World, finding


@pytest.fixture
def mapper(world: World) -> Mapper:
    world.tool.veps = [Vep(name, name, {"url": f"https://{name}", "é": "ü"}, frozenset({name * 9})) for name in "abc"]
    world.discover()
    return world.workspace.mapper


def shape(world: World) -> dict[str, tuple[object, ...]]:
    """Everything a mapping act may change."""
    return {
        vendor_id: (
            row.id,
            row.state,
            row.state_reason,
            row.product_ref,
            row.product_name,
            row.former_product_name,
            row.finalized_at,
            row.finalized_by,
            row.scope,
            row.details,
            row.first_discovered_at,
            row.last_discovered_at,
            row.last_synced_at,
        )
        for vendor_id, row in world.records().items()
    }


def test_mapping_creates_the_product_and_says_who_and_when(world: World, mapper: Mapper, moment: Moment) -> None:
    change = mapper.map(world.ids("a", "b"), " Shop ", "Web")
    assert (change.act, change.count, change.sentence) == ("map", 2, "Mapped 2 Records to Shop.")
    row = world.records()["a"]
    assert (row.state, row.product_name, row.finalized_at, row.finalized_by) == (State.GOOD, "Shop", moment.now, "ada")
    assert [(found.name, found.product_type) for found in world.workspace.destination.products()] == [("Shop", "Web")]


def test_mapping_to_a_product_at_hand_asks_for_no_name(world: World, mapper: Mapper) -> None:
    product = world.workspace.destination.find_or_create_product("Shop")
    mapper.map(world.ids("a"), Product(product.ref, product.name, product.product_type))
    assert world.records()["a"].product_ref == product.ref


def test_p6_a_remap_says_that_what_was_imported_stays(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "Old")
    world.sync()
    change = mapper.map(world.ids("a", "b"), "New")
    assert change.sentence == "Mapped 2 Records to New. What was imported before stays in Old."
    change = mapper.map(world.ids("a"), "Newer")
    assert change.sentence == "Mapped 1 Record to Newer."


def test_mapping_again_to_the_same_product_changes_nothing(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    before = shape(world)
    change = mapper.map(world.ids("a"), "P")
    assert (change.count, change.batch) == (0, 0)
    assert shape(world) == before
    change = mapper.map(world.ids("a", "b"), "P")
    assert change.sentence == "Mapped 1 Record to P. 1 Record was mapped to P already."
    assert mapper.map(world.ids("a"), "P").sentence == "1 Record was mapped to P already."
    mapper.ignore(world.ids("c"))
    assert mapper.ignore(world.ids("c")).sentence == "1 Record was Ignored already."


def test_the_product_type_of_a_product_that_is_there_stays_and_that_is_said(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    sentence = "Mapped 1 Record to P. P is of the Product Type Default, and stays so."
    assert mapper.map(world.ids("b"), "P", "Zed").sentence == sentence
    assert mapper.map(world.ids("c"), "P", "Default").sentence == "Mapped 1 Record to P."


def test_deleting_says_as_what_it_comes_back(world: World, mapper: Mapper) -> None:
    assert "comes back as New at the next" in mapper.delete(world.ids("a")).sentence
    world.workspace.connectors.edit(world.connector_id, auto_map=True)
    assert "comes back mapped by auto-map at the next" in mapper.delete(world.ids("b")).sentence


@pytest.mark.parametrize("record_id", [2**63, -(2**63) - 1, 10**30])
def test_an_id_that_no_record_can_have_does_not_exist(mapper: Mapper, record_id: int) -> None:
    with pytest.raises(NotFoundError):
        mapper.ignore([record_id])


@pytest.mark.parametrize("act", ["map", "ignore", "restore", "delete"])
def test_an_act_is_all_or_nothing(world: World, mapper: Mapper, act: str) -> None:
    mapper.ignore(world.ids("a"))
    before = shape(world)
    ids = [*world.ids("a", "b"), 12345]
    with pytest.raises(UsageError):
        mapper.map(ids, "P") if act == "map" else getattr(mapper, act)(ids)
    assert shape(world) == before
    assert world.workspace.destination.products() == []


def test_restoring_what_is_not_ignored_is_refused(world: World, mapper: Mapper) -> None:
    mapper.ignore(world.ids("a"))
    with pytest.raises(UsageError, match="1 of 2 Records was not Ignored"):
        mapper.restore(world.ids("a", "b"))
    assert world.states()["a"] is State.IGNORED


def test_no_records_or_a_bad_name_is_refused(world: World, mapper: Mapper) -> None:
    with pytest.raises(UsageError):
        mapper.ignore([])
    for name in ("", "  ", "x" * 256, "a\0b"):
        with pytest.raises(UsageError, match="Nothing was changed"):
            mapper.map(world.ids("a"), name)
    with pytest.raises(NotFoundError):
        mapper.delete([999])


def test_ignoring_remembers_the_mapping(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    mapper.ignore(world.ids("a"))
    row = world.records()["a"]
    assert (row.state, row.product_name, row.former_product_name) == (State.IGNORED, None, "P")
    mapper.restore(world.ids("a"))
    row = world.records()["a"]
    assert (row.state, row.product_name, row.former_product_name) == (State.NEW, None, "P")
    mapper.ignore(world.ids("a"))
    assert world.records()["a"].former_product_name == "P"
    mapper.map(world.ids("a"), "Q")
    assert world.records()["a"].former_product_name is None


def test_p6_deleting_a_record_deletes_no_finding(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    world.tool.findings = {"a": [finding("1")]}
    world.sync()
    change = mapper.delete(world.ids("a"))
    assert "stays in P" in change.sentence
    assert "a" not in world.records()
    assert len(world.findings(active=True)) == 1


def test_p6_removing_a_connector_keeps_findings_tests_and_operations(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    world.tool.findings = {"a": [finding("1")]}
    ran = world.sync()
    sentence = world.workspace.connectors.remove(world.connector_id)
    assert "3 Records" in sentence
    assert "Findings" in sentence
    assert world.records() == {}
    assert len(world.findings(active=True)) == 1
    assert world.operation(ran.id).connector_label == "Fake"
    assert world.operation(ran.id).connector_id is None


def test_an_id_is_never_given_twice(world: World, mapper: Mapper) -> None:
    last = max(world.ids())
    mapper.delete(world.ids())
    world.discover()
    assert min(world.ids()) > last
    world.workspace.connectors.remove(world.connector_id)
    assert world.workspace.connectors.add("fake", "Again", "somewhere") > world.connector_id


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", [Event.MAP, Event.IGNORE, Event.RESTORE])
def test_every_state_and_act_is_as_the_table_says(world: World, mapper: Mapper, state: State, event: Event) -> None:
    bring_to(world, state)
    ids = world.ids("a")
    act: dict[Event, Callable[[], Change]] = {
        Event.MAP: lambda: mapper.map(ids, "Target"),
        Event.IGNORE: lambda: mapper.ignore(ids),
        Event.RESTORE: lambda: mapper.restore(ids),
    }
    before = shape(world)
    wanted = after(state, event)
    if wanted is None:
        with pytest.raises(UsageError):
            act[event]()
        assert shape(world) == before
        return
    change = act[event]()
    assert world.states()["a"] is wanted
    if change.count:
        assert mapper.undo() is not None
        assert shape(world) == before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", [Event.SEEN, Event.NOT_SEEN, Event.DESTINATION_LOST])
def test_every_state_and_discovery_is_as_the_table_says(
    world: World, mapper: Mapper, state: State, event: Event
) -> None:
    bring_to(world, state)
    if event is Event.DESTINATION_LOST:
        lose_products(world)
        # Looked at without a listing, so that only one thing happens.
        world.list(incomplete=True)
    elif event is Event.SEEN:
        world.list("a", "b", "c")
    else:
        world.list("b", "c")
    world.discover()
    assert world.states()["a"] is TRANSITIONS[event][state]


def bring_to(world: World, state: State) -> None:
    """Bring the Record ``a`` to a state by what brings Records there."""
    ids = world.ids("a")
    if state is State.IGNORED:
        world.workspace.mapper.ignore(ids)
    elif state is not State.NEW:
        world.map("Before", "a")
    if state is State.MISSING:
        world.list("b", "c")
        world.discover()
    if state is State.STALE:
        lose_products(world)
        world.discover()
    assert world.states()["a"] is state


def lose_products(world: World) -> None:
    from dojo_tui.store.tables import products

    with world.workspace.store.database.write() as connection:
        connection.execute(products.delete())


# --- undo and redo --------------------------------------------------------------


def test_every_act_is_taken_back_and_done_again_in_order(world: World, mapper: Mapper, moment: Moment) -> None:
    steps: list[Callable[[], object]] = [
        lambda: mapper.map(world.ids("a", "b"), "P"),
        lambda: mapper.map(world.ids("b"), "Q"),
        lambda: mapper.ignore(world.ids("a", "c")),
        lambda: mapper.restore(world.ids("c")),
        lambda: mapper.delete(world.ids("a", "b")),
    ]
    shapes = [shape(world)]
    for step in steps:
        moment.move(minutes=1)
        step()
        shapes.append(shape(world))
    for wanted in reversed(shapes[:-1]):
        moment.move(minutes=1)
        assert mapper.undo() is not None
        assert shape(world) == wanted
    assert mapper.undo() is None
    for wanted in shapes[1:]:
        moment.move(minutes=1)
        assert mapper.redo() is not None
        assert shape(world) == wanted
    assert mapper.redo() is None
    undone = mapper.undo()
    assert undone is not None
    assert (undone.act, undone.count) == ("delete", 2)
    assert shape(world) == shapes[-2]


def test_undo_works_after_a_restart(world: World, mapper: Mapper, open_again: Callable[[], Workspace]) -> None:
    before = shape(world)
    mapper.map(world.ids(), "P")
    world.workspace.close()
    again = open_again()
    undone = again.mapper.undo()
    assert undone is not None
    assert undone.sentence == "Took back: map 3 Records."
    world.workspace = again
    assert shape(world) == before


def test_a_new_act_ends_redo(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    mapper.undo()
    mapper.ignore(world.ids("b"))
    assert mapper.redo() is None


def test_undo_is_of_ones_own_acts(world: World, mapper: Mapper) -> None:
    other = Mapper(world.workspace.store, world.workspace.destination, world.workspace.clock, "grace")
    mapper.map(world.ids("a"), "P")
    other.map(world.ids("b"), "Q")
    mapper.undo()
    assert world.states() == {"a": State.NEW, "b": State.GOOD, "c": State.NEW}


def test_undo_refuses_when_somebody_else_changed_the_records(world: World, mapper: Mapper) -> None:
    other = Mapper(world.workspace.store, world.workspace.destination, world.workspace.clock, "grace")
    mapper.map(world.ids("a", "b"), "P")
    other.map(world.ids("b"), "Q")
    before = shape(world)
    with pytest.raises(UsageError, match="1 of them was changed by something else since"):
        mapper.undo()
    assert shape(world) == before
    other.undo()
    assert mapper.undo() is not None


def test_undo_refuses_when_auto_map_has_acted_since(world: World, mapper: Mapper) -> None:
    mapper.ignore(world.ids("a"))
    mapper.restore(world.ids("a"))
    world.workspace.connectors.edit(world.connector_id, auto_map=True)
    world.discover()
    with pytest.raises(UsageError, match="changed by something else"):
        mapper.undo()


def test_undo_refuses_when_the_connector_is_gone(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    mapper.delete(world.ids("b"))
    world.workspace.connectors.remove(world.connector_id)
    with pytest.raises(UsageError, match="Connector was removed"):
        mapper.undo()


def test_what_discover_learned_since_survives_an_undo(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    mapper.map(world.ids("a"), "Q")
    world.tool.veps = world.tool.veps[1:]
    world.discover()
    assert world.states()["a"] is State.MISSING
    mapper.undo()
    row = world.records()["a"]
    assert (row.state, row.product_name) == (State.MISSING, "P")
    assert row.state_reason


def test_a_deleted_record_comes_back_although_discover_found_its_vep_again(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    before = shape(world)["a"]
    mapper.delete(world.ids("a"))
    world.discover()
    assert world.states()["a"] is State.NEW
    mapper.undo()
    assert shape(world)["a"] == before
    assert world.discover().counts["updated"] == 0


def test_a_deleted_record_does_not_come_back_over_a_new_decision(world: World, mapper: Mapper) -> None:
    mapper.map(world.ids("a"), "P")
    mapper.delete(world.ids("a"))
    world.discover()
    other = Mapper(world.workspace.store, world.workspace.destination, world.workspace.clock, "grace")
    other.map(world.ids("a"), "Q")
    before = shape(world)
    with pytest.raises(UsageError, match="discovered again"):
        mapper.undo()
    assert shape(world) == before


def test_the_history_tells_who_when_from_and_to(world: World, mapper: Mapper, moment: Moment) -> None:
    first = moment.now
    record_id = world.ids("a")[0]
    mapper.map([record_id], "P")
    moment.move(hours=1)
    mapper.map([record_id], "Q")
    mapper.undo()
    rows = mapper.history(record_id)
    assert [(row.act, row.from_product, row.to_product, row.undone) for row in rows] == [
        ("undo", "Q", "P", False),
        ("map", "P", "Q", True),
        ("map", None, "P", False),
    ]
    assert (rows[-1].at, rows[-1].by, rows[-1].from_state, rows[-1].to_state) == (first, "ada", "New", "Good")


def test_ten_thousand_records_are_one_act(world: World) -> None:
    names = [f"vep {number}" for number in range(10_000)]
    world.list(*names)
    world.discover()
    before = world.states()
    change = world.workspace.mapper.map(world.ids(), "P")
    assert change.count == 10_000
    assert set(world.states().values()) == {State.GOOD}
    undone = world.workspace.mapper.undo()
    assert undone is not None
    assert undone.count == 10_000
    assert world.states() == before
