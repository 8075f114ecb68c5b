"""The screen of mapping rules, and its form that shows what a rule would catch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dojo_tui.model.operation import OperationType
from dojo_tui.model.record import State
from dojo_tui.model.rules import Rule
from dojo_tui.ui.screens.rule_form import RuleForm
from dojo_tui.ui.screens.rules import RulesScreen
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, Hand, drive
from tests.ui.test_acts import memory, rows


def kept(hand: Hand) -> list[str]:
    """The rules of the store."""
    assert hand.app.workspace is not None
    return [str(row.rule) for row in hand.app.workspace.rules.all()]


def seen(hand: Hand) -> str:
    """The screen without its frames."""
    return " ".join(hand.screen.replace("│", " ").split())


async def three(hand: Hand) -> None:
    """A list of three, on screen."""
    workspace = hand.app.workspace
    assert workspace is not None
    for pattern, product in (("web-shop-*", "Web shop"), ("payments-*", "Payments"), ("*-0*", None)):
        workspace.rules.add(Rule(pattern, product))
    await hand.press("M")


def test_an_empty_list_says_what_a_rule_is(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("M")
        assert isinstance(hand.page, RulesScreen)
        assert "There is no mapping rule yet." in hand.screen
        assert "n adds one" in hand.screen
        assert "maps it to a Product, or ignores it:" in hand.screen

    drive(make_app(), script, SMALL)


def test_a_rule_is_added_while_its_catch_is_shown(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("6", "n")
        assert isinstance(hand.app.screen, RuleForm)
        await hand.type("payments-*")
        assert "Catches now: 4 Records" in seen(hand)
        assert "→ ignored" in seen(hand)
        await hand.press("enter")
        await hand.type("Pay {1}")
        assert "→ Pay api-" in seen(hand)
        await hand.press("f2")
        assert kept(hand) == ["payments-* -> Pay {1}"]
        assert "A applies them now" in hand.page.told
        assert "4" in next(line for line in hand.screen.splitlines() if "payments-*" in line)

    drive(make_app(), script, SMALL)


def test_what_is_wrong_is_told_with_its_character(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("M", "n")
        await hand.type("web-{a")
        assert "its pattern is wrong at character 5" in seen(hand)
        await hand.press("backspace", "backspace", "down")
        await hand.type("Shop {2}")
        assert "its Product is wrong at character 6" in seen(hand)
        await hand.press("f2")
        assert isinstance(hand.app.screen, RuleForm)
        assert kept(hand) == []
        await hand.press("down", "down")
        await hand.type("nobody")
        assert "Connector: there is none called nobody." in seen(hand)

    drive(make_app(), script)


def test_editing_shows_the_catch_in_its_place(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await three(hand)
        await hand.press("j", "j", "enter")
        assert "Edit rule 3" in hand.screen
        assert "more match it, but an earlier rule decides them" in seen(hand)
        await hand.press("ctrl+u")
        await hand.type("gateway-*")
        await hand.press("f2")
        assert kept(hand)[2] == "gateway-* -> ignore"

    drive(make_app(), script)


def test_order_and_removing(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await three(hand)
        await hand.press("j", "K")
        assert kept(hand)[0] == "payments-* -> Payments"
        assert hand.page.row.pattern == "payments-*", "the cursor stays on it"
        await hand.press("J", "J")
        assert kept(hand)[2] == "payments-* -> Payments"
        await hand.press("x")
        assert "Stays: what it mapped or ignored." in seen(hand)
        await hand.press("enter")
        assert len(kept(hand)) == 3, "enter alone removes nothing"
        await hand.press("x", "y")
        assert kept(hand) == ["web-shop-* -> Web shop", "*-0* -> ignore"]

    drive(make_app(), script)


def test_applied_after_a_look_and_taken_back(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await three(hand)
        new = len(rows(hand, State.NEW))
        await hand.press("A")
        assert "1 Product is made. u takes it back." in seen(hand)
        assert "→ Payments" in seen(hand)
        await hand.press("escape")
        assert len(rows(hand, State.NEW)) == new
        await hand.press("A", "j", "space")
        assert "apply the 1 marked" in seen(hand)
        assert "esc cancel" in seen(hand)
        await hand.press("enter")
        assert "Rules mapped" in hand.page.told
        assert len({row.product_name for row in rows(hand, State.GOOD)}) == 2
        await hand.press("u", "A", "y")
        assert "Rules mapped" in hand.page.told
        assert {row.product_name for row in rows(hand, State.GOOD)} == {"Platform", "Payments", "Web shop"}
        await hand.press("u")
        assert len(rows(hand, State.NEW)) == new

    drive(make_app(), script, SMALL)


def test_written_and_read_again(make_app: AppMaker, tmp_path: Path) -> None:
    async def script(hand: Hand) -> None:
        await three(hand)
        before, path = kept(hand), tmp_path / "list.toml"
        await hand.press("e", "ctrl+u")
        await hand.type(str(path))
        await hand.press("enter")
        assert path.read_text().count("[[rule]]") == 3
        await hand.press("e", "ctrl+u")
        await hand.type(str(path))
        await hand.press("enter")
        assert "is there already" in hand.page.told
        await hand.press("escape", "x", "y", "w", "ctrl+u")
        await hand.type(str(path))
        await hand.press("enter")
        assert "Replace 2 rules?" in hand.screen
        await hand.press("y")
        assert kept(hand) == before
        assert "✓ 3 rules read." in hand.page.told

    drive(make_app(), script)


def test_a_file_that_is_no_list_changes_nothing(make_app: AppMaker, tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text('[[rule]]\nname = "web-[a"\nproduct = "Web"\n')

    async def read(hand: Hand, name: Any) -> str:
        await hand.press("w", "ctrl+u")
        await hand.type(str(name))
        await hand.press("enter")
        told = " ".join(hand.page.told.split())
        await hand.press("escape")
        return told

    async def script(hand: Hand) -> None:
        await hand.press("M")
        assert "character" in await read(hand, path)
        assert "cannot be read" in await read(hand, tmp_path / "none")
        path.write_bytes(b"\xff\xfe")
        assert "no text in UTF-8" in await read(hand, path)
        assert kept(hand) == []

    drive(make_app(), script)


def test_read_only_shows_them_and_changes_nothing(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await three(hand)
        for key in ("n", "E", "A", "K", "J", "x", "w"):
            await hand.press(key)
            assert "--read-only" in hand.page.told, key
        await hand.press("enter")
        assert "Rule: web-shop-*" in hand.screen

    drive(make_app(read_only=True), script)


def test_fault_21_u_takes_back_what_the_rules_just_did_at_a_discover(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None
        memory(hand).veps = {row.vendor_id: [] for row in rows(hand)}
        new = {row.id for row in rows(hand, State.NEW)}
        await hand.press("i")
        await hand.rest()
        workspace.rules.add(Rule("*", "Everything"))
        workspace.operations.run(1, OperationType.DISCOVER, wait_seconds=0)
        ruled = {row.id for row in rows(hand, State.GOOD)} & new
        assert ruled
        await hand.press("u", "y")
        assert ruled <= {row.id for row in rows(hand, State.NEW)}
        assert not new <= {row.id for row in rows(hand, State.NEW)}, "what the person did before stays"
        await hand.press("u")
        assert new <= {row.id for row in rows(hand, State.NEW)}

    drive(make_app(), script)
