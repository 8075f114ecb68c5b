"""What a live tool of the demo is, and how it follows what the person does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, Self

from dojo_tui.model.operation import OperationType, OutcomeStatus, Status
from dojo_tui.services.events import Event, OperationChanged, RecordDone
from dojo_tui.wiring import Workspace


class LiveTool(Protocol):
    """A tool that the demo's person can connect to, and its story."""

    tool: str
    """The name of the Tool that connects to it."""
    label: str
    secret: str
    """What it wants to hear."""
    options: dict[str, str]

    @property
    def url(self) -> str:
        """Where it listens: on loopback, at a free port."""
        ...

    def __enter__(self) -> Self:
        """Begin to listen."""

    def __exit__(self, *_: object) -> None:
        """End it."""

    def discovered(self) -> None:
        """A Discover of its Connector ended well: the next part of the story happens."""

    def synced(self, name: str) -> None:
        """A Sync took over what it said about this VEP (not when it was only planned)."""


@contextmanager
def running() -> Iterator[Sequence[LiveTool]]:
    """All of them, listening until the end."""
    from dojo_tui.demo.servers.burp_story import BurpDemo
    from dojo_tui.demo.servers.github_story import GitHubDemo

    tools: Sequence[LiveTool] = (BurpDemo(), GitHubDemo())
    with ExitStack() as stack:
        yield [stack.enter_context(live) for live in tools]


@dataclass(slots=True)
class Following:
    """Listens to Operations and tells the live tools what was done with what they said."""

    workspace: Workspace
    tools: Sequence[LiveTool]
    _synced: dict[int, list[str]] = field(default_factory=dict)

    def listen(self) -> Callable[[], None]:
        """Begin to listen; the returned function ends it."""
        return self.workspace.operations.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        match event:
            case RecordDone(status=OutcomeStatus.DONE):
                self._synced.setdefault(event.operation_id, []).append(event.record_name)
            case OperationChanged() if event.status.ended:
                names = self._synced.pop(event.operation_id, [])
                for live in self.tools:
                    if live.label == event.connector_label:
                        self._tell(live, event, names)

    def _tell(self, live: LiveTool, event: OperationChanged, names: list[str]) -> None:
        from dojo_tui.store.operations import operation

        if event.type is OperationType.DISCOVER and event.status is Status.COMPLETED:
            live.discovered()
        if event.type is OperationType.SYNC and names:
            with self.workspace.store.database.read() as connection:
                planned = operation(connection, event.operation_id).dry_run
            for name in () if planned else names:
                live.synced(name)
