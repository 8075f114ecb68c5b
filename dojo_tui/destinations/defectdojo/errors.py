"""What a DefectDojo server says when it does not do as it was asked, in words and as the errors they mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dojo_tui.http.errors import (
    FatalError,
    ForeignError,
    HttpError,
    IncompleteError,
    RetriableError,
    UnreachableError,
    UnsentError,
)
from dojo_tui.http.exchange import Request
from dojo_tui.model.errors import DestinationError, LostError
from dojo_tui.model.secret import scrub
from dojo_tui.model.text import inert

UNCHANGED = "Nothing was changed."
_SENTENCES = frozenset({"detail", "message"})
_LONGEST = 300
_LONGEST_LIST = 10_000

_KINDS = {"products": "Product", "engagements": "Engagement", "tests": "Test", "findings": "Finding"}
_NOT_THERE = re.compile(r'(Product|Engagement|Test) ".*" does not exist')
_NO_MATCH = re.compile(r"No (Product|Engagement|Test|Finding) matches the given query\.?")
_TOKEN = re.compile(r"invalid token|token header|credentials were not provided|user inactive", re.IGNORECASE)
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_PYTHON_LIST = re.compile(rf"\[\s*(?:{_QUOTED})(?:\s*,\s*(?:{_QUOTED}))*\s*\]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NO_OBJECT = re.compile(r"No \w+ matches the given query\.?|Not found\.")
# Answers of what stands before the server, or for it: nobody knows how far the request had come. 503 is one of them
# even with Retry-After: a cache whose wait for the server ended in the middle says just that.
_IN_BETWEEN = frozenset({408, 425, 502, 503, 504, *range(520, 531)})
_TOO_MUCH = 429


class UnknownOutcomeError(DestinationError):
    """A request was sent whole, and what came back is no answer of DefectDojo's own.

    It may have been carried out, wholly or in part, or still be.
    """

    too_large = False
    """What stands in front says that it is too large."""


class NotSentError(DestinationError):
    """The connection broke before a request was sent whole."""


class AlreadyThereError(DestinationError):
    """There is one of this name already."""


class TokenError(DestinationError):
    """The token is not accepted."""


class RejectedError(DestinationError):
    """The server understood, and does not take it (400): it would not do so another time either."""


class FindingGoneError(DestinationError):
    """A single Finding was deleted at the destination; what it belongs to may well be there."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is asked for, in words: ``Creating the Product failed``."""

    doing: str
    right: str = "see this"
    """What the token's user must have the right to do."""
    broken: str = UNCHANGED
    """What is so when the server failed in the middle of it."""


