"""Calls of the API: its paths and listings, and its failures as ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from dojo_tui.destinations.defectdojo.errors import Act, UnknownOutcomeError, foreign, translated
from dojo_tui.destinations.defectdojo.things import Raw, unreadable
from dojo_tui.http.client import Client
from dojo_tui.http.errors import HttpError
from dojo_tui.http.exchange import Request, Response, Upload
from dojo_tui.http.listing import InBody, Listing, walk
from dojo_tui.http.pages import Offset

Params = Mapping[str, str | int]

_T = TypeVar("_T")

IsOwn = Callable[[Raw], bool]
"""Whether an object is what DefectDojo answers to what was asked."""

_AT_ONCE = 100
_TRIES = 3


class Calls:
    """What is asked with a Client, for an Act that errors name."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, path: str, act: Act, params: Params | None = None) -> Raw:
        """One object."""
        return self._object(Request(path, params or {}), act)

    def rows(self, path: str, params: Params, act: Act, *, at_once: int = _AT_ONCE) -> Iterator[Raw]:
        """A listing: all of it, or an error (P3). Where it goes on is counted: ``next`` may lead anywhere."""
        request = Request(path, params)
        listing = Listing(request, Offset(rows=at_once), rows="results", key="id", total=InBody("count"))
        try:
            yield from walk(self._client, listing)
        except HttpError as error:
            raise translated(error, act, request) from None

    def post(self, path: str, body: Mapping[str, Any], act: Act) -> Raw:
        """Make something; never sent again once it may have arrived."""
        return self._changed(Request(path, method="POST", json=body), act, _has_id)

    def patch(self, path: str, body: Mapping[str, Any], act: Act) -> Raw:
        """Change something; twice is as good as once."""
        request = Request(path, method="PATCH", json=body, repeatable=True)
        return self._again(lambda: self._changed(request, act, _has_id))

    def delete(self, path: str, act: Act) -> None:
        """Delete something; twice is as good as once."""
        request = Request(path, method="DELETE", repeatable=True)

        def ask() -> None:
            if self._send(request, act).body:
                raise foreign(act, request)

        self._again(ask)

    def upload(
        self, path: str, form: Mapping[str, str], upload: Upload, act: Act, seconds: float, is_own: IsOwn
    ) -> Raw:
        """Send a file, and wait for the end of what the server does with it."""
        return self._changed(Request(path, method="POST", form=form, upload=upload, seconds=seconds), act, is_own)

    def _again(self, ask: Callable[[], _T]) -> _T:
        """Ask anew where something in front of the server answered in its place."""
        for number in range(1, _TRIES):
            try:
                return ask()
            except UnknownOutcomeError as error:
                self._client.caller.log(f"{error.what} Asking again in {number} s.")
                self._client.caller.wait(number)
        return ask()

    def _changed(self, request: Request, act: Act, is_own: IsOwn) -> Raw:
        """Change something; what is no answer of DefectDojo's own says nothing about it."""
        answer = self._send(request, act)
        try:
            data = answer.json()
        except HttpError as error:
            raise translated(error, act, request) from None
        if not isinstance(data, Mapping) or not is_own(data):
            raise foreign(act, request)
        return data

    def _object(self, request: Request, act: Act) -> Raw:
        answer = self._send(request, act)
        try:
            data = answer.json()
        except HttpError as error:
            raise translated(error, act, request) from None
        if not isinstance(data, Mapping):
            raise unreadable("an object")
        return data

    def _send(self, request: Request, act: Act) -> Response:
        try:
            return self._client.send(request)
        except HttpError as error:
            raise translated(error, act, request) from None


def _has_id(row: Raw) -> bool:
    return isinstance(row.get("id"), int) and not isinstance(row.get("id"), bool)
