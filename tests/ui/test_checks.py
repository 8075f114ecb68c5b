"""The check of a Connector, as a person sees it: over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import pytest

from dojo_tui.cli.checks import check_json
from dojo_tui.demo.servers.github import GitHub, Repository, alerts
from dojo_tui.model.check import Mark
from dojo_tui.testing import Call, Reply, ToolServer
from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.lists.checks import MARKS
from dojo_tui.ui.screens.check import CheckScreen
from dojo_tui.ui.widgets.text_pane import TextPane
from tests.ui.checking import added, connectors, dtrack, lines
from tests.ui.driving import PASSES, SMALL, Hand, drive
from tests.ui.test_hostile import HOSTILE
from tests.ui.test_hostile import check as check_inert
from tests.waiting import PATIENCE


def test_a_connector_that_works(app: DojoApp, server: ToolServer) -> None:
    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        assert isinstance(hand.page, CheckScreen)
        told = lines(hand)
        assert list(told) == ["Secret", "Reached", "Encryption", "Known as", "May", "Found", "Dependency-Track"]
        assert told["Secret"] == "✓ ok: read from env:DTRACK_KEY"
        assert told["Reached"].startswith(f"✓ ok: {server.url}/api, first answer after ")
        assert told["Known as"] == "✓ ok: Readers"
        assert told["May"] == "✓ ok: VIEW_PORTFOLIO"
        assert told["Found"] == "✓ ok: 1 Vendor-Equivalent Product; tried at shop 1"
        assert told["Dependency-Track"] == "✓ ok: can be read"
        assert "Check: mine  Dependency-Track" in hand.screen
        assert "✓ works  Discover would find 1. Nothing was changed." in hand.screen
        await hand.press("y")
        assert hand.app.clipboard.startswith("Check mine (Dependency-Track): ✓ works\n✓ ok       Secret ")
        asked = len(server.calls)
        await hand.press("t")
        assert len(server.calls) == 2 * asked
        await hand.press("R", "escape")
        assert not isinstance(hand.page, CheckScreen)

    drive(app, script, SMALL)


def test_p10_a_secret_that_is_not_accepted(
    app: DojoApp, server: ToolServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DTRACK_KEY", "wrong-key-1234")

    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        told = lines(hand)
        assert list(told) == ["Secret", "Reached", "Encryption", "Known as"]
        assert told["Known as"].startswith(
            "✗ failed: GET /api/v1/team/self was refused: the secret is not accepted (401)"
        )
        assert "*** is not valid" in told["Known as"]
        assert " | What we hold stays as it is. | → Look at the secret: it may be wrong" in told["Known as"]
        assert "✗ does not work" in hand.screen
        await hand.press("y")
        assert "wrong-key-1234" not in hand.screen + hand.app.clipboard

    drive(app, script)
    assert not any(b"wrong-key-1234" in file.read_bytes() for file in tmp_path.iterdir())


def test_a_secret_that_is_not_there(app: DojoApp, server: ToolServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DTRACK_KEY")

    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        assert lines(hand) == {
            "Secret": "✗ failed: The environment variable DTRACK_KEY is not set. | Nothing was asked of the tool."
            " | → Set it where dojo-tui is started."
        }
        assert server.calls == []

    drive(app, script)


def test_an_address_where_nobody_is(app: DojoApp) -> None:
    with ToolServer() as gone:
        url = gone.url

    async def script(hand: Hand) -> None:
        await added(hand, url)
        await hand.press("t")
        told = lines(hand)
        assert list(told) == ["Secret", "Reached"]
        assert told["Reached"].startswith(f"✗ failed: {url} cannot be reached (Connection refused).")
        assert "→ Look at the location, the network and whether the tool runs." in told["Reached"]

    drive(app, script)


def test_an_address_of_a_web_page(app: DojoApp, server: ToolServer) -> None:
    page = Reply(b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"})
    server.twist = lambda _call, _number, _reply: page

    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        told = lines(hand)
        assert list(told) == ["Secret", "Reached", "Encryption", "Answer"]
        assert told["Answer"].startswith("✗ failed: GET /api/v1/team/self answered with a web page instead of data")
        assert "→ Is the location that of the tool's interface" in told["Answer"]

    drive(app, script)


def test_kinds_of_findings_that_would_be_skipped(app: DojoApp, server: ToolServer) -> None:
    server.clear()
    GitHub("acme", [Repository(7, "shop", alerts(dependabot=[]))]).serve(server)

    async def script(hand: Hand) -> None:
        await added(hand, server.url, "github-security", options={"owner": "acme"})
        await hand.press("t")
        told = lines(hand)
        assert told["GitHub code scanning"].startswith("- skipped: code scanning is not enabled for this repository")
        assert "→ Switch it on at the tool, or give the secret's owner the right" in told["GitHub code scanning"]
        assert told["GitHub Dependabot"] == "✓ ok: can be read"
        assert told["GitHub secret scanning"].startswith("- skipped: ")
        assert "✓ works, but look" in hand.screen
        assert "Discover would find 1 and a Sync would skip 2 kinds of Findings." in " ".join(hand.screen.split())

    drive(app, script)


def test_a_kind_of_findings_that_fails(app: DojoApp, server: ToolServer) -> None:
    server.on("GET", "/api/v1/finding/project/1", Reply({"detail": "no such column"}, 400))

    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        assert lines(hand)["Dependency-Track"].startswith("✗ failed: GET /api/v1/finding/project/1 was not accepted")
        assert "✗ does not work  One thing has to be put right first" in hand.screen

    drive(app, script)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_p11_what_the_tool_says_is_inert(app: DojoApp, server: ToolServer, hostile: str) -> None:
    dtrack(server, f"team{hostile}", f"shop{hostile}")

    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        assert lines(hand)["Known as"].startswith("✓ ok: team")
        check_inert(hand)
        await hand.press("y", "G")
        check_inert(hand)

    drive(app, script, SMALL)


def test_where_it_is_narrow_and_when_that_changes(app: DojoApp, server: ToolServer) -> None:
    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        assert isinstance(hand.page.pane, TextPane)
        shown = [line.rstrip() for line in hand.page.pane.text.splitlines()]
        assert shown[shown.index("✓ ok       Known as") + 1] == "  Readers"
        await hand.pilot.resize_terminal(*SMALL)
        await hand.rest()
        assert lines(hand)["Known as"] == "✓ ok: Readers"
        check_inert(hand)

    drive(app, script, (40, 12))


def test_a_folder_that_is_gone(app: DojoApp, tmp_path: Path) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None
        place = tmp_path / "reports"
        place.mkdir()
        workspace.connectors.add("reports", "mine", str(place))
        place.rmdir()
        hand.app.changed(records=True)
        await hand.press("C", "t")
        told = lines(hand)
        assert list(told) == ["Settings"]
        assert f"The location {place} is not a directory." in told["Settings"]
        assert "Nothing was stored or changed." in told["Settings"]
        place.mkdir()
        await hand.press("t")
        told = lines(hand)
        assert told["Found"].startswith("! look: nothing")
        assert "is it mounted?" in told["Note"]

    drive(app, script)


def test_a_tool_that_is_not_installed_any_more(app: DojoApp, server: ToolServer) -> None:
    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        workspace = hand.app.workspace
        assert workspace is not None
        workspace.connectors._tools = {}
        await hand.press("t")
        assert lines(hand)["Settings"].startswith("✗ failed: There is no Tool 'dependency-track'.")

    drive(app, script)


def test_a_mark_is_a_sign_and_a_word() -> None:
    words = [MARKS[mark][0] for mark in Mark]
    assert len({word.split()[0] for word in words}) == len({word.split()[1] for word in words}) == len(Mark)


def test_the_app_and_the_command_line_say_the_same(app: DojoApp, server: ToolServer) -> None:
    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("t")
        assert isinstance(hand.page, CheckScreen)
        (row,) = connectors(hand)
        said = json.loads(json.dumps(check_json(row, hand.page.row)))
        shown = {title: text.partition(": ")[2] for title, text in lines(hand).items()}
        assert {step["title"]: step["told"] for step in said["steps"]} == shown

    drive(app, script)


# --- while it runs ----------------------------------------------------------------


async def drawn(hand: Hand) -> None:
    """What was sent is done and drawn; unlike ``rest``, this does not wait for the check."""
    for _ in range(PASSES):
        await hand.pilot._wait_for_screen(PATIENCE)
        await asyncio.sleep(0)
    hand.app.screen._on_timer_update()


class Slow:
    """The tool takes its time for the projects, until it is let go."""

    def __init__(self, server: ToolServer) -> None:
        self.reached, self.over = threading.Event(), threading.Event()
        server.on("GET", "/api/v1/project", self._answer)

    def _answer(self, _call: Call) -> Reply:
        self.reached.set()
        self.over.wait(PATIENCE)
        return Reply([], headers={"X-Total-Count": "0"})

    async def begun(self, hand: Hand) -> None:
        """Wait until it was asked, and what was told before is drawn."""
        await asyncio.get_running_loop().run_in_executor(None, self.reached.wait, PATIENCE)
        await drawn(hand)

    async def key(self, hand: Hand, key: str) -> None:
        """Press a key while it still runs."""
        hand.send(key)
        await drawn(hand)


def test_p12_the_keyboard_does_not_wait_and_esc_cancels(app: DojoApp, server: ToolServer) -> None:
    slow = Slow(server)

    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        hand.send("t")
        await slow.begun(hand)
        assert "… checking" in hand.screen
        assert lines(hand)["Known as"] == "✓ ok: Readers"
        assert lines(hand)["Found"] == "… trying: counting"
        await slow.key(hand, "t")
        assert "Check again: it is not done yet; esc cancels it." in hand.page.told
        await slow.key(hand, "question_mark")
        assert not isinstance(hand.page, CheckScreen)
        await slow.key(hand, "escape")
        await hand.press("escape")
        assert isinstance(hand.page, CheckScreen)
        assert "■ cancelled  Nothing was changed." in hand.screen
        assert list(lines(hand)) == ["Secret", "Reached", "Encryption", "Known as", "May"]
        slow.over.set()
        await hand.press("t")
        assert lines(hand)["Found"].startswith("! look: nothing: there would be no Records")
        await hand.press("escape")
        assert not isinstance(hand.page, CheckScreen)

    drive(app, script)


def test_leaving_cancels_it(app: DojoApp, server: ToolServer) -> None:
    slow = Slow(server)

    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        hand.send("t")
        await slow.begun(hand)
        hand.app.pop_screen()
        # Comes to rest although the tool still says nothing.
        await hand.rest()
        assert hand.page.told == ""

    drive(app, script)
    slow.over.set()
