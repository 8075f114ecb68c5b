"""A server that says what a test tells it to, and what asks it; a DefectDojo of any kind, and a store beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dojo_tui.destinations.defectdojo.address import connected
from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination
from dojo_tui.http.client import Client
from dojo_tui.model.clock import Clock
from dojo_tui.model.secret import Secret
from dojo_tui.store.open import open_store
from dojo_tui.testing import TestRun, ToolServer
from dojo_tui.wiring import open_workspace
from tests.conftest import Moment
from tests.defectdojo_server import DojoServer, Remote
from tests.destinations.defectdojo.rows import TOKEN
from tests.destinations.defectdojo.world import World
from tests.services import fakes


@pytest.fixture
def client(server: ToolServer, run: TestRun) -> Iterator[Client]:
    with connected(f"{server.url}/security", Secret(TOKEN), run) as client:
        yield client


@pytest.fixture
def api(client: Client) -> Api:
    return Api(client)


MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    open_store(str(path), clock=Clock()).close()
    return path


@pytest.fixture
def make_world(tmp_path: Path, empty_store: Path, clock: Clock, moment: Moment) -> Iterator[MakeWorld]:
    """A World at a Remote: ``make_world(dojo)``."""
    made: list[World] = []

    def make(remote: Remote, **more: object) -> World:
        made.append(World(tmp_path, remote, clock, moment, template=empty_store, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: MakeWorld, dojo: Remote) -> World:
    """A store, and a Product at the server that ``dojo`` looks at: a real one where $DD_URL names it."""
    return make_world(dojo)


@pytest.fixture
def imitation(request: pytest.FixtureRequest) -> DojoServer:
    """The server of ``world``, where it is the imitation: for what a real one cannot be made to do."""
    if os.environ.get("DD_URL"):
        pytest.skip("needs a server that fails when it is told to, and tells what it was asked")
    server: DojoServer = request.getfixturevalue("dojo_server")
    return server


@pytest.fixture
def service(tmp_path: Path, dojo: Remote, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[fakes.World]:
    monkeypatch.setenv("DEFECTDOJO_TOKEN", dojo.token)
    tool = fakes.FakeTool()
    workspace = open_workspace(
        str(tmp_path / "store.sqlite"), clock=clock, who="ada", tools={"fake": tool}, destination=dojo.url
    )
    assert isinstance(workspace.destination, DefectDojoDestination)
    yield fakes.World(workspace, tool, workspace.connectors.add("fake", "Fake", "somewhere"))
    workspace.close()
