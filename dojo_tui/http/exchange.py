"""One question and one answer, as data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from dojo_tui.http.errors import malformed
from dojo_tui.model.values import at

JSON = "application/json"
_NESTS = frozenset((dict, list))

Verify = Callable[["Response"], None]


class Caller(Protocol):
    """What the one for whom we ask provides: a running Operation, or a check."""

    def check(self) -> None:
        """Raise if it was cancelled."""

    def wait(self, seconds: float) -> None:
        """Wait, but not longer than until it was cancelled; then raise as ``check`` does."""

    def log(self, message: str) -> None:
        """Add a line to the log."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of a form."""

    field: str
    name: str
    content: bytes
    kind: str = JSON


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. ``path`` continues the location; a whole URL must be of its origin."""

    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    method: str = "GET"
    json: Any = None
    form: Mapping[str, str] | None = None
    upload: Upload | None = None
    """A file, sent as a form (``multipart/form-data``) together with the fields of ``form``."""
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = JSON
    repeatable: bool = False
    """True when asking twice does no harm although the method is not GET (a query by POST)."""
    verify: Verify | None = None
    """Looks at a good answer and raises when it is none after all (errors with status 200)."""
    seconds: float = 0.0
    """Longest silence of the server before it answers, where it works that long; 0 is that of the Limits."""

    @property
    def may_repeat(self) -> bool:
        """Whether it may be sent again."""
        return self.repeatable or self.method in ("GET", "HEAD")

    @property
    def identity(self) -> str:
        """Equal for equal questions."""
        query = urlencode(sorted((name, str(value)) for name, value in self.params.items()))
        return f"{self.method} {self.path}?{query} {json.dumps(self.json, sort_keys=True, default=str)} {self.form}"

    def having(self, place: str, value: str | int) -> Request:
        """The same with a value set: a query parameter, or, when ``place`` starts with ``$.``, one in the body."""
        if not place.startswith("$."):
            return replace(self, params={**self.params, place: value})
        return replace(self, json=_set(self.json or {}, place[2:].split("."), value))

    def without(self, *names: str) -> Request:
        """The same without some query parameters."""
        return replace(self, params={name: value for name, value in self.params.items() if name not in names})


def path(template: str, *parts: str | int) -> str:
    """A path with each ``{}`` replaced by one quoted part: an id from outside never leaves its place."""
    try:
        quoted = [quote(str(part), safe="") for part in parts]
    except UnicodeEncodeError:  # half a character
        raise malformed(f"An id is no id: {parts!r}.") from None
    if any(part in ("", ".", "..") for part in quoted):
        raise malformed(f"An id is no id: {parts!r}.")
    return template.format(*quoted)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port; all empty for what is no plain address, which so equals none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0
    if "@" in parts.netloc or "\\" in url or not parts.hostname:
        return "", "", 0
    return parts.scheme, parts.hostname.lower(), port


class Response:
    """An answer, read whole and within bounds; header names are in lower case."""

    __slots__ = ("_data", "_read", "body", "depth", "headers", "method", "status", "url")

    def __init__(
        self, method: str, url: str, status: int, headers: Mapping[str, str], body: bytes, depth: int = 64
    ) -> None:
        self.method, self.url, self.status, self.headers, self.body = method, url, status, headers, body
        self.depth = depth
        self._read = False
        self._data: Any = None

    @property
    def place(self) -> str:
        """Method and path, for messages: no query, which may hold anything."""
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON; raises IncompleteError for anything that is not exactly that."""
        if not self._read:
            self._data = self._parse()
            self._read = True
        return self._data

    def at(self, dotted: str, default: Any = None) -> Any:
        """What stands at a place like ``page.total`` of the body; ``default`` where there is nothing."""
        return at(self.json(), dotted, default)

    def _parse(self) -> Any:
        try:
            data = json.loads(self.body, parse_constant=_no_constant)
        except RecursionError:
            raise malformed(f"{self.place} answered with JSON that is nested too deeply.") from None
        except (ValueError, UnicodeDecodeError) as error:
            where = getattr(error, "pos", None)
            told = f" (broken at character {where:,} of {len(self.body):,} bytes)" if where is not None else ""
            raise malformed(f"{self.place} answered with something that is not whole JSON{told}.") from None
        if _deeper_than(data, self.depth):
            raise malformed(f"{self.place} answered with JSON that is nested more than {self.depth} deep.")
        return data


def _set(body: Any, parts: list[str], value: Any) -> Any:
    first, *rest = parts
    inner = _set(body.get(first) or {}, rest, value) if rest else value
    return {**body, first: inner}


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _deeper_than(data: Any, depth: int) -> bool:
    """Whether objects and lists nest deeper: one level after the other, for a stack may not be as deep as they are."""
    level = [data] if type(data) in _NESTS else []
    for _ in range(depth):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in _NESTS
        ]
    return bool(level)
