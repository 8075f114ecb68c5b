"""Reading a listing to its end, or failing: what is given out as whole has been shown to be (P3)."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from dojo_tui.http.client import Client
from dojo_tui.http.errors import Fault, IncompleteError, incomplete, malformed
from dojo_tui.http.exchange import Request, Response
from dojo_tui.http.seen import Seen
from dojo_tui.model.values import at

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a server says there are; ``exact`` or at least."""

    number: int
    exact: bool = True


class Total(Protocol):
    """Where an answer tells how many rows there are in all."""

    def read(self, response: Response) -> Count | None:
        """The number; None where this answer does not tell. Raises when it must."""
        ...


@dataclass(frozen=True, slots=True)
class InBody:
    """At a dotted place of the body."""

    place: str
    required: bool = True

    def read(self, response: Response) -> Count | None:
        """Read it."""
        return _count(response, response.at(self.place), self.place, self.required)


@dataclass(frozen=True, slots=True)
class InHeader:
    """In a header; ``kind`` names one that says whether it is ``EXACT`` (nothing said: it is)."""

    name: str
    kind: str = ""
    required: bool = True

    def read(self, response: Response) -> Count | None:
        """Read it."""
        count = _count(response, response.headers.get(self.name.lower()), self.name, self.required)
        if count is None or not self.kind:
            return count
        return Count(count.number, response.headers.get(self.kind.lower(), "exact").strip().lower() == "exact")


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was read."""

    response: Response
    number: int
    """0 for the first."""
    rows: int
    given: int
    """Rows so far, this page's included."""
    seen: int
    """Different rows so far."""
    total: Count | None

    @property
    def is_last_by_total(self) -> bool | None:
        """What the total says; None where it says nothing."""
        if self.total is None:
            return None
        if self.total.exact:
            return self.seen >= self.total.number
        return self.rows == 0


class Pages(Protocol):
    """How a listing continues."""

    def first(self, request: Request) -> Request:
        """The request for the first page."""
        ...

    def following(self, request: Request, page: Page) -> Request | None:
        """The one after it; None when the listing has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list: where, where the rows stand in an answer, how it continues, and how its end is proved."""

    request: Request
    pages: Pages
    rows: str = ""
    """Dotted place of the list in the body; empty when the body is the list."""
    key: str = ""
    """Dotted place of a row's id: rows that come twice (something moved while we read) are given once.

    Where a tool gives an id to several rows, name further places after a blank: what they say may also be missing.
    """
    total: Total | None = None
    absent_is_empty: bool = False
    """Some leave the list out when it is empty; only where that is documented."""


class _ShiftedError(IncompleteError):
    """The listing changed while it was read: reading it once more may give it whole."""


def walk(client: Client, listing: Listing) -> Iterator[Raw]:
    """Yield every row; raises IncompleteError unless the end was reached and nothing speaks against it.

    A listing whose rows have ids is read a second time when it shifted under
    our hands; what was given already is not given again.
    """
    given = Seen()
    try:
        yield from _read(client, listing, given)
    except _ShiftedError as error:
        if not listing.key:
            raise
        client.caller.log(f"{error.what} Reading it once more.")
        yield from _read(client, listing, Seen(), given)


def _read(client: Client, listing: Listing, known: Seen, given: Container[object] = ()) -> Iterator[Raw]:
    request: Request | None = listing.pages.first(listing.request)
    place = f"{listing.request.method} {urlsplit(listing.request.path).path}"
    asked, bodies = Seen(), Seen()
    seen, rows_given, number, most, fewer = 0, 0, 0, 0, False
    while request is not None:
        if not asked.add(request.identity):
            raise incomplete(f"{place} leads to a page that was read already.")
        if number >= client.limits.pages:
            raise incomplete(f"{place} does not end after {number:,} pages.")
        response = client.send(request)
        rows = _select(response, listing)
        total = listing.total.read(response) if listing.total is not None else None
        names = _names(rows, listing.key, response)
        new = {name: row for name, row in zip(names or (), rows, strict=False) if known.add(name)}
        # The same id twice on one page is the tool's own affair; on two pages it is a sign that they overlap.
        fresh = len(rows) if names is None else sum(name in new for name in names)
        other = bodies.add(hash(response.body))
        if rows and number and not (fresh and other):
            raise incomplete(f"{place} gives the same page again: it cannot be read page by page.")
        yield from rows if names is None else (row for name, row in new.items() if name not in given)
        seen += fresh
        rows_given += len(rows)
        if total is not None:
            fewer = fewer or (total.exact and total.number < most)
            most = max(most, total.number)
        page = Page(response, number, len(rows), rows_given, seen, total)
        if not rows and page.is_last_by_total is False:
            break
        request = listing.pages.following(request, page)
        number += 1
        del response, rows, names, new, page  # a page needs no memory while the next one is waited for
    if seen < most or fewer:
        told = f"{place} told of {most:,} and gave {seen:,}." if seen < most else f"{place} became shorter meanwhile."
        raise _ShiftedError(told, fault=Fault.THEIRS, do="Run it again when nothing is changed there.")


def _select(response: Response, listing: Listing) -> list[Raw]:
    rows = at(response.json(), listing.rows)
    if rows is None and listing.absent_is_empty and isinstance(response.json(), Mapping):
        return []
    where = f"at {listing.rows!r}" if listing.rows else "in the answer"
    if not isinstance(rows, list):
        raise malformed(f"{response.place}: there is no list {where}.")
    if not all(isinstance(row, dict) for row in rows):
        raise malformed(f"{response.place}: the list {where} holds something that is no object.")
    return rows


def _names(rows: list[Raw], key: str, response: Response) -> list[object] | None:
    """The ids of the rows, where they have any."""
    if not key:
        return None
    first, *more = key.split()
    names: list[object] = []
    for row in rows:
        name = row.get(first) if first in row else at(row, first)
        if not isinstance(name, (str, int)) or isinstance(name, bool):
            raise malformed(f"{response.place}: a row has no {first!r}.")
        names.append((name, *[str(at(row, place)) for place in more]) if more else name)
    return names


def _count(response: Response, told: Any, where: str, required: bool) -> Count | None:
    if isinstance(told, str) and told.strip().isdecimal():
        told = int(told)
    if isinstance(told, int) and not isinstance(told, bool) and told >= 0:
        return Count(told)
    if told is None and not required:
        return None
    raise malformed(
        f"{response.place} does not say how many there are ({where}: {json.dumps(told, default=str)[:40]})."
    )
