"""The one place where store, destination, tools, clock and services are put together."""

from __future__ import annotations

import getpass
import random
from collections.abc import Mapping
from dataclasses import dataclass

from dojo_tui.connectors.base import Tool
from dojo_tui.destinations.base import Destination
from dojo_tui.model.clock import Clock
from dojo_tui.services.connectors import Connectors
from dojo_tui.services.mapping import Mapper
from dojo_tui.services.operations import Operations
from dojo_tui.services.scheduler import Scheduler
from dojo_tui.store.open import Store, open_store


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything a front end works with. Close it when done."""

    store: Store
    destination: Destination
    tools: Mapping[str, Tool]
    clock: Clock
    connectors: Connectors
    operations: Operations
    mapper: Mapper
    scheduler: Scheduler
    who: str
    read_only: bool

    def close(self) -> None:
        """Stop what runs (it is recorded as Interrupted) and close the store."""
        self.operations.shutdown()
        self.store.close()


def open_workspace(
    url: str | None = None,
    *,
    clock: Clock | None = None,
    read_only: bool = False,
    tools: Mapping[str, Tool] | None = None,
) -> Workspace:
    """Open the store and put everything together.

    Operations of processes that died are marked as Interrupted. ``read_only``
    makes every write fail, whoever tries it.
    """
    from dojo_tui.connectors import registry
    from dojo_tui.destinations.embedded import EmbeddedDestination

    clock = clock or Clock()
    tools = registry.tools() if tools is None else tools
    who = user_name()
    store = open_store(url, clock=clock, read_only=read_only)
    database = store.database
    destination = EmbeddedDestination(database, clock)
    operations = Operations(database, tools, destination, clock)
    if not read_only:
        operations.recover()
    return Workspace(
        store=store,
        destination=destination,
        tools=tools,
        clock=clock,
        connectors=Connectors(database, tools, clock),
        operations=operations,
        mapper=Mapper(database, destination, clock, who),
        scheduler=Scheduler(database, operations, clock, random.Random()),  # noqa: S311
        who=who,
        read_only=read_only,
    )


def user_name() -> str:
    """Return the operating system's name of the person, for the history."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a user without a name
        return "unknown"
