"""What a test can make go wrong."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import httpx
import pytest

from tests.defectdojo_server import (
    FOREIGN,
    NOBODYS_TOKEN,
    READERS_TOKEN,
    DojoServer,
    Remote,
    gateway,
    generic,
    login_page,
    page,
    too_many,
    upload,
)
from tests.waiting import PATIENCE


@pytest.fixture
def test_id(remote: Remote) -> int:
    """A Test with three findings."""
    product = remote.product("Shop")
    engagement = remote.engagement(product["id"], "Global Connectors")
    made: int = remote.test(engagement["id"], "connector-1")["id"]
    remote.reimport(made, [generic(1), generic(2), generic(3)], build_id="first")
    return made


def send(remote: Remote, test_id: int, *numbers: int, **form: str) -> httpx.Response:
    return remote.call("POST", "reimport-scan/", **upload([generic(n) for n in numbers], test=test_id, **form))


class Aside:
    """Something that runs beside the test."""

    def __init__(self, remote: Remote, test_id: int, *numbers: int, **form: str) -> None:
        self.reply: httpx.Response | None = None
        self.error: httpx.HTTPError | None = None

        def run() -> None:
            with_own_connection = Remote(remote.url, remote.token)
            try:
                self.reply = send(with_own_connection, test_id, *numbers, **form)
            except httpx.HTTPError as error:
                self.error = error
            finally:
                with_own_connection.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def end(self) -> httpx.Response:
        self._thread.join(PATIENCE)
        assert self.reply is not None, self.error
        return self.reply

    def fail(self) -> httpx.HTTPError:
        self._thread.join(PATIENCE)
        assert self.error is not None, self.reply
        return self.error


def test_only_the_nth_request_gets_the_planned_answer(dojo_server: DojoServer, remote: Remote) -> None:
    dojo_server.fails(method="GET", path="products/", nth=2, answer=too_many("Wed, 21 Oct 2026 07:28:00 GMT"))
    dojo_server.fails(method="GET", path="products/", nth=4, times=None, answer=gateway(503, retry_after="7"))
    replies = [remote.call("GET", "products/") for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200, 429, 200, 503, 503]
    assert replies[1].headers["retry-after"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    assert (replies[3].headers["retry-after"], replies[3].headers["content-type"]) == ("7", "text/html")
    assert remote.call("GET", "tests/").status_code == 200


def test_a_login_page_says_that_all_is_well(dojo_server: DojoServer, remote: Remote) -> None:
    dojo_server.fails(answer=login_page())
    reply = remote.call("GET", "user_profile/")
    assert (reply.status_code, reply.text[:15]) == (200, "<!doctype html>")


def test_a_gateway_gives_up_while_the_server_goes_on(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    dojo_server.fails(path="reimport-scan/", answer=gateway(504), processed=True)
    assert send(remote, test_id, 1, 4, build_id="run").status_code == 504
    assert remote.get("tests", test_id)["build_id"] == "run"


@pytest.mark.parametrize("answer", FOREIGN)
def test_an_answer_of_others_while_the_server_goes_on(
    dojo_server: DojoServer, remote: Remote, test_id: int, answer: str
) -> None:
    fault = dojo_server.fails(path="reimport-scan/", meanwhile=True, hold="created", **FOREIGN[answer])
    with suppress(httpx.TransportError):
        assert send(remote, test_id, 1, 4, build_id="run").status_code != 201
    assert fault.reached.wait(PATIENCE)
    assert remote.get("tests", test_id)["build_id"] != "run"
    fault.release()
    while remote.get("tests", test_id)["build_id"] != "run":
        pass
    assert remote.findings(test=test_id)


def test_only_what_is_larger_fails(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    dojo_server.fails(path="reimport-scan/", larger_than=2_000, times=None, answer=page(413))
    assert send(remote, test_id, 1, 2).status_code == 201
    there = len(remote.findings(test=test_id))
    assert send(remote, test_id, *range(1, 60)).status_code == 413
    assert len(remote.findings(test=test_id)) == there


@pytest.mark.parametrize("size", [0, 40, 400])
def test_a_cut_answer(dojo_server: DojoServer, remote: Remote, test_id: int, size: int) -> None:
    dojo_server.fails(path="reimport-scan/", cut_response=size)
    with pytest.raises(httpx.RemoteProtocolError):
        send(remote, test_id, 1, 4)
    assert len(remote.findings(test=test_id)) == 4
    sent = next(seen for seen in reversed(dojo_server.requests) if seen.path.endswith("reimport-scan/"))
    assert (sent.sent, sent.status) == (size, 201)


def test_a_cut_request_changes_nothing(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    dojo_server.fails(path="reimport-scan/", cut_request=100)
    with pytest.raises(httpx.HTTPError):
        send(remote, test_id, *range(10))
    assert len(remote.findings(test=test_id)) == 3
    cut = next(seen for seen in reversed(dojo_server.requests) if seen.path.endswith("reimport-scan/"))
    assert (len(cut.body), cut.status) == (100, None)


def test_a_silent_server_goes_on(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    fault = dojo_server.fails(path="reimport-scan/", silent=True)
    aside = Aside(remote, test_id, 1, 4, build_id="run")
    assert fault.reached.wait(PATIENCE)
    assert remote.get("tests", test_id)["build_id"] == "run"
    fault.release()
    aside.fail()


def test_a_request_that_is_sent_twice(dojo_server: DojoServer, remote: Remote) -> None:
    dojo_server.fails(method="POST", path="engagements/", twice=True)
    product = remote.product("Twice")
    remote.engagement(product["id"], "Global Connectors")
    assert len(remote.engagements(product=product["id"])) == 2  # their names are not unique


def test_it_dies_in_the_middle_of_creating(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    dojo_server.fails(path="reimport-scan/", die_after=2)
    assert send(remote, test_id, *range(4, 10), build_id="second").status_code == 500
    assert len(remote.findings(test=test_id, active=True)) == 5  # two are made, none is closed
    assert remote.get("tests", test_id)["build_id"] == "first"
    assert len(remote.test_imports(test_id)) == 1
    assert send(remote, test_id, *range(4, 10)).json()["statistics"]["delta"]["created"]["total"]["total"] == 4


def test_it_dies_in_the_middle_of_closing(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    dojo_server.fails(path="reimport-scan/", die_closing_after=1)
    assert send(remote, test_id, 4).status_code == 500
    assert len(remote.findings(test=test_id, active=True)) == 3
    assert remote.get("tests", test_id)["build_id"] == "first"


def test_the_end_shows_in_the_build_id_only(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    fault = dojo_server.fails(path="reimport-scan/", hold="finish")
    aside = Aside(remote, test_id, 4, build_id="second")
    assert fault.reached.wait(PATIENCE)
    assert len(remote.findings(test=test_id, active=True)) == 1  # all is created and closed ...
    test = remote.get("tests", test_id)
    assert (test["build_id"], test["percent_complete"]) == ("first", 100)  # ... and nothing says so yet
    fault.release()
    assert aside.end().status_code == 201
    assert remote.get("tests", test_id)["build_id"] == "second"


def test_requests_change_places(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    fault = dojo_server.fails(path="reimport-scan/", behind=1)
    aside = Aside(remote, test_id, 4, build_id="sent first")
    assert fault.reached.wait(PATIENCE)
    send(remote, test_id, 5, build_id="sent second")
    aside.end()
    assert remote.get("tests", test_id)["build_id"] == "sent first"


def test_a_restart_keeps_the_state_and_the_port(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    before = dojo_server.url
    dojo_server.stop()
    with pytest.raises(httpx.HTTPError):
        remote.call("GET", "products/")
    dojo_server.start()
    assert dojo_server.url == before
    assert len(remote.findings(test=test_id)) == 3


def test_stopping_lets_what_runs_end(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    fault = dojo_server.fails(path="reimport-scan/", hold="created", hold_count=1)
    aside = Aside(remote, test_id, 4, 5, 6)
    assert fault.reached.wait(PATIENCE)
    dojo_server.restart()
    assert aside.end().status_code == 201
    assert len(remote.findings(test=test_id, active=True)) == 3


def test_a_kill_leaves_a_reimport_where_it_was(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    fault = dojo_server.fails(path="reimport-scan/", hold="created", hold_count=2)
    aside = Aside(remote, test_id, *range(4, 10), build_id="second")
    assert fault.reached.wait(PATIENCE)
    dojo_server.kill()
    aside.fail()
    dojo_server.start()
    assert len(remote.findings(test=test_id, active=True)) == 5
    assert remote.get("tests", test_id)["build_id"] == "first"


def test_a_killed_server_is_not_there(dojo_server: DojoServer) -> None:
    port = int(dojo_server.url.rpartition(":")[2])
    dojo_server.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


def test_bytes_are_counted(dojo_server: DojoServer, remote: Remote) -> None:
    dojo_server.forget()
    reply = remote.call("POST", "products/", json={"name": "Shop", "description": "x", "prod_type": 1})
    (seen,) = dojo_server.requests
    assert (seen.method, seen.path, seen.status) == ("POST", "/api/v2/products/", 201)
    assert seen.json()["name"] == "Shop"
    head = sum(len(name) + len(text) + 4 for name, text in reply.request.headers.raw)
    assert seen.received == len(b"POST /api/v2/products/ HTTP/1.1\r\n") + head + 2 + len(seen.body)
    head = sum(len(name) + len(text) + 4 for name, text in reply.headers.raw)
    assert seen.sent == len(b"HTTP/1.1 201 Created\r\n") + head + 2 + len(reply.content)


def test_behind_a_proxy() -> None:
    with DojoServer(base_path="/dojo/", link_origin="http://django:8081") as server:
        remote = Remote(server.url, server.token)
        for number in range(3):
            remote.product(f"Shop {number}")
        page = remote.call("GET", "products/", params={"limit": 1}).json()
        assert page["next"] == "http://django:8081/api/v2/products/?limit=1&offset=1"
        assert remote.call("GET", "products").headers["location"] == "/api/v2/products/"
        assert len(remote.products()) == 3
        assert httpx.get(server.url.replace("/dojo", "/api/v2/products/"), trust_env=False).status_code == 404
        remote.close()


def test_a_reader_may_not_write_and_nobody_sees_nothing(dojo_server: DojoServer, remote: Remote, test_id: int) -> None:
    for token, seen, said in ((READERS_TOKEN, 1, 200), (NOBODYS_TOKEN, 0, 404)):
        other = Remote(dojo_server.url, token)
        assert len(other.products()) == seen
        assert other.call("GET", f"tests/{test_id}/").status_code == said
        assert send(other, test_id, 1).status_code == 403
        assert other.call("GET", "system_settings/").status_code == 403
        other.close()
