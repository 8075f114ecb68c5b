"""P5 at a server: Records that share a Product, and so a Test, never touch each other's Findings."""

from __future__ import annotations

import threading

import pytest

from tests.destinations.defectdojo.world import World, counts, finding, many


def test_p5_siblings_never_close_each_other(world: World) -> None:
    world.sync(finding(), scope="app")
    world.sync(finding(), finding("R2", 20), scope="lib")
    assert counts(world.sync(scope="app")) == {"closed": 1}
    assert {row["service"] for row in world.there(active=True)} == {"lib"}
    assert counts(world.sync(finding(), scope="app")) == {"reactivated": 1}
    assert len(world.there(active=True)) == 3


SCOPES = [
    ("shop", "Shop", "SHOP"),
    ("straße", "STRASSE", "strasse"),
    (" app", "app", "app "),
    ("a/b", "a", "b"),
    ("x" * 250 + "1", "x" * 250 + "2", "x" * 250),
    ("", "none", "null"),
    ("äöü \U0001f600", "äöü", "quo\"te's"),
]


@pytest.mark.parametrize("scopes", SCOPES, ids=["case", "folded", "blanks", "slash", "long", "empty", "letters"])
def test_p5_scopes_that_look_alike_are_kept_apart(world: World, scopes: tuple[str, ...]) -> None:
    for scope in scopes:
        assert counts(world.sync(finding(), finding("R2", 20), scope=scope)) == {"created": 2}
    for scope in scopes:
        assert counts(world.sync(finding(), finding("R2", 20), scope=scope)) == {"untouched": 2}
    assert len(world.there(active=True)) == 6
    for number, scope in enumerate(scopes, 1):
        assert counts(world.sync(finding(), scope=scope)) == {"untouched": 1, "closed": 1}
        assert len(world.there(active=True)) == 6 - number
    assert len(world.there()) == 6
    world.agree()


def test_p5_a_scope_that_ends_like_a_description_begins(world: World) -> None:
    """The server hashes description and service as one text: "ab" of "c" is "a" of "bc" to it."""
    world.sync(finding(description="ab", snippet="", scanner=""), scope="c")
    world.sync(finding(description="a", snippet="", scanner=""), scope="bc")
    assert len(world.there(active=True)) == 2
    world.sync(scope="c")
    assert [row["service"] for row in world.there(active=True)] == ["bc"]


def test_p5_twenty_records_share_one_product(world: World) -> None:
    scopes = [f"project {number}" for number in range(20)]
    for scope in scopes:
        assert counts(world.sync(*many(3), scope=scope)) == {"created": 3}
    assert len(world.there(active=True)) == 60
    assert len({row["test"] for row in world.there()}) == 1
    for number, scope in enumerate(scopes):
        if number % 2:
            assert counts(world.sync(*many(2), scope=scope)) == {"untouched": 2, "closed": 1}
        else:
            assert counts(world.sync(*many(3), scope=scope)) == {"untouched": 3}
    assert len(world.there(active=True)) == 50
    world.agree()


def test_p5_another_connector_has_the_same_scope(world: World) -> None:
    second = world.connector()
    world.sync(finding(), scope="app")
    world.sync(finding(), finding("R2", 20), scope="app", connector=second)
    assert counts(world.sync(scope="app")) == {"closed": 1}
    assert {row["test"] for row in world.there(active=True)} == {world.test_there(second)["id"]}
    assert len(world.there(active=True)) == 2


def test_records_that_start_at_once_make_one_engagement_and_one_test(world: World) -> None:
    """Two Operations never run for one Connector (P8), but for two there may be."""
    second = world.connector()
    world.product  # noqa: B018 -- it is there before the race begins
    start, failed = threading.Barrier(2), []

    def go(connector: int) -> None:
        try:
            start.wait()
            world.sync(finding(), connector=connector)
        except Exception as error:  # noqa: BLE001 -- shown by the test
            failed.append(error)

    threads = [threading.Thread(target=go, args=(connector,)) for connector in (1, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    (engagement,) = world.remote.engagements(product=world.product_there, name="Global Connectors")
    assert len(world.remote.tests(engagement=engagement["id"])) == 2
    assert len(world.there(active=True)) == 2
