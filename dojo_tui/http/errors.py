"""What can go wrong between us and a server: whether trying again helps, whose fault it is, and a sentence for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.secret import scrub
from dojo_tui.model.text import inert

SAFE = "What we hold stays as it is."


class Fault(StrEnum):
    """Who can do something about it."""

    YOURS = "yours"
    """The configuration, the secret or its rights."""
    THEIRS = "theirs"
    """The server or the way to it."""
    OURS = "ours"
    """This program asked wrongly."""


class HttpError(ConnectorError):
    """A server could not be read. ``status`` is 0 when there was no answer."""

    def __init__(
        self,
        what: str,
        *,
        fault: Fault,
        do: str = "",
        status: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        cause = Cause.SETTINGS if fault is Fault.YOURS and self.usual_cause is Cause.TOOL else None
        super().__init__(inert(scrub(what)), safe=SAFE, do=inert(scrub(do)), cause=cause)
        self.fault = fault
        self.status = status
        self.headers = headers or {}
        self.body = b""
        """What the server said, for who knows its ways; the message has the usual places of it."""


class RetriableError(HttpError):
    """The same request may succeed later."""


class UnreachableError(RetriableError):
    """There is no connection: nothing was sent, so asking again is safe whatever was asked."""

    usual_cause = Cause.SETTINGS


class UnsentError(RetriableError):
    """The connection broke before the request was sent whole: nobody can have carried it out."""


class FatalError(HttpError):
    """Asking again changes nothing."""


class TlsError(FatalError):
    """Somebody is there, and the way to them is not safe."""


class RefusedError(FatalError):
    """The server knows the answer and does not give it: 401, 403 or 404."""

    usual_cause = Cause.SECRET


class IncompleteError(FatalError):
    """Something was read, but provably or possibly not all of it (P3)."""


class ForeignError(FatalError):
    """A redirect or a link leads to another origin: nothing was sent there (P10)."""


def incomplete(what: str, *, do: str = "Run it again; if it persists, the tool's own log may tell.") -> IncompleteError:
    """A listing that cannot be shown to be whole."""
    return IncompleteError(what, fault=Fault.THEIRS, do=do)


def malformed(what: str) -> IncompleteError:
    """An answer that is not what the interface promises."""
    return IncompleteError(
        what, fault=Fault.THEIRS, do="Is the location that of the tool itself, and its version a supported one?"
    )


def for_status(
    status: int, place: str, headers: Mapping[str, str], said: str, *, scarce: bool = False
) -> HttpError | None:
    """The error that an answer's status means, or None. ``scarce``: the headers say that we asked too often."""
    if 200 <= status < 300:
        return None
    told = f": {said}" if said else "."
    if scarce or status == 429:
        return RetriableError(
            f"{place} was refused because too much was asked ({status}){told}",
            fault=Fault.THEIRS, do="Run it again later, or less often.", status=status, headers=headers,
        )  # fmt: skip
    if status in (401, 403, 404):
        what, do = _REFUSED[status]
        return RefusedError(
            f"{place} {what} ({status}){told}", fault=Fault.YOURS, do=do, status=status, headers=headers
        )
    if status in (408, 425) or (status >= 500 and status not in (501, 505)):
        return RetriableError(
            f"{place} failed at the server ({status}){told}",
            fault=Fault.THEIRS, do="Run it again when the server is well.", status=status, headers=headers,
        )  # fmt: skip
    return FatalError(
        f"{place} was not accepted ({status}){told}",
        fault=Fault.OURS, do="The server may be of a version that this program does not know.", status=status,
        headers=headers,
    )  # fmt: skip


_REFUSED = {
    401: ("was refused: the secret is not accepted", "Look at the secret: it may be wrong, revoked or out of date."),
    403: ("was refused: the secret has not the right to it", "Give the secret's owner the right to read this."),
    404: ("is not there", "Look at the location; some tools also say this of what one may not see."),
}
