"""The form of a Connector, made from what its Tool declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from dojo_tui.connectors.base import Field, Tool
from dojo_tui.model.severity import Severity
from dojo_tui.services.secrets import KINDS, unpack
from dojo_tui.ui.command import CONNECTORS
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.screens.form import Form
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.ui.screens.check import CheckScreen

SCHEDULE_HELP = "off, 6h, 1d, daily 02:30, weekly mon 02:30, or a cron expression"


class ConnectorForm(Form):
    """Adds a Connector, or edits one."""

    def __init__(self, tool: Tool, row: ConnectorRow | None = None, *, guided: bool = False) -> None:
        super().__init__()
        self._tool, self._row, self._guided = tool, row, guided

    def heading(self) -> str:
        """Its label, or its Tool."""
        return f"Edit {plain(self._row.label, 50)}" if self._row is not None else f"New: {plain(self._tool.title, 50)}"

    def fields(self) -> Iterator[Widget]:
        """What every Connector has, and what its Tool asks for."""
        row = self._row
        yield from self.field("label", "Label *", "what you call it", row.label if row is not None else "")
        location = self._tool.location
        yield from self.field("location", "Location *", location.help, row.location if row is not None else "")
        for option in self._tool.options:
            value = row.options.get(option.name, "") if row is not None else ""
            yield from self.field(f"option-{option.name}", _title(option), option.help, value, option.default)
        held = unpack(row.secret) if row is not None else {}
        for secret in self._tool.secrets:
            help_ = f"{secret.help}. A reference to it: {KINDS}"
            value = held.get(secret.name, "")
            yield from self.field(f"secret-{secret.name}", _title(secret), help_, value, secret=True)
        yield from self.field(
            "auto_map", "Auto-map", "yes: New Records get the Product of their name",
            "yes" if row is not None and row.auto_map else "no",
        )  # fmt: skip
        severities = ", ".join(severity.label for severity in reversed(Severity))
        yield from self.field(
            "min_severity", "Minimum severity", f"less severe ones are not imported: {severities}",
            row.min_severity.label if row is not None else Severity.INFO.label,
        )  # fmt: skip
        for name, title in (("discover_schedule", "Discover"), ("sync_schedule", "Sync")):
            value = getattr(row, name) if row is not None else "off"
            yield from self.field(name, title, SCHEDULE_HELP, value or "off")

    def _values(self) -> dict[str, Any]:
        auto_map = self.answer("auto_map", "Auto-map")
        try:
            severity = Severity.parse(self.value("min_severity"))
        except ValueError as error:
            raise ValueError(f"Minimum severity: {error}") from None
        return {
            "label": self.value("label"),
            "location": self.value("location"),
            "secret": self._secrets(),
            "options": self._options(),
            "auto_map": auto_map,
            "min_severity": severity,
            "discover_schedule": self.value("discover_schedule") or "off",
            "sync_schedule": self.value("sync_schedule") or "off",
        }

    def saving(self) -> Callable[[], object]:
        """Add it, or change it."""
        workspace, row, values = self.app.workspace, self._row, self._values()
        assert workspace is not None, "a form is saved once the store is open"
        if row is not None:
            return lambda: workspace.connectors.edit(row.id, **values)
        label, location = values.pop("label"), values.pop("location")
        return lambda: workspace.connectors.add(self._tool.name, label, location, **values)

    def checking(self) -> CheckScreen:
        """The Tool's check."""
        from dojo_tui.ui.screens.check import CheckScreen

        workspace = self.app.workspace
        assert workspace is not None, "a form is checked once the store is open"
        location, secret, options = self.value("location"), self._secrets(), self._options()
        return CheckScreen(
            self.value("label") or "not saved yet",
            self._tool.title,
            lambda cancelled, told: workspace.connectors.check_unsaved(
                self._tool.name, location, secret=secret, options=options, cancelled=cancelled, told=told
            ),
        )

    def saved(self, result: object) -> None:
        """Say what comes next."""
        self.app.changed(records=True, operations=True)
        if self._guided and isinstance(result, int):
            from dojo_tui.ui.screens.first_steps import FirstCheck

            self.app.push_screen(FirstCheck(result, self.value("label"), self._tool))
            return
        keys = keyed("{discover} discovers")
        if self.app.page is not None and self.app.page.place == CONNECTORS:
            keys = keyed("{check} checks it, {discover_one} discovers")
        self.app.tell(f"✓ {plain(self.value('label'), 60)} saved. {keys} what it has.", "good")

    def _secrets(self) -> dict[str, str]:
        return {secret.name: self.value(f"secret-{secret.name}") for secret in self._tool.secrets}

    def _options(self) -> dict[str, str]:
        return {option.name: self.value(f"option-{option.name}") for option in self._tool.options}


def _title(field: Field) -> str:
    words = plain(field.name, 60).replace("_", " ").replace("-", " ").capitalize()
    return f"{words} *" if field.required else words
