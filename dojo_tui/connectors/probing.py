"""How the check of a server is told: whether it was reached, how safe the way is, as whom, and what cannot be read."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from dojo_tui.connectors.base import Closes, Run
from dojo_tui.http.errors import ForeignError, HttpError, IncompleteError, TlsError
from dojo_tui.http.exchange import origin
from dojo_tui.model.check import About, Mark, Step
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.operation import LogLevel

if TYPE_CHECKING:
    from dojo_tui.connectors.api import Api, Family, Who

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_STAYS = "A Sync leaves what is held of it as it is."

_Shared = TypeVar("_Shared", bound=Closes)


@dataclass(slots=True)
class Watch:
    """The run of a check, which notes how long the first answer took."""

    run: Run
    seconds: float | None = None
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        # What is imported for the first request is no part of how fast the tool is.
        importlib.import_module("dojo_tui.http.wire")
        self._since = time.monotonic()

    def check(self) -> None:
        """As the run does."""
        self.run.check()

    def wait(self, seconds: float) -> None:
        """As the run does."""
        self.run.wait(seconds)

    def now(self) -> datetime:
        """As the run does."""
        return self.run.now()

    def share(self, make: Callable[[], _Shared]) -> _Shared:
        """As the run does."""
        return self.run.share(make)

    def log(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Each request is logged at its end: so the first line tells when there was an answer."""
        if self.seconds is None:
            self.seconds = time.monotonic() - self._since
        self.run.log(message, level)


@dataclass(slots=True)
class Arrival:
    """Tells, once, that the server was reached and how safe the way there is."""

    api: Api
    watch: Watch
    _told: bool = False

    def steps(self) -> Iterator[Step]:
        """Reached, and encrypted or not; nothing when that was told already, or nothing was asked yet."""
        if self._told or self.watch.seconds is None:
            return
        self._told = True
        base = self.api.base
        fast = self.watch.seconds * 1000
        yield Step(About.REACHED, Mark.OK, f"{base}, first answer after {fast:,.0f} ms")
        scheme, host, _ = origin(base)
        if self.api.client.tls:
            unsafe = self.api.client.tls.endswith("not verified")
            do = "Anybody may stand between you and the tool: let its certificate be verified." if unsafe else ""
            yield Step(About.WAY, Mark.LOOK if unsafe else Mark.OK, self.api.client.tls, do=do)
        elif host in _LOOPBACK:
            yield Step(About.WAY, Mark.OK, f"not encrypted ({scheme}), but it does not leave this machine")
        elif scheme == "http":
            do = "Whoever is on the way can read the secret: use https if the tool can."
            yield Step(About.WAY, Mark.LOOK, "not encrypted (http)", do=do)

    def failed(self, error: HttpError, doing: About) -> Iterator[Step]:
        """What is known nevertheless, and what the failure is one of."""
        if error.status or isinstance(error, IncompleteError | ForeignError):
            yield from self.steps()
        elif isinstance(error, TlsError):
            self._told = True
            yield Step(About.REACHED, Mark.OK, f"{self.api.base}: somebody answers")
        yield Step(self._of(error, doing), Mark.TRYING, "")

    def _of(self, error: HttpError, doing: About) -> About:
        if isinstance(error, TlsError):
            return About.WAY
        if not self._told:
            return About.REACHED
        return {401: About.WHO, 403: About.RIGHTS}.get(error.status, doing)


def known(who: Who) -> Iterator[Step]:
    """As whom, and what that one may do."""
    yield Step(About.WHO, Mark.OK, who.name, items=(who.name,))
    if who.rights:
        yield Step(About.RIGHTS, Mark.OK, ", ".join(who.rights), items=who.rights)
    for note in who.notes:
        yield Step(About.NOTE, Mark.OK, note)


def accepted() -> Step:
    """The tool took the secret, and does not tell whose it is."""
    return Step(About.WHO, Mark.OK, "the secret is accepted; this tool does not tell whose it is")


def readable(family: Family) -> Step:
    """A Sync will have these."""
    return Step(About.FAMILY, Mark.OK, "can be read", family.scanner)


def unreadable(family: Family, error: Exception) -> Step:
    """A Sync will skip these, or fail for them."""
    reason = family.reason(error)
    if reason:
        refused = "Switch it on at the tool, or give the secret's owner the right to read it, if you want it. "
        do = (refused if isinstance(error, HttpError) else "") + _STAYS
        return Step(About.FAMILY, Mark.SKIPPED, reason, family.scanner, do=do)
    what, safe, do = str(error), "", ""
    if isinstance(error, ConnectorError):
        what, safe, do = error.what, error.safe, error.do
    return Step(About.FAMILY, Mark.FAILED, what, family.scanner, safe, do)
