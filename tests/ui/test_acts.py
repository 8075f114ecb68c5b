"""Mapping acts, Operations and Connectors, from the keyboard to the store."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from textual.widgets import Input

from dojo_tui.model.errors import StoreError
from dojo_tui.model.operation import Status
from dojo_tui.model.record import State
from dojo_tui.store.connectors import all_connectors
from dojo_tui.store.operations import operation_rows
from dojo_tui.store.records import RecordQuery, record_ids, record_rows
from dojo_tui.store.tables import connectors
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, Hand, drive
from tests.ui.sending import until
from tests.ui.world import finding


def rows(hand: Hand, *states: State) -> list[Any]:
    """Records of the store in some states."""
    workspace = hand.app.workspace
    assert workspace is not None
    with workspace.store.database.read() as connection:
        return record_rows(connection, record_ids(connection, RecordQuery(states=states)))


def record(hand: Hand, number: int) -> Any:
    """One Record of the store, or None."""
    return next((row for row in rows(hand) if row.id == number), None)


def memory(hand: Hand) -> Any:
    """The Tool of the test's world."""
    assert hand.app.workspace is not None
    return hand.app.workspace.tools["memory"]


def current(hand: Hand) -> int:
    """The id under the cursor."""
    assert hand.page.table is not None
    found = hand.page.table.current_id
    assert found is not None
    return found


