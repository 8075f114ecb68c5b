"""Requests are checked against the published description of the API."""

from __future__ import annotations

import json

import pytest

from tests.defectdojo_server.forms import Request
from tests.defectdojo_server.openapi import FILE, Description
from tests.shared import shared


@pytest.fixture(scope="module")
def described() -> Description:
    return Description(json.loads(shared(*FILE).read_text(encoding="utf-8")))


def asked(
    method: str, path: str, query: dict[str, str] | None = None, body: bytes = b"", media_type: str = "application/json"
) -> Request:
    return Request(method, f"/api/v2/{path}", query or {}, {"content-type": media_type}, body, "")


def multipart(**fields: str) -> bytes:
    parts = [f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    parts.append('--x\r\ncontent-disposition: form-data; name="file"; filename="report.json"\r\n\r\n{}\r\n--x--\r\n')
    return "".join(parts).encode()


FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    "request_",
    [
        asked("GET", "findings/", {"test": "7", "limit": "250", "o": "id", "active": "true", "severity": "High,Low"}),
        asked("GET", "findings/", {"test__engagement__product": "1,2"}),
        asked("PATCH", "findings/7/", body=b'{"line": null, "severity": "Low", "active": true}'),
        asked("POST", "engagements/", body=b'{"product": 1, "target_start": "2026-01-01", "target_end": "2026-12-31"}'),
        asked("DELETE", "tests/7/"),
        asked(
            "POST",
            "reimport-scan/",
            None,
            multipart(test="7", scan_type="SARIF", tags="a", do_not_reactivate="true"),
            FORM,
        ),
    ],
)
def test_what_is_right_passes(described: Description, request_: Request) -> None:
    assert described.violations(request_) == []


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (asked("GET", "nowhere/"), "there is no such address"),
        (asked("GET", "findings"), "there is no such address"),
        (asked("DELETE", "findings/"), "there is no such method"),
        (asked("GET", "findings/", {"product": "7"}), "there is no query parameter product"),
        (asked("GET", "findings/", {"test": "7,8"}), "test: '7,8' is not of type 'integer'"),
        (asked("GET", "tests/", {"o": "id"}), "o.0: 'id' is not one of"),
        (asked("PATCH", "findings/seven/"), "id in the path is no number"),
        (asked("PATCH", "findings/7/", body=b'{"lines": 1}'), "there is no field lines"),
        (asked("PATCH", "findings/7/", body=b'{"line": "one"}'), "body.line: 'one' is not of type 'integer', 'null'"),
        (asked("POST", "products/", body=b'{"name": "x"}'), "body: 'description' is a required property"),
        (asked("POST", "products/", body=b'{"na'), "the body is no object"),
        (asked("POST", "engagements/", body=b'{"target_start": "soon"}'), "body.target_start: 'soon' is not a 'date'"),
        (asked("POST", "reimport-scan/", body=b"{}"), "it takes no body of type 'application/json'"),
        (
            asked("POST", "reimport-scan/", None, multipart(test="seven", scan_type="SARIF"), FORM),
            "body.test: 'seven' is not of type 'integer'",
        ),
        (asked("POST", "reimport-scan/", None, multipart(test="7"), FORM), "body: 'scan_type' is a required property"),
    ],
)
def test_what_is_wrong_is_told(described: Description, request_: Request, told: str) -> None:
    assert any(text.startswith(told) for text in described.violations(request_))
