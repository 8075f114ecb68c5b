"""Findings: deciding about them, their counts, links and what is copied."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from dojo_tui.model.severity import Severity
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, WIDE, Hand, drive
from tests.ui.world import finding


async def imported(hand: Hand) -> None:
    """Five Findings of the first mapped Record, listed."""
    workspace = hand.app.workspace
    assert workspace is not None
    tool: Any = workspace.tools["memory"]
    await hand.press("2")
    tool.veps = {
        row.vendor_id: [finding(number) for number in range(3)] + [finding(4, Severity.LOW), finding(5, Severity.LOW)]
        for row in [hand.page.row]
    }
    await hand.press("s")
    await hand.operations()
    await hand.press("f")


def test_marked_findings_are_decided_about_and_it_is_taken_back(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await imported(hand)
        assert "5 Findings" in hand.screen
        assert "3 high  2 low" in hand.screen
        await hand.press("space", "space", "d")
        assert "Triage of 2 Findings" in hand.screen
        assert "2 active: inactive from now on." in hand.screen
        await hand.press("down")
        await hand.type("until spring")
        await hand.press("enter")
        assert "2 Findings are risk accepted now" in hand.page.told
        await hand.press("k")
        assert "1 high  2 low" in hand.screen
        await hand.press("t")
        assert "3 high  2 low" in hand.screen
        assert "Risk accepted" in hand.screen
        await hand.press("escape", "s")
        await hand.operations()
        await hand.press("f")
        assert "3 Findings" in hand.screen
        await hand.press("u")
        assert "Took back: risk accepted 2 Findings." in hand.page.told
        await hand.press("k")
        assert "5 Findings" in hand.screen
        await hand.press("u")
        assert "nothing to take back" in hand.page.told

    drive(make_app(), script)


def test_one_finding_is_decided_about_on_its_own_screen_and_tells_its_history(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await imported(hand)
        await hand.press("enter", "d", "enter")
        assert "- False positive" in hand.screen
        assert "Decisions" in hand.screen
        assert "ada  False positive" in hand.screen
        await hand.press("d", "down", "down", "down")
        assert "1 open again, as the last report has them." in hand.screen
        await hand.press("enter")
        assert "● Active" in hand.screen
        await hand.press("u")
        assert "(undone)" in hand.screen
        await hand.press("U")
        assert "Done again: clear 1 Finding." in hand.page.told
        assert "(undone)" not in hand.screen
        assert "● Active" in hand.screen
        await hand.press("escape")
        assert "5 Findings" in hand.screen
        assert "ada  Clear" in hand.screen, "also beside the list"

    drive(make_app(), script, WIDE)


def test_findings_stand_under_the_head_of_their_severity(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await imported(hand)
        table = hand.page.table
        assert table is not None
        lines = [line[1:13].rstrip() for line in hand.screen.splitlines()[3:10]]
        assert lines == ["▲ High 3", *["  ▲ High"] * 3, "▽ Low 2", *["  ▽ Low"] * 2]
        await hand.press("j", "j", "j")
        assert table.current.severity is Severity.LOW, "the cursor steps over heads"
        await hand.press("plus")
        assert "● 2 marked" in hand.screen
        await hand.press("left_curly_bracket")
        assert table.cursor == 0
        await hand.press("left_curly_bracket")
        assert "This is the first group." in hand.page.told
        await hand.press("right_curly_bracket")
        assert table.cursor == 3
        await hand.pilot.click(table, offset=(1, 1))
        assert "● 5 marked" in hand.screen
        assert table.cursor == 0
        await hand.press("right_curly_bracket", "j", "right_curly_bracket")
        assert table.cursor == 4, "there is none to go to"
        assert "This is the last group." in hand.page.told
        await hand.press("left_curly_bracket")
        assert table.cursor == 3
        await hand.press("left_curly_bracket")
        await hand.press("escape", "d", "enter", "t", "I")
        heads = [line.strip() for line in hand.screen.splitlines() if line[:2] in (" ▲", " ▽")]
        assert heads == ["▽ Low 2", "▲ High 2", "▲ High, closed 1"]
        await hand.press("greater_than_sign", "right_curly_bracket")
        assert "There are no groups in this order" in hand.page.told
        assert " ▲ High 3" not in hand.screen
        await hand.press("slash")
        await hand.type("nowhere")
        await hand.press("enter")
        assert "Words look at title, place, rule, component and CVE." in hand.screen
        await hand.press("right_curly_bracket")
        assert "The list is empty." in hand.page.told

    drive(make_app(), script, SMALL)


def test_counts_stay_right_under_a_filter(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await imported(hand)
        await hand.press("slash")
        await hand.type("severity:low")
        await hand.press("enter")
        assert "2 of 5 Findings · 2 low" in hand.screen
        await hand.press("escape", "d", "enter", "slash")
        await hand.type("is:false")
        await hand.press("enter")
        assert "1 of 4 Findings" in hand.screen
        assert "as the filter says" in hand.screen
        await hand.press("escape", "slash")
        await hand.type("severity:hihg")
        assert "There is no severity 'hihg'" in hand.screen

    drive(make_app(), script, SMALL)


def test_title_and_place_are_copied_and_a_link_is_picked(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await imported(hand)
        await hand.press("y")
        assert hand.app.clipboard == "Use of a weak hash (0)\nsrc/module_0.py:10"
        workspace = hand.app.workspace
        assert workspace is not None
        tool: Any = workspace.tools["memory"]
        two = replace(finding(0), references="https://example.org/one and [two](https://example.org/two)")
        tool.veps = {name: [two] for name in tool.veps}
        await hand.press("escape", "s")
        await hand.operations()
        await hand.press("f", "enter")
        assert "  2 https://example.org/two" in hand.screen
        await hand.press("o", "down", "enter")
        assert hand.app.clipboard == "https://example.org/two"

    drive(make_app(), script)


def test_read_only_and_a_server_do_not_decide(make_app: AppMaker) -> None:
    from dojo_tui.ui.command import FINDINGS, Context
    from dojo_tui.ui.commands import by_id

    decide = by_id()["triage"]
    here = Context(place=FINDINGS, ready=True, row=object(), marked=frozenset({1}))
    assert decide.why_not(here) == ""
    assert "o opens it" in decide.why_not(replace(here, server=True))
    assert "--read-only" in decide.why_not(replace(here, read_only=True))


def test_findings_are_exported_as_sarif_and_a_file_is_replaced_only_when_a_person_says_so(
    make_app: AppMaker, tmp_path: Path
) -> None:
    path = tmp_path / "found.sarif"
    path.write_text("mine")

    async def script(hand: Hand) -> None:
        await imported(hand)
        for answer in ("n", "y"):
            assert path.read_text() == "mine"
            await hand.press("e", "ctrl+u")
            await hand.type(str(path))
            await hand.press("enter")
            assert "Replace the file?" in hand.screen
            await hand.press(answer)
        assert "5 rows written" in hand.page.told
        log = json.loads(path.read_text())
        assert len(log["runs"][0]["results"]) == 5

    drive(make_app(), script)
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".part"] == []
