"""Keys that come in one burst do what the same keys do one by one: a macro, or a line that lags."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from textual import events

from dojo_tui.model.record import State
from dojo_tui.ui import commands
from dojo_tui.ui.terminal_input import LONGEST_PASTE, PasteReader, cleaned
from dojo_tui.wiring import Workspace
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive
from tests.ui.test_acts import memory, rows
from tests.ui.world import finding
from tests.waiting import PATIENCE

LEAVES = {"quit", "demo", "suspend"}
"""Commands after which there is no app to look at."""
KEYS = [command.keys[0] for command in commands.commands() if command.keys and command.id not in LEAVES]
SOME = KEYS[::6]
"""So many are enough to see in each run of the tests that bursts are handled; the slow tests press all."""
CHANGES = [
    "2 3",
    "enter",
    "3 1",
    "C",
    "1 2",
    "1 3",
    "2 1",
    "3 2",
    "2 3 1",
    "H",
    "D",
    "2 f",
    "3 enter",
    "right_square_bracket",
    "2 I",
]


async def burst(hand: Hand, *keys: str) -> None:
    """Send keys at once, and wait for what they do."""
    for key in keys:
        hand.send(key)
    await hand.rest()


def seen(hand: Hand) -> tuple[Any, ...]:
    """Where a person is, and what became of the Records."""
    states = sorted((row.id, row.state, row.product_name or "") for row in rows(hand))
    return type(hand.app.screen).__name__, hand.page.place, tuple(states)


async def home(hand: Hand) -> None:
    """Back to the first list, whatever is open, with nothing marked or filtered."""
    for _ in range(20):
        if hand.app.screen is hand.app.screen_stack[0]:
            context = hand.page.context()
            if not (context.marked or context.text or hand.page.told):
                break
        await hand.press("escape")
    if hand.page.place != "unmapped":
        await hand.press("1")


async def walk(hand: Hand, change: str, keys: Sequence[str], *, at_once: bool) -> list[tuple[Any, ...]]:
    """Each command's key behind a change of lists; what was to be seen after each."""
    memory(hand).veps = {row.vendor_id: [finding(1)] for row in rows(hand)}
    trace = []
    for key in keys:
        await home(hand)
        if at_once:
            await burst(hand, *change.split(), key)
        else:
            await hand.press(*change.split(), key)
        if hand.app.snapshot.running or hand.app.awaited:
            await hand.operations()
        trace.append((key, *seen(hand)))
    return trace


def compare(make_app: AppMaker, change: str, keys: Sequence[str]) -> None:
    traces: list[list[tuple[Any, ...]]] = []
    for at_once in (False, True):

        async def script(hand: Hand, at_once: bool = at_once) -> None:
            traces.append(await walk(hand, change, keys, at_once=at_once))

        drive(make_app(fresh=True), script)
    slow, quick = traces
    assert len(slow) == len(keys) > 10
    assert [entry for entry, other in zip(quick, slow, strict=True) if entry != other] == []


def test_fault_14_some_commands_after_a_change_of_lists(make_app: AppMaker) -> None:
    compare(make_app, CHANGES[0], SOME)


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_fault_14_every_command_after_every_change_of_lists(make_app: AppMaker, change: str) -> None:
    compare(make_app, change, KEYS)


def test_fault_14_keys_for_a_dialog_go_to_the_dialog(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        first = rows(hand, State.NEW)
        await burst(hand, "m", *"mobile", "enter")
        mapped = [row for row in rows(hand, State.GOOD) if row.id in {one.id for one in first}]
        assert [row.product_name for row in mapped] == ["Mobile"]
        await burst(hand, "2", "asterisk", "i", "escape", "3", "slash", *"sync", "enter", "j")
        assert hand.page.place == "operations"
        assert hand.page.context().text == "sync"
        assert len(rows(hand, State.IGNORED)) == 4

    drive(make_app(), script)


def test_fault_14_a_key_that_means_nothing_in_the_new_list_says_so(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        before = seen(hand)[2]
        await burst(hand, "2", "3", "m")
        assert hand.page.place == "operations"
        assert "m does nothing here" in hand.page.told
        assert seen(hand)[2] == before
        # One that was clicked, or chosen in the menu, is about the list it was chosen in.
        hand.send("2")
        hand.app.run_command(commands.by_id()["retry"])
        await hand.rest()
        assert hand.app.is_running

    drive(make_app(), script)


def test_fault_22_keys_wait_while_the_store_opens(make_app: AppMaker) -> None:
    app, gate = make_app(), threading.Event()
    opener = app._opener

    def gated() -> Workspace:
        assert gate.wait(PATIENCE)
        return opener()

    app._opener = gated

    async def run() -> None:
        async with app.run_test(size=(120, 40)) as pilot:
            hand = Hand(app, pilot)
            for key in ("2", "space", "i"):
                hand.send(key)
            await pilot.pause()
            assert hand.page.place == "unmapped"
            gate.set()
            await hand.rest()
            assert hand.page.place == "mapped"
            assert len(rows(hand, State.IGNORED)) == 5
        app.close_workspace()

    asyncio.run(run())


# --- pastes ---------------------------------------------------------------------------

START, END = "\x1b[200~", "\x1b[201~"
COLOURED = "\x1b[31mred\x1b[0m \x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\ text\r\n"


def read(*pieces: str) -> list[str | events.Paste]:
    reader = PasteReader()
    parts = [part for piece in pieces for part in reader.feed(piece)]
    return [*parts, *([rest] if (rest := reader.flush()) else [])]


def shape(parts: list[str | events.Paste]) -> tuple[str, list[str]]:
    return "".join(part for part in parts if isinstance(part, str)), [
        part.text for part in parts if isinstance(part, events.Paste)
    ]


def test_fault_20_a_paste_is_a_text_and_never_keys() -> None:
    whole = f"ab{START}{COLOURED}{END}cd{START}{END}\x1b"
    wanted = ("abcd\x1b", ["red link text\n", ""])
    assert shape(read(whole)) == wanted
    for cut in range(len(whole) + 1):
        assert shape(read(whole[:cut], whole[cut:])) == wanted
    assert shape(read(*whole)) == wanted


def test_fault_20_a_large_paste_is_cut_and_what_follows_is_read() -> None:
    text, pastes = shape(read(START, *[COLOURED * 1_000] * 40, END, "q"))
    assert text == "q"
    assert len(pastes) == 1
    assert len(pastes[0]) == LONGEST_PASTE
    assert pastes[0].startswith("red link text\nred link text\n")


@pytest.mark.parametrize("begin", ["\x1b", "\x1b[", "\x1b]8;", "\x1b[3", "\x1bP"])
def test_fault_20_what_begins_many_sequences_is_cleaned_in_linear_time(begin: str) -> None:
    """What looks ahead from each of them to the end would need hours for this."""
    assert "\x1b" not in cleaned(begin * 200_000)


def test_fault_20_a_flood_of_keys_is_dropped_and_told(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        before = seen(hand)
        hand.app._flooded()
        await hand.rest()
        assert "keys came at once" in hand.page.told
        assert seen(hand) == before

    drive(make_app(), script)
