"""Adding, editing, checking and removing Connectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dojo_tui.connectors.base import CheckResult, Tool
from dojo_tui.model.clock import Clock
from dojo_tui.model.severity import Severity
from dojo_tui.store.database import Database


class Connectors:
    """Every change of a Connector is validated here; a UsageError says what is wrong and nothing was done."""

    def __init__(self, database: Database, tools: Mapping[str, Tool], clock: Clock) -> None:
        self._database = database
        self._tools = tools
        self._clock = clock

    def add(
        self,
        tool: str,
        label: str,
        location: str,
        *,
        secret: str | None = None,
        options: Mapping[str, str] | None = None,
        auto_map: bool = False,
        min_severity: Severity = Severity.INFO,
        discover_schedule: str = "off",
        sync_schedule: str = "off",
    ) -> int:
        """Add a Connector and return its id."""
        raise NotImplementedError

    def edit(
        self,
        connector_id: int,
        *,
        label: str | None = None,
        location: str | None = None,
        secret: str | None = None,
        options: Mapping[str, str] | None = None,
        auto_map: bool | None = None,
        min_severity: Severity | None = None,
        discover_schedule: str | None = None,
        sync_schedule: str | None = None,
    ) -> None:
        """Change what is given; an option given as an empty text goes back to its default."""
        raise NotImplementedError

    def remove(self, connector_id: int) -> str:
        """Remove a Connector and its Records; a sentence says what stays."""
        raise NotImplementedError

    def check(self, connector_id: int, cancelled: Callable[[], None] = lambda: None) -> CheckResult:
        """Read the tool's listing without storing anything."""
        raise NotImplementedError
