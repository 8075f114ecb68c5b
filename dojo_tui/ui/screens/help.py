"""What every key does, from the registry."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget

from dojo_tui.ui import commands
from dojo_tui.ui.command import GROUPS, PLACES, Context
from dojo_tui.ui.lists.words import LEGEND, filter_examples
from dojo_tui.ui.screens.base import Page
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line
from dojo_tui.ui.widgets.text_pane import TextPane

KEYS = 13
WORDS: tuple[Line, ...] = (
    (("States", "strong"),),
    (("  + New        ", "accent"), ("discovered, no decision yet", "")),
    (("  - Ignored    ", "dim"), ("a person decided not to import it", "")),
    (("  ✓ Good       ", "good"), ("mapped, and seen by the last complete Discover", "")),
    (("  ? Missing    ", "warn"), ("mapped, but the last complete Discover did not see it", "")),
    (("  ! Stale      ", "bad"), ("mapped, but its place at the destination was deleted", "")),
    (),
    (("Changes of a Sync", "strong"),),
    ((f"  {LEGEND}", ""),),
)
GRAMMAR: tuple[Line, ...] = (
    (("Filter", "strong"),),
    (("  web shop       ", "key"), ("both words, wherever they stand in the row", "")),
    (("  !test          ", "key"), ("not this word", "")),
    (('  "web shop"     ', "key"), ("these words side by side", "")),
)
"""What every list understands."""

FIELDS: tuple[Line, ...] = (
    (("  field:a,b      ", "key"), ("the field is a or b", "")),
    (("  a b OR c       ", "key"), ("a and b, or c", "")),
    (("  field:>=word   ", "key"), ("compares severities, numbers and dates", "")),
    (("  field:<7d      ", "key"), ("within 7 days (m, h, d, w); >30d is older; never", "")),
    (("  field:2026-11  ", "key"), ("that month or day; >=2026-11-01, 2026-11-01..2026-11-07", "")),
)
"""What lists understand that have fields."""

ROOM = 76


def filter_lines(place: str) -> list[Line]:
    """The grammar, and the fields of the place's own list."""
    examples = filter_examples(place)
    if not examples:
        return list(GRAMMAR)
    lines: list[Line] = [*GRAMMAR, *FIELDS, (), (("Fields of this list", "strong"),)]
    shown = "  "
    for example in examples:
        if len(shown) + len(example) > ROOM:
            lines.append(((shown, "key"),))
            shown = "  "
        shown += f"{example}  "
    return [*lines, ((shown, "key"),)]


class HelpScreen(Page):
    """Keys of the place one came from, then those of the other places."""

    AUTO_FOCUS = "#text"

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._asked = context
        self._text = TextPane(help_lines(context), name="text")

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self._text

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Where one came from."""
        return [Part(f" Help: {PLACES[self._asked.place]}", "strong")], []

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """How to leave."""
        return [
            Part(
                commands.keyed(" ↑↓ scroll · {back} goes back · {palette} finds any command by its name"),
                "dim",
            )
        ], []


def help_lines(context: Context) -> list[Line]:
    """Every command of the place by group, with key, sentence, mouse way and shell twin."""
    lines: list[Line] = []
    group = ""
    shown = sorted(commands.at(context.place), key=lambda command: GROUPS.index(command.group))
    for command in shown:
        if command.group != group:
            group = command.group
            lines += [(), ((group, "strong"),)] if lines else [((group, "strong"),)]
        reason = command.why_not(context)
        blank = " " * (KEYS + 1)
        lines.append(
            (
                (f"{command.key_text:<{KEYS}} ", "key"),
                (f"{command.title}. ", ""),
                (command.help_in(context.place), "dim"),
            )
        )
        if reason:
            lines.append(((blank, ""), (f"not now: {reason}", "warn")))
        lines.append(((blank, ""), (f"mouse: {command.mouse} · shell: {command.cli_in(context.place)}", "dim")))
    return [*lines, (), *WORDS, (), *filter_lines(context.place)]


class FilterHelp(TextPage):
    """The words of the filter, while one is typed."""

    kind = "Filter"

    def __init__(self, noun: str, place: str) -> None:
        super().__init__(noun)
        self._of = place

    def heading(self) -> str:
        """Of which list."""
        return str(self.row)

    def lines(self) -> list[Line]:
        """The grammar and the fields of this list."""
        return filter_lines(self._of)
