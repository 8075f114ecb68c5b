"""A tool on loopback and a client to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dojo_tui.http.client import Client
from dojo_tui.testing import TestRun, ToolServer


@pytest.fixture
def connect(server: ToolServer, run: TestRun) -> Iterator[Callable[..., Client]]:
    """Clients, closed at the end of the test."""
    made: list[Client] = []

    def make(**more: Any) -> Client:
        made.append(Client(server.url, run, now=run.now, chance=lambda: 0.5, **more))
        return made[-1]

    yield make
    for client in made:
        client.close()
