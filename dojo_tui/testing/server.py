"""A tool on loopback: answers over real HTTP what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

_STALL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """What the server was asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """With their names in lower case."""
    body: bytes
    parts: tuple[str, ...] = ()
    """What stood for each ``{}`` of the route."""

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body or b"null")

    def number(self, name: str, default: int) -> int:
        """A number of the query."""
        return int(self.query.get(name, default))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``body`` may be anything that JSON knows, or bytes as they are."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Send so many bytes of the body and close the connection."""
    stall: threading.Event | None = None
    """Send half of the body, then wait for this."""

    @property
    def data(self) -> bytes:
        """The body as it is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Callable[[Call], Any]
"""A Reply, or only its body."""
Twist = Callable[[Call, int, Reply], Reply]
"""Changes an answer, by the number of the call (from 0): how a test makes the tool misbehave."""


class ToolServer:
    """Routes are templates: ``server.on("GET", "/api/project/{}", answer)``. Use it in a ``with``.

    With ``tls`` (a context that holds its certificate) it speaks HTTPS.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.twist: Twist | None = None
        self._routes: list[tuple[str, re.Pattern[str], Answer]] = []
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"tool": self})
        self._http = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="tool", daemon=True)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._http.server_address[1]}"
        if tls is not None:
            # Each connection's own thread shakes hands: one that does not must not hold up the others.
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)

    def on(self, method: str, route: str, answer: object) -> None:
        """Answer a route: with what a function of the Call gives (a Reply, or a body), or always the same body."""
        pattern = re.compile("([^/]+)".join(re.escape(part) for part in route.split("{}")))
        give: Answer = answer if callable(answer) else lambda _call: answer
        self._routes.insert(0, (method, pattern, give))

    def clear(self) -> None:
        """Forget all routes."""
        self._routes = []

    def answer(self, call: Call) -> Reply:
        """What is answered, before any twist."""
        for method, pattern, give in self._routes:
            found = pattern.fullmatch(call.path)
            if method == call.method and found is not None:
                said = give(replace(call, parts=tuple(unquote(part) for part in found.groups())))
                return said if isinstance(said, Reply) else Reply(said)
        return Reply({"error": f"nothing at {call.method} {call.path}"}, 404)

    def take(self, call: Call) -> Reply:
        """Remember a call and answer it."""
        with self._lock:
            number = len(self.calls)
            self.calls.append(call)
        reply = self.answer(call)
        return self.twist(call, number, reply) if self.twist is not None else reply

    def forget(self) -> None:
        """Count calls from 0 again."""
        with self._lock:
            self.calls = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    tool: ToolServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _do(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        call = Call(self.command, parts.path, query, headers, self.rfile.read(size))
        try:
            reply = self.tool.take(call)
        except Exception as error:  # noqa: BLE001 -- a test's own mistake is shown to the test
            reply = Reply({"error": f"the test's route failed: {type(error).__name__}: {error}"}, 501)
        self._give(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _do  # noqa: N815 -- the base class wants these names

    def _give(self, reply: Reply) -> None:
        data = reply.data
        self.send_response(reply.status)
        headers = {"content-type": "application/json", **{name.lower(): text for name, text in reply.headers.items()}}
        headers.setdefault("content-length", str(len(data)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command == "HEAD":
            return
        if reply.stall is not None:
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            reply.stall.wait(_STALL_SECONDS)
            self.close_connection = True
        elif reply.cut is not None:
            self.wfile.write(data[: reply.cut])
            self.close_connection = True
        else:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Be quiet."""
