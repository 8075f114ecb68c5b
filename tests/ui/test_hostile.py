"""P11: what comes from outside is shown inert, on every screen and in every widget."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from rich.style import Style

from dojo_tui.ui.screens.picker import Entry, EntrySource
from dojo_tui.ui.widgets.columns import Query
from dojo_tui.ui.widgets.painting import fit, fit_end, paint
from dojo_tui.ui.widgets.plain import paragraphs, plain
from dojo_tui.ui.widgets.text_pane import wrap
from tests.ui.conftest import AppMaker
from tests.ui.driving import NORMAL, SMALL, Hand, drive
from tests.ui.world import finding

HOSTILE = {
    "closing tag": "[/]",
    "tag": "[prod] [bold]x",
    "action": "[@click=app.quit]x[/]",
    "escape": "\x1b[2J\x1b]0;title\x07\x1b[31mred",
    "osc8": "\x1b]8;;http://evil\x1b\\x",
    "c1": "\x9b31m\x9d0;t\x9c",
    "bidi": "\u202egnp.exe\u2066\u2069",
    "zero width": "a\u200bb\ufeffc\u00ad",
    "lines": "one\r\ntwo\ttab\x0bthree\u2028four",
    "wide": "漢字かな👩\u200d👩\u200d👧\U0001f1e9\U0001f1ea e\u0301\u0301\u0301",
    "long": "x" * 10_000,
    "long word and wide": "漢" * 5_000,
    "formula": "=cmd|'/c calc'!A0",
    "path": "../../../etc/passwd",
    "empty": " ",
}
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")


def check(hand: Hand) -> None:
    """No control character reaches the terminal, and no line is wider than it."""
    strips = hand.app.screen._compositor.render_strips()
    for strip in strips:
        for segment in strip:
            assert not FORBIDDEN.search(segment.text), repr(segment.text)
            assert segment.style is None or segment.style.link is None
            meta = segment.style.meta if segment.style is not None else {}
            assert "@click" not in meta
    assert hand.app.is_running


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_p11_hostile_text_is_inert_on_every_screen(make_app: AppMaker, hostile: str) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None
        tool = workspace.tools["memory"]
        tool.veps = {f"team/{name}": [] for name in ("x",)}  # type: ignore[attr-defined]
        keys = "2 enter y f escape escape F escape 3 enter tab j escape C E escape x escape escape question_mark escape"
        check(hand)
        for key in [*keys.split(), "1", "m", *hostile[:3].split(), "escape", "c", "escape", "ctrl+p", "escape", "x"]:
            await hand.press(key)
            check(hand)
        await hand.press("escape", "slash")
        await hand.type("billing")
        await hand.press("enter", "o", "a", "u")
        check(hand)

    drive(make_app(hostile=hostile), script, NORMAL)


@pytest.mark.parametrize("hostile", [HOSTILE["closing tag"], HOSTILE["escape"], HOSTILE["wide"], HOSTILE["long"]])
def test_p11_hostile_findings_and_errors_are_inert(make_app: AppMaker, hostile: str) -> None:
    async def script(hand: Hand) -> None:
        workspace = hand.app.workspace
        assert workspace is not None
        tool = workspace.tools["memory"]
        bad = finding(
            1, title=hostile, description=f"{hostile}\n{hostile}", references=hostile, mitigation=hostile,
            file_path=hostile, component_name=hostile, tags=(hostile,), rule_id=hostile, endpoints=(hostile,),
        )  # fmt: skip
        names = [f"team/{row.name}" for row in map(hand.page.table.row, range(3))]  # type: ignore[union-attr]
        tool.veps = {name: [bad] for name in names}  # type: ignore[attr-defined]
        await hand.press("space", "space", "m", "enter", "2", "slash")
        await hand.type("gateway")
        await hand.press("enter", "s")
        await hand.operations()
        await hand.press("f")
        check(hand)
        assert "1 Finding " in hand.screen
        await hand.press("enter", "y", "G")
        check(hand)
        hand.app.tell_error(ValueError(hostile))
        await hand.rest()
        check(hand)
        hand.app.tell(hostile)
        await hand.rest()
        check(hand)

    drive(make_app(), script, SMALL)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_p11_the_helper_and_the_widgets_parts(hostile: str) -> None:
    assert not FORBIDDEN.search(plain(hostile))
    assert len(plain(hostile)) <= 2_001
    for line in paragraphs(hostile):
        assert not FORBIDDEN.search("".join(text for text, _ in line))
    for width in (0, 1, 2, 3, 7, 40):
        assert cell_len(fit(plain(hostile), width)) == width
        assert cell_len(fit_end(plain(hostile), width)) == width
        strip = paint([(plain(hostile), "a"), ("b", "b")], width, lambda _name: Style())
        assert sum(cell_len(segment.text) for segment in strip) == width
    for part in wrap(((plain(hostile), ""),), 10):
        assert sum(cell_len(text) for text, _ in part) <= 10
    source = EntrySource([Entry(plain(hostile), plain(hostile))])
    assert list(source.ids(Query("zzzz"))) == []
