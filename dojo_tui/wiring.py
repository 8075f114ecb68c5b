"""The one place where store, destination, tools, clock and services are put together."""

from __future__ import annotations

import contextlib
import getpass
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dojo_tui.connectors.base import Tool
from dojo_tui.destinations.base import Destination
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import StoreError
from dojo_tui.model.plan import DISCOVER_HOLD, SYNC_HOLD, Hold
from dojo_tui.services.connectors import Connectors
from dojo_tui.services.destinations import Destinations
from dojo_tui.services.operations import Operations
from dojo_tui.services.settings import Configured, Settings
from dojo_tui.store.destinations import DestinationRow
from dojo_tui.store.open import Store, open_store

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Mapper
    from dojo_tui.services.rules import Rules
    from dojo_tui.services.scheduler import Scheduler
    from dojo_tui.services.suggest import Suggestions
    from dojo_tui.services.triage import Triage


@dataclass(frozen=True)
class Workspace:
    """Everything a front end works with. Close it when done.

    What the first frame of the app does not need is made, and imported, when it is first asked for.
    """

    store: Store
    destination: Destination
    server: DestinationRow | None
    """The DefectDojo server that ``destination`` is; None for the embedded one."""
    tools: Mapping[str, Tool]
    clock: Clock
    connectors: Connectors
    destinations: Destinations
    operations: Operations
    who: str
    read_only: bool
    settings: Settings
    named: str | None
    """The destination that was named when it was opened."""
    configured: Configured | None
    """The destination that a config file describes."""

    @cached_property
    def mapper(self) -> Mapper:
        """Changes what is mapped to what."""
        from dojo_tui.services.mapping import Mapper

        return Mapper(self.store, self.destination, self.clock, self.who)

    @cached_property
    def suggestions(self) -> Suggestions:
        """Finds out which Product a Record may be of."""
        from dojo_tui.services.suggest import Suggestions

        return Suggestions(self.store, self.destination, self.clock, self.who)

    @cached_property
    def rules(self) -> Rules:
        """Maps by rules."""
        from dojo_tui.services.rules import Rules

        return Rules(self.store, self.destination, self.clock, self.who)

    @cached_property
    def triage(self) -> Triage:
        """Keeps what people decided about Findings."""
        from dojo_tui.services.triage import Triage

        return Triage(self.store, self.clock, self.who)

    @cached_property
    def scheduler(self) -> Scheduler:
        """Starts what is due."""
        from dojo_tui.services.scheduler import Scheduler

        return Scheduler(self.store, self.operations, self.clock, _spread())

    @property
    def in_use(self) -> str:
        """The destination in use: a server's address, or ``embedded``."""
        return self.server.url if self.server else "embedded"

    @property
    def pinned(self) -> str:
        """What is stronger than the choice in the store: an address, or ``embedded``; empty if nothing is."""
        return self.named or (self.configured.url if self.configured else "")

    def reconnected(self) -> Workspace:
        """The same store with the destination that is to be used now, after another choice or other settings.

        What runs is stopped and recorded as Interrupted: let it end first. This one is not used any more.
        """
        server, destination = _destination(self.destinations, self.store, self.clock, self.named, self.configured)
        self.operations.shutdown()
        self.destination.close()
        operations = Operations(self.store, self.tools, destination, self.clock, settings=self.settings)
        return replace(self, destination=destination, server=server, operations=operations)

    def close(self) -> None:
        """Stop what runs (it is recorded as Interrupted) and close the destination and the store."""
        self.operations.shutdown()
        self.destination.close()
        self.store.close()


def open_workspace(
    url: str | None = None,
    *,
    clock: Clock | None = None,
    read_only: bool = False,
    who: str | None = None,
    tools: Mapping[str, Tool] | None = None,
    discover_hold: Hold = DISCOVER_HOLD,
    sync_hold: Hold = SYNC_HOLD,
    destination: str | None = None,
    configured: Configured | None = None,
) -> Workspace:
    """Open the store and put everything together.

    ``destination`` (an address of a DefectDojo server, or ``embedded``) is
    stronger than the one a config file describes (``configured``), and that
    stronger than the one chosen in the store. Nothing is asked of a server.
    Operations of processes that died are marked as Interrupted. ``read_only``
    makes every write fail, whoever tries it. ``who`` (the user of the
    operating system unless given) is kept in the history of mappings.
    """
    from dojo_tui.tools import registry

    clock = clock or Clock()
    tools = registry.tools() if tools is None else tools
    who = who or user_name()
    settings = Settings(discover_hold=discover_hold, sync_hold=sync_hold)
    store = open_store(url, clock=clock, read_only=read_only)
    try:
        destinations = Destinations(store.database, clock)
        server, used = _destination(destinations, store, clock, destination, configured)
        operations = Operations(store, tools, used, clock, settings=settings)
        if not read_only:
            # What can only be read is still worth looking at; a command that writes will say why it cannot.
            with contextlib.suppress(StoreError):
                operations.recover()
    except BaseException:
        store.close()
        raise
    return Workspace(
        store=store,
        destination=used,
        server=server,
        tools=tools,
        clock=clock,
        connectors=Connectors(store, tools, clock, _spread()),
        destinations=destinations,
        operations=operations,
        who=who,
        read_only=read_only,
        settings=settings,
        named=destination,
        configured=configured,
    )


def _destination(
    destinations: Destinations, store: Store, clock: Clock, named: str | None, configured: Configured | None
) -> tuple[DestinationRow | None, Destination]:
    """The server to use, if it is one, and the destination itself."""
    from dojo_tui.destinations.embedded import EmbeddedDestination

    server = destinations.in_use(named, configured)
    return server, destinations.connect(server) if server else EmbeddedDestination(store.database, clock)


def _spread() -> random.Random:
    return random.Random()  # noqa: S311 -- it spreads schedules, nothing more


def user_name() -> str:
    """Return the operating system's name of the person, for the history."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a user without a name
        return "unknown"
