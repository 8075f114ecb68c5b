"""Tests that older versions made get what an administrator finds them by (issue 10, point 12)."""

from __future__ import annotations

from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.labelling import Labelling
from tests.destinations.defectdojo.world import World, finding


def bare(world: World, connector: int = 1) -> int:
    """A Test as an older version made it."""
    test = world.test_there(connector)
    world.remote.change("tests", test["id"], tags=["team-a"], description="", lead=None, environment=None)
    return int(test["id"])


def test_fault_12_what_an_old_test_lacks_is_added_and_what_a_person_wrote_stays(world: World) -> None:
    world.sync(finding())
    second = world.connector()
    world.sync(finding("R2"), connector=second)
    new = world.test_there(second)
    key = bare(world)
    labelling = Labelling(world.destination, CancelToken())
    (lacking,) = labelling.plan()
    assert lacking.test_id == key
    assert lacking.missing == ("tag dojo-tui", "tag reports", "lead", "environment", "description")
    assert world.test_there()["tags"] == ["team-a"], "a plan changes nothing"

    (done,) = labelling.run([lacking])
    assert done.error == ""
    test = world.test_there()
    assert sorted(test["tags"]) == ["dojo-tui", "reports", "team-a"]
    assert test["lead"] == new["lead"]
    assert test["environment"] == new["environment"]
    assert "Connector 1" in test["description"]
    assert labelling.plan() == []


def test_fault_12_what_is_there_is_not_replaced(world: World) -> None:
    world.sync(finding())
    key = world.test_there()["id"]
    world.remote.change("tests", key, tags=["dojo-tui"], description="Ours since 2024.")
    labelling = Labelling(world.destination, CancelToken())
    (lacking,) = labelling.plan()
    assert lacking.missing == ("tag reports",)
    labelling.run([lacking])
    assert world.test_there()["description"] == "Ours since 2024."


def test_fault_12_a_test_that_is_gone_is_left_out(world: World) -> None:
    world.sync(finding())
    world.remote.delete("tests", bare(world))
    assert Labelling(world.destination, CancelToken()).plan() == []
