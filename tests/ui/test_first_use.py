"""What a person meets who sees the app for the first time, and sentences that must not be wrong."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from textual.widgets import Input

from dojo_tui.cli.app import open_app
from dojo_tui.cli.settings import Given
from dojo_tui.model.check import About, Mark, Step
from dojo_tui.model.operation import Status
from dojo_tui.model.record import State
from dojo_tui.services.preferences import PLAY_DEMO, Preferences
from dojo_tui.store.connectors import all_connectors
from dojo_tui.ui.app import DojoApp
from dojo_tui.wiring import Workspace
from tests.conftest import write_sarif
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, Hand, drive
from tests.ui.test_acts import memory, record, rows
from tests.ui.world import finding

ROOT = Path(__file__).parent.parent.parent
LARGEST = 300_000
"""Bytes of a picture: every clone carries them."""


def test_what_others_write_right_after_the_start_is_noticed(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        assert hand.app.workspace is not None
        hand.app.workspace.mapper.ignore([row.id for row in rows(hand, State.NEW)])
        hand.app._look()
        await hand.rest()
        assert "+ New" not in hand.screen

    drive(make_app(), script)


def test_a_read_only_app_looks_for_what_others_did_and_runs_nothing() -> None:
    app = DojoApp(lambda: pytest.fail("not opened here"), read_only=True)
    assert app._looking
    assert not app._scheduling


def test_p9_what_is_held_beside_a_failure_can_be_applied(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        good = [row for row in rows(hand, State.GOOD) if row.connector_label == "code"]
        tool.veps = {row.vendor_id: [finding(number) for number in range(60)] for row in good}
        await hand.press("2", "right_square_bracket", "S")
        await hand.operations()
        tool.veps[good[0].vendor_id] = []
        tool.broken = {good[1].vendor_id}
        await hand.press("S")
        await hand.operations()
        await hand.press("3")
        assert hand.page.table is not None
        assert hand.page.table.row(0).status in (Status.PARTLY_FAILED, Status.FAILED)
        await hand.press("enter", "A")
        assert "It would close 60 of 60" in hand.screen.replace("\n", " ")
        await hand.press("y")
        await hand.operations()
        await hand.press("escape")
        assert hand.page.table is not None
        assert hand.page.table.row(0).counts["closed"] == 60

    drive(make_app(), script)


def test_a_failure_without_anything_held_says_so(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        good = [row for row in rows(hand, State.GOOD) if row.connector_label == "code"]
        tool.veps = {row.vendor_id: [] for row in good}
        tool.broken = {good[1].vendor_id}
        await hand.press("2", "right_square_bracket", "S")
        await hand.operations()
        await hand.press("3", "A")
        assert "nothing is held in this Operation" in hand.page.told
        await hand.press("enter", "A")
        assert "nothing is held in this Operation" in hand.page.told

    drive(make_app(), script)


def test_a_long_sentence_is_not_cut(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("space", "space", "x", "y")
        told = " ".join(hand.screen.split())
        assert "What still exists at the tool comes back as New at the next Discover." in told
        await hand.press("j")
        assert "Deleted" not in hand.screen

    drive(make_app(), script, SMALL)


def test_the_end_of_a_sync_takes_the_place_of_its_start(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        tool.veps = {row.vendor_id: [finding(number) for number in range(3)] for row in rows(hand)}
        tool.hold = threading.Event()
        await hand.press("2", "s")
        assert "Sync started: " in hand.page.told
        tool.hold.set()
        await hand.operations()
        assert "Completed: Sync " in hand.page.told
        assert "+3" in hand.page.told
        await hand.press("j")
        assert hand.page.told == ""

    drive(make_app(), script)


@pytest.mark.parametrize("size", [SMALL, (100, 30), (40, 12)], ids=["80x24", "100x30", "40x12"])
def test_hints_and_tabs_are_whole(make_app: AppMaker, size: tuple[int, int]) -> None:
    async def script(hand: Hand) -> None:
        for key in "123C":
            await hand.press(key)
            lines = hand.screen.splitlines()
            assert "…" not in lines[-1]
            assert key == "C" or "2 Mapped" in lines[1]

    drive(make_app(), script, size)


@pytest.mark.parametrize("size", [SMALL, (40, 12)], ids=["80x24", "40x12"])
def test_an_empty_store_offers_three_ways_to_begin(make_app: AppMaker, size: tuple[int, int]) -> None:
    async def script(hand: Hand) -> None:
        for words in ("n  connect a tool", "N  import a folder", "W  look at the demo"):
            assert words in hand.screen
        await hand.press("W")
        assert "this is the demo" in hand.page.told

    drive(make_app(empty=True), script, size)


def test_the_demo_is_asked_for_by_the_code_it_ends_with(make_app: AppMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []

    async def script(hand: Hand) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(hand.app, "exit", codes.append)
            await hand.press("W")

    drive(make_app(empty=True, preferences=Preferences(offers_demo=True)), script)
    assert codes == [PLAY_DEMO]


def test_the_demo_leaves_the_store_alone_and_comes_back_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    store = tmp_path / "store.sqlite"
    held = [b""]

    def run(opener: Callable[[], Workspace], **_more: object) -> int:
        if len(opened) == 1:
            held.append(store.read_bytes())
        with closing(opener()) as workspace, workspace.store.database.read() as connection:
            opened.append(len(all_connectors(connection)))
        if len(opened) == 2:
            assert store.read_bytes() == held[-1]
        return PLAY_DEMO if len(opened) == 1 else 5

    monkeypatch.setattr("dojo_tui.ui.app.run", run)
    monkeypatch.setattr("dojo_tui.cli.app.need_terminal", lambda: None)
    assert open_app(Given(store=str(store), config=os.devnull)) == 5
    assert opened == [0, 5, 0]


def test_the_first_connector_is_checked_discovered_and_shown(app: DojoApp, tmp_path: Path) -> None:
    reports = tmp_path / "reports" / "shop"
    reports.mkdir(parents=True)
    write_sarif(reports / "scan.sarif", [])

    async def script(hand: Hand) -> None:
        await hand.press("N")
        assert "New: Folder of reports" in hand.screen
        await hand.type("builds")
        await hand.press("enter")
        await hand.type(str(tmp_path / "nothing here"))
        await hand.press("f2")
        assert "New: Folder of reports" in hand.screen, "what cannot work is not saved"
        await hand.press("ctrl+u")
        await hand.type(str(reports.parent))
        await hand.press("f2")
        assert "builds is saved and works. What next?" in hand.screen
        await hand.press("enter")
        await hand.operations()
        assert hand.page.place == "unmapped"
        assert hand.names == ["shop"]

    drive(app, script)


def test_a_first_connector_that_does_not_work_is_kept_and_says_so(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("n")
        await hand.type("code")
        await hand.press("enter")
        await hand.type("/srv/code")
        memory(hand).steps = [Step(About.VEPS, Mark.FAILED, "Nobody answers.", do="Look at the network.")]
        await hand.press("f2")
        assert "Nobody answers." in hand.screen
        assert "It is saved, and does not work yet." in hand.page.told

    drive(make_app(empty=True), script)


def test_a_picker_without_products_says_what_to_do(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        assert hand.app.workspace is not None
        await hand.press("n")
        await hand.type("code")
        await hand.press("enter")
        await hand.type("/srv/code")
        memory(hand).veps = {"one": [], "two": []}
        await hand.press("f2", "enter")
        await hand.operations()
        await hand.press("asterisk", "m")
        assert "There is no Product yet: type a name for the first one." in hand.screen
        await hand.type("Shop")
        await hand.press("enter")
        assert hand.screen.count("the default type") == 1
        await hand.press("enter")
        assert {row.product_name for row in rows(hand)} == {"Shop"}
        await hand.press("2", "m")
        await hand.type("Other")
        await hand.press("enter")
        below = hand.screen.partition("Which Product Type")[2].partition("enter choose")[0]
        assert below.count("Default") == 1

    drive(make_app(empty=True), script)


def test_enter_before_the_products_are_known_makes_no_new_one(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("2")
        number = hand.page.row.id
        hand.send("m")
        hand.send("enter")
        await hand.rest()
        await hand.rest()
        assert len(hand.app.screen_stack) == 1
        assert record(hand, number).product_name == "Platform"

    drive(make_app(), script)


def test_the_map_dialog_names_the_record(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        name = hand.names[0]
        await hand.press("m")
        assert f"Map “{name}” to which Product?" in hand.screen

    drive(make_app(), script)


def test_each_filter_says_what_it_understands(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        for keys, words in (
            ("1", "words !not state:new product:x connector:x seen:<7d"),
            ("3", "status:failed type:sync started:<7d connector:x"),
            ("enter", "words !not failed held skipped"),
            ("escape 2 f", "severity:>=high is:closed found:<7d product:x"),
            ("escape H", "words !not act:map by:ada product:x"),
        ):
            await hand.press(*keys.split(), "slash")
            await hand.type("x")
            assert words in hand.screen.splitlines()[-1], "also while one types"
            await hand.press("escape")
            assert "help" in hand.screen.splitlines()[-1]

    drive(make_app(), script, SMALL)


def test_what_is_wrong_in_the_form_is_told_in_full_at_its_field(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("C", "n")
        await hand.type("x")
        await hand.press("enter")
        await hand.type("/srv")
        for _ in range(4):
            await hand.press("down")
        await hand.press("ctrl+u")
        await hand.type("perhaps, or rather not: nobody here could say what it should be")
        wrong = hand.app.screen.focused
        assert isinstance(wrong, Input)
        await hand.press("up", "up", "f2")
        assert wrong.has_focus
        told = " ".join(hand.screen.replace("│", " ").split())
        assert "it should be" in told.partition("Sync off")[2]

    drive(make_app(), script, SMALL)


def test_a_wrong_schedule_is_told_at_its_field_and_the_sentence_goes_when_it_is_put_right(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("C", "E")
        await hand.press("down", "down", "down", "down")
        line = hand.app.screen.focused
        assert isinstance(line, Input)
        await hand.press("ctrl+u")
        await hand.type("perhaps")
        await hand.press("f2")
        assert "Auto-map: answer yes or no." in hand.screen
        assert line.has_focus
        await hand.press("ctrl+u")
        assert "answer yes or no" not in hand.screen

    drive(make_app(), script, SMALL)


def test_read_only_opens_a_connector_in_full_at_any_width(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("C", "enter")
        assert "Connector: code" in hand.screen
        assert "Min. severity" in hand.screen
        await hand.press("escape", "escape")
        assert hand.page.place == "unmapped"

    drive(make_app(read_only=True), script, SMALL)


def test_pictures_that_the_readme_shows_exist_and_are_small() -> None:
    shown = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [name for name in shown if not (ROOT / name).is_file()] == []
    assert any(name.startswith("screenshots/") for name in shown)
    pictures = [*(ROOT / "screenshots").glob("*.svg"), *(ROOT / "screenshots").glob("*.png")]
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST] == []


def test_the_end_of_a_wrapped_text_can_be_reached(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("question_mark", "G")
        assert "destination:x  reason:x" in hand.screen

    drive(make_app(), script, SMALL)
