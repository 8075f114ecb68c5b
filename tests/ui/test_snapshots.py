"""How every screen looks, in a world that stands still."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dojo_tui.connectors.check import About, Mark, Step
from tests.ui.conftest import AppMaker
from tests.ui.driving import NORMAL, SMALL, Hand
from tests.ui.world import finding

Compare = Callable[..., bool]

SCREENS: dict[str, str] = {
    "unmapped": "",
    "mapped": "2 j j",
    "operations": "3",
    "marked": "space space j v j j",
    "filtered": "slash text:web enter",
    "filtering": "slash text:state:ign",
    "disabled-key": "r",
    "picker": "m",
    "picker-new": "m text:Some",
    "palette": "ctrl+p",
    "connector-choice": "c",
    "confirm-delete": "2 x",
    "confirm-remove": "C x",
    "prompt-export": "e",
    "help": "question_mark",
    "record": "2 j enter",
    "operation": "3 j j enter",
    "connectors": "C",
    "connector-form": "C E",
    "no-findings": "2 f",
    "columns": "2 L down",
}


async def go(hand: Hand, keys: str) -> None:
    """Press keys; ``text:…`` is typed."""
    for key in keys.split():
        if key.startswith("text:"):
            await hand.type(key[5:])
        else:
            await hand.press(key)


def before(app: Any, script: Callable[[Hand], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """What happens before the picture is taken."""

    async def run(pilot: Any) -> None:
        hand = Hand(app, pilot)
        await hand.rest()
        await script(hand)
        await hand.rest()

    return run


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", SCREENS)
def test_screen(snap_compare: Compare, make_app: AppMaker, name: str, size: tuple[int, int]) -> None:
    app = make_app()
    assert snap_compare(app, terminal_size=size, run_before=before(app, lambda hand: go(hand, SCREENS[name])))
    app.close_workspace()


@pytest.mark.parametrize("theme", ["dojo-light", "dojo-contrast", "ansi-dark", "ansi-light"])
def test_theme(snap_compare: Compare, make_app: AppMaker, theme: str) -> None:
    app = make_app(theme=theme)
    assert snap_compare(app, terminal_size=NORMAL, run_before=before(app, lambda hand: go(hand, "2 space j")))
    app.close_workspace()


@pytest.mark.parametrize("size", [(160, 48), (40, 12)], ids=["160x48", "40x12"])
def test_other_sizes(snap_compare: Compare, make_app: AppMaker, size: tuple[int, int]) -> None:
    app = make_app()
    assert snap_compare(app, terminal_size=size, run_before=before(app, lambda hand: go(hand, "2")))
    app.close_workspace()


@pytest.mark.parametrize("place", ["1", "2", "3", "C"])
def test_empty(snap_compare: Compare, make_app: AppMaker, place: str) -> None:
    app = make_app(empty=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=before(app, lambda hand: go(hand, place)))
    app.close_workspace()


def test_read_only(snap_compare: Compare, make_app: AppMaker) -> None:
    app = make_app(read_only=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=before(app, lambda hand: go(hand, "2 m")))
    app.close_workspace()


FINDINGS = {"list": "j", "triage": "space space d", "one": "j enter"}


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", FINDINGS)
def test_findings(snap_compare: Compare, make_app: AppMaker, name: str, size: tuple[int, int]) -> None:
    app = make_app()

    async def script(hand: Hand) -> None:
        assert app.workspace is not None
        tool: Any = app.workspace.tools["memory"]
        tool.veps = {f"team/{name}": [finding(number) for number in range(12)] for name in hand_names(hand)}
        await hand.press("2", "s")
        await hand.operations()
        await hand.press("f", *FINDINGS[name].split())

    assert snap_compare(app, terminal_size=size, run_before=before(app, script))
    app.close_workspace()


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


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", CHECKS)
def test_check(snap_compare: Compare, make_app: AppMaker, name: str, size: tuple[int, int]) -> None:
    app = make_app()

    async def script(hand: Hand) -> None:
        assert app.workspace is not None
        tool: Any = app.workspace.tools["memory"]
        tool.steps = CHECKS[name]
        await hand.press("C", "t")

    assert snap_compare(app, terminal_size=size, run_before=before(app, script))
    app.close_workspace()


def test_running(snap_compare: Compare, make_app: AppMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()

    async def script(hand: Hand) -> None:
        assert app.workspace is not None
        tool: Any = app.workspace.tools["memory"]
        tool.hold = threading.Event()
        # How far it is depends on the machine.
        monkeypatch.setattr(app, "progress", lambda _operation_id: None)
        await hand.press("2", "s")
        app.changed(operations=True)

    assert snap_compare(app, terminal_size=NORMAL, run_before=before(app, script))
    app.close_workspace()


def hand_names(hand: Hand) -> list[str]:
    """Names of all Records of the world."""
    from tests.ui.world import NAMES

    return [f"{NAMES[(number * 7) % len(NAMES)]}-{number:03d}" for number in range(1, 41)]
