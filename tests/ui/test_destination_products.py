"""Products of a server as a person sees them, and a Sync to it while it runs: over real HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.model.record import State
from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.screens.product_picker import ProductPicker
from dojo_tui.wiring import Workspace
from tests.defectdojo_server import DojoServer, Remote
from tests.defectdojo_server.state import READERS_TOKEN
from tests.ui.driving import SMALL, Hand, drive
from tests.ui.sending import (
    VARIABLE,
    key,
    make_app,
    mapped,
    reached,
    record,
    seed_products,
    status,
    tool,
    top,
    until,
    workspace,
)
from tests.ui.test_hostile import HOSTILE
from tests.ui.test_hostile import check as check_inert
from tests.ui.world import finding

pytestmark = pytest.mark.usefixtures("token")


# --- Products -------------------------------------------------------------------------


def unasked(app: DojoApp) -> DojoApp:
    """An app that does not look at its server by itself."""
    app.health.look = lambda **_: None  # type: ignore[method-assign]
    return app


def test_who_opens_the_app_sees_suggestions_of_the_servers_products(
    dojo_server: DojoServer, dojo: Remote, tmp_path: Path, clock: Clock
) -> None:
    """What was kept for the embedded destination is not shown for the server: its Products have other ids."""

    def prepare(made: Workspace) -> None:
        made.suggestions.refresh()
        for name in ("Payments", "Web shop"):
            dojo.product(name)

    async def script(hand: Hand) -> None:
        known = {one.ref for one in workspace(hand).destination.products()}
        await hand.press("slash")
        await hand.type("state:new suggestion:payments")
        await hand.press("enter")
        number = hand.page.row.id
        assert hand.page.row.suggested_product == "Payments"
        await hand.press("a")
        assert record(hand, number).product_name == "Payments"
        assert record(hand, number).product_ref in known

    drive(make_app(tmp_path, clock, url=dojo_server.url, prepare=prepare), script)


def test_the_link_is_the_products_page(dojo_server: DojoServer, dojo: Remote, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await mapped(hand, "Shop")
        page = f"{dojo_server.url}/product/{dojo.products(name_exact='Shop')[0]['id']}"
        await hand.press("2", "slash")
        await hand.type("product:shop")
        await hand.press("enter", "o")
        assert hand.app.clipboard == page
        assert f"Sent to the terminal: {page}" in hand.page.told
        await hand.press("O")
        assert hand.app.clipboard.startswith("https://example.org/")
        tool(hand).veps = {hand.page.row.vendor_id: [finding(1)]}
        await hand.press("s")
        await hand.operations()
        for keys in (("enter",), ("f",), ("escape", "F")):
            await hand.press(*keys)
            await hand.press("o")
            assert hand.app.clipboard == page
            await hand.press("O")
            assert hand.app.clipboard.startswith("https://example.org/")

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_what_is_mapped_elsewhere_has_no_page_here(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("2", "o")
        assert hand.app.clipboard.startswith("https://example.org/")

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_a_product_that_was_deleted_makes_its_record_stale(
    dojo_server: DojoServer, dojo: Remote, tmp_path: Path, clock: Clock
) -> None:
    async def script(hand: Hand) -> None:
        identifier = await mapped(hand, "Shop")
        tool(hand).veps = {record(hand, identifier).vendor_id: [finding(1)]}
        await hand.press("2", "slash")
        await hand.type("product:shop")
        await hand.press("enter", "s")
        await hand.operations()
        assert "✓ Completed" in hand.page.told
        dojo.delete("products", dojo.products(name_exact="Shop")[0]["id"])
        tool(hand).veps = {record(hand, identifier).vendor_id: [finding(2)]}
        await hand.press("s")
        await hand.operations()
        assert record(hand, identifier).state is State.STALE
        assert "! Stale" in hand.screen
        await hand.press("escape", "3", "enter")
        assert "Stale: its Product was deleted" in hand.screen
        assert "✓ ok" in top(hand)

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


def test_twenty_thousand_products(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("m")
        assert isinstance(hand.app.screen, ProductPicker)
        assert len(hand.app.screen._list.ids) == 20_001
        await hand.type("product 1999")
        assert "Product 01999" in hand.screen
        assert "+ create NEW “product 1999”" in hand.screen
        assert len(hand.app.screen._list.ids) == 13
        await hand.press("enter")
        assert "Mapped 1 Record to Product 01999." in hand.page.told

    app = make_app(
        tmp_path, clock, url=dojo_server.url, prepare=lambda made: seed_products(made, dojo_server.url, 20_000)
    )
    drive(app, script)


def test_p12_the_first_listing_is_awaited_without_blocking(
    dojo_server: DojoServer, dojo: Remote, tmp_path: Path, clock: Clock
) -> None:
    dojo.product("Shop")
    fault = dojo_server.fails(path="products/", hold="response")

    async def script(hand: Hand) -> None:
        hand.send("m")
        await reached(fault.reached, hand)
        assert "for its Products …" in hand.screen
        assert "The first time that takes a while" in hand.screen
        await key(hand, *"Sho")
        await key(hand, "enter")
        assert isinstance(hand.app.screen, ProductPicker)
        fault.release()
        await hand.rest()
        assert "Mapped 1 Record to Shop." in hand.page.told

    drive(unasked(make_app(tmp_path, clock, url=dojo_server.url)), script)


def test_products_that_cannot_be_listed(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        workspace(hand).destination.close()
        dojo_server.stop()
        await hand.press("m")
        assert not isinstance(hand.app.screen, ProductPicker)
        assert "cannot be reached" in hand.page.told
        assert "Look at the address, the network and whether DefectDojo runs." in " ".join(hand.page.told.split())
        dojo_server.start()
        await hand.press("escape", "m")
        assert isinstance(hand.app.screen, ProductPicker)

    drive(unasked(make_app(tmp_path, clock, url=dojo_server.url)), script)


def test_who_left_the_picker_is_not_told(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    fault = dojo_server.fails(path="products/", hold="request")

    async def script(hand: Hand) -> None:
        hand.send("m")
        await reached(fault.reached, hand)
        await key(hand, "escape")
        dojo_server.kill()
        fault.release()
        await hand.rest()
        assert hand.page.told == ""
        dojo_server.start()

    drive(unasked(make_app(tmp_path, clock, url=dojo_server.url)), script)


def test_a_product_that_may_not_be_made(
    dojo_server: DojoServer, dojo: Remote, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dojo.product("Shop")
    monkeypatch.setenv(VARIABLE, READERS_TOKEN)

    async def script(hand: Hand) -> None:
        identifier = hand.page.row.id
        await hand.press("m")
        await hand.type("Brand new")
        await hand.press("enter", "enter")
        told = " ".join(hand.page.told.split())
        assert "was refused (403)" in told
        assert "Nothing was changed." in told
        assert "The token's user needs the right to" in told
        assert not status(hand).startswith("Making")
        assert record(hand, identifier).product_ref is None

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_p11_what_the_server_says_is_inert(
    dojo_server: DojoServer, dojo: Remote, tmp_path: Path, clock: Clock, hostile: str
) -> None:
    name = "".join(letter for letter in f"Shop{hostile}" if letter != "\0")[:200]
    dojo.product(name)

    async def script(hand: Hand) -> None:
        await hand.press("m")
        check_inert(hand)
        await hand.press("escape", "D")
        check_inert(hand)

    drive(make_app(tmp_path, clock, url=dojo_server.url), script, SMALL)


# --- a Sync, while it runs --------------------------------------------------------------


def test_what_a_running_sync_asked_is_shown_before_the_store_has_it(
    dojo_server: DojoServer, tmp_path: Path, clock: Clock
) -> None:
    fault = dojo_server.fails(path="reimport-scan/", hold="start")

    async def script(hand: Hand) -> None:
        identifier = await mapped(hand, "Shop")
        tool(hand).veps = {record(hand, identifier).vendor_id: [finding(1)]}
        await hand.press("2", "slash")
        await hand.type("product:shop")
        await hand.press("enter")
        hand.send("s")
        await reached(fault.reached, hand)
        await key(hand, "3", "enter")
        await until(hand, lambda: "POST /api/v2/tests/: 201" in hand.screen)
        assert "▶ Running  0/1" in hand.screen
        assert "no change" not in hand.screen
        fault.release()
        await hand.operations()
        assert hand.screen.count("POST /api/v2/tests/: 201") == 1
        assert "POST /api/v2/reimport-scan/: 201" in hand.screen

    drive(make_app(tmp_path, clock, url=dojo_server.url), script)
