"""Moving from the embedded destination to a server, as a person sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from dojo_tui.model.clock import Clock
from dojo_tui.model.record import State
from dojo_tui.store import tables
from dojo_tui.store.records import RecordQuery, record_ids, record_rows
from dojo_tui.ui.screens.confirm import Confirm
from dojo_tui.ui.screens.destinations import DestinationsScreen
from dojo_tui.ui.screens.migration import MigrationScreen
from tests.defectdojo_server import DojoServer, Remote
from tests.defectdojo_server.answers import Answer
from tests.ui.driving import NORMAL, SMALL, Hand, drive
from tests.ui.sending import key, make_app, products, reached, tool, until, words, workspace
from tests.ui.world import finding

pytestmark = pytest.mark.usefixtures("token")


async def synced(hand: Hand) -> None:
    """Every Good Record holds two Findings in the embedded destination."""
    with workspace(hand).store.database.read() as connection:
        rows = record_rows(connection, record_ids(connection, RecordQuery((State.GOOD,))))
    tool(hand).veps = {row.vendor_id: [finding(1), finding(2)] for row in rows}
    await hand.press("2", "S")
    await hand.operations()


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
def test_everything_is_moved(
    dojo_server: DojoServer, dojo: Remote, tmp_path: Path, clock: Clock, size: tuple[int, int]
) -> None:
    async def script(hand: Hand) -> None:
        await synced(hand)
        before = products(hand)["embedded"]
        await hand.press("D", "j", "M")
        assert isinstance(hand.page, MigrationScreen)
        assert "planned: nothing was moved yet" in hand.screen
        assert "is made" in hand.screen
        assert "- stays: " in hand.screen
        assert "4 Records with 6 Findings to move" in hand.screen
        assert dojo.products(name_exact="Platform") == []
        await hand.press("s")
        assert isinstance(hand.app.screen, Confirm)
        assert "Stays: everything in the embedded destination" in words(hand)
        await hand.press("enter")
        assert dojo.products(name_exact="Platform") == []
        await hand.press("s", "y")
        assert "✓ moved 4/4" in hand.screen
        assert "4 moved. Next: esc, then c, sends Findings there from now on." in words(hand)
        assert len(dojo.findings(active=True)) == 6
        moved = products(hand)[dojo_server.url]
        assert moved == 4
        assert moved + products(hand)["embedded"] == before
        await hand.press("s")
        assert "nothing left to move" in hand.page.told
        await hand.press("escape", "c", "2", "S")
        await hand.operations()
        # One sentence tells of one Operation or of all, as they come to an end.
        counts = select(tables.operations.c.counts).order_by(tables.operations.c.id.desc()).limit(2)
        with workspace(hand).store.database.read() as connection:
            assert sum(done["untouched"] for done in connection.execute(counts).scalars()) == 6
        # Those that stayed in the embedded destination are not listed beside them.
        await hand.press("f")
        assert hand.page.table is not None
        assert len(hand.page.table.ids) == 2
        await hand.press("escape")
        await hand.press("u")
        assert "between destinations" in words(hand)
        assert products(hand)["embedded"] != before, "it is shown first"
        await hand.press("y")
        assert products(hand)["embedded"] == before

    drive(make_app(tmp_path, clock, url=dojo_server.url, use=False), script, size)


def test_it_can_be_stopped_and_gone_on_with(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    fault = dojo_server.fails(path="reimport-scan/", nth=2, hold="request")

    async def script(hand: Hand) -> None:
        await synced(hand)
        await hand.press("D", "j", "M")
        await hand.press("s")
        hand.send("y")
        await reached(fault.reached, hand)
        await key(hand, "s")
        assert "no plan yet, or nothing left to move" in hand.page.told
        await key(hand, "escape")
        await until(hand, lambda: "■ stopping …" in hand.screen)
        fault.release()
        await hand.rest()
        assert "■ stopped" in hand.screen
        assert "Stopped: what is moved stays moved; s goes on with the rest." in hand.page.told
        assert 0 < products(hand)[dojo_server.url] < 4
        await hand.press("s", "y")
        assert "✓ moved" in hand.screen
        await hand.press("escape")
        assert isinstance(hand.page, DestinationsScreen)

    drive(make_app(tmp_path, clock, url=dojo_server.url, use=False), script)


def test_what_fails_is_told_and_tried_again(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        await synced(hand)
        await hand.press("D", "j", "M")
        dojo_server.fails(
            path="engagements/",
            method="POST",
            answer=Answer(403, {"detail": "You do not have permission to perform this action."}),
        )
        await hand.press("s", "y")
        assert "! partly moved" in hand.screen
        assert "1 failed. The reasons stand in the list; s tries these again." in hand.page.told
        await hand.press("enter")
        assert "✗ failed: " in hand.page.told
        assert "was refused (403)" in hand.page.told
        await hand.press("s", "y")
        assert "✓ moved" in hand.screen

    drive(make_app(tmp_path, clock, url=dojo_server.url, use=False), script)


def test_a_server_that_cannot_be_reached(dojo_server: DojoServer, tmp_path: Path, clock: Clock) -> None:
    async def script(hand: Hand) -> None:
        dojo_server.stop()
        await hand.press("D", "j", "M")
        assert "✗ could not be done" in hand.screen
        assert "cannot be reached" in hand.page.told
        await hand.press("escape", "escape")
        assert isinstance(hand.page, DestinationsScreen)
        dojo_server.start()

    drive(make_app(tmp_path, clock, url=dojo_server.url, use=False), script)
