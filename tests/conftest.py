"""Fixtures that several parts share."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dojo_tui.destinations.base import Unattended
from dojo_tui.model.clock import Clock
from dojo_tui.testing import TestRun, ToolServer
from tests.defectdojo_server.fixtures import dojo, dojo_server, remote

__all__ = ["dojo", "dojo_server", "remote"]


@pytest.fixture(autouse=True)
def _no_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a server again at once: how long one waits between attempts is tested where it is decided (http/retry.py)."""
    monkeypatch.setattr(Unattended, "wait", lambda _unattended, seconds: time.sleep(min(seconds, 0.01)))


@dataclass
class Moment:
    """A time that stands still until a test moves it."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def move(self, **by: float) -> None:
        """Move on (or back) by a timedelta's arguments."""
        self.now += timedelta(**by)


@pytest.fixture
def moment() -> Moment:
    """What ``clock`` shows; move it to let time pass."""
    return Moment()


@pytest.fixture
def clock(moment: Moment) -> Clock:
    """A frozen clock in a zone with summer time."""
    return Clock(now=lambda: moment.now, zone=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def server() -> Iterator[ToolServer]:
    """A tool on loopback, that says what a test tells it to."""
    with ToolServer() as running:
        yield running


@pytest.fixture
def run() -> TestRun:
    """What asks it: nobody cancels, and its waits take no time."""
    return TestRun()


SarifWriter = Callable[..., Path]


@pytest.fixture
def make_sarif() -> SarifWriter:
    """Write a small SARIF report: ``make_sarif(path, ["rule@file.py:12", ...])``."""
    return write_sarif


def write_sarif(
    path: Path,
    results: Sequence[str | dict[str, Any]],
    *,
    scanner: str = "Scanner",
    at: str = "2026-03-01T00:00:00Z",
    level: str = "warning",
) -> Path:
    """Write a report of one run. A result is ``rule@file:line``, or a SARIF result as it is."""
    run = {
        "tool": {"driver": {"name": scanner, "rules": []}},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": at}],
        "results": [_result(result, level) if isinstance(result, str) else result for result in results],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": "2.1.0", "runs": [run]}), encoding="utf-8")
    return path


def _result(text: str, level: str) -> dict[str, Any]:
    rule, _, place = text.partition("@")
    file, _, line = place.rpartition(":")
    region = {"startLine": int(line), "snippet": {"text": f"code of {rule} {line}"}}
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": f"{rule} found"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": region}}],
    }
