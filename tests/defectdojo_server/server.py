"""The server: real HTTP on loopback in front of a State."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.defectdojo_server.answers import Answer, broken
from tests.defectdojo_server.api import Api
from tests.defectdojo_server.faults import Fault, Faults
from tests.defectdojo_server.forms import Request
from tests.defectdojo_server.reimport import Stage
from tests.defectdojo_server.state import TOKEN, State

_NO_PAGE = Answer(404, "<h1>Not Found</h1>", {"content-type": "text/html"})


class KilledError(Exception):
    """The server is killed: a request is abandoned wherever it is."""


@dataclass(eq=False)
class Seen:
    """A request that came. It is in the log from the moment its head was read."""

    method: str
    path: str
    """As it came, with the base path, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """With their names in lower case."""
    body: bytes = b""
    received: int = 0
    """Bytes that came over the wire: request line, headers and body."""
    sent: int = 0
    """Bytes that went over the wire: status line, headers and body."""
    status: int | None = None
    """None: not answered (yet)."""

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body or b"null")


@dataclass
class _Life:
    """From a start to the next stop."""

    http: ThreadingHTTPServer
    thread: threading.Thread
    killed: threading.Event = field(default_factory=threading.Event)
    connections: set[socket.socket] = field(default_factory=set)
    handlers: set[threading.Thread] = field(default_factory=set)


class DojoServer:
    """An imitation of DefectDojo 3.2.0 for tests. Use it in a ``with``."""

    def __init__(
        self,
        state: State | None = None,
        *,
        port: int = 0,
        base_path: str = "",
        link_origin: str | None = None,
        seconds_per_finding: float = 0.0,
        seconds_per_match: float = 0.0,
        seconds_per_change: float = 0.0,
        check: Callable[[Request], list[str]] | None = None,
    ) -> None:
        self.state = state or State()
        self.token = TOKEN
        self.base_path = base_path.rstrip("/")
        self.link_origin = link_origin
        """What ``next`` links begin with, when a proxy hides the address that a client uses."""
        self.seconds_per_finding = seconds_per_finding
        """Makes imports slow: waits after each created finding."""
        self.seconds_per_match = seconds_per_match
        """The same for each finding that a report names, whether it is known or not."""
        self.seconds_per_change = seconds_per_change
        """Makes each PATCH slow; others wait meanwhile, as for the processor of a real server."""
        self._busy = threading.Lock()
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        """Requests that the published description of the API does not allow."""
        self.mistakes: list[str] = []
        """Tracebacks of the imitation's own mistakes: it answers them with a 500."""
        self.faults = Faults()
        self._check = check
        self._api = Api(self.state)
        self._port = port
        self._life: _Life | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where a client finds it, with the base path, without ``/api/v2``."""
        return f"http://127.0.0.1:{self._port}{self.base_path}"

    def fails(self, **what: Any) -> Fault:
        """Plan a Fault."""
        return self.faults.plan(**what)

    def start(self) -> None:
        """Listen: at the same port as before, if it listened before."""
        handler = type("Handler", (_Handler,), {"server_of": self})
        http = _Server(("127.0.0.1", self._port), handler)
        self._port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), name="dojo", daemon=True)
        self._life = _Life(http, thread)
        thread.start()

    def stop(self) -> None:
        """Stop in good order: requests that run are answered first. The state stays."""
        self._end(socket.SHUT_RD)

    def kill(self) -> None:
        """Cut all connections and abandon what runs wherever it is, as kill -9 does. The state stays."""
        if self._life is not None:
            self._life.killed.set()
        self._end(socket.SHUT_RDWR)

    def restart(self) -> None:
        """Stop and start again."""
        self.stop()
        self.start()

    def forget(self) -> None:
        """Begin a new log."""
        with self._lock:
            self.requests = []

    def _end(self, how: int) -> None:
        life, self._life = self._life, None
        if life is None:
            return
        life.http.shutdown()
        life.http.server_close()
        life.thread.join()
        self.faults.release()
        with self._lock:
            connections, handlers = list(life.connections), list(life.handlers)
        for connection in connections:
            _shut(connection, how)
        for handler in handlers:
            handler.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def joined(self, connection: socket.socket) -> _Life:
        """A connection begins, in a thread of its own."""
        life = self._life
        if life is None:
            raise KilledError
        with self._lock:
            life.connections.add(connection)
            life.handlers.add(threading.current_thread())
        return life

    def left(self, life: _Life, connection: socket.socket) -> None:
        """A connection ends."""
        with self._lock:
            life.connections.discard(connection)
            life.handlers.discard(threading.current_thread())

    def log(self, seen: Seen) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(seen)

    def answer(self, life: _Life, request: Request, fault: Fault | None) -> Answer | None:
        """The answer to a request, as far as a fault leaves one."""
        if self._check is not None:
            self.violations += [f"{request.method} {request.path}: {text}" for text in self._check(request)]
        if fault is None:
            return self._processed(life, request, None)
        if fault.behind:
            fault.wait()
        fault.wait_at("request")
        if fault.meanwhile:
            self._go_on(life, request, fault)
            return fault.answer
        if fault.answer is not None and not fault.processed:
            return fault.answer
        answer = self._processed(life, request, fault)
        if fault.twice:
            answer = self._processed(life, request, fault)
        fault.wait_at("response")
        if fault.silent:
            fault.wait()
            return None
        return fault.answer or answer

    def _go_on(self, life: _Life, request: Request, fault: Fault) -> None:
        """Process a request when its answer is given already."""

        def process() -> None:
            with contextlib.suppress(KilledError):
                self._processed(life, request, fault)
            with self._lock:
                life.handlers.discard(threading.current_thread())

        thread = threading.Thread(target=process, name="dojo goes on", daemon=True)
        with self._lock:
            life.handlers.add(thread)
        thread.start()

    def _processed(self, life: _Life, request: Request, fault: Fault | None) -> Answer:
        def checkpoint(stage: Stage, count: int) -> None:
            if stage == "created" and self.seconds_per_finding:
                time.sleep(self.seconds_per_finding)
            if stage == "start" and self.seconds_per_match:
                time.sleep(self.seconds_per_match * request.body.count(b'"unique_id_from_tool"'))
            if fault is not None:
                fault.stage(stage, count)
            if life.killed.is_set():
                raise KilledError

        if life.killed.is_set():
            raise KilledError
        if request.method == "PATCH" and self.seconds_per_change:
            with self._busy:
                time.sleep(self.seconds_per_change)
        try:
            return self._api.answer(request, checkpoint)
        except KilledError:
            raise
        except Exception:  # noqa: BLE001 -- a mistake of the imitation is shown to the test
            self.mistakes.append(f"{request.method} {request.path}\n{traceback.format_exc()}")
            return broken().answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was cut is no news."""


