"""What may go wrong with a request, planned by a test: ``server.fails(path="reimport-scan/", die_after=4)``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from http import HTTPStatus
from typing import Any, Literal

from tests.defectdojo_server.answers import Answer, broken
from tests.defectdojo_server.reimport import Stage

Held = Literal["request", "response"] | Stage
"""Where a request may be held: before it is processed, before it is answered, or at a stage of an import."""
_PAGE = {"content-type": "text/html"}
PATIENCE = 60.0
"""Seconds after which a hold that nobody ended ends itself: a test that is stuck shall fail, not hang."""


@dataclass(eq=False, kw_only=True)
class Fault:
    """What happens to the requests it is meant for; all that is not said happens as always."""

    method: str = "*"
    path: str = "*"
    """A glob, below ``/api/v2/``: ``tests/*/``."""
    nth: int = 1
    """From which of these requests on it happens, counted from 1."""
    times: int | None = 1
    """To how many of them; None: to all."""

    larger_than: int | None = None
    """Only to requests with a larger body, in bytes."""

    answer: Answer | None = None
    """Answer this. The request is not processed, unless ``processed`` says so."""
    processed: bool = False
    """Process it, then answer ``answer``: the gateway's time-out while the server goes on."""
    meanwhile: bool = False
    """Answer ``answer`` at once and go on with it: a page of a proxy that waits no longer than this."""
    silent: bool = False
    """Process it and never answer: what a client's read time-out meets."""
    twice: bool = False
    """Process it twice, one after the other: a proxy that sends it again."""
    cut_request: int | None = None
    """Read so many bytes of the body and close the connection; nothing is processed."""
    cut_response: int | None = None
    """Process it, send so many bytes of the response (its head counts) and close the connection."""
    die_after: int | None = None
    """A 500 in the middle of an import: after so many created findings, which stay."""
    die_closing_after: int | None = None
    """The same after so many closed ones."""
    hold: Held | None = None
    """Stop there until ``release``; ``reached`` is set when it does."""
    seconds: float = PATIENCE
    """How long it holds at most: a delay, where nobody releases it."""
    hold_count: int = 0
    """With the stages ``created`` and ``closed``: after so many."""
    behind: int = 0
    """Process it only when so many later requests have been answered: requests change places."""

    reached: threading.Event = field(default_factory=threading.Event, repr=False)
    released: threading.Event = field(default_factory=threading.Event, repr=False)
    seen: int = 0
    """How many requests it was meant for so far, whether it happened to them or not."""
    after: int = 0
    """How many later requests have been answered since it began to wait for them."""

    def release(self) -> None:
        """Let what is held go on."""
        self.released.set()

    def wait_at(self, place: Held, count: int = 0) -> None:
        """Hold, if this is the place."""
        if self.hold == place and count >= self.hold_count:
            self.wait()

    def wait(self) -> None:
        """Hold."""
        self.reached.set()
        self.released.wait(self.seconds)

    def stage(self, stage: Stage, count: int) -> None:
        """Between two steps of an import."""
        self.wait_at(stage, count)
        planned = {"created": self.die_after, "closing": self.die_closing_after, "closed": self.die_closing_after}
        limit = planned.get(stage)
        if stage == "start" and self.die_after == 0:
            raise broken()
        if limit is not None and count >= limit:
            raise broken()


class Faults:
    """The faults that are planned."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._lock = threading.Lock()

    def plan(self, **what: Any) -> Fault:
        """Plan one."""
        fault = Fault(**what)
        with self._lock:
            self._planned.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more; what is held goes on."""
        with self._lock:
            planned, self._planned = self._planned, []
        for fault in planned:
            fault.release()

    def release(self) -> None:
        """Let everything that is held go on."""
        with self._lock:
            for fault in self._planned:
                fault.release()

    def meant_for(self, method: str, path: str, size: int = 0) -> Fault | None:
        """The fault that happens to this request; each one counts the requests it is meant for."""
        below = path.removeprefix("/api/v2/")
        chosen = None
        with self._lock:
            for fault in self._planned:
                if fault.larger_than is not None and size <= fault.larger_than:
                    continue
                if fault.method in ("*", method) and (fnmatch(below, fault.path) or fnmatch(path, fault.path)):
                    fault.seen += 1
                    late = fault.times is not None and fault.seen >= fault.nth + fault.times
                    if chosen is None and fault.seen >= fault.nth and not late:
                        chosen = fault
        return chosen

    def answered(self, own: Fault | None) -> None:
        """A request was answered: what waits behind others may have its turn."""
        with self._lock:
            for fault in self._waiting():
                fault.after += fault is not own
                if fault.after >= fault.behind:
                    fault.release()

    def _waiting(self) -> Iterator[Fault]:
        return (fault for fault in self._planned if fault.behind and fault.reached.is_set())


def too_many(retry_after: str | None = "1") -> Answer:
    """A 429 of something in front of the server. ``retry_after``: seconds, or a date of HTTP."""
    return Answer(429, {"detail": "Request was throttled."}, _retry(retry_after))


def gateway(status: int = 502, retry_after: str | None = None) -> Answer:
    """502, 503 or 504 of a proxy: a page, not JSON."""
    title = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}[status]
    page = (
        f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body><h1>{status} {title}</h1></body>\r\n</html>"
    )
    return Answer(status, page, {"content-type": "text/html", **_retry(retry_after)})


def page(status: int) -> Answer:
    """A page of whatever stands in front of the server, with any status."""
    title = f"{status} {HTTPStatus(status).phrase}"
    return Answer(status, f"<html><head><title>{title}</title></head><body>nginx</body></html>", _PAGE)


def nothing(status: int = 200) -> Answer:
    """No body at all."""
    return Answer(status, "", {"content-type": "text/plain"})


def others_json(status: int = 200) -> Answer:
    """JSON of a gateway, not of DefectDojo."""
    return Answer(status, {"message": "no Route matched with those values", "request_id": "b0a1"})


FOREIGN: dict[str, dict[str, Any]] = {
    "404 page": {"answer": page(404)},
    "404 of a gateway": {"answer": others_json(404)},
    "403 page": {"answer": page(403)},
    "413 page": {"answer": page(413)},
    "502": {"answer": page(502)},
    "503": {"answer": page(503)},
    "504": {"answer": page(504)},
    "500 page": {"answer": page(500)},
    "web page": {"answer": page(200)},
    "nothing": {"answer": nothing()},
    "JSON of others": {"answer": others_json()},
    "led to a login": {"answer": Answer(302, "", {"location": "/login?next=/", "content-type": "text/html"})},
    "cut off": {"cut_response": 0},
}
"""Answers that are not DefectDojo's own, as what a Fault does."""


def login_page(status: int = 200) -> Answer:
    """The page of a single sign-on that stands in front, with a status that says all is well."""
    page = "<!doctype html><html><head><title>Sign in</title></head><body><form method=post></form></body></html>"
    return Answer(status, page, {"content-type": "text/html; charset=utf-8"})


def _retry(after: str | None) -> dict[str, str]:
    return {} if after is None else {"retry-after": after}
