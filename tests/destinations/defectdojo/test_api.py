"""What is asked of a server and what is made of its answers, over real HTTP on loopback."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.api import (
    AlreadyThereError,
    Api,
    FindingGoneError,
    ServerEngagement,
    ServerTest,
    User,
)
from dojo_tui.model.errors import ConnectorError, DestinationError, LostError
from dojo_tui.model.target import ServerProduct
from dojo_tui.testing import Reply, ToolServer
from tests.destinations.defectdojo.rows import (
    GENERIC,
    HTML,
    ROOT,
    TOKEN,
    engagement,
    finding,
    listing,
    product,
    row_of_test,
)

# --- who and what ---------------------------------------------------------------


def test_whose_token_it_is(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/user_profile/", {"user": {"id": 1, "username": "admin", "is_superuser": True}})
    assert api.user() == User(1, "admin", is_superuser=True)
    assert server.calls[0].headers["authorization"] == f"Token {TOKEN}"


@pytest.mark.parametrize(
    ("page", "version"),
    [
        (b'<html>\n<p class="mt-2">v. 3.2.0 ( release mode )</p>', "3.2.0"),
        (b"<html><p>\n    v. 2.40.1 ( 1234567 )</p>", "2.40.1"),
        (b"<html><p>Our own foot</p>", ""),
        (Reply({}, 404), ""),
        (Reply(b"", 302, {"location": "https://login.example.com/"}), ""),
    ],
)
def test_the_version_is_at_the_foot_of_the_login_page(server: ToolServer, api: Api, page: Any, version: str) -> None:
    server.on("GET", "/security/login", page if isinstance(page, Reply) else Reply(page, 200, HTML))
    assert api.version() == version


# --- Products ---------------------------------------------------------------------


def test_p3_all_products_are_listed_although_next_lies(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/product_types/", listing({"id": 2, "name": "Web"}))
    server.on("GET", f"{ROOT}/products/", listing(*(product(number, f"P{number}") for number in range(1, 251))))
    found = list(api.products())
    assert [one.id for one in found] == list(range(1, 251))
    assert found[0] == ServerProduct(1, "P1", "Web")
    assert [call.query.get("offset") for call in server.calls if "products/" in call.path] == ["0", "100", "200"]


def test_p3_a_listing_that_gives_less_than_it_tells_is_none(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/product_types/", listing())
    server.on("GET", f"{ROOT}/products/", {"count": 3, "next": None, "results": [product(1, "A")]})
    with pytest.raises(DestinationError, match="Listing the Products failed") as raised:
        list(api.products())
    assert not isinstance(raised.value, ConnectorError)


def test_a_product_type_that_may_not_be_seen_has_no_name(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/product_types/", listing({"id": 2, "name": "Web"}))
    server.on("GET", f"{ROOT}/product_types/9/", Reply({"detail": "No Product_Type matches the given query."}, 404))
    server.on("GET", f"{ROOT}/products/", listing(product(1, "A", 9), product(2, "B", 9), product(3, "C", 2)))
    assert [one.product_type for one in api.products()] == ["", "", "Web"]
    assert sum(call.path.endswith("/9/") for call in server.calls) == 1


@pytest.mark.parametrize("obeys", [True, False])
def test_which_products_there_are_still(server: ToolServer, api: Api, obeys: bool) -> None:
    rows = [product(number, f"P{number}") for number in range(1, 301, 2)]
    server.on("GET", f"{ROOT}/product_types/2/", {"id": 2, "name": "Web"})
    server.on("GET", f"{ROOT}/products/", listing(*rows, obeys=obeys))
    assert [one.id for one in api.products_with_ids(range(250))] == list(range(1, 250, 2))
    assert list(api.products_with_ids([])) == []


def test_a_product_is_found_by_its_exact_name(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/product_types/2/", {"id": 2, "name": "Web"})
    server.on("GET", f"{ROOT}/products/", listing(product(1, "acme web"), product(2, "Acme Web")))
    assert api.product_named(" Acme Web ") == ServerProduct(2, "Acme Web", "Web")
    assert api.product_named("ACME WEB") is None
    assert server.calls[0].query["name_exact"] == "Acme Web"


def test_product_types(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/product_types/", listing({"id": 4, "name": "web"}, {"id": 2, "name": "Web"}))
    server.on("POST", f"{ROOT}/product_types/", Reply({"id": 3, "name": "New"}, 201))
    assert api.product_type_named("Web") == 2
    assert api.product_type_named("Other") is None
    assert api.create_product_type("New") == 3


def test_products_are_made_and_changed(server: ToolServer, api: Api) -> None:
    taken = {"name": ["product with this name already exists."], "message": "{'name': ...", "pro": ["Pro comes"]}
    server.on("GET", f"{ROOT}/product_types/2/", {"id": 2, "name": "Web"})
    server.on("POST", f"{ROOT}/products/", Reply(product(5, "A"), 201))
    server.on("PATCH", f"{ROOT}/products/5/", product(5, "B"))
    assert api.create_product("A", 2, "d") == ServerProduct(5, "A", "Web")
    assert api.change_product(5, name="B", product_type_id=2) == ServerProduct(5, "B", "Web")
    assert server.calls[0].json() == {"name": "A", "prod_type": 2, "description": "d"}
    assert server.calls[-1].json() == {"name": "B", "prod_type": 2}
    server.on("POST", f"{ROOT}/products/", Reply(taken, 400))
    with pytest.raises(AlreadyThereError, match=r"'A' failed \(400\): name: product with this name already"):
        api.create_product("A", 2, "d")
    server.on("PATCH", f"{ROOT}/products/5/", Reply({"detail": "No Product matches the given query."}, 404))
    with pytest.raises(LostError):
        api.change_product(5, name="B", product_type_id=2)


# --- Engagements and Tests ------------------------------------------------------------


def test_engagements_of_a_name_the_oldest_first(server: ToolServer, api: Api) -> None:
    rows = [engagement(9), engagement(7, active=False, status="Completed"), engagement(8, "global connectors")]
    server.on("GET", f"{ROOT}/engagements/", listing(*rows, engagement(6, product=4)))
    assert api.engagements(5, "Global Connectors") == [
        ServerEngagement(7, 5, "Global Connectors", active=False),
        ServerEngagement(9, 5, "Global Connectors", active=True),
    ]
    gone = {"product": ["Select a valid choice. That choice is not one of the available choices."]}
    server.on("GET", f"{ROOT}/engagements/", Reply(gone, 400))
    with pytest.raises(LostError, match="the Product is not there any more"):
        api.engagements(5, "Global Connectors")


def test_an_engagement_is_made_and_deleted(server: ToolServer, api: Api) -> None:
    server.on("POST", f"{ROOT}/engagements/", Reply(engagement(7), 201))
    server.on("DELETE", f"{ROOT}/engagements/7/", Reply(b"", 204))
    made = api.create_engagement(5, "Global Connectors", date(2026, 3, 2), date(2027, 3, 2), "d")
    assert made.id == 7
    assert server.calls[0].json() == {
        "product": 5,
        "name": "Global Connectors",
        "description": "d",
        "target_start": "2026-03-02",
        "target_end": "2027-03-02",
        "status": "In Progress",
    }
    api.delete_engagement(7)
    server.on("DELETE", f"{ROOT}/engagements/7/", Reply({"detail": "No Engagement matches the given query."}, 404))
    api.delete_engagement(7)


def test_a_test_and_one_that_was_deleted(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/tests/9/", row_of_test(9, hash_code_fields=["title", "line"]))
    server.on("GET", f"{ROOT}/tests/8/", Reply({"detail": "No Test matches the given query."}, 404))
    server.on("GET", f"{ROOT}/tests/7/", Reply(b"<html>nginx", 404, HTML))
    assert api.test(9) == ServerTest(9, 7, "My tool", GENERIC, GENERIC, "hash_code", ("title", "line"), "run-1")
    assert api.test(8) is None
    with pytest.raises(DestinationError):
        api.test(7)


def test_tests_of_a_title(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/tests/", listing(row_of_test(9), row_of_test(8, "my tool"), row_of_test(3, engagement=6)))
    assert [one.id for one in api.tests_titled("My tool")] == [9, 3]
    assert [one.id for one in api.tests_of(7, "My tool")] == [9]


def test_a_test_is_made_with_its_scan_type(server: ToolServer, api: Api) -> None:
    types = listing({"id": 156, "name": "Generic findings import"}, {"id": 157, "name": GENERIC})
    server.on("GET", f"{ROOT}/test_types/", types)
    server.on("POST", f"{ROOT}/tests/", Reply({"id": 9, "engagement": 7, "title": "My tool"}, 201))
    server.on("GET", f"{ROOT}/tests/9/", row_of_test(9))
    moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for _ in range(2):
        assert api.create_test(7, "My tool", moment).algorithm == "hash_code"
    assert server.calls[1].json() == {
        "engagement": 7,
        "test_type": 157,
        "scan_type": GENERIC,
        "title": "My tool",
        "description": "",
        "target_start": "2026-03-02T09:00:00+00:00",
        "target_end": "2026-03-02T09:00:00+00:00",
    }
    assert sum("test_types" in call.path for call in server.calls) == 1


def test_a_server_without_our_test_type(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/test_types/", listing())
    with pytest.raises(DestinationError, match="no Test Type 'Generic Findings Import'"):
        api.create_test(7, "My tool", datetime(2026, 3, 2, tzinfo=UTC))


# --- Findings -------------------------------------------------------------------------


def test_findings_are_counted_without_being_read(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/findings/", {"count": 130, "next": None, "previous": None, "results": []})
    assert api.count(21, "s-1", active=True) == 130
    assert server.calls[0].query == {
        "test": "21", "service": "s-1", "active": "true", "limit": "1", "offset": "1000000000"
    }  # fmt: skip
    server.on("GET", f"{ROOT}/findings/", Reply({"test": ["Select a valid choice. That choice ..."]}, 400))
    with pytest.raises(LostError, match="the Test is not there"):
        api.count(21, "s-1", active=False)


def test_p3_findings_are_all_read(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/findings/", listing(*(finding(number) for number in range(1, 601))))
    assert [one.id for one in api.findings(21, "s-1", active=False, severity="High")] == list(range(1, 601))
    asked = dict(server.calls[0].query)
    assert asked.pop("offset") == "0"
    assert asked.pop("limit") == "250"
    assert asked == {"test": "21", "service": "s-1", "active": "false", "severity": "High", "o": "id"}
    server.twist = lambda call, number, reply: reply if number % 3 else Reply({"count": 600, "results": []})
    with pytest.raises(DestinationError):
        list(api.findings(21, "s-1"))


def test_p5_findings_of_another_service_are_never_taken_for_ours(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/findings/", listing(finding(1), finding(2, service=None)))
    with pytest.raises(DestinationError, match="another service"):
        list(api.findings(21, "s-1"))


@pytest.mark.parametrize("service", ["", " ", " s", "s" * 201])
def test_p5_nothing_is_asked_or_sent_without_a_service(api: Api, server: ToolServer, service: str) -> None:
    with pytest.raises(ValueError, match="service"):
        api.count(21, service, active=True)
    with pytest.raises(ValueError, match="service"):
        list(api.findings(21, service))
    with pytest.raises(ValueError, match="service"):
        api.reimport(21, service, b"{}", build_id="b", close=True, seconds=5)
    assert server.calls == []


def test_a_filter_that_nobody_knows_is_not_asked_for(api: Api) -> None:
    with pytest.raises(ValueError, match="foo"):
        list(api.findings(21, "s-1", foo=True))


@pytest.mark.parametrize("wrong", [{"active": None}, {"false_p": "no"}, {"id": "7"}, {"hash_code": 7}])
def test_p3_a_finding_that_is_none(server: ToolServer, api: Api, wrong: dict[str, Any]) -> None:
    server.on("GET", f"{ROOT}/findings/", listing(finding(1) | wrong))
    with pytest.raises(DestinationError, match="without"):
        list(api.findings(21, "s-1"))


def test_a_finding_is_changed(server: ToolServer, api: Api) -> None:
    server.on("PATCH", f"{ROOT}/findings/5/", finding(5))
    server.on("PATCH", f"{ROOT}/findings/6/", Reply({"detail": "No Finding matches the given query."}, 404))
    # Twice does no harm, so what broke off is sent again.
    server.twist = lambda call, number, reply: reply if number else Reply({}, 502)
    api.patch_finding(5, {"line": 25})
    assert [call.json() for call in server.calls] == [{"line": 25}] * 2
    with pytest.raises(FindingGoneError):
        api.patch_finding(6, {"line": 25})


# --- what can be stored -----------------------------------------------------------------------


@pytest.mark.parametrize("number", [2**63, -(2**63), 2**70, 10**300])
def test_numbers_that_no_database_holds_are_none(server: ToolServer, api: Api, number: int) -> None:
    server.on("GET", f"{ROOT}/findings/", listing(finding(number)))
    with pytest.raises(DestinationError, match="without id, or with something else there"):
        list(api.findings(3, "s-1"))


def test_the_largest_number_that_a_database_holds(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/findings/", listing(finding(2**63 - 1)))
    (found,) = api.findings(3, "s-1")
    assert found.id == 2**63 - 1


def test_texts_become_storable(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/findings/", listing(finding(1, hash_code="\ud800 and \x00", unique_id_from_tool=None)))
    (found,) = api.findings(3, "s-1")
    assert (found.hash_code, found.unique_id) == ("\ufffd and \ufffd", "")