class _Meter(io.BufferedReader):
    """Counts what is read."""

    count = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(-1 if size is None else size)
        self.count += len(line)
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


class _Handler(BaseHTTPRequestHandler):
    server_of: DojoServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        dojo = self.server_of
        self._meter = _Meter(self.connection.makefile("rb", buffering=0))
        self.rfile = self._meter
        life = self._life = dojo.joined(self.connection)
        try:
            super().handle()
        except (KilledError, OSError):
            self.close_connection = True
        finally:
            dojo.left(life, self.connection)

    def _do(self) -> None:
        dojo, parts = self.server_of, urlsplit(self.path)
        headers = {name.lower(): text for name, text in self.headers.items()}
        seen = Seen(self.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers)
        dojo.log(seen)
        below = parts.path.removeprefix(dojo.base_path)
        fault = dojo.faults.meant_for(self.command, below, int(headers.get("content-length") or 0))
        cut = None if fault is None else fault.cut_request
        seen.body = self._body(headers, cut)
        seen.received, self._meter.count = self._meter.count, 0
        if cut is not None:
            self._hang_up()
            return
        origin = dojo.link_origin or f"http://{headers.get('host', '')}{dojo.base_path}"
        request = Request(self.command, below, seen.query, headers, seen.body, origin)
        inside = parts.path.startswith(dojo.base_path)
        answer = dojo.answer(self._life, request, fault) if inside else _NO_PAGE
        if answer is None:
            self._hang_up()
        else:
            self._give(answer, seen, None if fault is None else fault.cut_response)
        dojo.faults.answered(fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _do  # noqa: N815 -- the base class wants these names

    def _body(self, headers: Mapping[str, str], cut: int | None) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
            return b""  # the real server sees an empty body (facts.md, section 1)
        size = int(headers.get("content-length") or 0)
        return self.rfile.read(size if cut is None else min(size, cut))

    def _give(self, answer: Answer, seen: Seen, cut: int | None) -> None:
        if answer.body is None:
            data = b""
        elif isinstance(answer.body, str):
            data = answer.body.encode()
        else:
            data = json.dumps(answer.body).encode()
        headers = {"content-type": "application/json", **answer.headers, "content-length": str(len(data))}
        if answer.status == HTTPStatus.NO_CONTENT:
            del headers["content-type"]
        head = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        head += [f"{name}: {text}" for name, text in headers.items()]
        whole = ("\r\n".join(head) + "\r\n\r\n").encode() + (b"" if self.command == "HEAD" else data)
        seen.status = answer.status
        part = whole if cut is None else whole[:cut]
        seen.sent = len(part)
        self.wfile.write(part)
        if cut is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        _shut(self.connection, socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Be quiet."""


def _shut(connection: socket.socket, how: int) -> None:
    with contextlib.suppress(OSError):  # it may be closed already
        connection.shutdown(how)
