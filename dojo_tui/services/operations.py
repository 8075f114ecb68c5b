"""Operations: queued, run one at a time per Connector, told as events, recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from dojo_tui.connectors.base import Tool
from dojo_tui.destinations.base import Destination
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, Trigger
from dojo_tui.services.events import Listener
from dojo_tui.store.database import Database


class Operations:
    """Starts, runs, cancels and records Operations."""

    def __init__(
        self, database: Database, tools: Mapping[str, Tool], destination: Destination, clock: Clock, owner: str = ""
    ) -> None:
        self._database = database
        self._tools = tools
        self._destination = destination
        self._clock = clock
        self._owner = owner

    def start(
        self,
        connector_id: int,
        type: OperationType,  # noqa: A002
        *,
        trigger: Trigger = Trigger.MANUAL,
        record_ids: Collection[int] | None = None,
        dry_run: bool = False,
        accept_large_change: bool = False,
    ) -> int:
        """Queue an Operation and return its id at once; it runs in a background thread."""
        raise NotImplementedError

    def run(
        self,
        connector_id: int,
        type: OperationType,  # noqa: A002
        *,
        trigger: Trigger = Trigger.MANUAL,
        record_ids: Collection[int] | None = None,
        dry_run: bool = False,
        accept_large_change: bool = False,
        wait_seconds: float = 600.0,
    ) -> int:
        """Run an Operation in this thread to its end; wait for a busy Connector, then raise BusyError."""
        raise NotImplementedError

    def wait(self, operation_ids: Iterable[int] | None = None, timeout: float | None = None) -> bool:
        """Wait until these (or all) Operations of this process ended; False when the time was up first."""
        raise NotImplementedError

    def cancel(self, operation_id: int) -> None:
        """Ask an Operation to stop, whichever process runs it."""
        raise NotImplementedError

    def recover(self) -> int:
        """Mark Operations of dead processes as Interrupted; how many there were."""
        raise NotImplementedError

    def shutdown(self, timeout: float = 0.8) -> None:
        """Stop everything of this process; what was running is recorded as Interrupted."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event until the returned function is called."""
        raise NotImplementedError
