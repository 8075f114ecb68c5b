"""How every screen looks, in a world that stands still."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dojo_tui.model.check import About, Mark, Step
from tests.ui.conftest import AppMaker
from tests.ui.driving import NORMAL, SMALL, Hand
from tests.ui.looks import Look, Scene, Screens, each_look, go
from tests.ui.world import finding

SCREENS: dict[str, Scene] = {
    "unmapped": Scene("", "MainScreen"),
    "mapped": Scene("2 j j", "MainScreen"),
    "operations": Scene("3", "MainScreen"),
    "marked": Scene("space space j v j j", "MainScreen"),
    "filtered": Scene("slash text:web enter", "MainScreen"),
    "filtering": Scene("slash text:state:ign", "MainScreen"),
    "disabled-key": Scene("r", "MainScreen"),
    "picker": Scene("m", "ProductPicker"),
    "picker-new": Scene("m text:Some", "ProductPicker"),
    "picker-type": Scene("m text:Some enter", "TypePicker"),
    "palette": Scene("ctrl+p", "Picker"),
    "connector-choice": Scene("c", "Picker"),
    "confirm-delete": Scene("2 x", "Confirm"),
    "confirm-remove": Scene("C x", "Confirm"),
    "prompt-export": Scene("e", "Prompt"),
    "help": Scene("question_mark", "HelpScreen"),
    "record": Scene("2 j enter", "RecordScreen"),
    "operation": Scene("3 j j enter", "OperationScreen"),
    "connectors": Scene("C", "ConnectorsScreen"),
    "connector": Scene("C enter", "ConnectorScreen", read_only=True),
    "connector-form": Scene("C E", "ConnectorForm"),
    "no-findings": Scene("2 f", "FindingsScreen"),
    "columns": Scene("2 L down", "ColumnsDialog"),
    "theme": Scene("T down", "ThemePicker"),
}


@each_look
@pytest.mark.parametrize("name", SCREENS)
def test_screen(screens: Screens, make_app: AppMaker, name: str, look: Look) -> None:
    scene = SCREENS[name]
    screens.compare(make_app(read_only=scene.read_only), look, lambda hand: go(hand, scene.keys), scene.shows)


@pytest.mark.parametrize("theme", ["dojo-light", "dojo-contrast", "ansi-dark", "ansi-light"])
def test_theme(screens: Screens, make_app: AppMaker, theme: str) -> None:
    screens.compare(make_app(), Look(NORMAL, theme), lambda hand: go(hand, "2 space j"), "MainScreen")


@pytest.mark.parametrize("size", [(160, 48), (40, 12)], ids=["160x48", "40x12"])
def test_other_sizes(screens: Screens, make_app: AppMaker, size: tuple[int, int]) -> None:
    screens.compare(make_app(), Look(size), lambda hand: go(hand, "2"), "MainScreen")


@pytest.mark.parametrize("place", ["1", "2", "3", "C"])
def test_empty(screens: Screens, make_app: AppMaker, place: str) -> None:
    shows = "ConnectorsScreen" if place == "C" else "MainScreen"
    screens.compare(make_app(empty=True), Look(SMALL), lambda hand: go(hand, place), shows)


def test_read_only(screens: Screens, make_app: AppMaker) -> None:
    screens.compare(make_app(read_only=True), Look(SMALL), lambda hand: go(hand, "2 m"), "MainScreen")


FINDINGS = {
    "list": Scene("j", "FindingsScreen"),
    "triage": Scene("space space d", "TriageDialog"),
    "one": Scene("j enter", "FindingScreen"),
    "remap": Scene("escape m down enter", "RemapDialog"),
}


@each_look
@pytest.mark.parametrize("name", FINDINGS)
def test_findings(screens: Screens, make_app: AppMaker, name: str, look: Look) -> None:
    app = make_app()

    async def script(hand: Hand) -> None:
        assert app.workspace is not None
        tool: Any = app.workspace.tools["memory"]
        tool.veps = {f"team/{name}": [finding(number) for number in range(12)] for name in hand_names(hand)}
        await hand.press("2", "s")
        await hand.operations()
        await hand.press("f", *FINDINGS[name].keys.split())

    screens.compare(app, look, script, FINDINGS[name].shows)


FIRST = {
    "form": Scene("n text:code enter", "ConnectorForm"),
    "next": Scene("n text:code enter text:/srv/code f2", "Picker"),
    "fails": Scene("n text:code enter text:/srv/code f2", "FirstCheck"),
}


@each_look
@pytest.mark.parametrize("name", FIRST)
def test_first_run(screens: Screens, make_app: AppMaker, name: str, look: Look) -> None:
    app = make_app(empty=True)

    async def script(hand: Hand) -> None:
        assert app.workspace is not None
        tool: Any = app.workspace.tools["memory"]
        tool.steps = CHECKS["fails" if name == "fails" else "works"]
        await go(hand, FIRST[name].keys)

    screens.compare(app, look, script, FIRST[name].shows)


@each_look
def test_undo_of_many(screens: Screens, make_app: AppMaker, look: Look) -> None:
    screens.compare(make_app(records=60), look, lambda hand: go(hand, "asterisk i y u"), "Confirm")


CHECKS = {
    "works": [
        Step(About.SECRET, Mark.OK, "read from env:TOOL_KEY"),
        Step(About.REACHED, Mark.OK, "https://tool.example.org:8443/api, first answer after 41 ms"),
        Step(About.WAY, Mark.OK, "TLSv1.3, certificate verified, valid until Nov 30 23:59:59 2026 GMT"),
        Step(About.WHO, Mark.OK, "Readers", items=("Readers",)),
        Step(About.RIGHTS, Mark.OK, "VIEW_PORTFOLIO, VIEW_VULNERABILITY", items=("VIEW_PORTFOLIO",)),
        Step(About.VEPS, Mark.OK, "1,204 Vendor-Equivalent Products; tried at payments-api", number=1204),
        Step(About.FAMILY, Mark.OK, "can be read", "Code scanning"),
        Step(
            About.FAMILY, Mark.SKIPPED, "not enabled for this repository, or the secret may not read it (403)",
            "Dependency alerts", do="Switch it on at the tool, or give the secret's owner the right to read it.",
        ),
        Step(About.NOTE, Mark.LOOK, "The tool will be switched off on 1 April."),
    ],
    "fails": [
        Step(About.SECRET, Mark.OK, "read from env:TOOL_KEY"),
        Step(About.REACHED, Mark.OK, "https://tool.example.org:8443/api: somebody answers"),
        Step(
            About.WAY, Mark.FAILED, "The certificate of https://tool.example.org:8443 is not trusted: unable to get "
            "local issuer certificate.", safe="What we hold stays as it is.",
            do="Add its authority to the system's, or name the file of its authority (PEM) in SSL_CERT_FILE.",
        ),
    ],
}  # fmt: skip


@each_look
@pytest.mark.parametrize("name", CHECKS)
def test_check(screens: Screens, make_app: AppMaker, name: str, look: Look) -> None:
    app = make_app()

    async def script(hand: Hand) -> None:
        assert app.workspace is not None
        tool: Any = app.workspace.tools["memory"]
        tool.steps = CHECKS[name]
        await hand.press("C", "t")

    screens.compare(app, look, script, "CheckScreen")


def test_running(screens: Screens, make_app: AppMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()

    async def script(hand: Hand) -> None:
        assert app.workspace is not None
        tool: Any = app.workspace.tools["memory"]
        tool.hold = threading.Event()
        # How far it is depends on the machine.
        monkeypatch.setattr(app, "progress", lambda _operation_id: None)
        await hand.press("2", "s")
        app.changed(operations=True)

    screens.compare(app, Look(NORMAL), script, "MainScreen")


def hand_names(hand: Hand) -> list[str]:
    """Names of all Records of the world."""
    from tests.ui.world import NAMES

    return [f"{NAMES[(number * 7) % len(NAMES)]}-{number:03d}" for number in range(1, 41)]
