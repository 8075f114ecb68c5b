"""What commands, pages and dialogs may ask of the app, and of the page on top: the floor that they all stand on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from textual.app import App
from textual.widget import Widget

from dojo_tui.ui.command import Command
from dojo_tui.ui.widgets.text_pane import TextPane
from dojo_tui.ui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from dojo_tui.model.clock import Clock
    from dojo_tui.services.events import Progress
    from dojo_tui.services.preferences import Preferences
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.ui.bridge import Bridge
    from dojo_tui.ui.health import HealthWatch
    from dojo_tui.ui.jobs import Jobs
    from dojo_tui.ui.keyboard import Keyboard
    from dojo_tui.ui.memory import Memory
    from dojo_tui.ui.theme import Looks
    from dojo_tui.ui.world import Snapshot
    from dojo_tui.wiring import Workspace


class TopPage(Protocol):
    """The full screen on top, as a command finds it."""

    @property
    def place(self) -> str:
        """Which of ``command.PLACES`` it is."""
        ...

    @property
    def table(self) -> VirtualList | None:
        """Its list, if it has one."""
        ...

    @property
    def pane(self) -> TextPane | VirtualList | None:
        """What moves when a movement key is pressed."""
        ...

    @property
    def focused(self) -> Widget | None:
        """What has the focus."""
        ...

    @property
    def focus_chain(self) -> Sequence[Widget]:
        """What can have it, in order."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether no dialog is above it."""
        ...

    @property
    def saying(self) -> str:
        """The sentence that is shown, without an error."""
        ...

    def open_row(self) -> None:
        """Open the row under the cursor."""
        ...

    def say(self, text: str, style: str = "") -> None:
        """Show a sentence in the status line, until the next key that does something."""
        ...

    def hush(self, *, errors: bool = False) -> bool:
        """Take messages away; True when there was one that a person had to take away."""
        ...

    def step_back(self) -> bool:
        """Undo one step of narrowing; False when there is none left."""
        ...

    def copied(self) -> str:
        """What is copied from it."""
        ...


class Host(App[int]):
    """The app without its wiring. ``DojoApp`` is the only one; whatever it starts is typed with this."""

    workspace: Workspace | None
    """None until the store is open, and after it was closed."""
    clock: Clock
    preferences: Preferences
    read_only: bool
    failed_to_open: bool
    store_failed: bool
    """True from an error of the open store on, until it was opened anew."""
    snapshot: Snapshot
    connector: ConnectorRow | None
    """The one whose Records are shown; None means all."""
    jobs: Jobs
    bridge: Bridge
    keyboard: Keyboard
    health: HealthWatch
    looks: Looks
    memory: Memory
    """What a person chose to see."""

    @property
    @abstractmethod
    def page(self) -> TopPage | None:
        """The full screen on top, below any dialog."""

    @abstractmethod
    def run_command(self, command: Command) -> None:
        """Run a command, or say why it cannot be run now."""

    @abstractmethod
    def run_id(self, command_id: str) -> None:
        """Run a command by its id."""

    @abstractmethod
    def tell(self, text: str, style: str = "") -> None:
        """Say something in the status line."""

    @abstractmethod
    def tell_error(self, error: Exception) -> None:
        """Show an error with what stayed safe and what to do."""

    @abstractmethod
    def changed(self, *, records: bool = False, operations: bool = False) -> None:
        """Tell every page that this app changed something itself."""

    @abstractmethod
    def await_end(self, ids: list[int]) -> None:
        """Tell what came of these Operations, unless something else was said in the meantime."""

    @abstractmethod
    def choose_connector(self, row: ConnectorRow | None) -> None:
        """Show the Records of one Connector, or of all."""

    @abstractmethod
    def progress(self, operation_id: int) -> Progress | None:
        """How far a running Operation of this process is."""

    @abstractmethod
    def pace(self, operation_id: int) -> str:
        """How fast it goes and how long it will take, in words; empty while that is not known."""

    @abstractmethod
    def send(self, sequence: str) -> None:
        """Send something to the terminal that is not a part of the screen."""

    @abstractmethod
    def reopen_store(self) -> None:
        """Go on with the store that stands at the same place now."""

    @abstractmethod
    def listen(self) -> None:
        """Hear of the Operations of the Workspace that there is now."""

    @abstractmethod
    def schedule_no_more(self) -> None:
        """Start nothing that is due from now on."""

    @abstractmethod
    def close_workspace(self) -> None:
        """Stop what runs, within a second, and close the store."""
