"""One folder of reports that changes phase by phase, under the real command and a real store."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli  # noqa: PLC0414 -- pytest finds a fixture by its name here
from tests.shared import shared


@dataclass
class Case:
    """A case's folder of reports, which each phase replaces."""

    cli: Cli
    name: str
    added: bool = False

    def phase(self, name: str = "", *sync: str, expect: int = 0) -> dict[str, int]:
        """Put the reports of a phase in place, discover and sync; what the Sync counted."""
        source = shared("cases", self.name, name) if name else shared("cases", self.name)
        return self.play(lambda into: _copy(source, into), *sync, expect=expect)

    def play(self, write: Callable[[Path], object], *sync: str, expect: int = 0) -> dict[str, int]:
        """Let ``write`` put reports into the emptied folder, discover and sync; what the Sync counted."""
        shutil.rmtree(self.cli.reports, ignore_errors=True)
        self.cli.reports.mkdir(parents=True)
        write(self.cli.reports)
        if not self.added:
            self.cli.add("case", "--auto-map")
            self.added = True
        self.cli("discover")
        counts: dict[str, int] = self.cli.json("sync", *sync, expect=expect)["operations"][0]["counts"]
        return counts

    @property
    def findings(self) -> list[dict[str, Any]]:
        """All Findings, oldest first."""
        return sorted(self.cli.json("findings", "list"), key=lambda row: int(row["id"]))

    @property
    def active(self) -> list[dict[str, Any]]:
        """The active ones, oldest first."""
        return [row for row in self.findings if row["active"]]

    def triage(self, finding: dict[str, Any], *options: str) -> None:
        """Decide about a Finding."""
        self.cli("findings", "triage", finding["id"], *options)


def _copy(source: Path, into: Path) -> None:
    shutil.copytree(source, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.md"))


@pytest.fixture
def play(cli: Cli) -> Callable[[str], Case]:
    """Starts a case by its name."""
    return lambda name: Case(cli, name)
