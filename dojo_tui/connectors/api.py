"""What a connector to a server says of it, and what it asks with: requests, listings and exports of one Operation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dojo_tui.connectors.base import Config, Field, Run
from dojo_tui.connectors.row import Row
from dojo_tui.http import jobs
from dojo_tui.http.auth import Auth
from dojo_tui.http.client import Client, Limits
from dojo_tui.http.errors import RefusedError, malformed
from dojo_tui.http.exchange import Request
from dojo_tui.http.jobs import Job
from dojo_tui.http.listing import Listing, walk
from dojo_tui.http.retry import Retry
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import UsageError
from dojo_tui.model.finding import Finding
from dojo_tui.model.secret import Secret

_Kept = TypeVar("_Kept")


class Unavailable(Exception):  # noqa: N818 -- it is no error: the family is skipped, with this reason
    """Raised by a family's ``rows`` when the tool can say nothing about it: never that there is nothing."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A Connector's configuration, with its values read."""

    config: Config
    fields: Mapping[str, Field]

    @property
    def location(self) -> str:
        """The location, as its field reads it."""
        return str(self._read("location", self.config.location))

    def secret(self, name: str = "secret") -> Secret:
        """A secret; raises UsageError when there is none."""
        found = self.config.secrets.get(name)
        if not found:
            raise UsageError(
                f"{self.config.label} has no {name}.",
                safe="Nothing was asked.",
                do="Edit it and give a reference.",
                cause=Cause.SECRET,
            )
        return found

    def option(self, name: str) -> Any:
        """An option as its field reads it, or its default."""
        return self._read(name, self.config.options.get(name, ""))

    def text(self, name: str) -> str:
        """An option that is a text."""
        return str(self.option(name))

    def flag(self, name: str) -> bool:
        """An option that is yes or no."""
        return bool(self.option(name))

    def _read(self, name: str, text: str) -> Any:
        declared = self.fields[name]
        try:
            return declared.parse(text or declared.default)
        except ValueError as error:
            raise UsageError(f"{name}: {error}.") from error


@dataclass(frozen=True, slots=True)
class Server:
    """How a Connector's server is spoken to."""

    base: str
    """Where its interface begins."""
    auth: Auth
    headers: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    retry: Retry = Retry()
    verify: bool | str = True
    """Whether its certificate must be trusted; or the file of the authority that vouches for it."""


@dataclass(frozen=True, slots=True)
class Who:
    """As whom a tool knows us, and what that one may do."""

    name: str
    rights: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Api:
    """A server during one Operation: what a connector asks with."""

    def __init__(self, server: Server, setup: Setup, run: Run) -> None:
        self.setup = setup
        self.base = server.base
        self._run = run
        self._kept: dict[object, Any] = {}
        self._lock = threading.Lock()
        self.client = Client(
            server.base, run, auth=server.auth, headers=server.headers, limits=server.limits, retry=server.retry,
            verify=server.verify, now=run.now,
        )  # fmt: skip

    def rows(self, listing: Listing) -> Iterator[Row]:
        """Every row of a listing; raises IncompleteError unless it was read to its proved end."""
        for row in walk(self.client, listing):
            self._run.check()
            yield Row(row)

    def get(self, path: str, **params: str | int) -> Row:
        """One object."""
        return self.ask(Request(path, params))

    def ask(self, request: Request) -> Row:
        """The object that a request is answered with."""
        response = self.client.send(request)
        data = response.json()
        if not isinstance(data, Mapping):
            raise malformed(f"{response.place} answered with something that is no object.")
        return Row(data)

    def export(self, job: Job, rows: str = "") -> Iterator[Row]:
        """The rows of all chunks of an export job."""
        for chunk in jobs.run(self.client, job):
            found = chunk.at(rows)
            if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
                raise malformed(f"{chunk.place}: there is no list of objects.")
            yield from map(Row, found)

    def keep(self, key: object, make: Callable[[], _Kept]) -> _Kept:
        """What ``make`` gives, asked for once in this Operation (a rule's text, a catalogue)."""
        with self._lock:
            if key in self._kept:
                found: _Kept = self._kept[key]
                return found
        made = make()
        with self._lock:
            kept: _Kept = self._kept.setdefault(key, made)
            return kept

    def note(self, sentence: str) -> None:
        """Add a line to the Operation's log."""
        self._run.log(sentence)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of Findings that a tool has; what cannot be read of it is skipped, never taken for empty."""

    scanner: str
    """Who says these: Findings of different families are never the same one."""
    rows: Callable[[Api, str], Iterable[Row]]
    """Every row about one VEP, by its id. May raise Unavailable."""
    finding: Callable[[Row, str], Finding | None]
    """What a row of the VEP with this id is; None for one that is no Finding. Asks nobody."""
    skips: Mapping[int, str] = field(default_factory=dict)
    """Statuses that say "not here" of this family alone, with the reason: ``{403: "not enabled"}``."""

    def reason(self, error: Exception) -> str:
        """Why this family is skipped; empty when the error is a failure."""
        if isinstance(error, Unavailable):
            return str(error)
        # 403 may also mean "too often": that is no RefusedError.
        return self.skips.get(error.status, "") if isinstance(error, RefusedError) else ""
