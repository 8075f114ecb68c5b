"""The form of a Connector, made from what its Tool declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input

from dojo_tui.connectors.base import Field, Tool
from dojo_tui.model.errors import DojoTuiError
from dojo_tui.model.severity import Severity
from dojo_tui.services.secrets import KINDS, unpack
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow

SCHEDULE_HELP = "off; every 6h; daily 02:30; weekly mon 02:30; cron 0 4 * * *"
YES = ("y", "yes", "on", "true", "1")
NO = ("n", "no", "off", "false", "0", "")


class ConnectorForm(Dialog[bool]):
    """Adds a Connector, or edits one; what is wrong is said in the form, and nothing is saved."""

    BINDINGS: ClassVar = [
        Binding("down", "next", show=False),
        Binding("up", "previous", show=False),
        Binding("ctrl+s", "save", show=False),
        Binding("f2", "save", show=False),
    ]

    def __init__(self, tool: Tool, row: ConnectorRow | None = None) -> None:
        super().__init__()
        self._tool, self._row = tool, row
        self._inputs: dict[str, Input] = {}
        self._real: dict[str, tuple[str, str]] = {}
        self._say = Bar(name="say")
        self._saving = False

    def compose(self) -> ComposeResult:
        """A label and a line for each field."""
        title = f"Edit {plain(self._row.label, 50)}" if self._row is not None else f"New: {plain(self._tool.title, 50)}"
        with Vertical(id="box", classes="form"):
            yield Bar([Part(f" {title}", "strong")], name="heading")
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._fields()
            yield self._say
            yield Bar(
                [Part(" enter", "key", "next"), Part(" next field ", "", "next"),
                 Part(" ^s F2", "key", "save"), Part(" save ", "", "save"),
                 Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up")],
                name="ways",
            )  # fmt: skip

    def on_mount(self) -> None:
        """As high as its fields."""
        self.query_one("#box").styles.height = 2 * len(self._inputs) + 6

    def _fields(self) -> Iterator[Widget]:
        row = self._row
        yield from self._field("label", "Label *", "what you call it", row.label if row is not None else "")
        location = self._tool.location
        yield from self._field("location", "Location *", location.help, row.location if row is not None else "")
        for option in self._tool.options:
            value = row.options.get(option.name, "") if row is not None else ""
            yield from self._field(f"option-{option.name}", _title(option), option.help, value, option.default)
        held = unpack(row.secret) if row is not None else {}
        for secret in self._tool.secrets:
            help_ = f"{secret.help}. A reference to it: {KINDS}"
            yield from self._field(f"secret-{secret.name}", _title(secret), help_, held.get(secret.name, ""))
        yield from self._field(
            "auto_map", "Auto-map", "yes: New Records get the Product of their name",
            "yes" if row is not None and row.auto_map else "no",
        )  # fmt: skip
        severities = ", ".join(severity.label for severity in reversed(Severity))
        yield from self._field(
            "min_severity", "Minimum severity", f"less severe ones are not imported: {severities}",
            row.min_severity.label if row is not None else Severity.INFO.label,
        )  # fmt: skip
        for name, title in (("discover_schedule", "Discover"), ("sync_schedule", "Sync")):
            value = getattr(row, name) if row is not None else "off"
            yield from self._field(name, title, SCHEDULE_HELP, value or "off")

    def _field(self, name: str, title: str, help_: str, value: str, default: str = "") -> Iterator[Widget]:
        # An Input draws what it holds: it gets the inert text, and saving puts the real one back.
        shown = plain(value)
        self._real[name] = (shown, value)
        line = Input(shown, placeholder=plain(default, 200), id=f"field-{len(self._inputs)}", compact=True)
        line.cursor_blink = False
        self._inputs[name] = line
        yield Bar([Part(f" {title}", "strong"), Part(f"  {plain(help_, 300)}", "dim")], classes="caption")
        yield line

    def value(self, name: str) -> str:
        """What stands in a field."""
        shown, real = self._real[name]
        typed = self._inputs[name].value
        return real if typed == shown else typed.strip()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on; in the last field it saves."""
        event.stop()
        lines = list(self._inputs.values())
        if event.input is lines[-1]:
            self.action_save()
        else:
            self.focus_next()

    def action_next(self) -> None:
        """The next field."""
        self.focus_next()

    def action_previous(self) -> None:
        """The field before."""
        self.focus_previous()

    def _values(self) -> dict[str, Any]:
        answer = self.value("auto_map").lower()
        if answer not in (*YES, *NO):
            raise ValueError("Auto-map: answer yes or no.")
        return {
            "label": self.value("label"),
            "location": self.value("location"),
            "secret": {secret.name: self.value(f"secret-{secret.name}") for secret in self._tool.secrets},
            "options": {
                option.name: text
                for option in self._tool.options
                if (text := self.value(f"option-{option.name}")) or self._row is not None
            },
            "auto_map": answer in YES,
            "min_severity": Severity.parse(self.value("min_severity")),
            "discover_schedule": self.value("discover_schedule") or "off",
            "sync_schedule": self.value("sync_schedule") or "off",
        }

    def action_save(self) -> None:
        """Check and save, in a thread."""
        workspace = self.app.workspace
        if workspace is None or self._saving:
            return
        try:
            values = self._values()
        except ValueError as error:
            self._tell(str(error), "bad")
            return
        self._saving = True
        self._tell("Saving …", "dim")
        row = self._row

        def save() -> None:
            if row is None:
                label, location = values.pop("label"), values.pop("location")
                workspace.connectors.add(self._tool.name, label, location, **values)
            else:
                workspace.connectors.edit(row.id, **values)

        self.app.jobs.write(save, self._saved, self._failed)

    def _saved(self, _nothing: None) -> None:
        label = self.value("label")
        self.dismiss(True)
        self.app.changed(records=True, operations=True)
        self.app.tell(f"✓ {plain(label, 60)} saved. t tests it, d discovers what it has.", "good")

    def _failed(self, error: Exception) -> None:
        self._saving = False
        if isinstance(error, DojoTuiError):
            self._tell(" ".join(part for part in (error.what, error.do) if part), "bad")
        else:
            self._tell(f"Not saved: {type(error).__name__}: {error}", "bad")

    def _tell(self, text: str, style: str) -> None:
        self._say.show([Part(f" {plain(text, 400)}", style)])


def _title(field: Field) -> str:
    words = plain(field.name, 60).replace("_", " ").replace("-", " ").capitalize()
    return f"{words} *" if field.required else words
