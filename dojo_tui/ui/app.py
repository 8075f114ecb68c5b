"""The app: wiring only. Commands, screens, jobs and events are put together here."""

from __future__ import annotations

import gc
import os
import sys
from array import array
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.filter import NoColor
from textual.timer import Timer
from textual.widgets import Input

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import DojoTuiError, StoreError
from dojo_tui.services.preferences import Preferences
from dojo_tui.ui import commands
from dojo_tui.ui.bridge import Bridge, Changes
from dojo_tui.ui.command import PLACES, UNMAPPED, Command
from dojo_tui.ui.ending import Ending
from dojo_tui.ui.health import EVERY, HealthWatch
from dojo_tui.ui.host import Host
from dojo_tui.ui.jobs import Jobs
from dojo_tui.ui.keyboard import MOST_WAITING, Keyboard
from dojo_tui.ui.memory import Memory, state_file
from dojo_tui.ui.notice import announce
from dojo_tui.ui.screens.base import LOW, Page
from dojo_tui.ui.screens.main import MainScreen, kept_filter, make_source
from dojo_tui.ui.suggesting import SuggestionWatch
from dojo_tui.ui.terminal_input import BoundedDriver
from dojo_tui.ui.theme import Looks
from dojo_tui.ui.widgets.columns import Query, Source
from dojo_tui.ui.world import Snapshot, take_snapshot

if TYPE_CHECKING:
    from dojo_tui.services.events import Progress
    from dojo_tui.services.health import Health
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.store.operations import OperationRow
    from dojo_tui.store.watch import Watch
    from dojo_tui.wiring import Workspace

STYLES = Path(__file__).parent / "styles"
LOOK_EVERY = 5.0
"""Seconds between looks for what other processes did; nothing is drawn when nothing changed."""
LONGEST_SLEEP = 60.0
PATIENCE = 0.4
"""Seconds after which the empty frame is shown while the store is still being opened."""
_SWITCH_SECONDS = 0.0005


