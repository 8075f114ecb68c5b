"""Destinations as a person sees them: over real HTTP to the DefectDojo of tests."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.services.settings import Configured
from dojo_tui.testing import ToolServer
from dojo_tui.ui.screens.confirm import Confirm
from dojo_tui.ui.screens.destination_form import DestinationForm
from dojo_tui.ui.screens.destinations import DestinationCheck, DestinationScreen, DestinationsScreen
from tests.defectdojo_server import DojoServer
from tests.defectdojo_server.state import TOKEN
from tests.ui.driving import NORMAL, SMALL, Hand, drive
from tests.ui.sending import (
    REFERENCE,
    VARIABLE,
    fill_form,
    key,
    make_app,
    mapped,
    products,
    reached,
    record,
    server,
    tool,
    top,
    until,
    words,
    workspace,
)
from tests.ui.world import finding

pytestmark = pytest.mark.usefixtures("token")


# --- the screen -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
def test_p10_from_a_pasted_token_to_a_server_in_use(
    dojo_server: DojoServer, tmp_path: Path, clock: Clock, size: tuple[int, int]
) -> None:
    async def script(hand: Hand) -> None:
        assert top(hand).startswith(" dojo-tui embedded ✓")
        await hand.press("D", "n")
        fill_form(hand, address=f"{dojo_server.url}/api/v2/", token=TOKEN)
        await hand.rest()
        assert TOKEN not in hand.screen
        await hand.press("f2")
        assert isinstance(hand.app.screen, DestinationForm)
        assert "The token must be a reference" in hand.screen
        assert hand.app.screen._inputs["token"].has_focus
        fill_form(hand, token=REFERENCE, verify="perhaps")
        await hand.press("f3")
        assert "Verify: answer yes or no." in hand.screen
        fill_form(hand, verify="yes")
        await hand.press("f3")
        assert isinstance(hand.page, DestinationCheck)
        assert "✓ works  Records can be mapped to " in hand.screen
        await hand.press("escape", "f2")
        assert f"✓ {dojo_server.url}/api/v2/ saved. t checks it, c sends Findings there." in " ".join(
            hand.screen.split()
        )
        assert [row.url for row in workspace(hand).destinations.rows()] == [dojo_server.url]
        await hand.press("j", "c")
        assert top(hand).startswith(f" dojo-tui {dojo_server.url.removeprefix('http://')} ✓ ok")
        assert f"Findings go to {dojo_server.url} from now on." in hand.page.told
        assert "5 Records are mapped to Products of another one" in hand.page.told
        await hand.press("k", "c")
        assert top(hand).startswith(" dojo-tui embedded ✓")

    drive(make_app(tmp_path, clock), script, size)
    assert not any(TOKEN.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_what_is_listed(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("C", "D")
        lines = hand.screen.splitlines()
        assert lines[3].split()[1:5] == ["embedded", "✓", "ok", "5"]
        assert lines[4].split()[:5] == ["●", "used", dojo_server.url, "✓", "ok"]
        await hand.press("j")
        for shown in (f"Token         {REFERENCE}", "- no TLS", "Product Type  Team A", "✓ ok"):
            assert shown in hand.screen
        await hand.press("k", "enter")
        assert isinstance(hand.page, DestinationScreen)
        assert "nothing to install" in words(hand)
        await hand.press("escape", "2")
        assert hand.page.place == "mapped"

    drive(make_app(tmp_path, clock, url=dojo_server.url, product_type="Team A"), script)


def test_the_check_of_the_one_in_use_tells_its_health(
    dojo_server: DojoServer, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("D", "j", "t")
        assert isinstance(hand.page, DestinationCheck)
        assert "DefectDojo 3.2.0" in hand.screen
        assert "✓ works" in hand.screen
        monkeypatch.setenv(VARIABLE, "0" * 40)
        await hand.press("t")
        assert "✗ does not work  One thing has to be put right first" in hand.screen
        assert "! refused" in top(hand)
        await hand.press("escape")
        assert "! refused" in hand.screen.splitlines()[4]
        assert "does not accept the token" in words(hand)

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_editing_the_one_in_use_counts_at_once(
    dojo_server: DojoServer, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_TOKEN", "0" * 40)

    async def script(hand: Hand) -> None:
        await hand.press("D", "j", "E")
        fill_form(hand, token="env:OTHER_TOKEN", product_type="Team B")
        await hand.press("f2")
        assert "! refused" in top(hand)
        assert server(hand).secret == "env:OTHER_TOKEN"
        await hand.press("enter")
        fill_form(hand, token=REFERENCE)
        await hand.press("f2")
        assert "✓ ok" in top(hand)
        assert workspace(hand).destination.find_or_create_product("Made").product_type == "Team B"

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_what_is_wrong_is_said_in_the_form(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("D", "n")
        for values, told in (
            ({"address": "dojo.example.com"}, "does not start with https:// or http://"),
            ({"address": "https://user:pw@dojo.example.com"}, "The address holds a user or a password."),
            ({"address": dojo_server.url}, f"There is a destination {dojo_server.url} already."),
            (
                {"address": "https://dojo.example.com", "ca_file": "/nowhere/ca.pem"},
                "There is no file /nowhere/ca.pem.",
            ),
        ):
            fill_form(hand, **values)
            await hand.press("f2")
            assert isinstance(hand.app.screen, DestinationForm)
            assert told in words(hand)
            assert "pw" not in hand.page.told
        await hand.press("escape")
        assert len(workspace(hand).destinations.rows()) == 1

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_p8_nobody_is_cut_off_from_the_destination(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        tool(hand).hold = threading.Event()
        tool(hand).veps = {"team/search-006": [finding(1)]}
        await hand.press("2", "S", "D", "j", "c")
        assert "An Operation runs here, and would be cut off from its destination." in hand.page.told
        assert workspace(hand).server is None
        tool(hand).hold.set()
        await hand.operations()
        await hand.press("escape", "c")
        assert server(hand).url == dojo_server.url
        assert workspace(hand).destinations.in_use() is not None
        # What is started from now on runs, and is told.
        await hand.press("2", "S")
        await hand.operations()
        assert "skipped" in hand.page.told

    drive(make_app(tmp_path, clock, url=dojo_server.url, use=False), script)


def test_what_is_named_on_the_command_line_is_stronger(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("D", "j", "c")
        assert "or the config file says embedded." in words(hand)
        assert workspace(hand).server is None
        await hand.press("E")
        fill_form(hand, product_type="Team C")
        await hand.press("f2")
        assert workspace(hand).destinations.rows()[0].product_type == "Team C"

    drive(make_app(tmp_path, clock, url=dojo_server.url, configured=Configured("embedded")), script)


def test_the_address_of_a_named_server_is_changed_where_it_is_named(
    dojo_server: DojoServer, tmp_path: Path, clock: Clock
) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("D", "j", "E")
        fill_form(hand, address="https://elsewhere.example.com")
        await hand.press("f2")
        assert "Address: it is named by --destination" in words(hand)
        assert [row.url for row in workspace(hand).destinations.rows()] == [dojo_server.url]

    drive(make_app(tmp_path, clock, url=dojo_server.url, named=dojo_server.url), script)


def test_p6_removing_asks_and_says_what_stays(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("D", "j", "x")
        assert "it is in use: use another one first" in hand.page.told
        await hand.press("1", "m")
        await hand.type("Shop")
        await hand.press("enter", "enter")
        assert products(hand)[dojo_server.url] == 1
        await hand.press("D", "c", "j", "x")
        assert "1 Record is mapped to Products of" in hand.page.told
        assert "map or ignore the Records" in " ".join(hand.page.told.split())
        await hand.press("escape", "2", "u", "D", "j", "x")
        assert isinstance(hand.app.screen, Confirm)
        assert "Stays: everything on that server." in hand.screen
        await hand.press("enter")
        assert len(workspace(hand).destinations.rows()) == 1
        await hand.press("x", "y")
        assert workspace(hand).destinations.rows() == []
        assert f"Removed {dojo_server.url}. Everything on that server stays" in hand.page.told

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_read_only(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        assert "✓ ok" in top(hand)
        await hand.press("D", "j")
        for refused in ("n", "E", "c", "x", "M"):
            await hand.press(refused)
            assert "--read-only" in hand.page.told
            assert isinstance(hand.app.screen, DestinationsScreen)
        await hand.press("enter")
        assert isinstance(hand.page, DestinationScreen)

    drive(make_app(tmp_path, clock, url=dojo_server.url, read_only=True), script)


# --- health ---------------------------------------------------------------------------


def test_health_after_each_sync(
    dojo_server: DojoServer, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(hand: Hand) -> None:
        assert "✓ ok" in top(hand)
        monkeypatch.setenv(VARIABLE, "0" * 40)
        await hand.press("2", "S")
        await hand.operations()
        assert "! refused" in top(hand)
        dojo_server.stop()
        await hand.press("S")
        await hand.operations()
        assert "! unreachable" in top(hand)
        dojo_server.start()
        monkeypatch.setenv(VARIABLE, TOKEN)
        await hand.press("S")
        await hand.operations()
        assert "✓ ok" in top(hand)

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_a_token_that_was_put_right_is_used(
    dojo_server: DojoServer, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(hand: Hand) -> None:
        identifier = await mapped(hand, "Shop")
        tool(hand).veps = {record(hand, identifier).vendor_id: [finding(1)]}
        workspace(hand).destination.close()
        monkeypatch.setenv(VARIABLE, "0" * 40)
        await hand.press("2", "S")
        await hand.operations()
        assert "! refused" in top(hand)
        monkeypatch.setenv(VARIABLE, TOKEN)
        await hand.press("D", "j", "t")
        assert "✓ ok" in top(hand)
        await hand.press("escape", "2", "S")
        await hand.operations()
        assert record(hand, identifier).last_synced_at is not None

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_a_look_asks_little(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        asked = [seen.path for seen in dojo_server.requests]
        assert asked[:2] == ["/api/v2/user_profile/", "/login"]
        assert asked.count("/api/v2/products/") == 1, "its Products, for suggestions"
        hand.app.health.look()
        await hand.rest()
        assert [seen.path for seen in dojo_server.requests][len(asked) :] == asked[:2]

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_p12_nothing_waits_for_a_look(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    fault = dojo_server.fails(path="user_profile/", hold="request")

    async def script(hand: Hand) -> None:
        hand.app.health.look()
        await reached(fault.reached, hand)
        await key(hand, "2", "j", "D")
        await until(hand, lambda: isinstance(hand.page, DestinationsScreen) and "? not asked yet" in top(hand))
        fault.release()
        await hand.rest()
        assert "✓ ok" in top(hand)

    app = make_app(tmp_path, clock, url=dojo_server.url)
    look, app.health.look = app.health.look, lambda **_: None  # type: ignore[method-assign]

    async def later(hand: Hand) -> None:
        app.health.look = look  # type: ignore[method-assign]
        await script(hand)

    drive(app, later)


def test_p10_no_command_is_run_for_a_look(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    """It might ask for a passphrase, in the middle of the screen."""
    ran = tmp_path / "ran"
    script_file = tmp_path / "pass.sh"
    script_file.write_text(f"#!/bin/sh\ntouch {ran}\necho {TOKEN}\n", encoding="utf-8")
    script_file.chmod(0o700)

    async def script(hand: Hand) -> None:
        assert "? not asked yet" in top(hand)
        assert not ran.exists()
        identifier = await mapped(hand, "Shop")
        assert "? not asked yet" in top(hand)
        ran.unlink()
        tool(hand).veps = {record(hand, identifier).vendor_id: [finding(1)]}
        await hand.press("2", "S")
        await hand.operations()
        assert "✓ ok" in top(hand)
        assert not ran.exists()

    drive(make_app(tmp_path, clock, url=dojo_server.url, secret=f"command:{script_file}"), script)


def test_tls_that_is_not_verified_is_seen(tmp_path: Path, clock: Clock) -> None:
    with ToolServer() as gone:
        url = gone.url.replace("http:", "https:")

    async def script(hand: Hand) -> None:
        assert "! unreachable ! not verified" in top(hand)
        await hand.press("D", "j")
        assert "! NOT verified" in hand.screen.splitlines()[4]
        assert "Whoever is on the way can read the token" in words(hand)

    drive(make_app(tmp_path, clock, url=url, verify=False), script)
