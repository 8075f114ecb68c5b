"""The calls against a server that keeps what it is told: they fit together, and what goes wrong on the way is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.address import connected, normalised
from dojo_tui.destinations.defectdojo.api import (
    AlreadyThereError,
    Api,
    Delta,
    FindingGoneError,
    ServerTest,
    UnknownOutcomeError,
)
from dojo_tui.model.errors import DestinationError, LostError
from dojo_tui.model.secret import Secret
from dojo_tui.model.target import ServerProduct
from dojo_tui.testing import TestRun
from tests.defectdojo_server import NOBODYS_TOKEN, TOKEN, Answer, DojoServer, login_page, too_many

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def there() -> Iterator[DojoServer]:
    """Behind a proxy: below a path, and with links to where nobody is."""
    with DojoServer(base_path="/dojo", link_origin="http://internal:8080") as server:
        yield server
    assert server.mistakes == []
    assert server.violations == []


@pytest.fixture
def far(there: DojoServer, run: TestRun) -> Iterator[Api]:
    with connected(normalised(f"{there.url}/api/v2/"), Secret(TOKEN), run) as client:
        yield Api(client)


@pytest.fixture
def place(far: Api) -> ServerTest:
    """A Test to import into."""
    kind = far.create_product_type("Web")
    product = far.create_product("Shop", kind, "What we sell")
    engagement = far.create_engagement(product.id, "Global Connectors", date(2026, 3, 2), date(2027, 3, 2), "Ours")
    return far.create_test(engagement.id, "My tool", MOMENT)


def report(*titles: str) -> bytes:
    return json.dumps({"findings": [{"title": one, "severity": "High", "description": one} for one in titles]}).encode()


def send(api: Api, test: ServerTest, content: bytes, service: str = "a", *, close: bool = True) -> Delta | None:
    return api.reimport(test.id, service, content, build_id="run-1", close=close, seconds=30)


def test_from_nothing_to_findings_and_back(there: DojoServer, far: Api, place: ServerTest) -> None:
    assert place.algorithm == "hash_code"
    assert place.scan_type == "Generic Findings Import"
    assert send(far, place, report("One", "Two", "Three")) == Delta(3, 0, 0)
    assert send(far, place, report("Other"), "b") == Delta(1, 0, 0)
    assert send(far, place, report("One", "Four")) == Delta(1, 2, 0)
    assert send(far, place, report("Two"), close=False) == Delta(0, 0, 1)
    assert far.count(place.id, "a", active=True) == 3
    assert far.count(place.id, "a", active=False) == 1
    rows = {row["id"]: row for row in there.state.findings(place.id)}
    assert [rows[one.id]["title"] for one in far.findings(place.id, "b")] == ["Other"]
    found = {rows[one.id]["title"]: one for one in far.findings(place.id, "a")}
    assert {row["title"] for row in rows.values() if row.get("is_mitigated")} == {"Three"}
    assert [rows[one.id]["title"] for one in far.findings(place.id, "a", active=False)] == ["Three"]
    far.patch_finding(found["One"].id, {"severity": "Low", "line": 7})
    (changed,) = (row for row in there.state.findings(place.id) if row["title"] == "One")
    assert (changed["severity"], changed["line"], changed["hash_code"]) == ("Low", 7, found["One"].hash_code)
    seen = far.test(place.id)
    assert seen is not None
    assert seen.build_id == "run-1"
    sent = [one for one in there.requests if one.path.endswith("reimport-scan/")]
    assert all(one.headers["content-length"] and "transfer-encoding" not in one.headers for one in sent)


def test_p3_every_product_and_finding_is_listed_whatever_the_links_say(
    there: DojoServer, far: Api, place: ServerTest
) -> None:
    send(far, place, report(*(f"Finding {number}" for number in range(300))))
    for number in range(220):
        far.create_product(f"Product {number}", 1, "One of many")
    names = [one.name for one in far.products()]
    assert len(names) == len(set(names)) == 221
    assert len(list(far.findings(place.id, "a"))) == 300
    asked = [one for one in there.requests if one.path.endswith("/products/") and "offset" in one.query]
    assert [one.query["offset"] for one in asked] == ["0", "100", "200"]


def test_names_and_ids(far: Api, place: ServerTest) -> None:
    kind = far.product_type_named("Web")
    assert kind is not None
    assert far.product_type_named("web") is None
    shop = far.product_named("Shop")
    other = far.create_product("shop", kind, "Another")
    assert shop is not None
    assert far.product_named("shop") == other
    assert far.product_named("SHOP") is None
    assert list(far.products_with_ids([other.id, shop.id, 999])) == [shop, other]
    with pytest.raises(AlreadyThereError):
        far.create_product("Shop", kind, "Again")
    with pytest.raises(AlreadyThereError):
        far.create_product_type("Web")
    renamed = far.change_product(other.id, name="Market", product_type_id=far.create_product_type("Apps"))
    assert renamed == ServerProduct(other.id, "Market", "Apps")
    with pytest.raises(AlreadyThereError):
        far.change_product(other.id, name="Shop", product_type_id=kind)
    assert [one.id for one in far.tests_titled("My tool")] == [place.id]
    assert [one.id for one in far.tests_of(place.engagement_id, "My tool")] == [place.id]
    assert far.tests_of(place.engagement_id, "my tool") == []


def test_what_was_deleted_is_told_as_lost(there: DojoServer, far: Api, place: ServerTest) -> None:
    send(far, place, report("One"))
    (finding,) = far.findings(place.id, "a")
    (engagement,) = far.engagements(1, "Global Connectors")
    far.delete_engagement(engagement.id)
    far.delete_engagement(engagement.id)
    assert far.test(place.id) is None
    assert far.engagements(1, "Global Connectors") == []
    for asked in (
        lambda: send(far, place, report("One")),
        lambda: far.count(place.id, "a", active=True),
        lambda: list(far.findings(place.id, "a")),
        lambda: far.tests_of(engagement.id, "My tool"),
        lambda: far.create_test(engagement.id, "My tool", MOMENT),
        lambda: far.engagements(99, "Global Connectors"),
        lambda: far.change_product(99, name="x", product_type_id=1),
    ):
        with pytest.raises(LostError):
            asked()
    with pytest.raises(FindingGoneError):
        far.patch_finding(finding.id, {"line": 1})


def test_what_a_user_may_not_do_is_named(there: DojoServer, run: TestRun, place: ServerTest) -> None:
    with connected(there.url, Secret(NOBODYS_TOKEN), run) as client:
        nobody = Api(client)
        assert nobody.user().is_superuser is False
        assert list(nobody.products()) == []
        with pytest.raises(DestinationError, match="needs the right to import scan results into the Product"):
            send(nobody, place, report("One"))
        with pytest.raises(DestinationError, match="needs the right to create Products"):
            nobody.create_product("Mine", 1, "x")
    with (
        connected(there.url, Secret("0" * 40), run) as client,
        pytest.raises(DestinationError, match="does not accept the token"),
    ):
        Api(client).user()


def test_an_unseen_end_is_never_sent_again(there: DojoServer, far: Api, place: ServerTest) -> None:
    path = "reimport-scan/"
    faults: tuple[dict[str, Any], ...] = (
        {"answer": Answer(504, "<h1>Time-out</h1>", {"content-type": "text/html"}), "processed": True},
        {"answer": Answer(503, "<h1>Guru</h1>", {"content-type": "text/html", "retry-after": "5"})},
        {"cut_response": 20},
        {"cut_request": 10},
    )
    for number, fault in enumerate(faults):
        there.fails(path=path, **fault)
        there.forget()
        with pytest.raises(UnknownOutcomeError):
            send(far, place, report(f"New {number}"))
        assert sum(one.path.endswith(path) for one in there.requests) == 1


def test_longer_than_we_wait(there: DojoServer, far: Api, place: ServerTest) -> None:
    there.fails(path="reimport-scan/", hold="request")
    there.forget()
    with pytest.raises(UnknownOutcomeError):
        far.reimport(place.id, "a", report("One"), build_id="run-2", close=True, seconds=0.3)
    there.faults.clear()
    assert sum(one.path.endswith("reimport-scan/") for one in there.requests) == 1


def test_a_server_that_dies_in_the_middle_says_what_stays(there: DojoServer, far: Api, place: ServerTest) -> None:
    there.fails(path="reimport-scan/", die_after=1)
    with pytest.raises(DestinationError, match="What it had done so far stays there") as raised:
        send(far, place, report("One", "Two"))
    assert type(raised.value) is DestinationError
    assert far.count(place.id, "a", active=True) == 1
    assert send(far, place, report("One", "Two")) == Delta(1, 0, 0)


def test_too_much_asked_is_asked_later(there: DojoServer, far: Api, place: ServerTest, run: TestRun) -> None:
    there.fails(path="reimport-scan/", answer=too_many("7"))
    assert send(far, place, report("One")) == Delta(1, 0, 0)
    assert run.waited == 7


def test_a_login_page_and_a_server_that_is_gone(there: DojoServer, far: Api, run: TestRun) -> None:
    there.fails(path="user_profile/", answer=login_page(), times=None)
    with pytest.raises(DestinationError, match="web page"):
        far.user()
    there.faults.clear()
    assert far.user().is_superuser
    there.stop()
    with pytest.raises(DestinationError, match="cannot be reached") as raised:
        far.create_product_type("Other")
    assert not isinstance(raised.value, UnknownOutcomeError)
    there.start()
    far.create_product_type("Other")
