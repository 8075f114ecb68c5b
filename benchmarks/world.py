"""Stores of a given size, filled directly: what is measured is the program that opens them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert

from benchmarks import synthetic
from dojo_tui.model.clock import Clock
from dojo_tui.store.open import open_store
from dojo_tui.store.tables import records
from dojo_tui.wiring import open_workspace

_BATCH = 10_000


def records_store(path: Path, number: int) -> str:
    """A store with ``number`` New Records of one Connector; its URL."""
    url = f"sqlite:///{path / 'records.sqlite'}"
    clock = Clock()
    (path / "tree").mkdir()
    workspace = open_workspace(url, clock=clock)
    key = workspace.connectors.add("reports", "fleet", str(path / "tree"))
    workspace.close()
    store = open_store(url, clock=clock)
    now = clock.now()
    with store.database.write() as connection:
        for start in range(0, number, _BATCH):
            connection.execute(
                insert(records),
                [
                    {
                        "connector_id": key,
                        "vendor_id": f"group{n % 400:03}/project-{n:06}",
                        "scope": f"group{n % 400:03}/project-{n:06}",
                        "name": f"group{n % 400:03}/project-{n:06}",
                        "state": "New",
                        "state_reason": "",
                        "details": {"reports": "1"},
                        "evidence": [],
                        "first_discovered_at": now,
                        "last_discovered_at": now,
                    }
                    for n in range(start, min(start + _BATCH, number))
                ],
            )
    store.close()
    return url


def sync_store(path: Path, number: int) -> str:
    """A store with one mapped Record whose report holds ``number`` findings, not synced yet; its URL."""
    url = f"sqlite:///{path / 'sync.sqlite'}"
    for n in range(30):
        folder = path / "scans" / f"project{n:02}"
        folder.mkdir(parents=True)
        synthetic.write_sarif(folder / "report.sarif", synthetic.findings(number if n == 0 else 10))
    workspace = open_workspace(url)
    key = workspace.connectors.add("reports", "scans", str(path / "scans"), auto_map=True)
    from dojo_tui.model.operation import OperationType

    workspace.operations.run(key, OperationType.DISCOVER)
    workspace.close()
    return url


def server_store(path: Path, url: str) -> str:
    """A store with one Connector to a server over HTTP; its URL."""
    store = f"sqlite:///{path / 'server.sqlite'}"
    workspace = open_workspace(store)
    workspace.connectors.add("dependency-track", "server", url, secret="env:PATH")
    workspace.close()
    return store
