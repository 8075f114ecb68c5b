"""What lies between us and a DefectDojo: proxies, paths, certificates, clocks, and addresses that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from dojo_tui.model.errors import DestinationError
from dojo_tui.testing import Call, Reply, ToolServer
from tests.conftest import Moment
from tests.defectdojo_server import DojoServer, Remote
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.front import Front, certificate
from tests.destinations.defectdojo.world import Watcher, World, assert_newer, counts, finding, many, newer, older

MakeFront = Callable[..., Front]


@pytest.fixture
def make_front(dojo: Remote) -> Iterator[MakeFront]:
    opened: list[Front] = []

    def make(**more: Any) -> Front:
        opened.append(Front(dojo, **more))
        opened[-1].__enter__()
        return opened[-1]

    yield make
    for front in opened:
        front.__exit__(None, None, None)
        front.close()


def syncs(world: World) -> None:
    """All that a Sync does works from here."""
    assert counts(world.sync(*older())) == {"created": 7}
    assert counts(world.sync(*newer()))["created"] == 3
    assert_newer(world)
    world.agree()


# --- proxies ------------------------------------------------------------------------------


def test_below_a_path_of_a_proxy(make_front: MakeFront, make_world: MakeWorld, dojo: Remote) -> None:
    front = make_front(path="/security/dojo")
    world = make_world(dojo, url=front.address)
    syncs(world)
    assert world.destination.links([world.product])[world.product].startswith(f"{front.address}/product/")


def test_pages_behind_a_proxy(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> None:
    """``next`` leads to a host that only the proxy knows: where a listing goes on is counted."""
    imitation.link_origin = "http://dojo-internal:8080"
    world = make_world(dojo)
    for number in range(130):
        dojo.product(f"Product {number:03}")
    assert len(world.destination.products(fresh=True)) == 130
    pages = [seen for seen in imitation.requests if seen.path.endswith("/products/") and seen.method == "GET"]
    assert [seen.query.get("offset", "0") for seen in pages] == ["0", "100"]
    assert {seen.headers["host"] for seen in imitation.requests} == {imitation.url.removeprefix("http://")}


def test_a_server_that_listens_below_a_path_itself(make_world: MakeWorld, tmp_path: Path) -> None:
    with DojoServer(base_path="/dojo", link_origin="http://internal/other") as server:
        remote = Remote(server.url, server.token)
        try:
            syncs(make_world(remote))
        finally:
            remote.close()


def test_long_listings_of_findings_are_read_to_their_end(world: World) -> None:
    """More Findings than a page holds are looked through to find those that moved."""
    world.sync(*many(260))
    assert counts(world.sync(*many(259), finding("R260", 999)))["updated"] == 1
    assert world.one("Rule R260", exact_title="Rule R260")["line"] == 999
    world.agree()


# --- addresses that are wrong -------------------------------------------------------------


def test_an_address_of_something_else(make_world: MakeWorld, dojo: Remote) -> None:
    page = Reply(b"<!doctype html><title>Wiki</title>", 200, {"content-type": "text/html"})
    with ToolServer() as wiki:
        wiki.twist = lambda _call, _number, _reply: page
        world = make_world(dojo, url=wiki.url)
        with pytest.raises(DestinationError, match="web page") as raised:
            world.product  # noqa: B018 -- it is made when it is looked at
        assert "Is the address that of DefectDojo itself" in raised.value.do
        assert {call.method for call in wiki.calls} == {"GET"}


def test_an_address_with_a_wrong_path(make_world: MakeWorld, make_front: MakeFront, dojo: Remote) -> None:
    front = make_front(path="/dojo")
    world = make_world(dojo, url=front.url)
    with pytest.raises(DestinationError, match="404") as raised:
        world.product  # noqa: B018 -- it is made when it is looked at
    assert "Is the address that of DefectDojo itself" in raised.value.do


def test_an_address_where_nobody_listens_any_more(imitation: DojoServer, world: World) -> None:
    world.sync(*older())
    imitation.stop()
    watcher = Watcher()
    with pytest.raises(DestinationError, match="cannot be reached") as raised:
        world.sync(*newer(), caller=watcher)
    assert "whether DefectDojo runs" in raised.value.do
    assert watcher.waited, "it was tried again first"
    imitation.start()
    world.sync(*newer())
    assert_newer(world)


def test_p10_an_address_that_leads_elsewhere_gets_no_token(make_world: MakeWorld, dojo: Remote) -> None:
    with ToolServer() as old, ToolServer() as other:
        old.twist = lambda call, _number, _reply: Reply(b"", 301, {"location": f"{other.url}{call.path}"})
        world = make_world(dojo, url=old.url)
        with pytest.raises(DestinationError, match="nothing was sent there") as raised:
            world.product  # noqa: B018 -- it is made when it is looked at
        assert "change the address" in raised.value.do
        assert other.calls == []


def test_a_redirect_in_the_same_place_is_followed(make_world: MakeWorld, make_front: MakeFront, dojo: Remote) -> None:
    """A proxy that moves everything to another path says 308, which keeps a POST a POST."""
    front = make_front(path="/new")

    def moves(call: Call) -> Reply | None:
        if not call.path.startswith("/old/"):
            return None
        return Reply(b"", 308, {"location": f"/new/{call.path.removeprefix('/old/')}?{urlencode(call.query)}"})

    front.instead = moves
    syncs(make_world(dojo, url=f"{front.url}/old"))


def test_a_redirect_that_would_turn_a_post_into_a_get_is_told(
    make_world: MakeWorld, make_front: MakeFront, dojo: Remote
) -> None:
    front = make_front()
    world = make_world(dojo, url=front.address)
    world.sync(*older())

    def moves(call: Call) -> Reply | None:
        return Reply(b"", 301, {"location": f"{call.path}x/"}) if call.path.endswith("/reimport-scan/") else None

    before = world.there()
    front.instead = moves
    with pytest.raises(DestinationError, match="leads elsewhere"):
        world.sync(*newer())
    assert world.there() == before
    front.instead = lambda _call: None
    world.sync(*newer())
    assert_newer(world)


# --- certificates -------------------------------------------------------------------------


def test_a_certificate_of_ones_own(make_world: MakeWorld, make_front: MakeFront, dojo: Remote, tmp_path: Path) -> None:
    """Not trusted, unless its file is named, or verifying is switched off by name."""
    file, context = certificate(tmp_path)
    front = make_front(tls=context)
    untrusting = make_world(dojo, url=front.address)
    with pytest.raises(DestinationError, match="not trusted"):
        untrusting.product  # noqa: B018 -- it is made when it is looked at
    assert front.calls == []
    syncs(make_world(dojo, url=front.address, ca_file=str(file)))
    syncs(make_world(dojo, url=front.address, verify=False))


def test_http_where_https_is_spoken(make_world: MakeWorld, make_front: MakeFront, dojo: Remote) -> None:
    front = make_front()
    world = make_world(dojo, url=front.address.replace("http:", "https:"))
    with pytest.raises(DestinationError, match="does not speak TLS"):
        world.product  # noqa: B018 -- it is made when it is looked at


# --- clocks -------------------------------------------------------------------------------


@pytest.fixture
def here_and_now() -> datetime:
    """What the server's clock shows, too."""
    return datetime.now(UTC)


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_clocks_that_differ(world: World, moment: Moment, days: int, here_and_now: datetime) -> None:
    """Ours is ahead of the server's, or behind: it refuses dates in the future, so none is sent that could be."""
    moment.now = here_and_now + timedelta(days=days)
    syncs(world)
    moment.move(days=1)
    assert counts(world.sync(*older()))["reactivated"] == 3
    world.agree()
