"""Deleted Products, Engagements and Tests: the Record becomes Stale, nothing goes elsewhere, mapping it again works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dojo_tui.destinations.base import Unattended
from dojo_tui.model.errors import LostError
from dojo_tui.model.operation import OutcomeStatus, Status
from dojo_tui.model.record import State
from tests.defectdojo_server import Remote
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import World, counts, finding, many
from tests.services import fakes

Delete = Callable[[World], None]


def product(world: World) -> None:
    world.remote.delete("products", world.product_there)


def engagement(world: World) -> None:
    world.remote.delete("engagements", world.engagement_there["id"])


def test_itself(world: World) -> None:
    world.remote.delete("tests", world.test_there()["id"])


THINGS: list[Delete] = [product, engagement, test_itself]
test_itself.__test__ = False  # type: ignore[attr-defined]
things = pytest.mark.parametrize("delete", THINGS, ids=["Product", "Engagement", "Test"])


@things
@pytest.mark.parametrize("same", [True, False], ids=["nothing to tell", "something to tell"])
def test_a_place_that_was_deleted_is_lost(world: World, delete: Delete, same: bool) -> None:
    world.sync(*many(3))
    delete(world)
    reported = many(3) if same else many(2)
    with pytest.raises(LostError) as raised:
        world.sync(*reported)
    assert raised.value.what == (
        "its Product was deleted"
        if delete is product
        else "its Test, or the Engagement it was in, was deleted or moved"
    )
    assert world.last.changing in ([], ["POST reimport-scan/"])
    assert world.remote.findings(product=world.product_there) == [] if delete is not product else True
    # And so does whoever opens the same store after us.
    again = world.another()
    try:
        with pytest.raises(LostError):
            world.sync(*reported, destination=again)
    finally:
        again.close()


@things
def test_discover_sees_it_too(world: World, delete: Delete) -> None:
    world.sync(*many(3))
    world.sync(*many(2), scope="lib")
    targets = [world.target("app"), world.target("lib"), replace(world.target("new"), synced=False)]
    assert world.destination.lost(targets, Unattended()) == {}
    delete(world)
    lost = world.destination.lost(targets, Unattended())
    assert set(lost) == set(targets if delete is product else targets[:2])
    if delete is product:
        assert world.destination.lost(targets, Unattended(), quick=True) == lost
        assert world.product not in [one.ref for one in world.destination.products()]


@things
def test_mapping_it_again_begins_anew(world: World, make_world: MakeWorld, delete: Delete) -> None:
    world.sync(*many(3))
    delete(world)
    with pytest.raises(LostError):
        world.sync(*many(3))
    world.map_again()
    if delete is product:
        other = world.destination.find_or_create_product(f"{world.name} again")
        assert counts(world.sync(*many(4), product=other.ref)) == {"created": 4}
        return
    assert counts(world.sync(*many(4))) == {"created": 4}
    assert len(world.there(active=True)) == 4
    assert counts(world.sync(*many(4))) == {"untouched": 4}
    world.agree()


def test_mapping_it_again_to_a_place_that_is_still_there_finds_its_findings(world: World) -> None:
    world.sync(*many(3))
    before = world.there()
    world.map_again()
    assert counts(world.sync(*many(3))) == {"untouched": 3}
    assert world.there() == before


def test_a_renamed_test_is_still_ours(world: World) -> None:
    world.sync(*many(3))
    there = world.test_there()["id"]
    world.remote.change("tests", there, title="Renamed by a person")
    assert world.destination.lost([world.target()], Unattended()) == {}
    assert counts(world.sync(*many(4))) == {"created": 1, "untouched": 3}
    assert {row["test"] for row in world.there()} == {there}


def test_a_closed_engagement_takes_our_findings_and_stays_closed(world: World) -> None:
    world.sync(*many(3))
    there = world.engagement_there["id"]
    assert world.remote.call("POST", f"engagements/{there}/close/").is_success
    assert counts(world.sync(*many(4))) == {"created": 1, "untouched": 3}
    # A Record whose place is looked for anew finds it, and is told.
    world.map_again()
    second = world.connector()
    assert counts(world.sync(finding(), connector=second)) == {"created": 1}
    assert any("closed on the server" in line for line in world.last.told)
    assert world.remote.get("engagements", there)["status"] == "Completed"
    assert len(world.remote.engagements(product=world.product_there)) == 1


def test_a_test_of_another_type_with_our_title_is_left_alone(world: World) -> None:
    there = world.remote.engagement(world.product_there, "Global Connectors")
    theirs = world.remote.test(there["id"], "Connector 1", type_name="Their Own Scan (Generic Findings Import)")
    legacy = world.remote.test(there["id"], "Connector 1", scan_type=None)
    assert counts(world.sync(*many(3))) == {"created": 3}
    (mine,) = {row["test"] for row in world.there()}
    assert mine not in (theirs["id"], legacy["id"])
    assert counts(world.sync(*many(3))) == {"untouched": 3}
    assert len(world.remote.tests(engagement=there["id"])) == 3


def test_two_engagements_of_our_name(world: World) -> None:
    """Names are not unique there: the older one is ours, and stays it."""
    first = world.remote.engagement(world.product_there, "Global Connectors")
    second = world.remote.engagement(world.product_there, "Global Connectors")
    assert counts(world.sync(*many(3))) == {"created": 3}
    assert world.remote.tests(engagement=second["id"]) == []
    assert len(world.remote.tests(engagement=first["id"])) == 1


# --- through the service --------------------------------------------------------------------


@pytest.mark.parametrize("what", ["products", "engagements", "tests"])
def test_p2_a_record_whose_place_was_deleted_is_stale_until_it_is_mapped_again(
    service: fakes.World, dojo: Remote, world: World, what: str
) -> None:
    name, other = f"{world.name} one", f"{world.name} two"
    service.list("a", "b")
    service.discover()
    service.map(name, "a")
    service.map(other, "b")
    service.tool.findings = {"a": [fakes.finding("1"), fakes.finding("2")], "b": [fakes.finding("3")]}
    assert service.sync().counts["created"] == 3
    (there,) = dojo.products(name_exact=name)
    (engagement,) = dojo.engagements(product=there["id"])
    (test,) = dojo.tests(engagement=engagement["id"])
    dojo.delete(what, {"products": there, "engagements": engagement, "tests": test}[what]["id"])
    ran = service.sync()
    assert ran.status is Status.COMPLETED
    found = service.outcomes(ran)
    assert (found["a"].status, found["b"].status) == (OutcomeStatus.SKIPPED, OutcomeStatus.DONE)
    assert "Stale: its" in found["a"].reason
    assert service.states() == {"a": State.STALE, "b": State.GOOD}
    assert service.sync().counts["skipped"] == 1
    service.map(name, "a")
    assert service.states()["a"] is State.GOOD
    ran = service.sync()
    assert service.outcomes(ran)["a"].counts["created"] == 2
    (there,) = dojo.products(name_exact=name)
    assert len(dojo.findings(product=there["id"], active=True)) == 2


def test_p2_discover_shows_at_once_that_a_place_was_deleted(service: fakes.World, dojo: Remote, world: World) -> None:
    name = f"{world.name} one"
    service.list("a", "b")
    service.discover()
    service.map(name, "a", "b")
    service.tool.findings = {"a": [fakes.finding("1")], "b": [fakes.finding("2")]}
    service.sync()
    (there,) = dojo.products(name_exact=name)
    dojo.delete("products", there["id"])
    service.discover()
    assert service.states() == {"a": State.STALE, "b": State.STALE}
