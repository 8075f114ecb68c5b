"""The app in a terminal of 120x40, through a pty, against a bare Textual app with a DataTable of 1,000 rows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from benchmarks import world
from benchmarks.figures import Figure
from tests.shared import SHARED
from tests.ui.terminal import Terminal

NUMBER = 100_000
RUNS = 5


def run() -> list[Figure]:
    """Start, keys, idle and a running sync."""
    bench = SHARED / "bench"
    if not bench.is_dir():
        print("The pty bench is not here (see $DOJO_TUI_SHARED).")
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many = ["-m", "dojo_tui", "--store", world.records_store(folder, NUMBER)]
        bare = [str(bench / "apps" / "minimal.py"), "1000"]
        start = _both(bench, bare, many, "--key", "down", "--keys", "30", "--idle", "5", "-n", str(RUNS))
        scroll = _both(bench, bare, many, "--prep", "pagedown", "--key", "pagedown", "--keys", "30", "-n", "3")
        opened = _opened(bench, folder)
        typed = _pty(
            bench, many, "project-", "--prep", "/", "--key", "9", "--key", "backspace", "--keys", "10", "-n", "3"
        )
        sorting = _pty(bench, many, "project-", "--key", "I", "--keys", "10", "-n", "3")
        figures = [
            _figure("first full frame, 100,000 Records", start, lambda m: m["ready_ms"], 1.25, "ms"),
            _figure("bytes of a row move", start, lambda m: m["key_bytes"]["median"], 1.0, "bytes"),
            _figure("key to paint, row move (median)", start, lambda m: m["key_last_ms"]["median"], 1.2, "ms"),
            _figure("key to paint, row move (p95)", start, lambda m: m["key_last_ms"]["p95"], None, "ms"),
            _figure("bytes of a page", scroll, lambda m: m["key_bytes"]["median"], 0.55, "bytes"),
            Figure("memory over the bare app's", start[1]["rss_mb"] - start[0]["rss_mb"], 60, "60 MB", 1.0, "MB"),
            Figure("filter 100,000 Records, key to paint", typed["key_last_ms"]["median"], opened, _OPENED, 0.5, "ms"),
            Figure("filter 100,000 Records, key to paint (p95)", typed["key_last_ms"]["p95"], 100, "100 ms", 1.0, "ms"),
            Figure("sort 100,000 Records, key to paint", sorting["key_last_ms"]["median"], opened, _OPENED, 0.5, "ms"),
            Figure("idle", start[1]["idle_bytes_s"], 0, "0 bytes/s", 1.0, "bytes/s"),
            *_while_syncing(bench, folder),
            *_while_waiting(bench, folder),
            *_ends(folder),
        ]
        bare_idle, ours_idle = start
        print(f"Idle, CPU: {ours_idle['idle_cpu_pct']:.2f} % (hold: 0.5 %), bare {bare_idle['idle_cpu_pct']:.2f} %.\n")
        return figures


_OPENED = "bare DataTable, open of 1,000 rows"


def _while_syncing(bench: Path, folder: Path) -> list[Figure]:
    """Row moves while a sync of 100,000 findings runs in the same process."""
    syncing = ["-m", "dojo_tui", "--store", world.sync_store(folder, NUMBER)]
    keys = (
        "--prep",
        "2",
        "--key",
        "down",
        "--key",
        "up",
        "--keys",
        "60",
        "--warm",
        "0",
        "-n",
        "1",
        "--prep-limit",
        "0.3",
    )
    idle = _pty(bench, syncing, "project", *keys)
    busy = _pty(bench, syncing, "project", "--prep", "2", "--prep", "s", *keys)
    over = busy["key_last_ms"]["p95"] - idle["key_last_ms"]["p95"]
    print(f"Key to paint while a sync of 100,000 findings runs: p95 {over:.0f} ms over idle (hold: 50).")
    what = "the same, idle"
    return [
        Figure(
            "row move during a sync of 100,000 (p95)",
            busy["key_last_ms"]["p95"],
            idle["key_last_ms"]["p95"],
            what,
            None,
            "ms",
        )
    ]


def _while_waiting(bench: Path, folder: Path) -> list[Figure]:
    """Bytes while nobody touches a key and a Discover waits for a server that asked for two minutes of patience."""
    with _Patience() as url:
        waiting = ["-m", "dojo_tui", "--store", world.server_store(folder, url)]
        started = ("--prep", "d", "--prep", "wait:2", "--prep", "3", "--idle", "8", "--keys", "1", "-n", "1")
        lists = _pty(bench, waiting, "Unmapped", *started)
        opened = _pty(bench, waiting, "Unmapped", *started[:6], "--prep", "enter", "--prep", "wait:1", *started[6:])
    what = "0 bytes/s"
    return [
        Figure("idle while a Discover waits, its line shown", lists["idle_bytes_s"], 0, what, 1.0, "bytes/s"),
        Figure("idle while a Discover waits, its screen open", opened["idle_bytes_s"], 0, what, 1.0, "bytes/s"),
    ]


def _ends(folder: Path) -> list[Figure]:
    """How long the end takes while the Tool of a running Sync hangs."""
    figures = []
    for how in ("q", "SIGTERM", "SIGHUP"):
        terminal = Terminal(folder / f"{how}.sqlite")
        terminal.until(b"Unmapped 20")
        os.write(terminal.fd, b"2s")
        terminal.until(b"Sync started")
        begun = time.perf_counter()
        if how == "q":
            os.write(terminal.fd, b"q")
        else:
            os.kill(terminal.pid, getattr(signal, how))
        terminal.ended()
        figures.append(
            Figure(f"end by {how} while a Sync hangs", 1e3 * (time.perf_counter() - begun), 1e3, "1 s", 1.0, "ms")
        )
        terminal.close()
    return figures


class _Patience:
    """A server on loopback that answers everything with: come again in two minutes."""

    def __enter__(self) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(429)
                self.send_header("Retry-After", "120")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _both(bench: Path, bare: list[str], ours: list[str], *options: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return _pty(bench, bare, "asset-0", *options), _pty(bench, ours, "project-", *options)


def _pty(bench: Path, command: list[str], ready: str, *options: str) -> dict[str, Any]:
    # An installed program has its bytecode at hand.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as name:
        result = Path(name) / "result.jsonl"
        subprocess.run(
            [sys.executable, str(bench / "ptybench.py"), "--ready", ready, "--json", str(result), *options, "--",
             sys.executable, *command],
            check=True, capture_output=True, env={**environment, "PYTHONPATH": "."},
        )  # fmt: skip
        measured: dict[str, Any] = json.loads(result.read_text())
        return measured


def _opened(bench: Path, folder: Path) -> float:
    """How long the bare app takes from adding its rows to having painted them, in ms."""
    told = folder / "opened.jsonl"
    _pty(
        bench,
        [str(bench / "apps" / "minimal.py"), "1000"],
        "asset-0",
        "--env",
        f"BENCH_OUT={told}",
        "-n",
        str(RUNS),
        "--keys",
        "1",
    )
    times = sorted(line["ms"] for line in map(json.loads, told.read_text().splitlines()) if line["what"] == "painted")
    return float(times[len(times) // 2])


def _figure(
    what: str, both: tuple[dict[str, Any], dict[str, Any]], pick: Any, limit: float | None, unit: str
) -> Figure:
    bare, ours = both
    return Figure(what, pick(ours), pick(bare), "bare DataTable, 1,000 rows", limit, unit)
