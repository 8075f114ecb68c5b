"""The small strategies, each by itself: waits, Link headers, redaction of forms, depth of JSON."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from dojo_tui.http.errors import Fault, HttpError, IncompleteError, RefusedError, RetriableError, for_status
from dojo_tui.http.exchange import Request, Response, origin, path
from dojo_tui.http.pages import next_link
from dojo_tui.http.retry import Failure, Retry, means_scarce
from dojo_tui.model.secret import HIDDEN, Secret, scrub

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def failure(status: int, headers: dict[str, str] | None = None, attempt: int = 1) -> Failure:
    headers = headers or {}
    error = for_status(status, "GET /x", headers, "", scarce=means_scarce(status, headers))
    assert error is not None
    return Failure(error, attempt, NOW)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "7"}, 7),
        (503, {"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT"}, 30),
        (429, {"retry-after": "Mon, 02 Mar 2026 08:00:00 GMT"}, 0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 20)}, 21),
        (429, {"ratelimit-reset": "15"}, 15),
        (409, {"x-ratelimit-towait-sec": "12"}, 12),
        (429, {"retry-after": "soon"}, 1),
        (500, {}, 1),
        (429, {"retry-after": "-5"}, 1),
        (429, {"retry-after": "nan"}, 1),
    ],
)
def test_how_long_to_wait(status: int, headers: dict[str, str], seconds: float) -> None:
    assert Retry().wait(failure(status, headers), 0.0, may_repeat=True) == seconds


def test_waits_grow_and_end() -> None:
    waits = [Retry().wait(failure(502, attempt=number), 0.0, may_repeat=True) for number in (1, 2, 3, 4, 5)]
    assert waits == [1, 2, 4, 8, None]


def test_who_would_have_to_wait_too_long_fails_at_once() -> None:
    assert Retry(longest=60).wait(failure(429, {"retry-after": "61"}), 0.0, may_repeat=True) is None
    assert Retry(longest=60).wait(failure(429, {"retry-after": "31"}), 30.0, may_repeat=True) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
def test_what_is_decided_is_not_asked_again(status: int) -> None:
    assert Retry().wait(failure(status), 0.0, may_repeat=True) is None


def test_what_may_have_been_done_is_not_done_twice() -> None:
    assert Retry().wait(failure(503), 0.0, may_repeat=False) is None
    assert Retry().wait(failure(429, {"retry-after": "1"}), 0.0, may_repeat=False) == 1


@pytest.mark.parametrize(
    ("status", "fault", "kind"),
    [
        (401, Fault.YOURS, RefusedError),
        (429, Fault.THEIRS, RetriableError),
        (500, Fault.THEIRS, RetriableError),
        (422, Fault.OURS, HttpError),
    ],
)
def test_whose_fault_it_is(status: int, fault: Fault, kind: type[HttpError]) -> None:
    error = failure(status).error
    assert error.fault is fault
    assert isinstance(error, kind)
    assert error.what
    assert error.safe
    assert error.do


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", ""),
        ('<https://x/a?page=2>; rel="next", <https://x/a?page=9>; rel="last"', "https://x/a?page=2"),
        ('<https://x/a?page=9>; rel="last", </a?page=2>; rel=next', "/a?page=2"),
        ('<https://x/a>; title="a, b; rel=\\"next"; rel="prev"', None),
        ('<https://x/a,b;c>; foo=bar; rel="prev next"', "https://x/a,b;c"),
        ('<https://x/a>; rel="first"', ""),
        ("https://x/a; rel=next", None),
    ],
)
def test_link_headers(header: str, target: str | None) -> None:
    if target is None:
        with pytest.raises(IncompleteError):
            next_link(header)
    else:
        assert next_link(header) == target


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("HTTPS://Tool.Example:443/x", True),
        ("https://tool.example/", True),
        ("https://tool.example.:443/", False),
        ("http://tool.example/", False),
        ("https://tool.example:8443/", False),
        ("https://tool.example@evil.example/", False),
        ("https://user@tool.example/", False),
        ("https://tool.example\\@evil.example/", False),
        ("https://tool.example.evil.example/", False),
        ("https://tool.example:99999/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_p10_what_is_the_same_origin(text: str, same: bool) -> None:
    assert (origin(text) == origin("https://tool.example")) is same


def test_an_id_is_one_part_of_a_path() -> None:
    assert path("/a/{}/b/{}", "x/../y?z#", 7) == "/a/x%2F..%2Fy%3Fz%23/b/7"
    for bad in ("", ".", ".."):
        with pytest.raises(IncompleteError):
            path("/a/{}", bad)


def response(body: bytes) -> Response:
    return Response("GET", "http://x/a", 200, {}, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b"[1] 2",
        b'\xff"',
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
    ],
)
def test_p3_what_is_not_exactly_json_is_no_answer(body: bytes) -> None:
    with pytest.raises(IncompleteError):
        response(body).json()


def test_brackets_in_texts_nest_nothing() -> None:
    data = {"a": "[" * 200 + '\\"{{', "b": [[{}], [[]]] * 50}
    assert response(json.dumps(data).encode()).json() == data
    assert response(b"[" * 64 + b"]" * 64).json()


def test_where_values_go() -> None:
    request = Request("/x", {"a": 1}, json={"variables": {"id": "7"}})
    assert request.having("page", 2).params == {"a": 1, "page": 2}
    assert request.having("$.variables.after", "c").json == {"variables": {"id": "7", "after": "c"}}
    assert request.json == {"variables": {"id": "7"}}
    assert request.having("$.variables.after", "c").identity != request.having("$.variables.after", "d").identity


def test_p10_a_secret_does_not_show_itself() -> None:
    secret = Secret("pa55 w/ord&<>\"'")
    assert f"{secret} {secret!r} {secret:>5} %s" % secret == " ".join([HIDDEN] * 4)
    with pytest.raises(TypeError):
        json.dumps({"a": secret})
    import pickle

    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("before", ["", "a", "ab", "user:", "someone@example.org:"])
def test_p10_encoded_secrets_are_scrubbed(before: str) -> None:
    value = "tOp+s3cret/ключ~value"
    Secret(value)
    forms = [
        value,
        quote(value, safe=""),
        json.dumps(value),
        repr(value),
        base64.b64encode(f"{before}{value}".encode()).decode(),
        base64.urlsafe_b64encode(f"{before}{value}".encode()).decode(),
        value.upper(),
    ]
    for form in forms:
        scrubbed = scrub(f"before {form} after")
        assert HIDDEN in scrubbed, form
        assert "s3cret" not in scrubbed
    assert scrub("nothing to see") == "nothing to see"
