"""A server that says what a test tells it to, and what asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dojo_tui.destinations.defectdojo.address import connected
from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.http.client import Client
from dojo_tui.model.secret import Secret
from dojo_tui.testing import TestRun, ToolServer
from tests.destinations.defectdojo.rows import TOKEN


@pytest.fixture
def server() -> Iterator[ToolServer]:
    with ToolServer() as server:
        yield server


@pytest.fixture
def run() -> TestRun:
    return TestRun()


@pytest.fixture
def client(server: ToolServer, run: TestRun) -> Iterator[Client]:
    with connected(f"{server.url}/security", Secret(TOKEN), run) as client:
        yield client


@pytest.fixture
def api(client: Client) -> Api:
    return Api(client)
