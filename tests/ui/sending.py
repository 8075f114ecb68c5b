"""The app beside a DefectDojo server: what several tests of destinations need."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from dojo_tui.model.clock import Clock
from dojo_tui.services.settings import Configured
from dojo_tui.store import tables
from dojo_tui.store.destinations import DestinationRow
from dojo_tui.store.records import record_rows
from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.screens.destination_form import DestinationForm
from dojo_tui.wiring import Workspace, open_workspace
from tests.ui import world
from tests.ui.driving import PASSES, Hand
from tests.waiting import PATIENCE

VARIABLE = "DOJO_TUI_TEST_TOKEN"
REFERENCE = f"env:{VARIABLE}"


def make_app(
    folder: Path,
    clock: Clock,
    *,
    url: str = "",
    use: bool = True,
    named: str | None = None,
    configured: Configured | None = None,
    read_only: bool = False,
    prepare: Callable[[Workspace], None] = lambda _workspace: None,
    **more: Any,
) -> DojoApp:
    """The app on the small world of the app's tests, to which the server at ``url`` is known, and used by default."""
    path = str(folder / "store.sqlite")

    def opener() -> Workspace:
        made = open_workspace(path, clock=clock, tools={"memory": world.MemoryTool()}, who="ada")
        world.fill(made, records=10)
        if url:
            made.destinations.add(url, **{"secret": REFERENCE, **more})
            if use:
                made.destinations.choose(url)
        prepare(made)
        made.close()
        return open_workspace(
            path, clock=clock, tools={"memory": world.MemoryTool()}, who="ada",
            destination=named, configured=configured, read_only=read_only,
        )  # fmt: skip

    return DojoApp(opener, theme="dojo-dark", scheduling=False, read_only=read_only)


def workspace(hand: Hand) -> Workspace:
    """What the app works with now."""
    assert hand.app.workspace is not None
    return hand.app.workspace


def tool(hand: Hand) -> Any:
    """The Tool of the small world."""
    return workspace(hand).tools["memory"]


def server(hand: Hand) -> DestinationRow:
    """The server in use."""
    found = workspace(hand).server
    assert found is not None
    return found


def top(hand: Hand) -> str:
    """The line on top."""
    return next(iter(hand.screen.splitlines()), "")


def status(hand: Hand) -> str:
    """The line above the keys."""
    return hand.screen.splitlines()[-2].strip()


def words(hand: Hand) -> str:
    """All that is seen, without frames and line breaks."""
    return " ".join(hand.screen.replace("│", " ").split())


def fill_form(hand: Hand, **values: str) -> None:
    """What a person wants to stand in the fields."""
    form = hand.app.screen
    assert isinstance(form, DestinationForm)
    for name, value in values.items():
        form._inputs[name].value = value


def products(hand: Hand) -> dict[str, int]:
    """How many Records are mapped to each destination, by its name."""
    destinations = workspace(hand).destinations
    rows = [None, *destinations.rows()]
    return {row.url if row else "embedded": destinations.mapped(row) for row in rows}


def seed_products(made: Workspace, url: str, number: int) -> None:
    """So many Products of a server that were listed just now."""
    with made.store.database.write() as c:
        key = c.execute(select(tables.destinations.c.id).where(tables.destinations.c.url == url)).scalar_one()
        rows = [
            {"product_type_id": 1, "name": f"Product {n:05d}", "created_at": world.NOW, "destination_id": key,
             "remote_id": 100_000 + n, "gone": False}
            for n in range(number)
        ]  # fmt: skip
        c.execute(insert(tables.products), rows)
        c.execute(update(tables.destinations).where(tables.destinations.c.id == key).values(products_read_at=world.NOW))


async def drawn(hand: Hand) -> None:
    """What was sent is done and drawn; unlike ``rest``, this does not wait for what goes on beside."""
    for _ in range(PASSES):
        await hand.pilot._wait_for_screen(PATIENCE)
        await asyncio.sleep(0)
    hand.app.screen._on_timer_update()


async def reached(event: threading.Event, hand: Hand) -> None:
    """Wait until a server was asked, and what was told before is drawn."""
    assert await asyncio.get_running_loop().run_in_executor(None, event.wait, PATIENCE)
    await drawn(hand)


async def key(hand: Hand, *names: str) -> None:
    """Press keys while something goes on beside."""
    for name in names:
        hand.send(name)
        await drawn(hand)


async def until(hand: Hand, comes: Callable[[], bool]) -> None:
    """Wait for what a key brought, while something goes on beside; fails when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not comes():
        assert time.monotonic() < deadline
        await drawn(hand)
        await asyncio.sleep(0.01)


async def mapped(hand: Hand, product: str) -> int:
    """The first Unmapped Record is mapped to a new Product; its id."""
    await hand.press("1")
    identifier: int = hand.page.row.id
    await hand.press("m")
    await hand.type(product)
    await hand.press("enter", "enter")
    assert f"Mapped 1 Record to {product}." in hand.page.told
    return identifier


def record(hand: Hand, identifier: int) -> Any:
    """A Record as the store has it."""
    with workspace(hand).store.database.read() as connection:
        return record_rows(connection, [identifier])[0]
