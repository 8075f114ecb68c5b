"""The command over a real store and real small reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.cli.root import main
from tests.waiting import PATIENCE

COMMAND = [sys.executable, "-m", "dojo_tui"]


@dataclass(frozen=True)
class Result:
    """What one run of the command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What stdout says, which must be JSON and nothing else."""
        return json.loads(self.out)


@dataclass
class Cli:
    """Runs the command on one store; in this process unless said otherwise."""

    store: Path
    reports: Path
    capture: pytest.CaptureFixture[str]
    make_sarif: Callable[..., Path]
    command: list[str] = field(default_factory=lambda: COMMAND)

    def __call__(self, *arguments: str | int | Path, expect: int = 0) -> Result:
        """Run in this process and check the exit code."""
        self.capture.readouterr()
        code = main(["--store", str(self.store), *map(str, arguments)])
        done = self.capture.readouterr()
        result = Result(code, done.out, done.err)
        assert code == expect, f"exit code {code}\n{done.out}\n{done.err}"
        return result

    def json(self, *arguments: str | int | Path, expect: int = 0) -> Any:
        """Run with --json and read stdout."""
        return self(*arguments, "--json", expect=expect).json

    def start(
        self, *arguments: str | int | Path, env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[str]:
        """Start it as a process of its own."""
        return subprocess.Popen(
            [*self.command, "--store", str(self.store), *map(str, arguments)],
            text=True,
            env={**os.environ, **(env or {})},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )

    def process(self, *arguments: str | int | Path, env: Mapping[str, str] | None = None, **options: Any) -> Result:
        """Run as a process of its own to its end."""
        process = self.start(*arguments, env=env, **options)
        out, err = process.communicate(timeout=PATIENCE)
        return Result(process.returncode, out, err)

    def report(self, folder: str, results: list[Any], name: str = "scan.sarif", **options: Any) -> Path:
        """Write a report into a folder of the location."""
        return self.make_sarif(self.reports / folder / name, results, **options)

    def add(self, label: str = "scans", *options: str) -> None:
        """Add a Connector over the reports."""
        self.reports.mkdir(parents=True, exist_ok=True)
        self("connectors", "add", "reports", "--label", label, "--location", self.reports, *options)

    def record(self, name: str) -> dict[str, Any]:
        """The Record of this name, as ``records list --json`` shows it."""
        return next(row for row in self.json("records", "list") if row["name"] == name)


@pytest.fixture
def cli(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    make_sarif: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Cli:
    """The command on an empty store, away from the person's own config."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("DOJO_TUI_STORE", "DOJO_TUI_CONFIG", "DOJO_TUI_DESTINATION", "DEFECTDOJO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Cli(tmp_path / "store.sqlite", tmp_path / "reports", capsys, make_sarif)


@pytest.fixture
def mapped(cli: Cli) -> Cli:
    """Two folders of reports, discovered; ``web`` is mapped to the Product Shop, ``api`` is New."""
    cli.report("web", ["xss@app/view.py:10", "sqli@app/db.py:20"])
    cli.report("api", ["ssrf@api/fetch.py:5"])
    cli.add()
    cli("discover")
    cli("records", "map", cli.record("web")["id"], "--product", "Shop")
    return cli
