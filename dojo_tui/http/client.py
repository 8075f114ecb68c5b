"""The one way to a server: every guard stands here, so that no connector can forget one."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode, urljoin, urlsplit

from dojo_tui.http.auth import Anonymous, Auth, Exchanged, Outgoing
from dojo_tui.http.errors import Fault, ForeignError, HttpError, IncompleteError, RefusedError, incomplete
from dojo_tui.http.exchange import Caller, Request, Response, origin
from dojo_tui.http.gate import gate
from dojo_tui.http.handover import Handover
from dojo_tui.http.judge import judge
from dojo_tui.http.multipart import encoded
from dojo_tui.http.retry import Failure, Retry
from dojo_tui.model.secret import Secret, scrub

if TYPE_CHECKING:
    from dojo_tui.http.wire import Wire

_RENEW_BEFORE_SECONDS = 30
_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server may cost."""

    concurrency: int = 4
    per_second: float = 0.0
    timeout: float = 30.0
    """Longest silence of a server."""
    whole: float = 300.0
    """Longest time for one answer, however it trickles."""
    most_bytes: int = 128 * 1024 * 1024
    depth: int = 64
    pages: int = 10_000


class Client:
    """Asks one server, as one somebody, for one Operation. Threads may share it."""

    def __init__(
        self,
        base: str,
        caller: Caller,
        *,
        auth: Auth | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        retry: Retry | None = None,
        verify: bool | str = True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._base = base.rstrip("/")
        self._origin = origin(base)
        self._caller = caller
        self._auth = auth or Anonymous()
        self._issuers = self._auth.issuers if isinstance(self._auth, Exchanged) else frozenset()
        self._headers = headers or {}
        self.limits = limits or Limits()
        self._retry = retry or Retry()
        self._verify = verify
        self._now = now
        self._chance = chance
        self._handover = Handover()
        self._wire: Wire | None = None
        self._lock = threading.Lock()
        self._exchanging = threading.Lock()
        self._token: Secret | None = None
        self._token_until = 0.0

    @property
    def base(self) -> str:
        """The address that paths continue."""
        return self._base

    @property
    def caller(self) -> Caller:
        """For whom we ask."""
        return self._caller

    @property
    def tls(self) -> str:
        """What protects the way, once something was asked; empty where nothing does."""
        return self._wire.tls if self._wire is not None else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._handover.close()
        with self._lock:
            wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def send(self, request: Request) -> Response:
        """Ask, again where that helps; raises HttpError, or whatever the caller's ``check`` raises."""
        return self._send(request, proof=True)

    def _send(self, request: Request, *, proof: bool) -> Response:
        attempt, waited, renewed = 0, 0.0, False
        while True:
            self._caller.check()
            used: Secret | None = None
            try:
                if proof and isinstance(self._auth, Exchanged):
                    used = self._current_token(self._auth)
                response = self._redirected(request, used, proof=proof)
                if request.verify is not None:
                    request.verify(response)
                return response
            except RefusedError as error:
                if error.status != 401 or renewed or used is None:
                    raise
                renewed = True
                self._forget(used)
            except HttpError as error:
                attempt += 1
                failure = Failure(error, attempt, self._now(), self._chance())
                seconds = self._retry.wait(failure, waited, may_repeat=request.may_repeat)
                if seconds is None:
                    raise
                waited += seconds
                self._caller.log(f"{error.what} Asking again in {seconds:.0f} s.")
                self._caller.wait(seconds)

    def _redirected(self, request: Request, token: Secret | None, *, proof: bool) -> Response:
        url, method = self._url(request, proof=proof), request.method
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._once(request, method, url, token, proof=proof)
            if response.status not in (301, 302, 303, 307, 308):
                return response
            target = urljoin(response.url, response.headers.get("location", ""))
            self._guard(target, proof=proof, why=f"{response.place} leads to")
            if method not in ("GET", "HEAD") and response.status not in (307, 308):
                raise IncompleteError(
                    f"{response.place} leads elsewhere instead of answering ({response.status}).",
                    fault=Fault.YOURS, do="Is the location the final one?", status=response.status,
                )  # fmt: skip
            url = target
        raise incomplete(f"{request.method} {urlsplit(url).path} leads around in a circle.")

    def _once(self, request: Request, method: str, url: str, token: Secret | None, *, proof: bool) -> Response:
        outgoing = self._outgoing(request, method, url)
        if proof:
            outgoing = self._auth.apply(outgoing, token)
        started = time.monotonic()
        place = gate(origin(url), self.limits.concurrency, self.limits.per_second)
        with place(self._caller.check, self._caller.wait):
            wire = self._connected()
            try:
                response = self._handover(lambda: wire.exchange(outgoing, self._caller.check), self._caller.check)
            except HttpError as error:
                self._caller.log(_line(method, url, f"failed: {error.what}", started))
                raise
        self._caller.log(_line(method, url, f"{response.status}, {len(response.body):,} bytes", started))
        if response.status not in (301, 302, 303, 307, 308):
            judge(response, request.accept)
        return response

    def _outgoing(self, request: Request, method: str, url: str) -> Outgoing:
        headers = {"Accept": request.accept, "User-Agent": "dojo-tui", **self._headers, **request.headers}
        body = b""
        if request.upload is not None:
            headers["Content-Type"], body = encoded(request.form or {}, request.upload)
        elif request.form is not None:
            body = urlencode(request.form).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif request.json is not None:
            body = json.dumps(request.json).encode()
            headers.setdefault("Content-Type", "application/json")
        return Outgoing(method, url, headers, body, request.seconds)

    def _url(self, request: Request, *, proof: bool) -> str:
        whole = "://" in request.path
        url = request.path if whole else f"{self._base}/{request.path.lstrip('/')}" if request.path else self._base
        if request.params:
            mark = "&" if "?" in url else "?"
            url = f"{url}{mark}{urlencode(request.params)}"
        if whole:
            self._guard(url, proof=proof, why="A link leads to")
        return url

    def _guard(self, url: str, *, proof: bool, why: str) -> None:
        """No request, and so no credential, goes to another origin than the location's (P10)."""
        if origin(url) == self._origin != ("", "", 0) or (not proof and self._is_issuer(url)):
            return
        scheme, host, port = origin(url)
        raise ForeignError(
            f"{why} another place, {scheme}://{host}:{port}: nothing was sent there.",
            fault=Fault.YOURS, do="If the tool has moved there, change the Connector's location.",
        )  # fmt: skip

    def _is_issuer(self, url: str) -> bool:
        return origin(url) in {origin(issuer) for issuer in self._issuers}

    def _connected(self) -> Wire:
        with self._lock:
            if self._wire is None:
                from dojo_tui.http.wire import Wire

                self._wire = Wire(self.limits, self._verify, self._base, self._issuers)
            return self._wire

    # --- tokens -------------------------------------------------------------------

    def _current_token(self, auth: Exchanged) -> Secret:
        # Several threads at the start want one token, not one each.
        with self._exchanging:
            if self._token is None or time.monotonic() >= self._token_until:
                made = auth.obtain(lambda request: self._send(request, proof=False))
                lasts = max(made.seconds - _RENEW_BEFORE_SECONDS, made.seconds / 2) if made.seconds else float("inf")
                self._token, self._token_until = made.value, time.monotonic() + lasts
            return self._token

    def _forget(self, token: Secret) -> None:
        with self._exchanging:
            if self._token is token:
                self._token = None


def _line(method: str, url: str, what: str, started: float) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return scrub(f"{method} {parts.path}{query}: {what}, {(time.monotonic() - started) * 1000:.0f} ms")
