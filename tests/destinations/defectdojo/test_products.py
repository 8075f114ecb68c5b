"""A server's Products as they are held here: what was made, renamed or deleted meanwhile, and what cannot be held."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.secret import Secret
from dojo_tui.model.target import Product, ServerProduct
from dojo_tui.store.open import open_store
from tests.defectdojo_server import DojoServer
from tests.destinations.defectdojo.world import World, counts, finding
from tests.waiting import PATIENCE


def test_a_product_that_is_made_while_products_are_listed_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listing was made before it, and is written down after it."""
    made: list[Product] = []
    listed = Api.products

    def slowly(api: Api) -> Iterator[ServerProduct]:
        rows = list(listed(api))
        monkeypatch.undo()
        made.append(world.destination.find_or_create_product(f"{world.name} made meanwhile"))
        yield from rows

    world.sync(finding())
    monkeypatch.setattr(Api, "products", slowly)
    world.destination.products(fresh=True)
    (product,) = made
    assert product in world.destination.products()
    assert world.destination.lost([world.target(product=product.ref)], Unattended(), quick=True) == {}
    assert counts(world.sync(finding(), product=product.ref)) == {"created": 1}


def test_a_product_that_is_made_while_they_are_listed_in_the_background_is_there(
    imitation: DojoServer, world: World
) -> None:
    world.remote.product(f"{world.name} older")
    world.destination.products(fresh=True)
    world.moment.move(minutes=10)
    fault = imitation.fails(method="GET", path="products/", hold="response")
    world.destination.products()
    (listing,) = [thread for thread in threading.enumerate() if thread.name == "products"]
    assert fault.reached.wait(PATIENCE)
    made = world.destination.find_or_create_product(f"{world.name} made meanwhile")
    fault.release()
    listing.join(PATIENCE)
    assert made in world.destination.products()
    assert world.destination.lost([world.target(product=made.ref)], Unattended(), quick=True) == {}
    assert counts(world.sync(finding(), product=made.ref)) == {"created": 1}


def test_a_name_that_a_product_had_when_it_was_last_seen_is_not_relied_on(world: World) -> None:
    renamed = world.remote.product(f"{world.name} renamed")
    deleted = world.remote.product(f"{world.name} deleted")
    world.destination.products(fresh=True)
    world.remote.change("products", renamed["id"], name=f"{world.name} other")
    world.remote.delete("products", deleted["id"])
    world.moment.move(days=30)
    for before in (renamed, deleted):
        found = world.destination.find_or_create_product(before["name"])
        (there,) = world.remote.products(name_exact=before["name"])
        assert there["id"] != before["id"]
        assert world.id_there(found.ref) == there["id"]
        assert counts(world.sync(finding(), product=found.ref)) == {"created": 1}
    assert world.remote.findings(product=renamed["id"]) == []


def test_a_server_that_was_never_listed_has_no_products_in_a_store_that_is_only_read(
    imitation: DojoServer, world: World
) -> None:
    world.remote.product(world.name)
    imitation.forget()
    store = open_store(str(world.path), clock=world.clock, read_only=True)
    reading = DefectDojoDestination(store.database, world.clock, world.row, lambda _: Secret(world.token))
    assert reading.products() == reading.products(fresh=True) == []
    assert imitation.requests == []
    reading.close()
    store.close()


def test_names_that_no_database_holds(imitation: DojoServer, world: World) -> None:
    key = world.remote.product(world.name)["id"]
    imitation.state.tables["products"][key]["name"] = "lone \ud800, \x00, \x1b[31m and \u202e"
    world.destination.products(fresh=True)
    (found,) = world.destination.products()
    assert found.name == "lone \ufffd, \ufffd, \x1b[31m and \u202e"
    assert world.id_there(found.ref) == key


def test_ids_that_no_database_holds(imitation: DojoServer, world: World) -> None:
    """What was known stays known (P3)."""
    world.remote.product(world.name)
    before = world.destination.products(fresh=True)
    table = imitation.state.tables["products"]
    key = world.remote.product(f"{world.name} two")["id"]
    table[2**70] = table.pop(key) | {"id": 2**70}
    with pytest.raises(DestinationError, match="without id, or with something else there"):
        world.destination.products(fresh=True)
    assert world.destination.products() == before
