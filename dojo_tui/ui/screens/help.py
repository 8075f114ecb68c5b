"""What every key does, from the registry."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget

from dojo_tui.ui import commands
from dojo_tui.ui.lists.words import LEGEND
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
FILTER: tuple[Line, ...] = (
    (("Filter", "strong"),),
    (("  web shop      ", "key"), ("both words, wherever they stand in the row", "")),
    (("  !test         ", "key"), ("not this word", "")),
    (('  "web shop"    ', "key"), ("these words side by side", "")),
    (("  state:new     ", "key"), ("Records: only this state; connector:x, product:x, name:x", "")),
    (("  sure:>0.9     ", "key"), ("Records: how sure the suggestion is; suggestion:x is the Product", "")),
    (("  seen:<7d      ", "key"), ("Records: seen in 7 days (m, h, d, w); found:, synced:>30d, decided:, never", "")),
    (("  severity:high ", "key"), ("Findings: only this severity; file:x, rule:x, scanner:x, cve:x, cwe:79", "")),
    (("  is:closed     ", "key"), ("Findings: also is:false-positive, is:risk-accepted, is:decided …", "")),
    (("  status:failed ", "key"), ("Operations: only this status; type:sync, connector:x, trigger:manual", "")),
)


class HelpScreen(Page):
    """Keys of the place one came from, then those of the other places."""

    AUTO_FOCUS = "#text"

    def __init__(self, context: commands.Context) -> None:
        super().__init__()
        self._asked = context
        self._text = TextPane(help_lines(context), name="text")

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self._text

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Where one came from."""
        return [Part(f" Help: {commands.PLACES[self._asked.place]}", "strong")], []

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """How to leave."""
        return [
            Part(
                commands.keyed(" ↑↓ scroll · {back} goes back · {palette} finds any command by its name"),
                "dim",
            )
        ], []


def help_lines(context: commands.Context) -> list[Line]:
    """Every command of the place by group, with key, sentence, mouse way and shell twin."""
    lines: list[Line] = []
    group = ""
    shown = sorted(commands.at(context.place), key=lambda command: commands.GROUPS.index(command.group))
    for command in shown:
        if command.group != group:
            group = command.group
            lines += [(), ((group, "strong"),)] if lines else [((group, "strong"),)]
        reason = command.why_not(context)
        blank = " " * (KEYS + 1)
        lines.append(((f"{command.key_text:<{KEYS}} ", "key"), (f"{command.title}. ", ""), (command.help, "dim")))
        if reason:
            lines.append(((blank, ""), (f"not now: {reason}", "warn")))
        lines.append(((blank, ""), (f"mouse: {command.mouse} · shell: {command.cli}", "dim")))
    return [*lines, (), *WORDS, (), *FILTER]


class FilterHelp(TextPage):
    """The words of the filter, while one is typed."""

    kind = "Filter"

    def heading(self) -> str:
        """Of which list."""
        return str(self.row)

    def lines(self) -> list[Line]:
        """All words, of this list and the others."""
        return list(FILTER)
