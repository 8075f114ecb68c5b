"""A world with one Connector of a fake Tool and the real embedded destination.

With DOJO_TUI_TEST_POSTGRESQL set to the URL of a server on which databases may
be made, every test of this folder runs on PostgreSQL instead of SQLite.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from dojo_tui.model.clock import Clock
from dojo_tui.wiring import Workspace, open_workspace
from tests.services.background import Gate
from tests.services.fakes import FakeTool, World, finding

SERVER = os.environ.get("DOJO_TUI_TEST_POSTGRESQL")


@pytest.fixture
def store_url(tmp_path: Path) -> Iterator[str]:
    """A store that does not exist yet."""
    if SERVER is None:
        yield str(tmp_path / "store.sqlite")
        return
    name = f"dojo_tui_{uuid.uuid4().hex}"
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def tool() -> FakeTool:
    return FakeTool()


@pytest.fixture
def open_again(store_url: str, clock: Clock, tool: FakeTool) -> Iterator[Callable[[], Workspace]]:
    """Open the same store once more, as another process would."""
    opened: list[Workspace] = []

    def open_one() -> Workspace:
        workspace = open_workspace(store_url, clock=clock, who="ada", tools={"fake": tool})
        opened.append(workspace)
        return workspace

    yield open_one
    for workspace in opened:
        workspace.close()


@pytest.fixture
def world(open_again: Callable[[], Workspace], tool: FakeTool) -> World:
    workspace = open_again()
    connector_id = workspace.connectors.add("fake", "Fake", "somewhere")
    world = World(workspace, tool, connector_id)
    workspace.operations.subscribe(world.events.append)
    return world


@pytest.fixture
def gate(world: World) -> Gate:
    """A Sync of one Record that stands still in its fetch until the gate is opened."""
    world.list("a")
    world.discover()
    world.map("P")
    world.tool.findings = {"a": [finding("1")]}
    gate = Gate()
    world.tool.on_fetch = gate
    return gate


@pytest.fixture
def other(open_again: Callable[[], Workspace], world: World) -> Workspace:
    """Another process that shares the store."""
    return open_again()
