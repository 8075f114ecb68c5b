"""A DefectDojo server as the destination: Sync of 200 Records, its requests and CPU, against a plain loop.

The server is the imitation that the tests use, in a process of its own. It
takes its time for each Finding that it creates, as much as a real one did at
its best (62 a second), and none for anything else, which favours the loop. The
loop sends the very same requests, recorded there, with httpx to another one of
these, one after the other.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from benchmarks import synthetic
from benchmarks.figures import Figure, timed
from dojo_tui.connectors.base import Vep
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.store.operations import operation
from dojo_tui.wiring import Workspace, open_workspace
from tests.defectdojo_server import DojoServer
from tests.services.fakes import FakeTool

RECORDS, FINDINGS, SECONDS_PER_FINDING = 200, 20, 1 / 62
_HEADERS = ("authorization", "content-type", "accept", "user-agent")


def run() -> list[Figure]:
    """All figures."""
    with server() as (url, token, ask), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "token").write_text(token)
        (folder / "token").chmod(0o600)
        workspace, connector = _prepared(folder, url)
        try:
            before = ask("requests")
            first_cpu = _cpu(workspace, connector)
            first = ask("requests")[len(before) :]
            again_cpu = _cpu(workspace, connector)
            again = ask("requests")[len(before) + len(first) :]
        finally:
            workspace.close()
    bare_first, bare_again = _plain(before, first, again)
    records = f"{RECORDS} Records x {FINDINGS} findings"
    plain, same = "wall time of a plain httpx loop", "bytes of the first Sync"
    return [
        Figure(f"CPU of the first Sync of {records}", first_cpu, bare_first, plain, 0.1),
        Figure("CPU of a second Sync, nothing changed", again_cpu, bare_again, plain),
        Figure("bytes of a second Sync, nothing changed", _bytes(again) / 1e6, _bytes(first) / 1e6, same, 0.1, "MB"),
        Figure("requests of a second Sync", len(again), len(first), "requests of the first Sync", None, "requests"),
    ]


def _prepared(folder: Path, url: str) -> tuple[Workspace, int]:
    """A store whose Records are mapped, each to a Product of its own, and not synced yet."""
    reported = synthetic.findings(FINDINGS)
    tool = FakeTool(
        veps=[Vep(f"project-{number:03}", f"Project {number:03}") for number in range(RECORDS)],
        findings={f"project-{number:03}": Fetch(reported) for number in range(RECORDS)},
    )
    store = f"sqlite:///{folder / 'store.sqlite'}"
    workspace = open_workspace(store, tools={"fake": tool})
    workspace.destinations.add(url, secret=f"file:{folder / 'token'}")
    workspace.destinations.choose(url)
    workspace.close()
    workspace = open_workspace(store, tools={"fake": tool})
    connector = workspace.connectors.add("fake", "bench", "somewhere", auto_map=True)
    workspace.operations.run(connector, OperationType.DISCOVER)
    return workspace, connector


def _cpu(workspace: Workspace, connector: int) -> float:
    """Seconds of this process's CPU that a Sync takes."""
    started = time.process_time()
    ran = workspace.operations.run(connector, OperationType.SYNC)
    taken = time.process_time() - started
    with workspace.store.database.read() as connection:
        row = operation(connection, ran)
    if row.status is not Status.COMPLETED or row.counts["records"] != RECORDS:
        raise RuntimeError(f"The Sync ended as {row.status}: {row.error}")
    return taken


Sent = tuple[str, str, dict[str, str], dict[str, str], bytes, int]
"""A request: method, path, query, headers, body, and the bytes of it and its answer."""


def _bytes(requests: list[Sent]) -> int:
    return sum(request[-1] for request in requests)


def _plain(*parts: list[Sent]) -> tuple[float, float]:
    """Send the same requests to a server that is as new as the other one was; how long the last two parts took."""
    with server() as (url, _token, _ask), httpx.Client(base_url=url, timeout=60, trust_env=False) as client:

        def send(requests: list[Sent]) -> None:
            for method, path, query, headers, body, _size in requests:
                client.request(method, path, params=query, headers=headers, content=body).read()

        send(parts[0])
        first, again = (timed(lambda part=part: send(part)) for part in parts[1:])  # type: ignore[misc]
    return first, again


# --- the server, in a process of its own ----------------------------------------------------


@contextmanager
def server() -> Iterator[tuple[str, str, Any]]:
    """Its address, its token, and what answers ``requests`` with all that it was asked."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_serve, args=(its,), daemon=True)
    process.start()

    def ask(what: str) -> Any:
        ours.send(what)
        return ours.recv()

    try:
        url, token = ours.recv()
        yield url, token, ask
    finally:
        ours.send("end")
        process.join()


def _serve(pipe: Connection) -> None:
    with DojoServer(seconds_per_finding=SECONDS_PER_FINDING) as dojo:
        pipe.send((dojo.url, dojo.token))
        while pipe.recv() == "requests":
            pipe.send(
                [
                    (
                        seen.method, seen.path, dict(seen.query),
                        {name: text for name, text in seen.headers.items() if name in _HEADERS},
                        seen.body, seen.received + seen.sent,
                    )
                    for seen in dojo.requests
                ]
            )  # fmt: skip
