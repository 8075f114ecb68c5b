"""How the screens of destinations look; no server is asked for these."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination
from dojo_tui.model.check import About, Checked, Mark, Step
from dojo_tui.model.clock import Clock
from dojo_tui.services.destinations import Destinations
from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.health import HealthWatch
from dojo_tui.wiring import Workspace
from tests.ui.driving import Hand
from tests.ui.looks import Look, Scene, Screens, each_look, go
from tests.ui.sending import make_app, server

URL = "https://dojo.example.org"

WORKS = [
    Step(About.SECRET, Mark.OK, "read from env:DEFECTDOJO_TOKEN"),
    Step(About.REACHED, Mark.OK, f"{URL}, first answer after 41 ms"),
    Step(About.WAY, Mark.OK, "TLSv1.3, certificate verified, valid until Nov 30 23:59:59 2026 GMT"),
    Step(About.ANSWER, Mark.OK, "DefectDojo 3.2.0"),
    Step(About.WHO, Mark.OK, "importer, of the staff", items=("importer",)),
    Step(About.RIGHTS, Mark.OK, "see Products, add Products", items=("see Products", "add Products")),
    Step(About.RIGHTS, Mark.LOOK, "not: add Product Types", do="Records can be mapped to the Products that it sees."),
    Step(About.VEPS, Mark.OK, "sees 20,412 Products", name="Products", number=20_412),
    Step(About.NOTE, Mark.OK, "off", name="Deduplication"),
]
REFUSED = [
    *WORKS[:3],
    Step(
        About.WHO, Mark.FAILED, "DefectDojo does not accept the token (401): Invalid token.",
        safe="Nothing was changed.", do="Look at the token: it may be wrong or revoked.",
    ),
]  # fmt: skip


@pytest.fixture
def make(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DojoApp]:
    """The app, with a server in use (unless ``embedded``) that was checked with these steps."""

    def check(self: Destinations, _server: Any, _cancelled: Any = None, told: Any = None) -> Checked:
        return Checked.of(WORKS)

    def made(steps: list[Step], **more: Any) -> DojoApp:
        monkeypatch.setattr(Destinations, "check", check)
        monkeypatch.setattr(DefectDojoDestination, "products", lambda _self, *, fresh=False: [])
        monkeypatch.setattr(HealthWatch, "look", lambda _self, *, asked=False: None)

        def others(workspace: Workspace) -> None:
            workspace.destinations.add("https://lab.example.org:8443/dojo", secret="command:pass show x", verify=False)
            workspace.destinations.add("http://10.0.0.5:8080", secret="file:/run/secrets/token")

        app = make_app(tmp_path, clock, url=URL, prepare=others, secret="env:DEFECTDOJO_TOKEN", **more)
        app.steps = steps  # type: ignore[attr-defined]
        return app

    return made


async def checked(hand: Hand, keys: str) -> None:
    """The server in use was just checked, then keys are pressed."""
    if hand.app.workspace is not None and hand.app.workspace.server is not None:
        hand.app.health.checked(server(hand), Checked.of(hand.app.steps))  # type: ignore[attr-defined]
    await go(hand, keys)


SCREENS: dict[str, tuple[list[Step], Scene, dict[str, Any]]] = {
    "destinations": (WORKS, Scene("D j", "DestinationsScreen"), {}),
    "destination": (WORKS, Scene("D j enter", "DestinationScreen", read_only=True), {}),
    "refused": (REFUSED, Scene("D j", "DestinationsScreen"), {}),
    "unverified": (WORKS, Scene("D j", "DestinationsScreen"), {"verify": False}),
    "edit": (WORKS, Scene("D j E", "DestinationForm"), {}),
    "check": (WORKS, Scene("D j t", "DestinationCheck"), {}),
    "remove": (WORKS, Scene("D j j x", "Confirm"), {}),
    "mapped": (WORKS, Scene("2", "MainScreen"), {}),
    "picker": (WORKS, Scene("m", "ProductPicker"), {}),
    "migration": (WORKS, Scene("D j M", "MigrationScreen"), {"use": False}),
    "confirm-migration": (WORKS, Scene("D j M s", "Confirm"), {"use": False}),
}


@each_look
@pytest.mark.parametrize("name", SCREENS)
def test_screen(screens: Screens, make: Callable[..., DojoApp], name: str, look: Look) -> None:
    steps, scene, more = SCREENS[name]
    screens.compare(
        make(steps, read_only=scene.read_only, **more),
        look,
        lambda hand: checked(hand, scene.keys),
        scene.shows,
    )