class DojoApp(Host):
    """Opens a Workspace in a thread and shows it."""

    TITLE = "dojo-tui"
    CSS_PATH = STYLES / "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW + 1, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = commands.bindings()

    def __init__(
        self,
        opener: Callable[[], Workspace],
        *,
        read_only: bool = False,
        theme: str | None = None,
        scheduling: bool = True,
        remember: bool = False,
        preferences: Preferences = Preferences(),  # noqa: B008 -- it is frozen
    ) -> None:
        super().__init__(driver_class=BoundedDriver)
        self.preferences = preferences
        self._bind_keys()
        self.looks = Looks(self, theme, os.environ)
        self.animation_level = "none"
        if self.no_color:
            # Textual chose greys, which are colours too, before it knew the theme.
            self._filters = [NoColor()]
        self._opener = opener
        self.read_only = read_only
        self._looking = scheduling
        self._scheduling = scheduling and not read_only
        self.workspace: Workspace | None = None
        self.clock = Clock()
        self.snapshot = Snapshot()
        self.connector: ConnectorRow | None = None
        self.jobs = Jobs(self.call_later, self.tell_error)
        self.bridge = Bridge(self._after, self.on_changes)
        self.health = HealthWatch(self.jobs, lambda: self.workspace, self._health_changed)
        self.suggesting = SuggestionWatch(self.jobs, self._may_suggest, self.bridge.note, self.tell_error)
        self.keyboard = Keyboard(
            self, super().on_event, ready=self._ready_for_keys, passes=self._needs_no_list, ends=self._quits
        )
        self.memory = Memory()
        """What a person chose to see; known from the moment the store is open."""
        self._remember = remember
        self._ending: Ending | None = None
        self._main = MainScreen()
        self._wake: Timer | None = None
        self._watch: Watch | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._unpainted = ExitStack()
        self.failed_to_open = False
        self.store_failed = False
        """True from an error of the open store on, until it was opened anew."""
        self.awaited: dict[int, str] = {}
        """Operations that a person started here and was told about, until they end."""

    def _bind_keys(self) -> None:
        commands.use_keys({})
        if self.preferences.keys:
            from dojo_tui.ui.keymap import chosen

            commands.use_keys(chosen(commands.commands(), self.preferences.keys))
            for key in sorted(commands.keys() - self._bindings.key_to_bindings.keys()):
                self.bind(key, f"press('{key}')", show=False)

    # --- opening and closing -------------------------------------------------

    def get_default_screen(self) -> MainScreen:
        """The tabs."""
        return self._main

    def on_mount(self) -> None:
        """Open the store in a thread; the first paint does not wait for it."""
        # Layouts before the rows are there would be painted only to be painted over.
        self._unpainted.enter_context(self.batch_update())
        self.set_timer(PATIENCE, self._unpainted.close)
        self.jobs.start()
        # The shell wrote over the screen while the process was stopped.
        self.app_resume_signal.subscribe(self, lambda _app: self.screen.refresh(layout=True))
        self._ending = Ending(self)
        self._ending.listen()
        if isinstance(self._driver, BoundedDriver):
            self._driver.handled, self._driver.flooded = lambda: self.keyboard.handled, self._flooded
        self.jobs.apart(self._open, self._opened, self._not_opened)

    def _open(self) -> tuple[Workspace, Snapshot, Source, array[int], Query]:
        from dojo_tui.store.watch import Watch

        workspace = self._opener()
        if self._remember:
            self.memory.open(state_file(workspace.store.name), self.jobs.apart)
        # Remembers what there is before the first list is read: what others write from then on is noticed.
        self._watch = Watch(workspace.store.database)
        self._watch.changed()
        # The first list comes with it: a frame that shows no rows is not a first frame.
        source = make_source(workspace, UNMAPPED)
        query = Query(kept_filter(self.memory, UNMAPPED))
        return workspace, take_snapshot(workspace, None), source, source.ids(query), query

    def _opened(self, opened: tuple[Workspace, Snapshot, Source, array[int], Query]) -> None:
        self.workspace, self.snapshot, source, ids, query = opened
        self.clock = self.workspace.clock
        self.read_only = self.read_only or self.workspace.read_only
        self._scheduling = self._scheduling and not self.read_only
        self.listen()
        self.looks.show_kept(self, self.memory)
        self._main.connect(source, ids, query)
        self.keyboard.look()
        self.call_later(self._unpainted.close)
        # Tools are imported when first looked at: now, while nobody waits for them.
        self.jobs.apart(lambda: list(opened[0].tools))
        gc.freeze()
        gc.enable()
        self._arm()
        if self._looking:
            self.set_interval(LOOK_EVERY, self._look)
            self.set_interval(EVERY, self.health.look)
        self.health.look()
        self.suggesting.look()

    def listen(self) -> None:
        """Hear of the Workspace's Operations."""
        self._unsubscribe()
        if self.workspace is not None:
            self._unsubscribe = self.workspace.operations.subscribe(self.bridge)

    def _not_opened(self, error: Exception) -> None:
        self._unpainted.close()
        self.failed_to_open = True
        self.keyboard.drop()
        why = "The store could not be opened: the reason stands below."
        self._main.table.say([((why, "bad"),), (), ((commands.key_of("quit"), "key"), (" quits.", ""))])
        self.tell_error(error)
        self._main.draw()

    def close_workspace(self) -> None:
        """Stop what runs, within a second, and close the store."""
        if self._ending is not None:
            self._ending.close()
        self.jobs.close()
        self.suggesting.stop()
        self.memory.save()
        self._unsubscribe()
        if self.workspace is not None:
            workspace, self.workspace = self.workspace, None
            workspace.close()

    def schedule_no_more(self) -> None:
        """Start nothing that is due from now on."""
        self._scheduling = False
        self._arm()

    # --- keys ----------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes wait for their turn; everything else is handled as it comes."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.keyboard.take(event)
        else:
            await super().on_event(event)

    def _ready_for_keys(self) -> bool:
        """Whether what is on screen is what a key would be about: the store is open, and the list is there."""
        if self.workspace is None:
            return self.failed_to_open
        page = self.page
        # A text that is typed waits for no list: it is what the list is asked for.
        return page is None or self.screen is not page or not page.waiting or isinstance(self.focused, Input)

    def _needs_no_list(self, key: events.Key) -> bool:
        """Whether a key is about the program and not about the rows of a list: help, menu, one step back."""
        command = self._command_of(key)
        return command is not None and command.group == "Program"

    def _quits(self, key: events.Key) -> bool:
        command = self._command_of(key)
        return command is not None and command.id == "quit"

    def _command_of(self, key: events.Key) -> Command | None:
        page = self.page
        if page is None or self.screen is not page:
            return None
        return commands.by_key(page.place).get(key.key)

    def _flooded(self) -> None:
        """More keys wait than anyone types: called in the thread that reads the terminal."""
        self.jobs.later(self._drop_keys)

    def _drop_keys(self) -> None:
        self.keyboard.drop()
        self.tell(f"More than {MOST_WAITING:,} keys came at once, as from a paste: what waited was dropped.", "warn")

    # --- commands ------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The full screen on top, below any dialog."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)

    def action_press(self, key: str) -> None:
        """A key that some command has: which one depends on the place."""
        page = self.page
        command = commands.by_key(page.place).get(key) if page is not None else None
        if command is not None:
            self.run_command(command)
        elif page is not None and len(key) == 1:
            page.say(f"{key} does nothing here; {commands.key_of('help')} shows the keys that do", "dim")

    def run_id(self, command_id: str) -> None:
        """Run a command by its id (a click, the palette)."""
        self.run_command(commands.by_id()[command_id])

    def run_command(self, command: Command) -> None:
        """Run it, or say why it cannot be run now."""
        page = self.page
        if page is None or page.wait(command):
            return
        page.hush()
        if page.place not in command.places:
            page.say(f"{command.title} is not for {PLACES[page.place]}.", "warn")
            return
        context = page.context()
        reason = command.why_not(context)
        if reason:
            page.say(f"{command.title}: {reason}.", "warn")
            return
        try:
            commands.handler(command)(self, context)
        except DojoTuiError as error:
            self.tell_error(error)

    # --- telling -------------------------------------------------------------

    def tell(self, text: str, style: str = "") -> None:
        """Say something in the status line."""
        if self.page is not None:
            self.page.say(text, style)

    def tell_error(self, error: Exception) -> None:
        """Show an error with what stayed safe and what to do."""
        self.store_failed = self.store_failed or isinstance(error, StoreError)
        if self.page is not None:
            self.page.say_error(error)

    def reopen_store(self) -> None:
        """Go on with the store that stands at the same place now, after it was deleted, replaced or broken."""
        workspace = self.workspace
        if workspace is None:
            return

        def reopened(_done: None) -> None:
            self.store_failed = False
            if self.page is not None:
                self.page.hush(errors=True)
            self.changed(records=True, operations=True)
            self.tell("✓ The store is open again.", "good")

        self.jobs.write(workspace.store.reopen, reopened)

    # --- the world changes ---------------------------------------------------

    def _handle_exception(self, error: Exception) -> None:
        """End the app; an expected failure that nobody took ends it with its sentence instead of a traceback."""
        if isinstance(error, DojoTuiError) and not self.is_headless:
            self._return_code = 1
            from rich.text import Text

            self.panic(Text(str(error)))
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Print a traceback without local variables: a row of a Connector with its secret's reference is among them."""
        import rich
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        self._exit_renderables.append(Segments(self.console.render(Traceback(show_locals=False, suppress=[rich]))))
        self._close_messages_no_wait()

    def progress(self, operation_id: int) -> Progress | None:
        """How far a running Operation of this process is."""
        return self.bridge.progress.get(operation_id)

    def send(self, sequence: str) -> None:
        """Send something to the terminal that is not a part of the screen."""
        if self._driver is not None:
            self._driver.write(sequence)

    def pace(self, operation_id: int) -> str:
        """How fast it goes and how long it will take, in words; empty while that is not known."""
        pace = self.bridge.paces.get(operation_id)
        return pace.words if pace is not None else ""

    def _after(self, delay: float, callback: Callable[[], None]) -> None:
        """Call back in the app after a delay, from any thread."""

        def arrange() -> None:
            if delay > 0:
                self.set_timer(delay, callback)
            else:
                callback()

        self.jobs.later(arrange)

    def changed(self, *, records: bool = False, operations: bool = False) -> None:
        """This app changed something itself."""
        self.bridge.note(Changes(records=records, rows=records, operations=operations))

    def on_changes(self, changes: Changes) -> None:
        """Pass changes on to the screens, and bring counts up to date."""
        if changes.records or changes.operations or changes.rows:
            self.refresh_snapshot()
        elif self.page is not None:
            self.page.draw()
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.on_changes(changes)
        if changes.records:
            self.suggesting.look()
        if changes.ended:
            self.health.after(changes.ended)
            announce(self, changes.ended)
        if changes.ended & self.awaited.keys():
            self.jobs.apart(lambda: self._read_ended(changes.ended), self._tell_ended)

    def await_end(self, ids: list[int]) -> None:
        """Tell what came of these Operations, unless something else was said in the meantime."""
        saying = self.page.saying if self.page is not None else ""
        self.awaited.update(dict.fromkeys(ids, saying))
        # The short ones have ended before this is known.
        self.bridge.note(Changes(ended=set(ids)))

    def _read_ended(self, ids: set[int]) -> list[OperationRow]:
        from dojo_tui.store.operations import operation_rows

        workspace = self.workspace
        if workspace is None:
            return []
        with workspace.store.database.read() as connection:
            rows = operation_rows(connection, sorted(ids & self.awaited.keys()))
        return [row for row in rows if row.status.ended]

    def _health_changed(self, health: Health) -> None:
        from dojo_tui.services.health import State

        if health.state is State.OK:
            self.suggesting.look(answers=True)
        if self.page is not None:
            self.page.draw()

    def _may_suggest(self) -> Workspace | None:
        return None if self.read_only else self.workspace

    def _tell_ended(self, rows: list[OperationRow]) -> None:
        """What came of what a person started, in place of the sentence that it was started."""
        from dojo_tui.ui.lists.details import brief_outcome

        page = self.page
        started = [self.awaited.pop(row.id) for row in rows if row.id in self.awaited]
        if started and page is not None and page.saying in ("", *started):
            page.say(*brief_outcome(rows, waiting=len(self.awaited)))
            for number in self.awaited:
                self.awaited[number] = page.saying

    def refresh_snapshot(self) -> None:
        """Count anew, in a thread."""
        workspace = self.workspace
        if workspace is None:
            return
        chosen = self.connector.id if self.connector is not None else None
        self.jobs.read("snapshot", lambda: take_snapshot(workspace, chosen), self._counted)

    def _counted(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        if self.connector is not None:
            chosen = next((row for row in snapshot.connectors if row.id == self.connector.id), None)
            if chosen is None:
                self.choose_connector(None)
            else:
                self.connector = chosen
        for screen in self.screen_stack:
            if isinstance(screen, Page) and screen.is_attached:
                screen.draw()
        self._arm()

    def choose_connector(self, row: ConnectorRow | None) -> None:
        """Show one Connector, or all."""
        self.connector = row
        self._main.show_connector()
        self.refresh_snapshot()

    # --- what is due ---------------------------------------------------------

    def _arm(self) -> None:
        """Wake up when the next scheduled Operation is due."""
        if self._wake is not None:
            self._wake.stop()
            self._wake = None
        due = self.snapshot.due
        if self._scheduling and self.snapshot.astray:
            self.jobs.write(self._plan_anew, self._planned_anew)
        elif self._scheduling and due is not None:
            # Never longer than a minute: the clock may be set, and a laptop sleeps.
            delay = (due.at - self.clock.now()).total_seconds()
            self._wake = self.set_timer(min(max(delay, 0.2), LONGEST_SLEEP), self._run_due)

    def _run_due(self) -> None:
        workspace, due = self.workspace, self.snapshot.due
        if workspace is None or due is None:
            return
        if due.at > self.clock.now():
            self._arm()
        else:
            # Among the writes: the Workspace that it finds there is not exchanged for another meanwhile.
            self.jobs.write(self._start_due, lambda _ids: self.changed(operations=True))

    def _plan_anew(self) -> list[str]:
        workspace = self.workspace
        if workspace is None:
            return []
        return [one.sentence(workspace.clock) for one in workspace.scheduler.plan_anew()]

    def _planned_anew(self, told: list[str]) -> None:
        for sentence in told[:1]:
            more = f" And {len(told) - 1:,} more." if len(told) > 1 else ""
            self.tell(f"! {sentence}{more}", "warn")
        self.changed(operations=True)

    def _start_due(self) -> None:
        if self.workspace is not None:
            self.workspace.scheduler.run_due()

    def _look(self) -> None:
        """Look whether another process changed the store."""
        workspace = self.workspace
        if workspace is not None:
            self.jobs.read("look", self._changed_elsewhere, self._looked)

    def _changed_elsewhere(self) -> bool:
        return self._watch is not None and self._watch.changed()

    def _looked(self, changed: bool) -> None:
        if changed:
            self.changed(records=True, operations=True)


def run(
    opener: Callable[[], Workspace],
    *,
    read_only: bool = False,
    theme: str | None = None,
    remember: bool = False,
    preferences: Preferences = Preferences(),  # noqa: B008 -- it is frozen
) -> int:
    """Open the app and return its exit code. ``opener`` is called in a thread, after the first paint.

    ``remember`` keeps what a person chose to see (columns, filters, theme) from one start to the next.
    """
    # What is made until the first frame lives to the end: collecting it is time lost.
    gc.disable()
    # A key press passes through several threads. While a Sync computes, each of them waits for its
    # turn; the standard 5 ms add up to what a person notices (P12).
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = DojoApp(opener, read_only=read_only, theme=theme, remember=remember, preferences=preferences)
    try:
        code = app.run()
    finally:
        gc.enable()
        app.close_workspace()
    return code or app.return_code or int(app.failed_to_open)
