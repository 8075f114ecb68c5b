"""GraphQL: a named query as a Request, and errors that come with status 200."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dojo_tui.http.errors import FatalError, Fault, RefusedError, RetriableError, malformed
from dojo_tui.http.exchange import Request, Response

_NAME = re.compile(r"\s*query\s+(\w+)")
_AGAIN = ("RATE_LIMITED", "RATE_LIMIT", "THROTTLED", "TIMEOUT", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE")
_REFUSED = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "UNAUTHORIZED": 403, "NOT_FOUND": 404}


def query(path: str, document: str, variables: Mapping[str, Any] | None = None) -> Request:
    """A query; its variables can be set later as ``$.variables.NAME``."""
    named = _NAME.match(document)
    if named is None:
        raise ValueError("a GraphQL query needs a name")
    body = {"operationName": named[1], "query": document, "variables": dict(variables or {})}
    return Request(path, method="POST", json=body, repeatable=True, verify=_verify)


def _verify(response: Response) -> None:
    """Any error means that the data may be only a part of it."""
    data = response.json()
    if not isinstance(data, Mapping):
        raise malformed(f"{response.place} answered with something that is not GraphQL's.")
    errors = data.get("errors")
    if errors:
        first = errors[0] if isinstance(errors, list) and isinstance(errors[0], Mapping) else {}
        extensions = first.get("extensions")
        code = str(extensions.get("code", "")).upper() if isinstance(extensions, Mapping) else ""
        told = f"{response.place} answered with an error: {str(first.get('message', 'no reason given'))[:200]}"
        if code in _REFUSED:
            raise RefusedError(told, fault=Fault.YOURS, do="Look at the secret and its rights.", status=_REFUSED[code])
        if code in _AGAIN:
            raise RetriableError(told, fault=Fault.THEIRS, do="Run it again later.")
        raise FatalError(told, fault=Fault.OURS, do="The server may be of a version that this program does not know.")
    if not isinstance(data.get("data"), Mapping):
        raise malformed(f"{response.place} answered without data.")