@dataclass(frozen=True, slots=True)
class Said:
    """An error's body, in any of its five shapes."""

    data: Any
    """None where it is not JSON: then something before DefectDojo says it."""

    @property
    def sentence(self) -> str:
        """All that it says, without the advertisement."""
        whole = "; ".join(dict.fromkeys(self._parts()))
        return inert(re.sub(r"\s+", " ", scrub(whole)).strip())[:_LONGEST]

    def is_own(self, status: int) -> bool:
        """Whether DefectDojo itself can have said this with such a status, and not a proxy, a firewall or a gateway.

        Its own error is JSON in one of the five shapes: a ``detail`` or ``message`` alone, lists by field,
        or (400) a bare list of sentences. Others write ``error``, ``errors``, ``code`` or pages.
        """
        data = self.data
        if isinstance(data, list):
            return status == 400 and bool(data) and all(isinstance(part, str) for part in data)
        if not isinstance(data, Mapping) or not data or "errors" in data:
            return False
        if not all(isinstance(value, str if name in _SENTENCES else list | Mapping) for name, value in data.items()):
            return False
        if status == 404:
            return isinstance(detail := data.get("detail"), str) and _NO_OBJECT.fullmatch(detail) is not None
        return "detail" in data or status == 400 or (status in (409, 500) and "message" in data)

    def lost(self, status: int, request: Request) -> str:
        """The kind of thing that is not there any more; empty where this says nothing of the kind."""
        said, data = self.sentence, self.data
        if status == 404 and isinstance(data, Mapping):
            # Only DefectDojo's own words count: 404 is also what a wrong address gives.
            if found := _NO_MATCH.fullmatch(said):
                return found[1]
            kind, _, rest = request.path.partition("/")
            return _KINDS.get(kind, "") if said == "Not found." and rest else ""
        if status == 400 and isinstance(data, list) and (found := _NOT_THERE.fullmatch(said)):
            return found[1]
        if status == 400 and isinstance(data, Mapping):
            for name in ("test", "engagement", "product"):
                if any(part.startswith(("Select a valid choice", "Invalid pk")) for part in _texts(data.get(name))):
                    return name.capitalize()
        return ""

    def _parts(self) -> Iterator[str]:
        data = self.data
        if not isinstance(data, Mapping):
            yield from _texts(data)
            return
        named = {name: value for name, value in data.items() if name not in ("message", "pro")}
        for name, value in named.items():
            told = "; ".join(_texts(value))
            if told:
                yield told if name in ("detail", "non_field_errors", "error") else f"{name}: {told}"
        # Beside fields it only repeats them, as Python would write them.
        if not named and isinstance(message := data.get("message"), str):
            yield "; ".join(_unwrapped(message))


