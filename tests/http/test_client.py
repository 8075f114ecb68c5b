"""The client, over real HTTP on loopback."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dojo_tui.http import jobs
from dojo_tui.http.auth import Basic, Exchanged, Header, OAuth, Outgoing, Query, Signed, bearer
from dojo_tui.http.client import Client, Limits
from dojo_tui.http.errors import FatalError, ForeignError, HttpError, IncompleteError, RefusedError, RetriableError
from dojo_tui.http.exchange import Request, Response
from dojo_tui.http.graphql import query
from dojo_tui.http.jobs import Job
from dojo_tui.http.listing import InBody, InHeader, Listing, Pages, walk
from dojo_tui.http.pages import Cursor, LinkHeader, NextLink, Offset, PageInfo, PageNumber, Single
from dojo_tui.model.secret import Secret
from dojo_tui.testing import Call, Reply, TestRun, ToolServer
from tests.waiting import PATIENCE

Connect = Callable[..., Client]
ROWS = [{"id": number} for number in range(25)]


# --- who we are ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (Header("X-Api-Key", Secret("k-123")), "x-api-key", "k-123"),
        (bearer(Secret("k-123")), "authorization", "Bearer k-123"),
        (Basic("me", Secret("k-123")), "authorization", "Basic bWU6ay0xMjM="),
        (Signed(lambda out: {"X-Sign": f"{out.method} {len(out.body)}"}), "x-sign", "GET 0"),
    ],
)
def test_proof_is_sent(server: ToolServer, connect: Connect, auth: Any, header: str, value: str) -> None:
    server.on("GET", "/a", {})
    connect(auth=auth).send(Request("/a"))
    assert server.calls[0].headers[header] == value


def test_p10_a_secret_in_the_query_is_not_logged(server: ToolServer, connect: Connect, run: TestRun) -> None:
    server.on("GET", "/a", {})
    connect(auth=Query("key", Secret("k ey-1234"))).send(Request("/a", {"q": "x"}))
    assert server.calls[0].query == {"q": "x", "key": "k ey-1234"}
    assert "1234" not in "".join(run.lines)


def oauth(server: ToolServer, seconds: float = 0) -> Exchanged:
    return Exchanged(OAuth("/token", {"client_id": "me", "client_secret": Secret("s3cr3t")}))


def test_a_token_is_got_once_and_renewed_when_refused(server: ToolServer, connect: Connect) -> None:
    valid = ["t-1"]
    server.on("POST", "/token", lambda call: {"access_token": valid[-1], "expires_in": 3600})

    def answer(call: Call) -> Reply:
        return Reply({}, 200 if call.headers["authorization"] == f"Bearer {valid[-1]}" else 401)

    server.on("GET", "/a", answer)
    client = connect(auth=oauth(server))
    client.send(Request("/a"))
    client.send(Request("/a"))
    valid.append("t-2")
    client.send(Request("/a"))
    assert [call.path for call in server.calls] == ["/token", "/a", "/a", "/a", "/token", "/a"]
    assert "authorization" not in server.calls[0].headers
    assert b"client_secret=s3cr3t" in server.calls[0].body


def test_a_token_that_is_never_accepted_is_asked_for_twice(server: ToolServer, connect: Connect) -> None:
    server.on("POST", "/token", {"access_token": "t"})
    server.on("GET", "/a", Reply({}, 401))
    with pytest.raises(RefusedError):
        connect(auth=oauth(server)).send(Request("/a"))
    assert [call.path for call in server.calls] == ["/token", "/a", "/token", "/a"]


def test_p10_tokens_are_only_asked_of_those_declared(server: ToolServer, connect: Connect) -> None:
    with ToolServer() as issuer:
        issuer.on("POST", "/token", {"access_token": "t"})
        server.on("GET", "/a", {})
        obtain = OAuth(f"{issuer.url}/token", {"secret": Secret("s3cr3t")})
        with pytest.raises(ForeignError):
            connect(auth=Exchanged(obtain)).send(Request("/a"))
        assert issuer.calls == []
        connect(auth=Exchanged(obtain, issuers=frozenset({issuer.url}))).send(Request("/a"))
        assert len(issuer.calls) == 1
        with pytest.raises(ForeignError):
            connect(auth=Exchanged(obtain, issuers=frozenset({issuer.url}))).send(Request(f"{issuer.url}/a"))


def test_what_is_signed_is_what_is_sent(server: ToolServer, connect: Connect) -> None:
    seen: list[Outgoing] = []

    def sign(outgoing: Outgoing) -> Mapping[str, str]:
        seen.append(outgoing)
        return {}

    server.on("POST", "/a", {})
    connect(auth=Signed(sign)).send(Request("/a", {"b": "c d"}, method="POST", json={"x": 1}))
    assert (seen[0].url, seen[0].body) == (f"{server.url}/a?b=c+d", server.calls[0].body)


# --- answers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(b"<html>", headers={"content-type": "text/html"}), FatalError),
        (Reply(b"  <!DOCTYPE html>"), FatalError),
        (Reply(b"<a/>", headers={"content-type": "application/xml"}), IncompleteError),
        (Reply(b""), IncompleteError),
        (Reply({}, 203), IncompleteError),
        (Reply({}, 206), IncompleteError),
        (Reply({}, 304), FatalError),
        (Reply({}, 404), RefusedError),
    ],
)
def test_p3_what_is_no_answer_is_an_error(server: ToolServer, connect: Connect, reply: Reply, kind: type) -> None:
    server.on("GET", "/a", lambda call: reply)
    with pytest.raises(kind):
        connect().send(Request("/a"))


def test_an_answer_has_bounds(server: ToolServer, connect: Connect) -> None:
    server.on("GET", "/big", Reply(b"x" * 3_000))
    bomb = gzip.compress(b"[" + b" " * 5_000_000 + b"]")
    server.on("GET", "/bomb", lambda call: Reply(bomb, headers={"content-encoding": "gzip"}))
    client = connect(limits=Limits(most_bytes=2_000))
    for place in ("/big", "/bomb"):
        with pytest.raises(IncompleteError, match="more than 2,000 bytes"):
            client.send(Request(place))


def test_the_server_says_why(server: ToolServer, connect: Connect) -> None:
    said = {"errors": [{"detail": "bad \x1b[31msort\nparameter"}]}
    server.on("GET", "/a", Reply(said, 400))
    with pytest.raises(HttpError, match=r"\(400\): bad ␛\[31msort parameter"):
        connect().send(Request("/a"))


def test_p10_what_the_server_says_is_cut_after_its_secrets(server: ToolServer, connect: Connect) -> None:
    secret = Secret("5ecret-" * 6)
    server.on("GET", "/a", Reply({"detail": "x" * 180 + secret.reveal()}, 400))
    server.on("GET", "/b", Reply(b"x" * 180 + secret.reveal().encode(), 400, {"content-type": "text/plain"}))
    for place in ("/a", "/b"):
        with pytest.raises(HttpError) as raised:
            connect().send(Request(place))
        assert "5ecret" not in str(raised.value)


def test_nobody_there(connect: Connect, run: TestRun) -> None:
    with ToolServer() as gone:
        url = gone.url
    client = Client(url, run)
    with pytest.raises(RetriableError, match="cannot be reached"):
        client.send(Request("/a"))
    client.close()
    assert run.waited > 0


def test_tls_where_there_is_none(server: ToolServer, run: TestRun) -> None:
    client = Client(server.url.replace("http:", "https:"), run)
    with pytest.raises(FatalError, match="TLS"):
        client.send(Request("/a"))
    client.close()


def test_a_redirect_at_home_is_followed_and_a_circle_ends(server: ToolServer, connect: Connect) -> None:
    server.on("GET", "/old", Reply(b"", 301, {"location": "/new?x=1"}))
    server.on("GET", "/new", {"a": 1})
    server.on("GET", "/round", Reply(b"", 302, {"location": "/round"}))
    server.on("POST", "/old", Reply(b"", 302, {"location": "/new"}))
    client = connect()
    assert client.send(Request("/old")).json() == {"a": 1}
    with pytest.raises(IncompleteError, match="circle"):
        client.send(Request("/round"))
    with pytest.raises(IncompleteError, match="elsewhere"):
        client.send(Request("/old", method="POST"))


def test_p10_a_whole_address_must_be_of_the_location(server: ToolServer, connect: Connect) -> None:
    client = connect(auth=bearer(Secret("k-123")))
    for url in ("http://127.0.0.1:1/x", server.url.replace("http://", "http://u@"), "ftp://127.0.0.1/x"):
        with pytest.raises(ForeignError, match="nothing was sent"):
            client.send(Request(url))


def test_only_so_many_at_once(server: ToolServer, connect: Connect) -> None:
    inside, most, lock = [0], [0], threading.Lock()
    gate = threading.Barrier(2, timeout=PATIENCE)

    def answer(call: Call) -> Reply:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        gate.wait()
        with lock:
            inside[0] -= 1
        return Reply({})

    server.on("GET", "/a", answer)
    client = connect(limits=Limits(concurrency=2))
    threads = [threading.Thread(target=client.send, args=(Request("/a"),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]


def test_only_so_often(server: ToolServer, connect: Connect, run: TestRun) -> None:
    server.on("GET", "/a", {})
    client = connect(limits=Limits(per_second=0.5))
    for _ in range(3):
        client.send(Request("/a"))
    assert 5 < run.waited < 7


# --- pages ----------------------------------------------------------------------------


def numbered(call: Call) -> Reply:
    size, page = call.number("per_page", 100), call.number("page", 1)
    rows = ROWS[(page - 1) * size : page * size]
    return Reply({"rows": rows, "total": len(ROWS)}, headers={"X-Total": str(len(ROWS)), "X-Kind": "AT_LEAST"})


def zero_based(call: Call) -> Reply:
    page = call.number("page", 0)
    return Reply({"rows": ROWS[page * 10 : page * 10 + 10]})


def by_offset(call: Call) -> Reply:
    start = call.json()["variables"]["start"] if call.body else call.number("offset", 0)
    return Reply({"rows": ROWS[start : start + 10], "data": {}})


def linked(call: Call) -> Reply:
    page = call.number("page", 1)
    more = f'<{call.path}?page={page + 1}>; rel="next", <x>; rel="last"' if page < 3 else '<x>; rel="first"'
    links = {"next": {"href": f"/a?page={page + 1}"}} if page < 3 else {}
    return Reply({"rows": ROWS[page * 10 - 10 : page * 10], "links": links}, headers={"Link": more})


def cursored(call: Call) -> Reply:
    start = int((call.query.get("cursor") or "c0")[1:])
    assert ("filter" in call.query) is (start == 0)
    more = f"c{start + 10}" if start + 10 < len(ROWS) else ""
    return Reply({"rows": ROWS[start : start + 10], "next": more}, headers={"X-Next": more})


def page_info(call: Call) -> Reply:
    start = int(call.json()["variables"].get("after") or 0)
    info = {"hasNextPage": start + 10 < len(ROWS), "endCursor": str(start + 10)}
    return Reply({"data": {"pageInfo": info}, "rows": ROWS[start : start + 10]})


GRAPH = query("/a", "query Rows($start: Int, $after: String) { rows { id } }")


@pytest.mark.parametrize(
    ("answer", "request_", "pages", "total"),
    [
        (numbered, Request("/a"), PageNumber(rows=10), InBody("total")),
        (numbered, Request("/a"), PageNumber(rows=10), InHeader("X-Total")),
        (numbered, Request("/a"), PageNumber(rows=10), InHeader("X-Total", kind="X-Kind")),
        (numbered, Request("/a"), PageNumber(rows=10), None),
        (numbered, Request("/a"), PageNumber(rows=10, short_ends=True), None),
        (zero_based, Request("/a"), PageNumber(start=0, size=""), None),
        (by_offset, Request("/a"), Offset(rows=10), None),
        (by_offset, GRAPH, Offset("$.variables.start", size="", rows=10), None),
        (linked, Request("/a"), LinkHeader(), None),
        (linked, Request("/a"), NextLink("links.next"), None),
        (cursored, Request("/a", {"filter": "x"}), Cursor("next", "cursor", drops=("filter",)), None),
        (cursored, Request("/a", {"filter": "x"}), Cursor("X-Next", "cursor", header=True, drops=("filter",)), None),
        (page_info, GRAPH, PageInfo("data.pageInfo"), None),
    ],
)
def test_every_way_of_paging(
    server: ToolServer, connect: Connect, answer: Any, request_: Request, pages: Pages, total: Any
) -> None:
    server.on(request_.method, "/a", answer)
    for key in ("id", ""):
        listing = Listing(request_, pages, rows="rows", key=key, total=total)
        assert list(walk(connect(), listing)) == ROWS


def test_p3_a_listing_that_gives_less_than_it_tells(server: ToolServer, connect: Connect) -> None:
    server.on("GET", "/a", lambda call: {"rows": ROWS[:5] if call.query["page"] == "1" else [], "total": 6})
    for key in ("id", ""):
        with pytest.raises(IncompleteError, match="told of 6 and gave 5"):
            list(walk(connect(), Listing(Request("/a"), PageNumber(), rows="rows", key=key, total=InBody("total"))))


def test_p3_a_listing_that_shifts_is_read_again(server: ToolServer, connect: Connect) -> None:
    rows = [{"id": number} for number in range(200)]

    def answer(call: Call) -> Reply:
        page = call.number("page", 1)
        reply = Reply({"rows": rows[page * 100 - 100 : page * 100], "total": len(rows)})
        if len(server.calls) == 1:
            del rows[0]  # what was row 100 is now on the page that was read
        return reply

    server.on("GET", "/a", answer)
    found = walk(connect(), Listing(Request("/a"), PageNumber(), rows="rows", key="id", total=InBody("total")))
    assert [row["id"] for row in found] == [*range(100), *range(101, 200), 100]


def test_p3_pages_have_an_end(server: ToolServer, connect: Connect) -> None:
    server.on("GET", "/a", lambda call: {"rows": [{"id": call.query["page"]}]})
    with pytest.raises(IncompleteError, match="does not end after 7 pages"):
        list(walk(connect(limits=Limits(pages=7)), Listing(Request("/a"), PageNumber(), rows="rows")))


def test_p3_a_server_that_ignores_paging(server: ToolServer, connect: Connect) -> None:
    server.on("GET", "/a", {"rows": ROWS})
    for key in ("id", ""):
        with pytest.raises(IncompleteError, match="same page again"):
            list(walk(connect(), Listing(Request("/a"), PageNumber(), rows="rows", key=key)))


def test_p3_a_cursor_that_stands_still(server: ToolServer, connect: Connect) -> None:
    server.on("GET", "/a", lambda call: {"rows": [{"id": len(server.calls)}], "next": "same"})
    with pytest.raises(IncompleteError, match="read already"):
        list(walk(connect(), Listing(Request("/a"), Cursor("next", "cursor"), rows="rows")))


@pytest.mark.parametrize("body", [{}, {"rows": None}, {"rows": {}}, {"rows": [1]}, [], {"rows": [{"no": 1}]}])
def test_p3_what_is_no_list_of_rows(server: ToolServer, connect: Connect, body: Any) -> None:
    server.on("GET", "/a", Reply(body))
    with pytest.raises(IncompleteError):
        list(walk(connect(), Listing(Request("/a"), Single(), rows="rows", key="id")))


# --- GraphQL and exports ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"errors": [{"message": "no such field"}], "data": {"a": 1}}, FatalError),
        ({"errors": [{"message": "slow down", "extensions": {"code": "RATE_LIMITED"}}]}, RetriableError),
        ({"errors": [{"message": "who?", "extensions": {"code": "UNAUTHENTICATED"}}]}, RefusedError),
        ({"errors": "odd"}, FatalError),
        ({"data": None}, IncompleteError),
        ([], IncompleteError),
    ],
)
def test_p3_graphql_errors_come_with_status_200(
    server: ToolServer, connect: Connect, body: Any, kind: type[Exception]
) -> None:
    server.on("POST", "/a", Reply(body))
    with pytest.raises(kind):
        connect().send(GRAPH)


def job(clean: bool = True) -> Job:
    return Job(
        Request("/export", method="POST", json={}), "uuid", lambda name: Request(f"/export/{name}"), "status",
        frozenset({"FINISHED"}), frozenset({"ERROR", "CANCELLED"}),
        lambda name, ready: [Request(f"/export/{name}/{number}") for number in ready.at("chunks")],
        (lambda name: Request(f"/export/{name}", method="DELETE", accept="*/*")) if clean else None,
    )  # fmt: skip


def exporting(server: ToolServer, states: list[str]) -> None:
    server.on("POST", "/export", {"uuid": "e1"})
    server.on("GET", "/export/e1", lambda call: {"status": states.pop(0) if states else "QUEUED", "chunks": [1, 2]})
    server.on("GET", "/export/e1/{}", lambda call: [{"chunk": call.parts[0]}])
    server.on("DELETE", "/export/e1", Reply(b"", 204))


def chunks(client: Client, work: Job) -> list[Response]:
    return list(jobs.run(client, work))


def test_an_export_is_waited_for_read_and_removed(server: ToolServer, connect: Connect, run: TestRun) -> None:
    exporting(server, ["QUEUED", "PROCESSING", "FINISHED"])
    assert [chunk.json() for chunk in chunks(connect(), job())] == [[{"chunk": "1"}], [{"chunk": "2"}]]
    assert run.waited == 10
    assert server.calls[-1].method == "DELETE"


@pytest.mark.parametrize(("states", "kind"), [(["ERROR"], IncompleteError), ([], RetriableError)])
def test_p3_an_export_that_fails_or_never_ends(
    server: ToolServer, connect: Connect, states: list[str], kind: type[Exception]
) -> None:
    exporting(server, states)
    with pytest.raises(kind):
        chunks(connect(), job())
    assert server.calls[-1].method == "DELETE"
