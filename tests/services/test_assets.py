"""A source of assets: Products and Product Types are kept in step, and nothing is deleted."""

from __future__ import annotations

import pytest

from dojo_tui.connectors.base import Vep
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.operation import Status
from dojo_tui.model.record import State
from tests.services.fakes import World


@pytest.fixture
def owner(world: World) -> World:
    """Two repositories of two owners, already in step."""
    world.tool.assets = True
    world.tool.veps = [Vep("1", "acme/shop", product_type="acme"), Vep("2", "bits/api", product_type="bits")]
    assert world.discover().status is Status.COMPLETED
    return world


def products(world: World) -> dict[str, str]:
    return {product.name: product.product_type for product in world.workspace.destination.products()}


def test_each_asset_gets_its_product_in_the_product_type_of_its_group(owner: World) -> None:
    assert products(owner) == {"acme/shop": "acme", "bits/api": "bits"}
    assert owner.states() == {"1": State.GOOD, "2": State.GOOD}
    assert owner.records()["1"].product_name == "acme/shop"


def test_p1_a_renamed_asset_renames_its_product_and_moves_it(owner: World) -> None:
    ref = owner.records()["1"].product_ref
    owner.tool.veps[0] = Vep("1", "core/store", product_type="core")
    owner.discover()
    record = owner.records()["1"]
    assert (record.product_ref, record.product_name, record.name) == (ref, "core/store", "core/store")
    assert products(owner) == {"core/store": "core", "bits/api": "bits"}


def test_a_sync_keeps_them_in_step_too(owner: World) -> None:
    owner.tool.veps[0] = Vep("1", "acme/store", product_type="acme")
    assert owner.sync().status is Status.COMPLETED
    assert products(owner) == {"acme/store": "acme", "bits/api": "bits"}
    assert owner.tool.fetched == []


def test_what_a_person_changed_stays(owner: World) -> None:
    destination = owner.workspace.destination
    product_ref = owner.records()["1"].product_ref
    assert product_ref is not None
    destination.adjust_product(product_ref, "Web shop", "Retail")
    owner.tool.veps[0] = Vep("1", "core/store", product_type="core")
    owner.discover()
    assert products(owner) == {"Web shop": "Retail", "bits/api": "bits"}


def test_a_name_that_another_product_has_is_left_to_it(owner: World) -> None:
    owner.tool.veps[0] = Vep("1", "bits/api", product_type="acme")
    assert owner.discover().status is Status.COMPLETED
    assert products(owner) == {"acme/shop": "acme", "bits/api": "bits"}


def test_p6_a_vanished_asset_is_missing_and_its_product_stays(owner: World) -> None:
    del owner.tool.veps[0]
    owner.discover()
    assert owner.states() == {"1": State.MISSING, "2": State.GOOD}
    assert "acme/shop" in products(owner)


def test_p3_an_incomplete_listing_makes_nothing_missing(owner: World) -> None:
    owner.tool.veps = [ConnectorError("It broke off.")]
    assert owner.discover().status is Status.FAILED
    assert owner.states() == {"1": State.GOOD, "2": State.GOOD}


def test_an_ignored_asset_gets_no_product(world: World) -> None:
    world.tool.veps = [Vep("1", "acme/old", product_type="acme")]
    world.discover()
    world.workspace.mapper.ignore(world.ids("1"))
    world.tool.assets = True
    world.discover()
    assert products(world) == {}
    assert world.states() == {"1": State.IGNORED}


def test_a_plan_changes_nothing(owner: World) -> None:
    owner.tool.veps[0] = Vep("1", "core/store", product_type="core")
    assert owner.sync(dry_run=True).status is Status.COMPLETED
    assert products(owner) == {"acme/shop": "acme", "bits/api": "bits"}
