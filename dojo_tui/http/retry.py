"""When to ask again: a chain of small decisions, the first that has an opinion counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from dojo_tui.http.errors import HttpError, RetriableError, UnreachableError, UnsentError


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed, for the ``attempt``-th time, at ``now``."""

    error: HttpError
    attempt: int
    now: datetime
    jitter: float = 0.5
    """Between 0 and 1, passed in."""

    def header(self, *names: str) -> str:
        """The first of these headers that is there."""
        return next((self.error.headers[name] for name in names if self.error.headers.get(name)), "")


Decision = Callable[[Failure], float | None]
"""Seconds to wait before asking again; None for no opinion."""


def retry_after(failure: Failure) -> float | None:
    """Seconds or an HTTP date, as the server says."""
    text = failure.header("retry-after").strip()
    if not text:
        return None
    seconds = _number(text)
    if seconds is not None:
        return max(seconds, 0.0)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - failure.now).total_seconds(), 0.0)


def wait_header(failure: Failure) -> float | None:
    """Seconds in a header of the vendor's own."""
    return _number(failure.header("x-ratelimit-towait-sec"))


def reset_header(failure: Failure) -> float | None:
    """The moment a budget is renewed: seconds since 1970, or from now where the number is small."""
    if not scarce(failure.error):
        return None
    number = _number(failure.header("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"))
    if number is None:
        return None
    # Nobody is asked to wait for thirty years: what is that large is a moment, not a duration.
    return max(number - failure.now.timestamp(), 0.0) + 1 if number > 1e9 else max(number, 0.0)


def backoff(failure: Failure) -> float | None:
    """1, 2, 4 ... seconds, spread so that many clients do not come back at once."""
    return 2.0 ** (failure.attempt - 1) * (0.5 + failure.jitter)


def scarce(error: HttpError) -> bool:
    """Whether an answer says that we asked too often."""
    return error.status == 429 or means_scarce(error.status, error.headers)


def means_scarce(status: int, headers: object) -> bool:
    """403 is also how some say "too often": only the headers tell. Likewise 409."""
    get = getattr(headers, "get", lambda _name: None)
    if status == 403:
        return bool(get("retry-after")) or get("x-ratelimit-remaining") == "0" or get("ratelimit-remaining") == "0"
    return status == 409 and bool(get("x-ratelimit-towait-sec"))


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long; ``wait`` decides."""

    attempts: int = 5
    longest: float = 120.0
    """All waits of one request together; who would have to wait longer fails at once."""
    decisions: tuple[Decision, ...] = (retry_after, wait_header, reset_header, backoff)

    def wait(self, failure: Failure, waited: float, *, may_repeat: bool) -> float | None:
        """Seconds to wait before asking again, or None to give up."""
        error = failure.error
        if not isinstance(error, RetriableError) or failure.attempt >= self.attempts:
            return None
        # A request that was refused or never sent was not done; one that broke off may have been.
        if not may_repeat and not scarce(error) and not isinstance(error, UnreachableError | UnsentError):
            return None
        for decide in self.decisions:
            seconds = decide(failure)
            if seconds is not None:
                return seconds if waited + seconds <= self.longest else None
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e12 else None
