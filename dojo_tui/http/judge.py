"""Is an answer one? Its status, its kind, and what its sender says about a failure."""

from __future__ import annotations

import json
import re
from typing import Any

from dojo_tui.http.errors import FatalError, Fault, for_status, incomplete
from dojo_tui.http.exchange import JSON, Response
from dojo_tui.http.retry import means_scarce
from dojo_tui.model.secret import scrub

_LONGEST = 200
_MOST_SAID = 65_536
_ANY = "*/*"


def judge(response: Response, accept: str) -> None:
    """Raise the error that an answer is."""
    headers = response.headers
    said = _said(response)
    # Some limits are told in words only; where they mean "not permitted", nothing is lost by trying again.
    scarce = means_scarce(response.status, headers) or (response.status == 403 and "rate limit" in said.lower())
    error = for_status(response.status, response.place, headers, said, scarce=scarce)
    if error is not None:
        error.body = response.body[:_MOST_SAID]
        raise error
    if accept == _ANY:
        return
    if response.kind in ("text/html", "application/xhtml+xml") or response.body[:200].lstrip().lower().startswith(
        (b"<!doctype html", b"<html")
    ):
        raise FatalError(
            f"{response.place} answered with a web page instead of data (a login or an error page).",
            fault=Fault.YOURS, do="Is the location that of the tool's interface, and does a proxy ask for a login?",
            status=response.status,
        )  # fmt: skip
    if response.status in (203, 206):
        raise incomplete(f"{response.place} was changed or cut on its way ({response.status}).")
    if "json" in accept and response.kind and not _may_be_json(response.kind):
        raise incomplete(f"{response.place} answered with {response.kind[:50]!r} instead of JSON.")
    if accept == JSON and not response.body and response.status != 204:
        raise incomplete(f"{response.place} answered with nothing.")


def _may_be_json(kind: str) -> bool:
    """Some say no kind, some the wrong one: whether it is JSON is seen when it is read."""
    return "json" in kind or kind in ("text/plain", "application/octet-stream", "text/javascript")


def _said(response: Response) -> str:
    """What the server says about a failure, in a few words."""
    if response.status < 400 or not response.body:
        return ""
    if "json" in response.kind:
        try:
            text = _sentence(json.loads(response.body[:_MOST_SAID]))
        except (ValueError, RecursionError):
            text = ""
    elif response.kind == "text/plain":
        text = response.body[:_MOST_SAID].decode("utf-8", "replace")
    else:
        text = ""
    # Half a secret is no longer recognised as one.
    return scrub(re.sub(r"\s+", " ", text).strip())[:_LONGEST]


def _sentence(data: Any) -> str:
    """The usual places of a message: message, detail, title, error, errors."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return _sentence(data[0]) if data else ""
    if isinstance(data, dict):
        for name in ("detail", "message", "msg", "error_description", "title", "error", "errors"):
            found = _sentence(data.get(name))
            if found:
                return found
    return ""
