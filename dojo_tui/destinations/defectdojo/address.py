"""Where a DefectDojo server is: what a person types, the address of its API, and those of its pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dojo_tui.model.errors import DestinationError, UsageError
from dojo_tui.model.secret import Secret
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.http.client import Client
    from dojo_tui.http.exchange import Caller
    from dojo_tui.http.retry import Retry

_API = "/api/v2"
_EXAMPLE = "Type it like https://dojo.example.com, with its path if it has one."
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_SECONDS = 90.0
"""A page of hundreds of Findings takes a busy server longer than most answers of most tools."""


def normalised(url: str) -> str:
    """The address of the server's web pages, from what was typed: with or without ``/api/v2``."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused(text, "is no address") from None
    # A password is no more repeated here than anywhere else.
    if "@" in parts.netloc:
        raise UsageError(
            "The address holds a user or a password.", do="Leave them out: the token is given apart, as a secret."
        )
    if parts.scheme not in ("http", "https"):
        raise _refused(text, "does not start with https:// or http://")
    bare = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc.rstrip(":")
    if not host or not _HOST.fullmatch(bare) or not re.fullmatch(r"[!-\[\]-~]*", text) or _climbs(parts.path):
        raise _refused(text, "is no address")
    if "?" in text or "#" in text:
        raise UsageError("The address holds a query or a fragment.", do="Leave out what follows ? or #.")
    path = parts.path.rstrip("/").removesuffix(_API).rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower().rstrip(':')}{path}"


def connected(
    base: str,
    token: Secret,
    caller: Caller,
    *,
    verify: bool | str = True,
    retry: Retry | None = None,
    at_once: int = 4,
) -> Client:
    """A client of the server at a normalised address.

    ``verify`` may name a file with the certificates of its authority; False
    trusts anybody who answers, so only a person may say it. ``at_once``
    requests are on their way at the same time, of all who use the client.
    """
    # Imported with the first client: who only names an address, as each start of the app does, needs none of it.
    from dojo_tui.http.auth import Header
    from dojo_tui.http.client import Client, Limits

    if not re.fullmatch(r"[!-~]+", token.reveal()):
        raise DestinationError(
            "The token is empty, or holds blanks or other signs that no token has.",
            safe="Nothing was sent.", do="Give the API v2 key alone, as DefectDojo shows it.",
        )  # fmt: skip
    auth = Header("Authorization", token, "Token ")
    return Client(
        f"{base}{_API}",
        caller,
        auth=auth,
        limits=Limits(concurrency=at_once, timeout=_SECONDS),
        verify=verify,
        retry=retry,
    )


def web(client: Client) -> str:
    """The address of the web pages, from a client of the API."""
    return client.base.removesuffix(_API)


def _climbs(path: str) -> bool:
    return any(part in (".", "..") for part in path.split("/"))


def _refused(text: str, why: str) -> UsageError:
    return UsageError(f"{inert(text[:100])!r} {why}.", do=_EXAMPLE)
