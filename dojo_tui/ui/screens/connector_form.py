"""The form of a Connector, made from what its Tool declares."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input

from dojo_tui.connectors.base import Field, Tool
from dojo_tui.model.errors import DojoTuiError
from dojo_tui.model.severity import Severity
from dojo_tui.services.secrets import KINDS, may_become_reference, unpack
from dojo_tui.ui.screens.connectors import ConnectorsScreen
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.plain import plain
from dojo_tui.ui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.ui.screens.check import CheckScreen

SCHEDULE_HELP = "off, 6h, 1d, daily 02:30, weekly mon 02:30, or a cron expression"
SAYS = 3
"""Lines for what is wrong, or for the help of a field that its caption cuts."""
YES = ("y", "yes", "on", "true", "1")
NO = ("n", "no", "off", "false", "0", "")


class _Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls with the focus: the arrow keys go from field to field."""


class _Line(Input):
    """The line of a field."""

    def __init__(self, value: str, default: str, number: int) -> None:
        super().__init__(value, placeholder=plain(default, 200), id=f"field-{number}", compact=True)
        self.cursor_blink = False


class _SecretLine(_Line):
    """Shows references only: what is pasted here may be the secret itself (P10)."""

    def watch_value(self, value: str) -> None:
        """Dots, before it is drawn."""
        self.password = not may_become_reference(value)


class ConnectorForm(Dialog[bool]):
    """Adds a Connector, or edits one; what is wrong is said in the form, and nothing is saved."""

    BINDINGS: ClassVar = [
        Binding("down", "next", show=False),
        Binding("up", "previous", show=False),
        Binding("ctrl+s", "save", show=False),
        Binding("f2", "save", show=False),
        Binding("ctrl+t", "check", show=False),
        Binding("f3", "check", show=False),
    ]

    def __init__(self, tool: Tool, row: ConnectorRow | None = None) -> None:
        super().__init__()
        self._tool, self._row = tool, row
        self._inputs: dict[str, Input] = {}
        self._real: dict[str, tuple[str, str]] = {}
        self._say = TextPane(name="say", focusable=False)
        self._helps: dict[str, str] = {}
        self._wrong = False
        self._saving = False
        self._check: CheckScreen | None = None

    def compose(self) -> ComposeResult:
        """A label and a line for each field."""
        title = f"Edit {plain(self._row.label, 50)}" if self._row is not None else f"New: {plain(self._tool.title, 50)}"
        with Vertical(id="box", classes="form"):
            yield Bar([Part(f" {title}", "strong")], name="heading")
            with _Fields(id="fields"):
                yield from self._fields()
            yield self._say
            yield Bar(
                [Part(" enter", "key", "next"), Part(" next field ", "", "next"),
                 Part(" ^s F2", "key", "save"), Part(" save ", "", "save"),
                 Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
                 Part(" ^t F3", "key", "check"), Part(" check ", "", "check")],
                name="ways",
            )  # fmt: skip

    def on_mount(self) -> None:
        """As high as its fields."""
        self.query_one("#box").styles.height = 2 * len(self._inputs) + 5 + SAYS
        self._say.styles.height = SAYS if self.app.size.height >= 20 else SAYS - 1

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
        made = _SecretLine if name.startswith("secret-") else _Line
        line = made(shown, default, len(self._inputs))
        self._inputs[name] = line
        self._helps[line.id or ""] = f"{title}: {plain(help_, 300)}"
        yield Bar([Part(f" {title}", "strong"), Part(f"  {plain(help_, 300)}", "dim")], classes="caption")
        yield line

    def value(self, name: str) -> str:
        """What stands in a field."""
        shown, real = self._real[name]
        typed = self._inputs[name].value
        return real if typed == shown else typed.strip()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The help of a field in full, when its caption has no room for it."""
        event.stop()
        self._help()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong is being put right."""
        event.stop()
        if self._wrong and event.input.has_focus:
            self._wrong = False
            self._help()

    def _help(self) -> None:
        if self._wrong or self._saving:
            return
        help_ = self._helps.get(self.focused.id or "" if self.focused is not None else "", "")
        cut = cell_len(help_) + 2 > self.query_one("#fields").size.width
        self._say.show([((" ", ""), (help_, "dim"))] if cut else [], top=True)

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
        try:
            severity = Severity.parse(self.value("min_severity"))
        except ValueError as error:
            raise ValueError(f"Minimum severity: {error}") from None
        return {
            "label": self.value("label"),
            "location": self.value("location"),
            "secret": self._secrets(),
            "options": self._options(),
            "auto_map": answer in YES,
            "min_severity": severity,
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
            self._refuse(str(error))
            return
        self._saving = True
        self._say.show([((" Saving …", "dim"),)], top=True)
        row = self._row

        def save() -> None:
            if row is None:
                label, location = values.pop("label"), values.pop("location")
                workspace.connectors.add(self._tool.name, label, location, **values)
            else:
                workspace.connectors.edit(row.id, **values)

        self.app.jobs.write(save, self._saved, self._failed)

    def action_check(self) -> None:
        """Try what stands in the fields; it is neither saved nor lost."""
        from dojo_tui.ui.screens.check import CheckScreen

        workspace = self.app.workspace
        if workspace is None or self._saving:
            return
        location, secret, options = self.value("location"), self._secrets(), self._options()
        self._check = CheckScreen(
            self.value("label") or "not saved yet",
            self._tool.title,
            lambda cancelled, told: workspace.connectors.check_unsaved(
                self._tool.name, location, secret=secret, options=options, cancelled=cancelled, told=told
            ),
        )
        self.app.push_screen(self._check)

    def on_screen_resume(self) -> None:
        """Back from a check: what it refused is said where it can be put right."""
        check, self._check = self._check, None
        if check is not None and check.refused:
            self._refuse(check.refused)

    def _secrets(self) -> dict[str, str]:
        return {secret.name: self.value(f"secret-{secret.name}") for secret in self._tool.secrets}

    def _options(self) -> dict[str, str]:
        return {option.name: self.value(f"option-{option.name}") for option in self._tool.options}

    def _saved(self, _nothing: None) -> None:
        label = self.value("label")
        self.dismiss(True)
        self.app.changed(records=True, operations=True)
        keys = "t checks it, d discovers" if isinstance(self.app.page, ConnectorsScreen) else "d discovers"
        self.app.tell(f"✓ {plain(label, 60)} saved. {keys} what it has.", "good")

    def _failed(self, error: Exception) -> None:
        self._saving = False
        if isinstance(error, DojoTuiError):
            self._refuse(" ".join(part for part in (error.what, error.do) if part))
        else:
            self._refuse(f"Not saved: {type(error).__name__}: {error}")

    def _refuse(self, text: str) -> None:
        """Say what is wrong, and go to the field that it names."""
        self._wrong = True
        self._say.show([((" ", ""), (plain(text, 400), "bad"))], top=True)
        begin = _folded(text.partition(":")[0]).removeprefix("the").removeprefix("option")
        named = [
            (len(word), line)
            for name, line in self._inputs.items()
            for word in (_folded(name.partition("-")[2] or name), _folded(self._helps[line.id or ""].partition(":")[0]))
            if begin.startswith(word)
        ]
        if named:
            # The longest: one name may begin with another.
            max(named, key=itemgetter(0))[1].focus()


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _title(field: Field) -> str:
    words = plain(field.name, 60).replace("_", " ").replace("-", " ").capitalize()
    return f"{words} *" if field.required else words
