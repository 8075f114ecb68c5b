"""Sending a report, and what never to do; wrong addresses, and secrets."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.address import connected
from dojo_tui.destinations.defectdojo.api import Api, Delta, UnknownOutcomeError
from dojo_tui.destinations.defectdojo.errors import RejectedError
from dojo_tui.model.errors import CancelledError, DestinationError, LostError
from dojo_tui.model.secret import Secret
from dojo_tui.testing import Call, Reply, TestRun, ToolServer
from tests.destinations.defectdojo.rows import GENERIC, HTML, ROOT, TOKEN
from tests.http.test_uploads import parts

# --- reimport ---------------------------------------------------------------------------

DONE = {
    "test": 21,
    "test_id": 21,
    "statistics": {
        "before": {},
        "delta": {
            name: {"high": {"total": 1}, "total": {"active": 1, "total": number}}
            for number, name in enumerate(("created", "closed", "reactivated", "untouched"), 1)
        },
        "after": {},
    },
    "pro": ["Pro comes with support."],
}


def reimport(api: Api, seconds: float = 30) -> Delta | None:
    return api.reimport(21, "s-1", b'{"findings": []}', build_id="run-7", close=True, seconds=seconds)


def test_a_reimport_is_a_form_with_a_file(server: ToolServer, api: Api) -> None:
    server.on("POST", f"{ROOT}/reimport-scan/", Reply(DONE, 201))
    assert reimport(api) == Delta(1, 2, 3)
    read = parts(server.calls[0])
    assert read.pop("file") == ("dojo-tui.json", "application/json", b'{"findings": []}')
    assert {name: value.decode() for name, (_, _, value) in read.items()} == {
        "test": "21",
        "service": "s-1",
        "scan_type": GENERIC,
        "close_old_findings": "true",
        "build_id": "run-7",
    }


@pytest.mark.parametrize("body", [{"statistics": {"after": {}}}, {}, {"statistics": {"delta": {"created": 1}}}])
def test_a_reimport_that_does_not_tell_what_it_did(server: ToolServer, api: Api, body: Any) -> None:
    server.on("POST", f"{ROOT}/reimport-scan/", Reply({"test": 21, **body}, 201))
    assert reimport(api) is None


@pytest.mark.parametrize(
    "end",
    [
        Reply(b"<html>Bad Gateway", 502, HTML),
        Reply(b"<html>Varnish", 503, HTML | {"retry-after": "5"}),
        Reply(b"<html>Time-out", 504, HTML),
        Reply(DONE, 201, cut=40),
        Reply(b'{"test_id": 2', 201),
        Reply(b"<html>Log in", 200, HTML),
        Reply([], 201, {"content-length": "0"}),
        Reply(b"<html>Not Found", 404, HTML),
        Reply({"message": "no Route matched with those values"}, 404),
        Reply(b"<html>Request Entity Too Large", 413, HTML),
        Reply(b"<html>Blocked", 403, HTML),
        Reply({"error": "upstream timed out"}, 400),
        Reply({"status": "ok"}, 200),
        Reply({**DONE, "test": 22}, 201),
        Reply(b"", 302, {"location": "/login"}),
    ],
    ids=[
        "502",
        "503 with Retry-After",
        "504",
        "cut off",
        "half",
        "a web page",
        "empty",
        "404 page",
        "404 of a gateway",
        "413 page",
        "403 page",
        "400 of a gateway",
        "other JSON",
        "another Test",
        "led elsewhere",
    ],
)
def test_a_reimport_whose_end_was_not_seen_is_not_sent_again(server: ToolServer, api: Api, end: Reply) -> None:
    server.on("POST", f"{ROOT}/reimport-scan/", end)
    with pytest.raises(UnknownOutcomeError) as raised:
        reimport(api)
    assert len(server.calls) == 1
    assert "The reimport into the Test 21" in raised.value.what
    assert "Nothing was changed" not in str(raised.value)


def test_a_reimport_that_takes_longer_than_we_wait_is_not_sent_again(server: ToolServer, api: Api) -> None:
    over = threading.Event()

    def late(call: Call) -> Reply:
        over.wait(10)
        return Reply(DONE, 201)

    server.on("POST", f"{ROOT}/reimport-scan/", late)
    with pytest.raises(UnknownOutcomeError, match="not answered in time"):
        reimport(api, seconds=0.2)
    over.set()
    assert len(server.calls) == 1


def test_a_reimport_can_be_left(server: ToolServer) -> None:
    over, left = threading.Event(), threading.Event()

    def late(call: Call) -> Reply:
        left.set()
        over.wait(10)
        return Reply(DONE, 201)

    server.on("POST", f"{ROOT}/reimport-scan/", late)
    with (
        connected(f"{server.url}/security", Secret(TOKEN), TestRun(left.is_set)) as client,
        pytest.raises(CancelledError),
    ):
        reimport(Api(client))
    over.set()


@pytest.mark.parametrize("status", [400, 500])
def test_a_reimport_that_was_refused_is_told_and_not_sent_again(server: ToolServer, api: Api, status: int) -> None:
    body = {"message": "['Finding severity \"Urgent\" is not supported.']", "pro": ["Pro comes"]}
    server.on("POST", f"{ROOT}/reimport-scan/", Reply(body, status))
    with pytest.raises(DestinationError, match=r'Finding severity "Urgent" is not supported\.') as raised:
        reimport(api)
    assert type(raised.value) is (RejectedError if status == 400 else DestinationError)
    assert "the next Sync completes it" in raised.value.safe, "a server may find out in the middle"
    assert len(server.calls) == 1


def test_a_reimport_that_came_too_early_is_sent_again(server: ToolServer, api: Api, run: TestRun) -> None:
    server.on("POST", f"{ROOT}/reimport-scan/", Reply(DONE, 201))
    server.twist = lambda call, number, reply: reply if number else Reply(b"", 429, {"retry-after": "20"})
    assert reimport(api) == Delta(1, 2, 3)
    assert run.waited == 20
    assert server.calls[0].body.count(b'{"findings": []}') == server.calls[1].body.count(b'{"findings": []}') == 1


def test_a_reimport_into_a_deleted_test(server: ToolServer, api: Api) -> None:
    server.on("POST", f"{ROOT}/reimport-scan/", Reply(['Test "21" does not exist'], 400))
    with pytest.raises(LostError, match="the Test is not there any more"):
        reimport(api)


# --- wrong addresses and secrets ------------------------------------------------------------


def test_another_place_gets_no_token(server: ToolServer, api: Api) -> None:
    with ToolServer() as other:
        server.on("GET", f"{ROOT}/user_profile/", Reply(b"", 301, {"location": f"{other.url}{ROOT}/user_profile/"}))
        with pytest.raises(DestinationError, match="nothing was sent there") as raised:
            api.user()
        assert other.calls == []
    assert "change the address" in raised.value.do


def test_a_login_page_is_no_answer(server: ToolServer, api: Api) -> None:
    server.on("GET", f"{ROOT}/user_profile/", Reply(b"<!DOCTYPE html><title>Log in</title>", 200, HTML))
    with pytest.raises(DestinationError, match="web page") as raised:
        api.user()
    assert "Is the address that of DefectDojo itself" in raised.value.do


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"detail": f"Invalid token: {TOKEN}."}, 403),
        Reply({"name": [f"Token {TOKEN} is bad."]}, 400),
        Reply([f"Bad: {TOKEN}"], 500),
        Reply({"user": TOKEN}, 200),
        Reply(f"{TOKEN}".encode(), 200),
        Reply(b"", 302, {"location": f"http://127.0.0.1:1/?token={TOKEN}"}),
    ],
    ids=["403", "400", "500", "200", "text", "302"],
)
def test_p10_the_token_is_in_no_error_and_no_log(server: ToolServer, api: Api, run: TestRun, reply: Reply) -> None:
    server.on("GET", f"{ROOT}/user_profile/", reply)
    with pytest.raises(DestinationError) as raised:
        api.user()
    error: BaseException | None = raised.value
    while error is not None:
        assert TOKEN not in f"{error} {error!r} {error.__dict__}"
        error = error.__cause__
    assert TOKEN not in "".join(run.lines)
