"""What a server says when it does not do as it was asked: the bodies are those of DefectDojo 3.2.0."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from dojo_tui.destinations.defectdojo.errors import (
    Act,
    AlreadyThereError,
    FindingGoneError,
    NotSentError,
    UnknownOutcomeError,
    said,
    translated,
)
from dojo_tui.http.errors import Fault, HttpError, UnreachableError, UnsentError
from dojo_tui.http.exchange import JSON, Request, Response
from dojo_tui.http.judge import judge
from dojo_tui.http.wire import _ours
from dojo_tui.model.errors import DestinationError, LostError
from tests.shared import shared

PRO = {"pro": ["Pro comes with support. Try today for free or email us at hello@defectdojo.com"]}
POST = Request("reimport-scan/", method="POST")
GET = Request("findings/")
ACT = Act("The reimport", "import scan results", broken="Half of it stays.")


def failed(status: int, body: Any, request: Request = POST, kind: str = JSON) -> DestinationError:
    """What comes out when the server answers so."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"https://dojo.example.com/api/v2/{request.path}"
    with pytest.raises(HttpError) as raised:
        judge(Response(request.method, url, status, {"content-type": kind}, data), JSON)
    return translated(raised.value, ACT, request)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"detail": 'Method "PUT" not allowed.'}, 'Method "PUT" not allowed.'),
        (
            {"name": ["Too long."], "message": "{'name': [ErrorDetail(string='Too long.', code='x')]}", **PRO},
            "name: Too long.",
        ),
        (
            {"target_start": ["This field is required."], "target_end": ["This field is required."], "message": "{..."},
            "target_start: This field is required.; target_end: This field is required.",
        ),
        (
            {"non_field_errors": ["Report file is too large. Maximum supported size is 100 MB"], "message": "x", **PRO},
            "Report file is too large. Maximum supported size is 100 MB",
        ),
        ({"message": "JSON request content is malformed"}, "JSON request content is malformed"),
        (
            {"message": "[\"Required fields are missing: ['severity']\"]", **PRO},
            "Required fields are missing: ['severity']",
        ),
        (
            {"message": "['Finding severity \"Urgent\" is not one of [\\'Info\\', \\'Low\\'].', 'And\\nmore']", **PRO},
            "Finding severity \"Urgent\" is not one of ['Info', 'Low'].; And more",
        ),
        ({"message": "[not what it seems", **PRO}, "[not what it seems"),
        (["product_name parameter missing"], "product_name parameter missing"),
        ({"findings": [{"title": ["Wrong."]}, {}]}, "findings: title: Wrong."),
        ({"detail": "a\x1b[31m\n b\u202ec"}, "a␛[31m b\ufffdc"),
        ([], ""),
        ({}, ""),
        (None, ""),
        ("text", ""),
    ],
)
def test_five_shapes_one_sentence(body: Any, sentence: str) -> None:
    assert said(json.dumps(body).encode()).sentence == sentence


def test_what_was_recorded_reads_well() -> None:
    read = 0
    for recording in shared("defectdojo-api", "recordings").glob("*.json"):
        answer = json.loads(recording.read_bytes())["response"]
        if answer["status"] >= 400:
            sentence = said(json.dumps(answer["body"]).encode()).sentence
            assert sentence, recording.name
            assert not re.search(r"ErrorDetail|Try today|^\[|\\'|\n", sentence), recording.name
            read += 1
    assert read > 50


@pytest.mark.parametrize(
    ("status", "body", "request_", "kind"),
    [
        (400, ['Test "22" does not exist'], POST, "Test"),
        (400, ['Engagement "4" does not exist'], POST, "Engagement"),
        (404, {"detail": "No Test matches the given query."}, Request("tests/9/"), "Test"),
        (404, {"detail": "No Engagement matches the given query."}, Request("tests/", method="POST"), "Engagement"),
        (404, {"detail": "Not found."}, Request("products/9/"), "Product"),
        (400, {"test": ["Select a valid choice. That choice is not one of ..."], "message": "x", **PRO}, GET, "Test"),
        (400, {"product": ["Select a valid choice. That ..."]}, Request("engagements/"), "Product"),
        (400, {"test": ['Invalid pk "22" - object does not exist.'], "message": "x"}, POST, "Test"),
    ],
)
def test_what_was_deleted_is_lost(status: int, body: Any, request_: Request, kind: str) -> None:
    error = failed(status, body, request_)
    assert isinstance(error, LostError)
    assert f"the {kind} is not there any more" in error.what


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"<html><h1>Not Found</h1>", "text/html"),
        (404, {"error": "no such route"}, JSON),
        (404, {"detail": "No Product_Type matches the given query."}, JSON),
        (404, {"detail": "Not found."}, JSON),
        (400, {"o": ["Select a valid choice. nosuch is not one of the available choices."]}, JSON),
        (400, {"message": 'Test "22" does not exist'}, JSON),
        (410, b"", "text/plain"),
    ],
)
def test_a_wrong_address_or_question_is_not_taken_for_a_deletion(status: int, body: Any, kind: str) -> None:
    error = failed(status, body, GET, kind)
    assert isinstance(error, DestinationError)
    assert not isinstance(error, LostError)


def test_a_deleted_finding_does_not_make_its_record_stale() -> None:
    error = failed(404, {"detail": "No Finding matches the given query."}, Request("findings/5/", method="PATCH"))
    assert isinstance(error, FindingGoneError)
    assert not isinstance(error, LostError)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"name": ["product with this name already exists."], "message": "{...}", **PRO}),
        (400, {"name": ["product_ type with this name already exists."], "message": "{...}", **PRO}),
        (409, {"message": "The request conflicts with ... because a unique field value already exists. Retrieve ..."}),
    ],
)
def test_a_name_that_is_taken(status: int, body: Any) -> None:
    assert isinstance(failed(status, body), AlreadyThereError)


