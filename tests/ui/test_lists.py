"""Moving, marking, filtering, sorting, and the way back."""

from __future__ import annotations

import pytest
from textual.strip import Strip

from dojo_tui.ui.screens.main import MainScreen
from dojo_tui.ui.widgets.virtual_list import VirtualList
from tests.ui.conftest import AppMaker
from tests.ui.driving import SMALL, Hand, drive


def test_the_first_frame_shows_the_unmapped_records(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        assert hand.names == sorted(hand.names)
        assert len(hand.names) == 20
        assert "[1 Unmapped Records 20]" in hand.screen
        assert "2 Mapped Records 20" in hand.screen
        assert "20 Records" in hand.screen

    drive(make_app(), script)


def test_vim_and_arrow_keys_move_and_stop_at_the_ends(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        for keys, cursor in (
            (("down", "j"), 2), (("up", "k"), 0), (("k",), 0), (("G",), 19), (("j",), 19), (("g",), 0), (("end",), 19),
            (("home",), 0), (("pagedown",), 18), (("pagedown",), 19), (("pageup",), 1),
        ):  # fmt: skip
            await hand.press(*keys)
            assert table.cursor == cursor, keys

    drive(make_app(), script, SMALL)


def test_marks_survive_sorting_filtering_and_other_tabs(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.press("space", "space")
        marked = set(table.marks)
        assert len(marked) == 2
        assert table.cursor == 2
        await hand.press("greater_than_sign", "I", "slash")
        await hand.type("web")
        await hand.press("enter", "2")
        assert table.marks == set()
        await hand.press("1")
        assert table.marks == marked
        assert "● 2 marked" in hand.screen
        assert len(hand.names) == 4

    drive(make_app(), script)


def test_a_range_marks_what_lies_between_and_esc_takes_it_back(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.press("space", "j", "v", "j", "j")
        assert table.marks == {table.ids[0], *table.ids[2:5]}
        await hand.press("k")
        assert table.marks == {table.ids[0], *table.ids[2:4]}
        await hand.press("escape")
        assert table.marks == {table.ids[0]}
        await hand.press("shift+down", "shift+down", "v", "j")
        assert table.marks == {table.ids[0], *table.ids[3:6]}

    drive(make_app(), script)


def test_all_in_the_filter_are_marked_and_unmarked_and_inverted(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.press("slash")
        await hand.type("mobile")
        await hand.press("enter", "asterisk")
        assert table.marks == set(table.ids)
        assert len(table.marks) == 4
        await hand.press("tilde")
        assert table.marks == set()
        await hand.press("tilde", "asterisk")
        assert table.marks == set()

    drive(make_app(), script)


def test_esc_goes_back_one_step_at_a_time_and_never_quits(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.press("slash")
        await hand.type("web")
        await hand.press("enter", "space", "enter")
        assert len(hand.app.screen_stack) == 2
        await hand.press("escape")
        assert isinstance(hand.page, MainScreen)
        assert len(table.marks) == 1
        await hand.press("escape")
        assert table.marks == set()
        assert len(table.ids) == 4
        await hand.press("escape")
        assert len(table.ids) == 20
        await hand.press("escape", "escape")
        assert hand.app.is_running
        assert "q quits" in hand.page.told

    drive(make_app(), script)


def test_the_filter_is_live_and_esc_in_it_clears_it(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("slash")
        await hand.type("state:ignored")
        assert len(hand.names) == 4
        assert "4 of 20 Records" in hand.screen
        await hand.type(" zzz")
        assert "No Record matches the filter." in hand.screen
        await hand.press("escape")
        assert len(hand.names) == 20

    drive(make_app(), script)


def test_sorting_by_key_and_by_a_click_on_the_header(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.press("I")
        assert hand.names == sorted(hand.names, reverse=True)
        assert "Name ▼" in hand.screen
        state = next(placed for placed in table.placed() if placed.column.title == "State")
        await hand.pilot.click(table, offset=(table.gutter_width + state.x, 0))
        await hand.rest()
        assert "State ▲" in hand.screen
        assert hand.page.table is not None
        assert str(table.row(0).state) == "Ignored"
        await hand.press("less_than_sign")
        assert "Name ▲" in hand.screen

    drive(make_app(), script)


def test_the_cursor_stays_on_its_row_when_the_order_changes(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.press("j", "j", "j")
        row = table.current.id
        await hand.press("I")
        assert table.current.id == row

    drive(make_app(), script)


def test_the_mouse_moves_marks_ranges_and_opens(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.pilot.click(table, offset=(10, 4))
        assert table.cursor == 3
        await hand.pilot.click(table, offset=(1, 2))
        assert table.marks == {table.ids[1]}
        await hand.pilot.click(table, offset=(10, 6), shift=True)
        assert table.marks == {table.ids[1], *table.ids[3:6]}
        await hand.pilot.click(table, offset=(10, 2), times=2)
        await hand.rest()
        assert hand.page.place == "record"

    drive(make_app(), script)


def test_tabs_hints_and_the_connector_are_clickable(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        title = hand.screen.splitlines()[1]
        await hand.pilot.click("#title", offset=(title.index("2 Mapped") + 2, 0))
        await hand.rest()
        assert hand.page.place == "mapped"
        await hand.pilot.click("#title", offset=(title.index("all Connectors") + 2, 0))
        await hand.rest()
        assert "Show which Connector?" in hand.screen
        await hand.press("escape")
        keys = hand.screen.splitlines()[-1]
        await hand.pilot.click("#keys", offset=(keys.index("help"), 0))
        await hand.rest()
        assert "Help: Mapped Records" in hand.screen

    drive(make_app(), script)


def test_a_right_click_lists_the_commands(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        await hand.pilot.click(table, offset=(10, 4), button=3)
        await hand.rest()
        assert table.cursor == 3
        assert "Map to a Product" in hand.screen

    drive(make_app(), script)


def test_one_connector_or_all(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("right_square_bracket")
        assert "code ▾" in hand.screen
        assert len(hand.names) == 12
        await hand.press("left_square_bracket")
        assert len(hand.names) == 20
        await hand.press("c")
        await hand.type("images")
        await hand.press("enter")
        assert "images ▾" in hand.screen
        assert len(hand.names) == 8
        assert "2 Mapped Records 12" in hand.screen

    drive(make_app(), script)


def test_a_long_list_holds_only_ids_and_reads_what_is_drawn(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        assert len(table.ids) == 10_000
        await hand.press("G")
        assert table.cursor == 9_999
        assert table.ids[-1] in {row.id for row in table.pages_held()}
        assert len(table.pages_held()) < 1_000

    drive(make_app(records=20_000), script)


def lines_drawn(table: VirtualList, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines that are drawn from now on."""
    drawn: list[int] = []
    render_line = table.render_line

    def render(y: int) -> Strip:
        drawn.append(y)
        return render_line(y)

    monkeypatch.setattr(table, "render_line", render)
    return drawn


def test_a_cursor_move_draws_two_lines(make_app: AppMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        drawn = lines_drawn(table, monkeypatch)
        await hand.press("j")
        assert sorted(drawn) == [1, 2]

    drive(make_app(), script)


def test_nothing_is_drawn_while_nothing_changes(make_app: AppMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(hand: Hand) -> None:
        table = hand.page.table
        assert table is not None
        drawn = lines_drawn(table, monkeypatch)
        hand.app.changed(records=True, operations=True)
        await hand.rest()
        assert drawn == []

    drive(make_app(), script)


def test_keys_typed_ahead_act_on_the_rows_they_were_meant_for(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        for key in ("2", "j", "j", "space"):
            hand.send(key)
        await hand.rest()
        table = hand.page.table
        assert table is not None
        assert table.marks == {table.ids[2]}
        assert table.row(2).product_name == "Platform"

    drive(make_app(), script)


def test_the_palette_finds_and_runs_a_command(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("ctrl+p")
        await hand.type("mapped rec")
        await hand.press("enter")
        assert hand.page.place == "mapped"
        await hand.press("colon", "escape")
        assert hand.page.place == "mapped"

    drive(make_app(), script)


def test_empty_lists_name_the_next_key(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        for key in "123C":
            await hand.press(key)
            assert "n  connect a tool" in hand.screen
        await hand.press("n")
        await hand.type("code")
        await hand.press("enter")
        await hand.type("/srv/code")
        await hand.press("f2", "escape", "escape")
        for key, words in (("1", "d discovers"), ("2", "press m"), ("3", "d discovers")):
            await hand.press(key)
            assert words in hand.screen

    drive(make_app(empty=True), script)


def test_tiny_terminals_do_not_break(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("j", "2", "enter", "escape", "question_mark", "escape", "ctrl+p", "escape", "3", "enter")
        await hand.press("escape", "C", "n", "escape", "escape", "1", "m", "escape", "x", "escape")
        assert hand.page.place == "unmapped"

    drive(make_app(), script, (20, 6))


def test_resizing_shows_and_hides_the_details(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        assert "Vendor's id" in hand.screen
        await hand.pilot.resize_terminal(80, 24)
        await hand.rest()
        assert "Vendor's id" not in hand.screen
        await hand.pilot.resize_terminal(160, 48)
        await hand.rest()
        assert "Vendor's id" in hand.screen

    drive(make_app(), script)


def test_a_filter_of_operations_says_which_words_it_does_not_know(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("3", "slash")
        await hand.type("type:sync trigger:man")
        assert "There is no" not in hand.screen
        await hand.press("ctrl+u")
        await hand.type("type:synk")
        assert "There is no type 'synk': use Discover, Sync, Close." in hand.screen

    drive(make_app(), script)
