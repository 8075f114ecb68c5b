"""Suggestions, rules and auto-map offer Products of the destination in use, and of no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update

from dojo_tui.model.rules import Rule
from dojo_tui.store import tables
from dojo_tui.wiring import Workspace
from tests.services.fakes import World

URL = "https://dojo.example.org"
THERE = ("Payments", "Zeus", "Gone")


@pytest.fixture
def there(world: World) -> Iterator[Workspace]:
    """The world, first with the embedded destination, then with a server that has other Products."""
    for product in ("Payments", "Web Shop", "Gone"):
        world.workspace.destination.find_or_create_product(product)
    world.list("acme/payments-api", "acme/web-shop", "acme/zeus-api", "acme/gone")
    world.discover()
    world.workspace.suggestions.refresh()
    row = world.workspace.destinations.add(URL)
    now = world.workspace.clock.now()
    with world.workspace.store.database.write() as c:
        kind = c.execute(insert(tables.product_types).values(name="There").returning(tables.product_types.c.id))
        type_id = kind.scalar_one()
        for remote, name in enumerate(THERE, 7):
            c.execute(
                insert(tables.products).values(
                    product_type_id=type_id, name=name, created_at=now, destination_id=row.id, remote_id=remote,
                    gone=name == "Gone",
                )
            )  # fmt: skip
        c.execute(update(tables.destinations).where(tables.destinations.c.id == row.id).values(products_read_at=now))
    world.workspace.destinations.choose(URL)
    workspace = world.workspace.reconnected()
    yield workspace
    workspace.destination.close()


def refs(workspace: Workspace) -> set[str]:
    return {product.ref for product in workspace.destination.products()}


def test_what_another_destination_suggested_is_not_accepted(world: World, there: Workspace) -> None:
    assert there.suggestions.preview(threshold=0.5).count == 0, "what is kept is the embedded destination's"
    assert there.suggestions.accept(threshold=0.5).count == 0
    there.suggestions.refresh()
    assert there.suggestions.preview(threshold=0.5).products == [("Payments", 1), ("Zeus", 1)]
    assert there.suggestions.accept(threshold=0.5).count == 2
    records = world.records()
    assert {records["acme/payments-api"].product_ref, records["acme/zeus-api"].product_ref} <= refs(there)
    assert records["acme/gone"].product_ref is None
    assert records["acme/web-shop"].product_ref is None


def test_a_product_that_went_since_is_not_accepted(there: Workspace) -> None:
    there.suggestions.refresh()
    with there.store.database.write() as c:
        c.execute(update(tables.products).where(tables.products.c.name == "Zeus").values(gone=True))
    assert there.suggestions.accept(threshold=0.5).count == 1


def test_rules_know_the_products_there(world: World, there: Workspace) -> None:
    there.rules.add(Rule("*/zeus-*", "Zeus"))
    there.rules.add(Rule("*/web-*", "Web Shop"))
    assert there.rules.preview().new_products == ["Web Shop"], "it is one of the embedded destination only"
    there.rules.remove([there.rules.all()[1].id])
    there.rules.apply()
    assert world.records()["acme/zeus-api"].product_ref in refs(there)


def test_back_again(there: Workspace) -> None:
    there.suggestions.refresh()
    there.destinations.choose(None)
    embedded = there.reconnected()
    assert embedded.suggestions.preview(threshold=0.5).count == 0
    embedded.suggestions.refresh()
    assert [name for name, _ in embedded.suggestions.preview(threshold=0.5).products] == [
        "Gone",
        "Payments",
        "Web Shop",
    ]