def test_map_to_a_product_that_exists_and_undo_and_redo(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        number = current(hand)
        await hand.press("m")
        await hand.type("web")
        await hand.press("enter")
        assert record(hand, number).product_name == "Web shop"
        assert "Mapped 1 Record to Web shop." in hand.page.told
        assert len(hand.names) == 19
        assert "2 Mapped Records 21" in hand.screen
        await hand.press("u")
        assert record(hand, number).state is State.NEW
        assert len(hand.names) == 20
        await hand.press("U")
        assert record(hand, number).state is State.GOOD

    drive(make_app(), script)


def test_map_the_marked_to_a_new_product_with_a_type(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("space", "space", "space", "m")
        assert "Map 3 Records to which Product?" in hand.screen
        await hand.type("Brand new")
        assert "+ create NEW “Brand new”" in hand.screen
        await hand.press("enter")
        await hand.type("Engin")
        await hand.press("enter")
        mapped = [row for row in rows(hand, State.GOOD) if row.product_name == "Brand new"]
        assert len(mapped) == 3
        assert hand.app.workspace is not None
        products = {product.name: product for product in hand.app.workspace.destination.products()}
        assert products["Brand new"].product_type == "Engineering"
        assert hand.page.table is not None
        assert hand.page.table.marks == set()

    drive(make_app(), script)


def test_esc_in_the_picker_maps_nothing(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("m", "escape")
        assert len(rows(hand, State.NEW)) == 16

    drive(make_app(), script)


def test_ignore_and_restore(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        number = current(hand)
        await hand.press("i")
        assert record(hand, number).state is State.IGNORED
        await hand.press("i")
        assert "ignored already" in hand.page.told
        await hand.press("r")
        assert record(hand, number).state is State.NEW

    drive(make_app(), script)


def test_p6_delete_asks_first_and_enter_alone_cancels(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        number = current(hand)
        await hand.press("x")
        assert "Stays: every Finding" in hand.screen
        await hand.press("enter")
        assert record(hand, number) is not None
        await hand.press("x", "n")
        assert record(hand, number) is not None
        await hand.press("x", "right", "enter")
        assert record(hand, number) is None
        await hand.press("u")
        assert record(hand, number) is not None

    drive(make_app(), script)


def test_bulk_ignore_asks_with_its_number(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("asterisk", "i")
        assert "Ignore 20 Records?" in hand.screen
        await hand.press("y")
        assert len(rows(hand, State.IGNORED)) == 20

    drive(make_app(), script)


def test_discover_sync_and_the_operation_that_shows_it(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        seen = {row.vendor_id for row in rows(hand)}
        tool.veps = {vendor_id: [finding(1), finding(2)] for vendor_id in seen} | {"team/brand-new": []}
        tool.hold = threading.Event()
        await hand.press("right_square_bracket", "d")
        assert "Discover started: code" in hand.page.told
        tool.hold.set()
        await hand.operations()
        assert "brand-new" in " ".join(row.name for row in rows(hand, State.NEW))
        await hand.press("2", "s")
        await hand.operations()
        await hand.press("3")
        assert hand.page.table is not None
        newest = hand.page.table.row(0)
        assert newest.status is Status.COMPLETED
        assert newest.counts["created"] == 2
        await hand.press("enter")
        assert "+2" in hand.screen
        assert "read team/" in hand.screen

    drive(make_app(), script)


def test_only_mapped_records_are_synced_and_p2_says_so(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("s")
        assert "only mapped Records can be synced" in hand.page.told
        await hand.press("2", "slash")
        await hand.type("state:missing")
        await hand.press("enter", "s")
        assert "only Good Records are synced" in hand.page.told

    drive(make_app(), script)


def test_a_plan_shows_numbers_and_changes_nothing(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        tool.veps = {row.vendor_id: [finding(1)] for row in rows(hand)}
        await hand.press("2", "p")
        await hand.operations()
        assert "nothing is changed" in hand.screen
        assert "+1" in hand.screen
        await hand.press("escape", "f")
        assert "No active Findings." in hand.screen
        await hand.press("escape", "3", "enter", "s")
        await hand.operations()
        assert "nothing is changed" not in hand.screen
        await hand.press("escape", "escape", "2", "f")
        assert "1 Finding " in hand.screen

    drive(make_app(), script)


def test_cancel_stops_what_runs(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        tool.hold = threading.Event()
        tool.veps = {row.vendor_id: [] for row in rows(hand)}
        await hand.press("2", "s")
        await until(hand, lambda: "▶ Sync" in hand.screen)
        assert hand.app.snapshot.running
        await hand.press("X")
        assert "Asked to stop" in hand.page.told
        await hand.operations()
        assert not hand.app.snapshot.running
        await hand.press("3")
        assert hand.page.table is not None
        assert hand.page.table.row(0).status is Status.CANCELLED

    drive(make_app(), script)


def test_p12_keys_work_while_an_operation_waits(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        tool.hold = threading.Event()
        tool.veps = {row.vendor_id: [] for row in rows(hand)}
        await hand.press("2", "s", "j", "j", "1", "m", "escape", "space", "3", "C", "escape")
        assert hand.page.place == "operations"
        tool.hold.set()
        await hand.operations()

    drive(make_app(), script)


def test_p9_what_is_held_is_applied_only_when_confirmed(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        tool.veps = {row.vendor_id: [finding(number) for number in range(60)] for row in rows(hand)}
        await hand.press("2", "s")
        await hand.operations()
        tool.veps = {name: [] for name in tool.veps}
        await hand.press("s")
        await hand.operations()
        await hand.press("3")
        assert "Held" in hand.screen.splitlines()[0]
        assert hand.page.table is not None
        assert hand.page.table.row(0).status is Status.HELD
        await hand.press("A")
        assert "60" in hand.screen
        await hand.press("enter")
        assert len(hand.app.snapshot.running) == 0
        await hand.press("A", "y")
        await hand.operations()
        assert hand.page.table.row(0).counts["closed"] == 60
        assert "Held" not in hand.screen.splitlines()[0]

    drive(make_app(), script)


def test_fault_4_one_key_says_that_what_seems_renamed_is_the_same(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        before = [finding(number, line=number) for number in range(1, 6)]
        after = [replace(one, scanner="Another", rule_id=f"new-{one.rule_id}") for one in before]
        tool.veps = {row.vendor_id: before for row in rows(hand)}
        await hand.press("2", "s")
        await hand.operations()
        tool.veps = dict.fromkeys(tool.veps, after)
        await hand.press("s")
        await hand.operations()
        await hand.press("3", "enter")
        assert "seems to take" in " ".join(hand.screen.split())
        await hand.press("A")
        assert "= keeps it instead" in " ".join(hand.screen.split())
        await hand.press("escape", "equals_sign")
        assert "5 of 5 Findings are at the same places" in " ".join(hand.screen.split())
        await hand.press("y")
        await hand.operations()
        await hand.press("escape")
        assert hand.page.table is not None
        assert hand.page.table.row(0).status is Status.COMPLETED
        assert hand.page.table.row(0).counts["updated"] == 5

    drive(make_app(), script)


def test_what_failed_is_retried_alone_and_run_again_runs_all(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        good = [row for row in rows(hand, State.GOOD) if row.connector_label == "code"]
        tool.veps = {row.vendor_id: [] for row in rows(hand)}
        tool.broken = {good[0].vendor_id}
        await hand.press("2", "right_square_bracket", "S")
        await hand.operations()
        await hand.press("3")
        assert hand.page.table is not None
        assert hand.page.table.row(0).status is Status.PARTLY_FAILED
        tool.broken = set()
        tool.hold = threading.Event()
        assert "retry failed" in hand.screen
        await hand.press("r")
        assert "what was left of 1 Record." in hand.page.told
        tool.hold.set()
        await hand.operations()
        assert hand.page.table.row(0).counts["records"] == 1
        await hand.press("home", "r")
        assert "nothing failed in it" in hand.page.told
        await hand.press("R")
        await hand.operations()
        assert hand.page.table.row(0).counts["records"] == len(good)

    drive(make_app(), script)


def test_a_failed_records_whole_reason_stands_there_with_the_keys_that_help(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        good = [row for row in rows(hand, State.GOOD) if row.connector_label == "code"]
        tool.veps = {row.vendor_id: [finding(number) for number in range(40)] for row in rows(hand)}
        await hand.press("2", "right_square_bracket", "S")
        await hand.operations()
        tool.veps[good[1].vendor_id] = []
        tool.broken = {good[0].vendor_id}
        await hand.press("S")
        await hand.operations()
        await hand.press("3", "enter")
        assert "› " + good[0].name in hand.screen, "what failed stands first"  # noqa: RUF001
        for words in (
            "cannot be read. What we hold stays. Look at it.",
            "code, /srv/code",
            "r run again only what failed",
        ):
            assert words in hand.screen
        await hand.press("enter", "end")
        assert "Look at it." in hand.screen.partition("Last Operation")[2], "its own screen tells it too"
        await hand.press("escape", "t")
        assert "Check: code" in hand.screen
        await hand.press("escape", "m")
        assert f"Map “{good[0].name}” to which Product?" in hand.screen
        await hand.press("escape", "slash")
        await hand.type("held !failed")
        await hand.press("enter")
        assert "It would close 40 of 40 active Findings." in hand.screen
        assert "A confirm it" in hand.screen
        await hand.press("p")
        await hand.operations()
        assert "Sync plan code" in hand.screen
        await hand.press("escape", "E")
        assert "Edit code" in hand.screen

    drive(make_app(), script, SMALL)


def test_findings_of_a_record_and_of_its_product(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        tool = memory(hand)
        tool.veps = {row.vendor_id: [finding(1), finding(2), finding(3)] for row in rows(hand)}
        await hand.press("2", "s")
        await hand.operations()
        await hand.press("f")
        assert "3 Findings" in hand.screen
        assert "Use of a weak hash" in hand.screen
        await hand.press("enter")
        assert "MD5 is broken." in hand.screen
        assert "CWE-327" in hand.screen
        await hand.press("escape", "escape", "F")
        assert "Findings of Product Platform" in hand.screen
        tool.veps = {name: [finding(1)] for name in tool.veps}
        await hand.press("escape", "s")
        await hand.operations()
        await hand.press("f")
        assert "1 Finding " in hand.screen
        await hand.press("t")
        assert "3 Findings" in hand.screen

    drive(make_app(), script)


def test_a_record_shows_its_decisions(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("i", "r", "enter")
        assert "ignore" in hand.screen
        assert "ada" in hand.screen
        await hand.press("m", "down", "enter")
        assert "✓ Good" in hand.screen

    drive(make_app(), script)


def test_a_connector_is_added_edited_checked_and_removed(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        memory(hand).veps = {"a": [], "b": []}
        await hand.press("C", "n")
        await hand.press("ctrl+s")
        assert "label" in hand.screen.lower()
        await hand.press("tab", "shift+tab")
        fields = list(hand.app.screen.query(Input))
        fields[0].value, fields[1].value = "infra", "/srv/infra"
        fields[-1].value = "every 6h"
        await hand.press("ctrl+s")
        assert "infra saved" in hand.page.told
        assert hand.names == [""] * 3
        await hand.press("G")
        assert "every 6h" in hand.screen
        await hand.press("t")
        assert "✓ works  Discover would find 2. Nothing was changed." in hand.screen
        await hand.press("escape")
        await hand.press("E")
        fields = list(hand.app.screen.query(Input))
        assert fields[0].value == "infra"
        fields[0].value = "infrastructure"
        fields[-1].value = "nonsense"
        await hand.press("ctrl+s")
        assert "nonsense" in hand.screen
        fields[-1].value = "off"
        await hand.press("ctrl+s")
        assert "infrastructure" in hand.screen
        await hand.press("d")
        await hand.operations()
        await hand.press("x")
        assert "Its 2 Records" in hand.screen
        assert "Stays: every Product" in hand.screen
        await hand.press("enter")
        await hand.press("x")
        await hand.type("infrastructure")
        await hand.press("enter")
        assert hand.app.workspace is not None
        with hand.app.workspace.store.database.read() as connection:
            assert [row.label for row in all_connectors(connection)] == ["code", "images"]

    drive(make_app(), script)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_p11_an_export_holds_the_list_and_no_formulas(make_app: AppMaker, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"out.{kind}"

    async def script(hand: Hand) -> None:
        await hand.press("slash")
        await hand.type("mobile")
        await hand.press("enter", "e")
        hand.app.screen.query_one(Input).value = str(target)
        await hand.press("enter")
        assert "4 rows written" in hand.page.told
        await hand.press("e")
        hand.app.screen.query_one(Input).value = str(target)
        await hand.press("enter")
        assert "exists already" in hand.screen
        await hand.press("n")

    drive(make_app(hostile="=1+1"), script)
    text = target.read_text(encoding="utf-8")
    if kind == "json":
        assert len(json.loads(text)) == 4
    else:
        assert len(text.splitlines()) == 5
        assert ",=1+1" not in text


def test_copy_says_what_it_did(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("y")
        assert "Sent to the terminal: gateway-001" in hand.page.told
        assert hand.app.clipboard.startswith("gateway-001\t+ New")
        await hand.press("o")
        assert hand.app.clipboard == "https://example.org/1"

    drive(make_app(), script)


def test_an_error_says_what_stayed_safe_and_what_to_do(make_app: AppMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None

        def fail(*_args: object) -> None:
            raise StoreError("The disk is full.", safe="Nothing was changed.", do="Free some space.")

        monkeypatch.setattr(type(workspace.mapper), "ignore", fail)
        await hand.press("i")
        assert "✗ The disk is full." in hand.screen
        assert "Nothing was changed. Free some space." in hand.screen
        await hand.press("escape")
        assert "The disk is full." not in hand.screen

    drive(make_app(), script, SMALL)


def test_an_unexpected_error_does_not_end_the_app(make_app: AppMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None

        def fail(*_args: object) -> None:
            raise ZeroDivisionError("[/]")

        monkeypatch.setattr(type(workspace.mapper), "ignore", fail)
        await hand.press("i")
        assert "ZeroDivisionError: [/]" in hand.screen
        assert hand.app.is_running

    drive(make_app(), script)


def test_a_store_that_cannot_be_opened_is_told(make_app: AppMaker) -> None:
    app = make_app()

    def opener() -> Any:
        raise StoreError("The store is newer.", safe="It was not changed.", do="Upgrade dojo-tui.")

    app._opener = opener

    async def script(hand: Hand) -> None:
        assert "The store is newer." in hand.screen
        assert "Upgrade dojo-tui." in hand.screen
        await hand.press("d", "q")
        assert hand.app.failed_to_open

    drive(app, script)


def test_read_only_shows_and_changes_nothing(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        assert "read-only" in hand.screen.splitlines()[0]
        for key in "miaxudS":
            await hand.press(key)
            assert "--read-only" in hand.page.told
        assert "m map" not in hand.screen
        await hand.press("2", "enter", "f", "escape", "escape", "C", "escape", "question_mark")
        assert "Help" in hand.screen

    drive(make_app(read_only=True), script)


def test_what_is_due_runs_by_itself(make_app: AppMaker, moment: Any) -> None:
    app = make_app()
    app._scheduling = True

    async def script(hand: Hand) -> None:
        memory(hand).veps = {row.vendor_id: [] for row in rows(hand)}
        assert hand.app.snapshot.due is not None
        before = hand.app.snapshot.operations
        moment.move(hours=21)
        hand.app._run_due()
        await hand.rest()
        await hand.operations()
        assert hand.app.snapshot.operations == before + 1
        assert hand.app.workspace is not None
        with hand.app.workspace.store.database.read() as connection:
            newest = operation_rows(connection, [before + 1])[0]
        assert str(newest.trigger) == "Scheduled"

    drive(app, script)


def test_fault_17_the_app_plans_a_run_anew_that_no_schedule_asked_for(make_app: AppMaker, moment: Any) -> None:
    app = make_app()
    app._scheduling = True

    async def script(hand: Hand) -> None:
        assert hand.app.workspace is not None
        far = moment.now.replace(year=2040)
        with hand.app.workspace.store.database.write() as connection:
            connection.execute(update(connectors).values(discover_due_at=far).where(connectors.c.id == 1))
        hand.app.refresh_snapshot()
        await hand.rest()
        due = hand.app.snapshot.due
        assert due is not None
        assert due.at < moment.now + timedelta(days=2)
        assert "was planned for 2040-" in hand.page.told

    drive(app, script)


def test_changes_of_another_process_are_noticed(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None
        hand.app._look()
        await hand.rest()
        workspace.mapper.ignore([row.id for row in rows(hand, State.NEW)])
        hand.app._look()
        await hand.rest()
        assert hand.screen.count("- Ignored") >= 20

    drive(make_app(), script)