@pytest.mark.parametrize(
    ("status", "body", "kind", "what", "do"),
    [
        (403, {"detail": "Invalid token."}, JSON, "does not accept the token (403): Invalid token.", "revoked"),
        (401, {"detail": "x"}, JSON, "does not accept the token (401)", "revoked"),
        (
            403,
            {"detail": "Authentication credentials were not provided."},
            JSON,
            "does not accept the token",
            "Authorization header",
        ),
        (
            403,
            {"detail": "You do not have permission to perform this action."},
            JSON,
            "The reimport was refused (403)",
            "needs the right to import scan results",
        ),
        (429, b"", "text/plain", "failed (429)", "later"),
        (415, {"detail": 'Unsupported media type "x".'}, JSON, "(415): Unsupported media type", "version"),
    ],
)
def test_refused(status: int, body: Any, kind: str, what: str, do: str) -> None:
    error = failed(status, body, kind=kind)
    assert what in error.what
    assert do in error.do
    assert error.safe == "Nothing was changed."
    assert isinstance(error, DestinationError)


@pytest.mark.parametrize(
    ("status", "body", "kind", "what", "do"),
    [
        (403, b"<html>Blocked</html>", "text/html", "something before it", "proxy or a firewall"),
        (403, {"message": "Forbidden"}, JSON, "something before it", "proxy or a firewall"),
        (400, b"<html>The plain HTTP request was sent to HTTPS port", "text/html", "failed (400)", "http or https"),
        (400, {"error": "upstream timed out"}, JSON, "something before it", "version"),
        (413, b"<html>too large</html>", "text/html", "failed (413)", "larger reports"),
        (413, {"message": "Request Too Long"}, JSON, "something before it", "larger reports"),
        (404, b"<html>nginx</html>", "text/html", "failed (404)", "Is the address that of DefectDojo"),
        (404, {"message": "no Route matched with those values"}, JSON, "something before it", "Is the address"),
        (404, {"detail": "Not Found"}, JSON, "something before it", "Is the address"),
        (404, b"", "text/plain", "something before it", "Is the address"),
        (405, b"<html>nginx</html>", "text/html", "failed (405)", "version"),
        (408, {"detail": "x"}, JSON, "failed (408)", "server is well"),
        (500, {"errors": [{"status": 500}]}, JSON, "failed (500)", "server"),
        (500, {"message": "x", "request_id": "7"}, JSON, "failed (500)", "server"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_fault_9_what_is_not_defectdojos_own_leaves_the_end_open(
    status: int, body: Any, kind: str, what: str, do: str, method: str
) -> None:
    error = failed(status, body, Request("findings/5/", method=method, repeatable=method != "POST"), kind)
    assert isinstance(error, UnknownOutcomeError)
    assert what in error.what
    assert do in error.do
    assert "Nothing was changed" not in str(error)
    assert "may have been carried out" in error.safe
    assert not isinstance(failed(status, body, GET, kind), UnknownOutcomeError), "a question changes nothing"


def test_the_server_failed_in_the_middle() -> None:
    error = failed(500, {"message": "Internal server error, check logs for details", **PRO})
    assert type(error) is DestinationError
    assert str(error) == (
        "The reimport failed (500): Internal server error, check logs for details."
        " Half of it stays. The server's log tells why."
    )


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_what_a_proxy_says_leaves_the_end_open(status: int) -> None:
    """503 with Retry-After too: a cache says so of a wait for the server that ended in the middle."""
    error = failed(status, b"<html>Guru meditation</html>", kind="text/html")
    assert isinstance(error, UnknownOutcomeError)
    assert "may have been carried out" in error.safe
    assert type(failed(status, b"", GET, "text/html")) is DestinationError


@pytest.mark.parametrize("status", [400, 401, 403, 405, 409, 415, 429, 500])
def test_what_has_an_end_is_not_called_open(status: int) -> None:
    assert not isinstance(failed(status, {"detail": "x"}), UnknownOutcomeError)


def test_fault_9_what_was_not_sent_whole_was_not_carried_out() -> None:
    told = translated(UnsentError("POST /a: the connection broke off.", fault=Fault.THEIRS), ACT, POST)
    assert isinstance(told, NotSentError)
    assert told.safe == "Nothing was changed."


def test_an_answer_that_is_a_web_page_leaves_the_end_of_a_post_open() -> None:
    page = b"<!DOCTYPE html><title>Log in</title>"
    assert isinstance(failed(200, page, kind="text/html"), UnknownOutcomeError)
    read = failed(200, page, GET, "text/html")
    assert type(read) is DestinationError
    assert "web page" in read.what
    assert "ask for a login" in read.do


def test_nothing_sent_is_nothing_done() -> None:
    error = _ours(httpx.ConnectError("x"), "POST /a", "https://dojo.example.com/a")
    assert isinstance(error, UnreachableError)
    told = translated(error, ACT, POST)
    assert type(told) is DestinationError
    assert told.what == "The reimport failed: https://dojo.example.com:443 cannot be reached."
    assert "DefectDojo runs" in told.do
    cut = _ours(httpx.ReadTimeout("x"), "POST /a", "https://dojo.example.com/a")
    assert isinstance(translated(cut, ACT, POST), UnknownOutcomeError)


@pytest.mark.parametrize(("body", "kind"), [({"detail": "Your trial has ended."}, JSON), (b"<h1>Blocked", "text/html")])
def test_fault_13_a_plan_that_ended_is_told_as_that(body: Any, kind: str) -> None:
    error = failed(402, body, kind=kind)
    assert "(402)" in error.what
    assert error.do == "The plan or licence of this DefectDojo does not allow it (any more): ask who administers it."
