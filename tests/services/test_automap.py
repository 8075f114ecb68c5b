"""Auto-map and names that no Product can have."""

from __future__ import annotations

import pytest

from dojo_tui.connectors.base import Vep
from dojo_tui.model.errors import UsageError
from dojo_tui.model.operation import OutcomeStatus, Status
from dojo_tui.model.record import State
from tests.services.fakes import World


@pytest.fixture(autouse=True)
def auto_map(world: World) -> None:
    world.workspace.connectors.edit(world.connector_id, auto_map=True)


def test_a_name_too_long_for_a_product_stops_nobody_else(world: World) -> None:
    long = "x" * 256
    world.tool.veps = [Vep("a", "a"), Vep("deep", long), Vep("z", "z")]
    ran = world.discover()
    assert (ran.status, ran.counts["mapped"]) == (Status.COMPLETED, 2)
    assert world.states() == {"a": State.GOOD, "deep": State.NEW, "z": State.GOOD}
    (outcome,) = world.outcomes(ran).values()
    assert (outcome.record_id, outcome.status) == (world.ids("deep")[0], OutcomeStatus.SKIPPED)
    assert "stays New: its name has 256 characters" in outcome.reason
    world.map("Short", "deep")
    assert world.outcomes(world.discover()) == {}


def test_what_the_destination_refuses_stops_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    find = world.workspace.destination.find_or_create_product

    def refuse(name: str, product_type: str | None = None) -> object:
        if name == "b":
            raise UsageError("The server takes no b.")
        return find(name, product_type)

    monkeypatch.setattr(
        type(world.workspace.destination), "find_or_create_product", lambda _self, *asked: refuse(*asked)
    )
    world.list("a", "b", "c")
    ran = world.discover()
    assert world.states() == {"a": State.GOOD, "b": State.NEW, "c": State.GOOD}
    assert "The server takes no b" in world.outcomes(ran)["b"].reason


def test_p11_a_tools_name_becomes_an_inert_one(world: World) -> None:
    world.tool.veps = [Vep("a", "evil\x1b[31m\u202egnp")]
    world.discover()
    assert world.records()["a"].product_name == "evil\u241b[31m\ufffdgnp"


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb", "a\u202eb", "a\u200bb"])
def test_p11_a_person_is_told_instead(world: World, name: str) -> None:
    world.list("a")
    world.discover()
    with pytest.raises(UsageError, match="control characters"):
        world.map(name)
    assert [product.name for product in world.workspace.destination.products()] == ["a"]
