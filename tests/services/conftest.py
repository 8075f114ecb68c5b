"""A world with one Connector of a fake Tool and the real embedded destination."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.wiring import Workspace, open_workspace
from tests.services.fakes import FakeTool, World


@pytest.fixture
def tool() -> FakeTool:
    return FakeTool()


@pytest.fixture
def open_again(tmp_path: Path, clock: Clock, tool: FakeTool) -> Iterator[Callable[[], Workspace]]:
    """Open the same store once more, as another process would."""
    opened: list[Workspace] = []

    def open_one() -> Workspace:
        workspace = open_workspace(str(tmp_path / "store.sqlite"), clock=clock, who="ada", tools={"fake": tool})
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
