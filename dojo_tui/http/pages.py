"""How listings continue: one small frozen strategy for each way that is in use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from dojo_tui.http.errors import malformed
from dojo_tui.http.exchange import Request, Response
from dojo_tui.http.listing import Page

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$%&'*+.^`|~-]+\s*=\s*(?:\"[^\"]*\"|[^\s\",;]+))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Single:
    """All rows in one answer."""

    def first(self, request: Request) -> Request:
        """It is the request itself."""
        return request

    def following(self, request: Request, page: Page) -> Request | None:
        """There is none."""
        return None


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Numbered pages, from 1 or from 0.

    Where the answer tells a total, that is what ends it. Otherwise an empty
    page does: a short one may only mean that the server gives fewer at a
    time than it was asked for. ``short_ends`` trusts it all the same.
    """

    number: str = "page"
    size: str = "per_page"
    rows: int = 100
    start: int = 1
    short_ends: bool = False

    def first(self, request: Request) -> Request:
        """Number and size."""
        sized = request.having(self.size, self.rows) if self.size else request
        return sized.having(self.number, self.start)

    def following(self, request: Request, page: Page) -> Request | None:
        """The next number."""
        last = page.is_last_by_total
        if last is None:
            last = page.rows == 0 or (self.short_ends and page.rows < self.rows)
        return None if last else request.having(self.number, self.start + page.number + 1)


@dataclass(frozen=True, slots=True)
class Offset:
    """Counted rows: the next page starts after those that were given. Also in the body (``$.variables.start``)."""

    offset: str = "offset"
    size: str = "limit"
    rows: int = 100
    short_ends: bool = False

    def first(self, request: Request) -> Request:
        """From the first row on."""
        sized = request.having(self.size, self.rows) if self.size else request
        return sized.having(self.offset, 0)

    def following(self, request: Request, page: Page) -> Request | None:
        """From the first row not seen."""
        last = page.is_last_by_total
        if last is None:
            last = page.rows == 0 or (self.short_ends and page.rows < self.rows)
        return None if last else request.having(self.offset, page.given)


@dataclass(frozen=True, slots=True)
class LinkHeader:
    """The ``Link`` header with ``rel="next"`` (RFC 8288); there is none on the last page."""

    size: str = "per_page"
    rows: int = 100

    def first(self, request: Request) -> Request:
        """With the size, where there is one."""
        return request.having(self.size, self.rows) if self.size else request

    def following(self, request: Request, page: Page) -> Request | None:
        """Where the header leads."""
        link = next_link(page.response.headers.get("link", ""))
        return _to(request, page.response, link) if link else None


@dataclass(frozen=True, slots=True)
class NextLink:
    """The next page's address in the body: absolute or not, a text or ``{"href": ...}``; absent at the end.

    ``empty_ends`` is for those who give a link for ever: an empty page is the end.
    """

    place: str = "links.next"
    size: str = ""
    rows: int = 100
    empty_ends: bool = False

    def first(self, request: Request) -> Request:
        """With the size, where there is one."""
        return request.having(self.size, self.rows) if self.size else request

    def following(self, request: Request, page: Page) -> Request | None:
        """Where the body leads."""
        link = page.response.at(self.place)
        if isinstance(link, Mapping):
            link = link.get("href")
        if link is None or link == "" or (self.empty_ends and page.rows == 0):
            return None
        if not isinstance(link, str):
            raise malformed(f"{page.response.place}: {self.place!r} is no link.")
        return _to(request, page.response, link)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A cursor in the body or (``header``) in a header, to be given back as a parameter; absent or empty at the end."""

    place: str
    parameter: str
    size: str = ""
    rows: int = 100
    header: bool = False
    drops: tuple[str, ...] = ()
    """Parameters that the cursor takes the place of."""

    def first(self, request: Request) -> Request:
        """Without a cursor."""
        return request.having(self.size, self.rows) if self.size else request

    def following(self, request: Request, page: Page) -> Request | None:
        """With the cursor."""
        answer = page.response
        cursor = answer.headers.get(self.place.lower()) if self.header else answer.at(self.place)
        if cursor is None or cursor == "":
            return None
        if not isinstance(cursor, str | int) or isinstance(cursor, bool):
            raise malformed(f"{answer.place}: {self.place!r} is no cursor.")
        return request.without(*self.drops).having(self.parameter, cursor)


@dataclass(frozen=True, slots=True)
class PageInfo:
    """GraphQL's ``pageInfo``: ``hasNextPage`` and ``endCursor``."""

    place: str
    variable: str = "$.variables.after"

    def first(self, request: Request) -> Request:
        """Without a cursor."""
        return request

    def following(self, request: Request, page: Page) -> Request | None:
        """After the end cursor."""
        info = page.response.at(self.place)
        if not isinstance(info, Mapping) or not isinstance(info.get("hasNextPage"), bool):
            raise malformed(f"{page.response.place}: {self.place!r} does not say whether there is more.")
        if not info["hasNextPage"]:
            return None
        cursor = info.get("endCursor")
        if not isinstance(cursor, str) or not cursor:
            raise malformed(f"{page.response.place}: there is more, but {self.place!r} does not say from where.")
        return request.having(self.variable, cursor)


def next_link(header: str) -> str:
    """The target with ``rel="next"``, or nothing; raises when the header cannot be read."""
    rest = _LINK.sub("", header)
    if rest.strip(" ,"):
        raise malformed(f"A Link header cannot be read: {header[:100]!r}.")
    for target, parameters in _LINK.findall(header):
        rel = _REL.search(parameters)
        if rel and "next" in (rel[1] or rel[2] or "").lower().split():
            return str(target)
    return ""


def _to(request: Request, response: Response, link: str) -> Request:
    """The same question at another place; a link that starts at the host (``/rest/...``) is joined with the host."""
    return Request(
        urljoin(response.url, link),
        method=request.method,
        json=request.json,
        headers=request.headers,
        accept=request.accept,
        repeatable=request.repeatable,
        verify=request.verify,
    )
