"""Suggestions: kept, brought up to date by what changed, accepted as one act."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dojo_tui.model.errors import CancelledError
from dojo_tui.model.record import State
from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.suggest import Suggestions
from dojo_tui.store.records import RecordQuery, record_ids, record_rows
from dojo_tui.store.tables import suggestions as table
from dojo_tui.wiring import open_workspace
from tests.services.fakes import World


@pytest.fixture
def kept(world: World) -> Suggestions:
    for product in ("Payments", "Web Shop", "Ledger"):
        world.workspace.destination.find_or_create_product(product)
    world.list("acme/payments-api", "acme/payments-worker", "acme/web-shop", "acme/zeus-api", "acme/zeus-ui", "other")
    world.discover()
    return world.workspace.suggestions


def shown(world: World) -> dict[str, str | None]:
    return {name: row.suggested_product for name, row in world.records().items()}


def names(world: World, text: str = "", **query: object) -> list[str]:
    with world.workspace.store.database.read() as connection:
        ids = record_ids(connection, RecordQuery(text=text, **query))  # type: ignore[arg-type]
        return [row.name for row in record_rows(connection, ids)]


def test_lists_show_sort_and_filter_by_what_is_kept(world: World, kept: Suggestions) -> None:
    assert set(shown(world).values()) == {None}
    assert kept.refresh() == 6
    assert shown(world) == {
        "acme/payments-api": "Payments",
        "acme/payments-worker": "Payments",
        "acme/web-shop": "Web Shop",
        "acme/zeus-api": None,
        "acme/zeus-ui": None,
        "other": None,
    }
    assert names(world, "suggestion:pay") == ["acme/payments-api", "acme/payments-worker"]
    assert names(world, "sure:>0.9 !suggestion:pay") == ["acme/web-shop"]
    assert names(world, "-sure:>50%") == ["acme/zeus-api", "acme/zeus-ui", "other"]
    assert names(world, sort="suggested_product")[:3] == ["acme/payments-api", "acme/payments-worker", "acme/web-shop"]
    assert names(world, sort="suggested_confidence", descending=True)[0] == "acme/web-shop"


def test_only_what_a_mapping_may_change_is_worked_out_again(world: World, kept: Suggestions) -> None:
    kept.refresh()
    assert kept.refresh() == 0
    world.map("Ledger", "acme/zeus-api")
    looked_at = kept.refresh()
    assert 0 < looked_at < 6
    assert shown(world)["acme/zeus-ui"] == "Ledger"
    assert shown(world)["acme/zeus-api"] is None, "it is decided"
    world.workspace.mapper.undo()
    kept.refresh()
    assert shown(world)["acme/zeus-ui"] is None


def test_a_new_product_is_suggested_to_those_it_may_concern(world: World, kept: Suggestions) -> None:
    kept.refresh()
    world.workspace.destination.find_or_create_product("Zeus")
    kept.suggest()  # looking on the way is no reason to work all out again
    assert kept.refresh() == 2
    assert (shown(world)["acme/zeus-api"], shown(world)["acme/zeus-ui"]) == ("Zeus", "Zeus")
    # Another process finds it done.
    other = Suggestions(world.workspace.store, world.workspace.destination, world.workspace.clock, "bob")
    assert other.refresh() == 0


def test_what_was_cancelled_goes_on_where_it_was(world: World, kept: Suggestions) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(CancelledError):
        kept.refresh(token)
    assert kept.refresh() == 6
    assert shown(world)["acme/web-shop"] == "Web Shop"


def test_a_renamed_record_gets_another_suggestion_and_a_deleted_one_leaves_none(
    world: World, kept: Suggestions
) -> None:
    kept.refresh()
    world.tool.veps = [type(vep)(vep.vendor_id, "acme/ledger") for vep in world.tool.veps[:1]] + world.tool.veps[1:]  # type: ignore[union-attr]
    world.discover()
    assert kept.refresh() == 1
    assert shown(world)["acme/payments-api"] == "Ledger"
    world.workspace.mapper.delete(world.ids("acme/payments-api"))
    kept.refresh()
    with world.workspace.store.database.read() as connection:
        assert len(connection.execute(select(table.c.record_id)).all()) == 5


def test_suggesting_without_keeping(world: World, kept: Suggestions) -> None:
    found = kept.suggest(world.ids("acme/payments-api", "other"))
    assert [(row.name, row.product_name) for row in found] == [("acme/payments-api", "Payments")]
    assert {row.name for row in kept.suggest()} == {"acme/payments-api", "acme/payments-worker", "acme/web-shop"}
    world.map("Ledger", "acme/payments-api")
    assert kept.suggest(world.ids("acme/payments-api")) == [], "it is decided"
    assert set(shown(world).values()) == {None}


def test_what_was_restored_is_suggested_its_former_product(world: World, kept: Suggestions) -> None:
    world.map("Ledger", "other")
    world.workspace.mapper.ignore(world.ids("other"))
    world.workspace.mapper.restore(world.ids("other"))
    kept.refresh()
    row = world.records()["other"]
    assert (row.suggested_product, row.suggested_why) == ("Ledger", "it was mapped so before")


def test_accepting_is_previewed_and_is_one_act_that_can_be_taken_back(world: World, kept: Suggestions) -> None:
    kept.refresh()
    preview = kept.preview(threshold=0.9)
    assert (preview.count, preview.below, preview.products) == (3, 3, [("Payments", 2), ("Web Shop", 1)])
    change = kept.accept(threshold=0.9)
    assert (change.count, change.sentence) == (3, "Mapped 3 Records to 2 Products, as suggested.")
    records = world.records()
    assert records["acme/payments-worker"].product_name == "Payments"
    assert records["acme/web-shop"].finalized_by == "ada"
    assert records["acme/zeus-api"].state is State.NEW
    assert kept.accept(threshold=0.9).count == 0
    undone = world.workspace.mapper.undo()
    assert undone is not None
    assert undone.count == 3
    assert set(world.states().values()) == {State.NEW}
    redone = world.workspace.mapper.redo()
    assert redone is not None
    assert world.records()["acme/web-shop"].product_name == "Web Shop"


def test_accepting_some_and_of_one_connector(world: World, kept: Suggestions) -> None:
    kept.refresh()
    ids = world.ids("acme/web-shop", "other")
    assert kept.preview(ids).count == 1
    assert kept.preview(connector_id=world.connector_id + 1).count == 0
    assert kept.accept(connector_id=world.connector_id + 1).count == 0
    assert kept.accept(ids).count == 1
    assert world.states()["acme/payments-api"] is State.NEW


def test_what_somebody_decided_meanwhile_stays(world: World, kept: Suggestions) -> None:
    kept.refresh()
    world.workspace.mapper.ignore(world.ids("acme/web-shop"))
    assert kept.accept().count == 2
    assert world.states()["acme/web-shop"] is State.IGNORED


def test_where_nothing_can_be_written_they_are_worked_out_all_the_same(
    world: World, kept: Suggestions, store_url: str
) -> None:
    workspace = open_workspace(store_url, clock=world.workspace.clock, read_only=True, tools={"fake": world.tool})
    try:
        assert workspace.suggestions.refresh() == 0
        assert len(workspace.suggestions.suggest()) == 3
    finally:
        workspace.close()
