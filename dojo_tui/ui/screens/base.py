"""What all full screens share: top line, title line, status line, key hints, notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widget import Widget

from dojo_tui.model.errors import DojoTuiError
from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import TEXT, Command, Context
from dojo_tui.ui.commands import hints, key_of, keyed
from dojo_tui.ui.screens.one_size import OneSizeScreen
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.plain import Line, plain
from dojo_tui.ui.widgets.text_pane import TextPane, wrap

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host
    from dojo_tui.ui.widgets.virtual_list import VirtualList

NOTICE_LINES = 4
STYLES = Path(__file__).parent.parent / "styles"
LOW = 8
"""Lines up to which there is room for what is read and chosen from, and not for frames and hints."""


class Page(OneSizeScreen[None]):
    """A full screen. Commands find what they work on through ``context``, ``table`` and ``pane``."""

    AUTO_FOCUS = "#list"
    place = TEXT
    app: Host

    def __init__(self) -> None:
        super().__init__()
        self._top = Bar(name="top")
        self._title = Bar(name="title")
        self._status = Bar(name="status")
        self._keys = Bar(name="keys")
        self._notice = TextPane(name="notice", focusable=False)
        self._notice.display = False
        self._message: tuple[str, str] | None = None
        self._erring = False
        self.waiting = False
        """True while what the next key is about was asked for and is not here yet."""
        self._asked_ahead: list[tuple[str, Command]] = []
        """Commands that were clicked meanwhile, with the place they were meant for."""

    def compose(self) -> ComposeResult:
        """Lines around the body."""
        yield self._top
        yield self._title
        yield from self.body()
        yield self._notice
        yield self._status
        yield self._keys

    def body(self) -> Iterator[Widget]:
        """What stands between the lines."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Fill the lines."""
        self.draw()

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was on top."""
        self.draw()

    # --- what commands work on ----------------------------------------------

    @property
    def row(self) -> Any:
        """What is under the cursor, or open."""
        return None

    @property
    def table(self) -> VirtualList | None:
        """The list of this screen, if it has one."""
        return None

    @property
    def pane(self) -> TextPane | VirtualList | None:
        """What moves when a movement key is pressed: the focused pane."""
        focused = self.focused
        if isinstance(focused, TextPane):
            return focused
        return self.table

    def context(self) -> Context:
        """Everything commands may ask about."""
        app, listed = self.app, self.table
        return Context(
            place=self.place,
            ready=app.workspace is not None,
            failed=app.failed_to_open,
            read_only=app.read_only,
            row=self.row,
            marked=frozenset(listed.marks) if listed is not None else frozenset(),
            rows=len(listed.ids) if listed is not None else 0,
            text=listed.query_shown.text if listed is not None else "",
            connector=app.connector,
            connectors=app.snapshot.connectors,
            running=app.snapshot.running,
            offers_demo=app.preferences.offers_demo,
            server=app.workspace is not None and app.workspace.server is not None,
            pinned=app.workspace.pinned if app.workspace is not None else "",
        )

    # --- drawing -------------------------------------------------------------

    def draw(self) -> None:
        """Bring every line up to date; what is the same is not repainted."""
        from dojo_tui.ui.top_line import top_parts

        self._top.show(*top_parts(self.app))
        self._title.show(*self.title_parts())
        self.draw_status()
        self.draw_keys()

    def draw_status(self) -> None:
        """The status line: a message if there is one, else what the screen has to say."""
        fits = self._message is None or not self.size.width or cell_len(self._message[0]) < self.size.width
        if not self._erring:
            self._show_long(None if fits else self._message)
        if self._message is not None and (fits or self._erring):
            text, style = self._message
            self._status.show([Part(" " + text, style)])
        else:
            self._status.show(*self.status_parts())

    def _show_long(self, message: tuple[str, str] | None) -> None:
        """A sentence that the status line would cut stands above it."""
        if message is not None:
            self._show_notice([((" ", ""), message)])
        elif self._notice.display:
            self._notice.display = False

    def _show_notice(self, lines: list[Line]) -> None:
        width = max(20, self.size.width - 2)
        self._notice.styles.height = min(NOTICE_LINES, sum(len(wrap(line, width)) for line in lines))
        self._notice.show(lines, top=True)
        self._notice.display = True

    def draw_keys(self) -> None:
        """The line of key hints; those that cannot be used now are greyed."""
        context = self.context()
        parts: list[Part] = []
        shown: list[list[Part]] = []
        if len(self.app.screen_stack) > 1 and self.app.screen_stack[0] is not self:
            parts += [Part(f" {key_of('back')}", "key", "back"), Part(" back ", "", "back")]
        listed = [(command, not command.why_not(context)) for command in hints(self.place)]
        listed.sort(key=lambda item: not (item[0].urgent and item[1]))
        for command, usable in listed:
            if command.changes and context.read_only:
                continue
            if command.urgent and not usable:
                continue
            pair = [
                Part(f" {command.keys_short}".rstrip(), "key" if usable else "off", command.id),
                Part(f" {command.hint_text} ", "" if usable else "off", command.id),
            ]
            shown.append(pair)
        right = [
            Part(f" {key_of('palette')}", "key", "palette"), Part(" menu", "", "palette"),
            Part(keyed("  {help}"), "key", "help"), Part(" help", "", "help"),
            Part(keyed("  {quit}"), "key", "quit"), Part(" quit ", "", "quit"),
        ]  # fmt: skip
        if self.size.width < 60:
            right = right[2:4] if self.size.width < 30 else right[2:]
        # Whole hints only: half a word tells nothing.
        room = self.size.width - sum(cell_len(part.text) for part in (*parts, *right)) - 1
        for pair in shown:
            room -= sum(cell_len(part.text) for part in pair)
            if room < 0 and self.size.width:
                break
            parts += pair
        self._keys.show(parts, right)

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """The second line, left and right."""
        return [], []

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """The status line, left and right."""
        return [], []

    # --- telling -------------------------------------------------------------

    def say(self, text: str, style: str = "") -> None:
        """A sentence in the status line, until the next key that does something."""
        self._message = plain(text), style
        self.draw_status()

    def say_error(self, error: Exception) -> None:
        """What happened, what stayed safe, what to do; stays until esc."""
        if isinstance(error, DojoTuiError):
            what, safe, do = error.what, error.safe, error.do
        else:
            what = f"Something unexpected went wrong ({type(error).__name__}: {error})."
            safe, do = "Nothing else was changed.", "Please report it."
        lines: list[Line] = [((" ✗ ", "bad"), (plain(what), "bad"))]
        rest = " ".join(plain(part) for part in (safe, do) if part)
        if rest:
            lines.append((("   ", ""), (rest, "")))
        self._erring = True
        # That something is being done is not so any more.
        self._message = None
        self._show_notice(lines)
        self.draw_status()

    def hush(self, *, errors: bool = False) -> bool:
        """Take messages away; True when there was one that a person had to take away."""
        if self._message is not None:
            self._message = None
            self.draw_status()
        if errors and self._erring:
            self._erring = False
            self._notice.display = False
            return True
        return False

    @property
    def saying(self) -> str:
        """The sentence that is shown, without an error."""
        return self._message[0] if self._message is not None else ""

    @property
    def told(self) -> str:
        """The message or error that is shown, for tests and screen readers."""
        parts = [self._message[0] if self._message else "", self._notice.text if self._notice.display else ""]
        return "\n".join(part for part in parts if part)

    def copied(self) -> str:
        """What ``y`` copies."""
        pane, listed = self.pane, self.table
        if isinstance(pane, TextPane):
            return pane.text
        if listed is None or listed.current is None:
            return ""
        return "\t".join(text for text, _ in listed.source.cells(listed.current) if text)

    def open_row(self) -> None:
        """Open the row under the cursor, on a page that has rows."""

    # --- being told ----------------------------------------------------------

    def on_changes(self, changes: Changes) -> None:
        """The world changed."""

    @property
    def keeps(self) -> str:
        """Why this page cannot be left for another list now; empty when it can."""
        return ""

    # --- waiting for what was asked for ---------------------------------------

    def expect(self) -> None:
        """Other rows were asked for: what is on screen is not what the next key is about."""
        self.waiting = True

    def catch_up(self) -> None:
        """What was asked for is here: go on with keys and clicks. What was meant for another place is not done here."""
        self.waiting = False
        ahead, self._asked_ahead = self._asked_ahead, []
        for place, command in ahead:
            if place == self.place:
                self.app.run_command(command)
        self.app.keyboard.look()

    def give_up_waiting(self) -> None:
        """It will not come: nothing is done to what is on screen instead."""
        if self.waiting:
            self.waiting, self._asked_ahead = False, []
            self.app.keyboard.drop()

    def wait(self, command: Command) -> bool:
        """Keep a command that was clicked before what it is about is here; False when it can run now."""
        if not self.waiting or command.group == "Program":
            return False
        self._asked_ahead.append((self.place, command))
        return True

    def step_back(self) -> bool:
        """Undo one step of narrowing; False when there is none left."""
        return False

    def on_bar_pressed(self, event: Bar.Pressed) -> None:
        """A click on a part of a line runs its command."""
        event.stop()
        self.app.run_id(event.command)

    def on_resize(self) -> None:
        """Hints depend on the width."""
        self.draw()