def said(body: bytes) -> Said:
    """Read an error's body."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    return Said(data if isinstance(data, Mapping | list) else None)


def translated(error: HttpError, act: Act, request: Request) -> DestinationError:
    """What an error on the way means here."""
    answer = said(error.body)
    own = answer.is_own(error.status)
    by = "" if own or error.status < 400 or error.status >= 500 else ", not by DefectDojo but by something before it"
    told = f": {answer.sentence.rstrip('.')}." if answer.sentence else "."
    failed = (
        f"{act.doing} failed ({error.status}){by}{told}" if error.status >= 400 else f"{act.doing} failed: {error.what}"
    )
    changes = request.method not in ("GET", "HEAD")
    if changes and _is_unknown(error, own=own):
        found = unknown(failed, request, do=_advice(error, answer))
        found.too_large = error.status == 413
        return found
    if isinstance(error, UnsentError):
        return NotSentError(failed, safe=UNCHANGED, do=_advice(error, answer))
    kind = answer.lost(error.status, request)
    if kind == "Finding":
        return FindingGoneError(f"{act.doing} failed: the Finding was deleted.", safe=UNCHANGED)
    if kind:
        return LostError(
            f"{act.doing} failed: the {kind} is not there any more, or the token's user may no longer see it.",
            safe=UNCHANGED, do="Map the Record again.",
        )  # fmt: skip
    if error.status in (400, 409) and "already exists" in answer.sentence:
        return AlreadyThereError(failed, safe=UNCHANGED, do="Use the one that is there, or another name.")
    if error.status in (401, 403):
        return _refused(error, answer, act, told)
    # DefectDojo may find out in the middle what it does not take, and says 400 as well as 500 then.
    safe = act.broken if error.status >= 500 or (error.status == 400 and own) else UNCHANGED
    # A proxy's 400 says nothing of what was asked.
    kind_of = RejectedError if error.status == 400 and own else DestinationError
    return kind_of(failed, safe=safe, do=_advice(error, answer))


def unknown(what: str, request: Request, *, do: str) -> UnknownOutcomeError:
    """The error of a request that was sent whole and whose end nobody knows."""
    again = "it is safe to send again" if request.may_repeat else "it is not sent again blindly"
    return UnknownOutcomeError(what, safe=f"It may have been carried out, wholly or in part: {again}.", do=do)


def is_too_large(error: RejectedError) -> bool:
    """Whether DefectDojo refused a report for its size."""
    return "file is too large" in error.what


def foreign(act: Act, request: Request) -> UnknownOutcomeError:
    """The error of an answer with a good status that is not what DefectDojo answers to this."""
    what = f"{act.doing} was answered, but not as DefectDojo answers."
    return unknown(what, request, do=_IN_FRONT)


def _refused(error: HttpError, answer: Said, act: Act, told: str) -> DestinationError:
    if answer.data is None:
        what = f"{act.doing} was refused ({error.status}), not by DefectDojo but by something before it."
        do = "Does a proxy or a firewall let us through?"
    elif error.status == 401 or _TOKEN.search(answer.sentence):
        what = f"DefectDojo does not accept the token ({error.status}){told}"
        do = "Look at the token: it may be wrong or revoked, or a proxy may drop the Authorization header."
        return TokenError(what, safe=UNCHANGED, do=do)
    else:
        what = f"{act.doing} was refused ({error.status}){told}"
        do = f"The token's user needs the right to {act.right}."
    return DestinationError(what, safe=UNCHANGED, do=do)


def _is_unknown(error: HttpError, *, own: bool) -> bool:
    """Whether a request that changes something may have been carried out although we saw no end of it.

    Surely not carried out is what found no connection or was not sent whole,
    what DefectDojo itself refused, and what was too much at once (429). Any
    other answer that is not DefectDojo's own tells nothing: a page that says
    404 or 413 may stand for a wait that ended, and a login for a session that
    ended. DefectDojo's own 500 is an end: it is carried out in part, and
    nothing goes on.
    """
    if isinstance(error, UnreachableError | UnsentError):
        return False
    if error.status == 0:
        return isinstance(error, RetriableError | IncompleteError | ForeignError)
    if error.status == _TOO_MUCH:
        return False
    return error.status in _IN_BETWEEN or error.status < 400 or not own


def _advice(error: HttpError, answer: Said) -> str:
    match error:
        case ForeignError():
            return "If DefectDojo has moved there, change the address."
        case UnreachableError() if "proxy" not in error.what:
            return "Look at the address, the network and whether DefectDojo runs."
        case IncompleteError() | FatalError(status=200 | 203 | 206) | HttpError(status=404):
            return _IN_FRONT
        case HttpError(status=400) if answer.data is None:
            return "Look at the address: http or https, and the port."
        case HttpError(status=402):
            return "The plan or licence of this DefectDojo does not allow it (any more): ask who administers it."
        case HttpError(status=401 | 403):
            return "Does a proxy or a firewall let us through?"
        case HttpError(status=413):
            return "Let the server, or the proxy before it, take larger reports."
        case HttpError(status=408 | 425):
            return "Run it again when the server is well."
        case HttpError(status=429):
            return "Run it again later, or less often."
        case HttpError(status=status) if status >= 500:
            return "The server's log tells why." if answer.data is not None else "Run it again when the server is well."
        case HttpError(status=0):
            return error.do
        case _:
            return "The server may be of a version that this program does not know."


_IN_FRONT = "Is the address that of DefectDojo itself, and does a proxy before it ask for a login?"


def _texts(value: Any) -> list[str]:
    """All texts in a value of whatever kind."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, Mapping):
        return [f"{name}: {told}" for name, inner in value.items() for told in _texts(inner)]
    if isinstance(value, list):
        return [told for inner in value for told in _texts(inner)]
    return []


def _unwrapped(message: str) -> list[str]:
    """A message that is a list of texts as Python writes it: the texts."""
    if len(message) > _LONGEST_LIST or not _PYTHON_LIST.fullmatch(message):
        return [message]
    return [_ESCAPED.sub(_plain, quoted[1:-1]) for quoted in re.findall(_QUOTED, message, re.DOTALL)]


def _plain(escaped: re.Match[str]) -> str:
    return {"n": " ", "t": " ", "r": " "}.get(escaped[1], escaped[1])
