"""A connector over loopback: Discover of 10,000 VEPs, Sync of 1,000 VEPs x 100 findings, memory by pages.

The reference asks for the same pages with a bare httpx loop (and as many
threads), reads the JSON, and puts the same rows into a store of its own. It
makes no Vep or Finding of a row and cleans none: that is ours to pay. Either
makes its client within the measured time (reading the system's authorities
takes longer than a dozen pages), and neither keeps the rows of a page that it
is done with: Python's garbage collector would look at them again and again.
"""

from __future__ import annotations

import gc
import multiprocessing
import tempfile
import tracemalloc
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from benchmarks import raw
from benchmarks.figures import Figure, timed
from dojo_tui.connectors.base import Config
from dojo_tui.destinations.base import Unattended
from dojo_tui.model.operation import OperationType
from dojo_tui.model.plan import Reimport
from dojo_tui.model.secret import Secret
from dojo_tui.model.target import Target
from dojo_tui.testing import Call, Reply, TestRun, ToolServer
from dojo_tui.tools.dependency_track.connector import TOOL
from dojo_tui.wiring import Workspace, open_workspace

VEPS, MAPPED, FINDINGS = 10_000, 1_000, 100
LIMIT, MEMORY_LIMIT = 1.3, 3.0


def run() -> list[Figure]:
    """All figures."""
    with tool() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "key"
        file.write_text("bench-key")
        file.chmod(0o600)
        figures = [_discover(url, folder, file), _sync(url, folder, file)]
        return [*figures, _memory(url)]


def _discover(url: str, folder: Path, key: Path) -> Figure:
    workspace = open_workspace(f"sqlite:///{folder / 'discover.sqlite'}")
    try:
        connector = workspace.connectors.add("dependency-track", "bench", f"{url}/{VEPS}", secret=f"file:{key}")
        ours = timed(lambda: _run(workspace, connector, OperationType.DISCOVER))
    finally:
        workspace.close()
    bare = timed(lambda: _ask(1, [f"{url}/{VEPS}/api/v1/project"], VEPS))
    inserts = raw.inserts(folder / "discover.sqlite", "records")
    return Figure(f"discover of {VEPS:,} VEPs", ours, bare + inserts, "bare httpx loop, plus raw inserts", LIMIT)


def _sync(url: str, folder: Path, key: Path) -> Figure:
    workspace = open_workspace(f"sqlite:///{folder / 'sync.sqlite'}")
    try:
        connector = workspace.connectors.add(
            "dependency-track", "bench", f"{url}/{MAPPED}", secret=f"file:{key}", auto_map=True
        )
        _run(workspace, connector, OperationType.DISCOVER)
        ours = timed(lambda: _run(workspace, connector, OperationType.SYNC))
    finally:
        workspace.close()
    places = [f"{url}/{MAPPED}/api/v1/finding/project/{number}" for number in range(MAPPED)]
    bare = timed(lambda: _ask(TOOL.concurrency, places, FINDINGS))
    return Figure(
        f"sync of {MAPPED:,} VEPs x {FINDINGS} findings", ours, bare + _reimport(url, folder),
        "bare httpx loop, plus bare reimport", LIMIT,
    )  # fmt: skip


def _reimport(url: str, folder: Path) -> float:
    """The same Findings, already read, into a store that has their Products."""
    workspace = open_workspace(f"sqlite:///{folder / 'bare.sqlite'}")
    config = Config("bench", f"{url}/{MAPPED}", secrets={"secret": Secret("bench-key")})
    try:
        connector = workspace.connectors.add("reports", "bench", str(folder))
        names = [f"project {number}" for number in range(MAPPED)]
        products = [workspace.destination.find_or_create_product(name) for name in names]
        with TestRun() as run_:
            fetched = [TOOL.fetch(config, str(number), run_) for number in range(MAPPED)]

        def store() -> None:
            for number, (product, fetch) in enumerate(zip(products, fetched, strict=True)):
                target = Target(product.ref, connector, "bench", str(number))
                workspace.destination.reimport(target, fetch, Reimport(), Unattended())

        gc.freeze()  # ours has few Findings at a time: these must not cost the reference what they do not cost ours
        try:
            return timed(store)
        finally:
            gc.unfreeze()
    finally:
        workspace.close()


def _memory(url: str) -> Figure:
    """The peak while a listing is read and nothing of it kept, with 10 times as many pages.

    It cannot be the same: that no row comes twice is only known to who keeps something of each. Eight bytes are kept,
    and so the limit is what a page and its request need, plus these.
    """

    def peak(rows: int) -> float:
        config = Config("bench", f"{url}/{rows}", secrets={"secret": Secret("bench-key")})
        with TestRun() as run_:
            run_.lines = deque(maxlen=10)  # type: ignore[assignment]
            next(iter(TOOL.list_veps(config, run_)))
            tracemalloc.start()
            for _ in TOOL.list_veps(config, run_):
                pass
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most / 1e6

    return Figure("memory of 500 pages", peak(50_000), peak(5_000), "memory of 50 pages", MEMORY_LIMIT, "MB")


def _run(workspace: Workspace, connector: int, kind: OperationType) -> None:
    workspace.operations.run(connector, kind)


def _ask(at_once: int, places: list[str], rows: int) -> None:
    """Read all pages of these listings, each of so many rows."""
    with httpx.Client() as client, ThreadPoolExecutor(at_once) as threads:

        def read(place: str) -> None:
            page, seen = 0, 0
            while seen < rows:
                page += 1
                seen += len(client.get(place, params={"pageNumber": page, "pageSize": 100}).json())

        deque(threads.map(read, places), maxlen=0)


# --- the tool, in a process of its own ----------------------------------------------


@contextmanager
def tool() -> Iterator[str]:
    """A Dependency-Track of as many projects as the location's last part says."""
    ours, its = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(its,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        process.join()


def _serve(pipe: Connection) -> None:
    findings = [_finding(number) for number in range(FINDINGS)]

    def projects(call: Call) -> Reply:
        total, size = int(call.parts[0]), call.number("pageSize", 100)
        start = (call.number("pageNumber", 1) - 1) * size
        numbers = range(start, min(start + size, total))
        rows = [{"uuid": str(number), "name": f"project {number}", "version": "1.0"} for number in numbers]
        return Reply(rows, headers={"X-Total-Count": str(total)})

    with ToolServer() as server:
        server.on("GET", "/{}/api/v1/project", projects)
        server.on("GET", "/{}/api/v1/finding/project/{}", Reply(findings, headers={"X-Total-Count": str(FINDINGS)}))
        pipe.send(server.url)
        pipe.recv()


def _finding(number: int) -> dict[str, Any]:
    return {
        "component": {"uuid": f"c{number}", "name": f"package-{number}", "version": "1.0", "purl": f"pkg:npm/p{number}@1.0"},
        "vulnerability": {
            "uuid": f"v{number}", "vulnId": f"CVE-2026-{number:04}", "source": "NVD", "severity": "HIGH", "cweId": 79,
            "description": "A text of the length that descriptions have. " * 12, "cvssV3BaseScore": 7.5,
            "aliases": [{"cveId": f"CVE-2026-{number:04}", "ghsaId": f"GHSA-{number:04}"}],
        },
        "analysis": {"isSuppressed": False},
        "attribution": {"analyzerIdentity": "INTERNAL_ANALYZER", "attributedOn": "2026-02-07 21:51:37.814"},
        "matrix": f"p:c{number}:v{number}",
    }  # fmt: skip
