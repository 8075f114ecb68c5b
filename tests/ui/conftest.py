"""Fixtures of the app's tests."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.services.preferences import Preferences
from dojo_tui.testing import ToolServer
from dojo_tui.ui.app import DojoApp
from dojo_tui.wiring import open_workspace
from tests.defectdojo_server.state import TOKEN
from tests.ui import world
from tests.ui.checking import KEY, dtrack
from tests.ui.looks import Screens
from tests.ui.sending import VARIABLE

AppMaker = Callable[..., DojoApp]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same terminal everywhere."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TZ", "UTC")
    for name in ("NO_COLOR", "DOJO_TUI_THEME", "COLORFGBG", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()
    yield
    gc.unfreeze()


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the token of a DefectDojo server is, and no browser that its pages could be opened with."""
    monkeypatch.setenv(VARIABLE, TOKEN)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def make_app(tmp_path: Path, clock: Clock) -> AppMaker:
    """Make the app on a small world: ``make_app(records=40, hostile="", empty=False, **of_the_app)``."""

    def make(
        *,
        records: int = 40,
        hostile: str = "",
        empty: bool = False,
        fresh: bool = False,
        read_only: bool = False,
        theme: str | None = "dojo-dark",
        remember: bool = False,
        preferences: Preferences = Preferences(),  # noqa: B008 -- it is frozen
    ) -> DojoApp:
        path = tmp_path / "store.sqlite"
        if fresh:
            for old in tmp_path.glob("store.sqlite*"):
                old.unlink()
        return DojoApp(
            lambda: world.build(path, clock, records=records, hostile=hostile, empty=empty),
            read_only=read_only,
            theme=theme,
            scheduling=False,
            remember=remember,
            preferences=preferences,
        )

    return make


@pytest.fixture
def screens(request: pytest.FixtureRequest, snap_compare: Callable[..., bool]) -> Screens:
    """Compares what is on the screen with how it was."""
    return Screens(request, snap_compare)


@pytest.fixture
def app(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> DojoApp:
    """The app on an empty store, with every Tool there is."""
    monkeypatch.setenv("DTRACK_KEY", KEY)
    store = str(tmp_path / "store.sqlite")
    return DojoApp(lambda: open_workspace(store, clock=clock, who="ada"), theme="dojo-dark", scheduling=False)


@pytest.fixture
def server(server: ToolServer) -> ToolServer:
    """It answers as Dependency-Track does."""
    dtrack(server)
    return server
