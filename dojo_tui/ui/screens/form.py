"""A form: a line for each field, what is wrong said in it, and a check of what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input

from dojo_tui.model.errors import DojoTuiError
from dojo_tui.services.secrets import may_become_reference
from dojo_tui.ui.path_completion import complete_line
from dojo_tui.ui.screens.dialog import Dialog
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.plain import plain
from dojo_tui.ui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from dojo_tui.ui.screens.check import CheckScreen

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


class Form(Dialog[bool]):
    """Adds something, or edits it; what is wrong is said in the form, and nothing is saved."""

    BINDINGS: ClassVar = [
        # Before the line gets it: what is typed or pasted behind it belongs to the next field already.
        Binding("enter", "enter", show=False, priority=True),
        Binding("tab", "complete", show=False),
        Binding("down", "next", show=False),
        Binding("up", "previous", show=False),
        Binding("ctrl+s", "save", show=False),
        Binding("f2", "save", show=False),
        Binding("ctrl+t", "check", show=False),
        Binding("f3", "check", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._inputs: dict[str, Input] = {}
        self._real: dict[str, tuple[str, str]] = {}
        self._say = TextPane(name="say", focusable=False)
        self._helps: dict[str, str] = {}
        self._wrong = False
        self._saving = False
        self._check: CheckScreen | None = None

    # --- what a form is made of ------------------------------------------------

    def heading(self) -> str:
        """What is added or edited."""
        raise NotImplementedError

    def fields(self) -> Iterator[Widget]:
        """Each made with ``field``."""
        raise NotImplementedError

    def saving(self) -> Callable[[], object]:
        """What saves, in a thread, what stands in the fields now; raises ValueError with what is wrong."""
        raise NotImplementedError

    def saved(self, result: object) -> None:
        """It is saved, and the form is closed."""
        raise NotImplementedError

    has_check = True
    """Whether what stands in the fields can be checked at the other end."""
    room = 0
    """Lines for what ``below`` shows."""

    def below(self) -> Iterator[Widget]:
        """What is shown below the fields."""
        return iter(())

    def checking(self) -> CheckScreen:
        """A check of what stands in the fields; raises ValueError with what is wrong."""
        raise NotImplementedError

    # --- fields ----------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """A label and a line for each field."""
        with Vertical(id="box", classes="form"):
            yield Bar([Part(f" {self.heading()}", "strong")], name="heading")
            with _Fields(id="fields"):
                yield from self.fields()
            yield from self.below()
            yield self._say
            yield Bar(
                [Part(" enter", "key", "next"), Part(" next field ", "", "next"),
                 Part(" ^s F2", "key", "save"), Part(" save ", "", "save"),
                 Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
                 *([Part(" ^t F3", "key", "check"), Part(" check ", "", "check")] if self.has_check else [])],
                name="ways",
            )  # fmt: skip

    def on_mount(self) -> None:
        """As high as its fields."""
        self.query_one("#box").styles.height = 2 * len(self._inputs) + 5 + SAYS + self.room
        self._say.styles.height = SAYS if self.app.size.height >= 20 else SAYS - 1

    def field(
        self, name: str, title: str, help_: str, value: str, default: str = "", *, secret: bool = False
    ) -> Iterator[Widget]:
        """A caption and a line."""
        # An Input draws what it holds: it gets the inert text, and saving puts the real one back.
        shown = plain(value)
        self._real[name] = (shown, value)
        made = _SecretLine if secret else _Line
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

    def answer(self, name: str, title: str) -> bool:
        """Yes or no."""
        answer = self.value(name).lower()
        if answer not in (*YES, *NO):
            raise ValueError(f"{title}: answer yes or no.")
        return answer in YES

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

    def action_enter(self) -> None:
        """Enter goes on; in the last field it saves."""
        last = list(self._inputs.values())[-1]
        if self.focused is last:
            # After the letters that the line has not seen yet.
            last.call_later(self.action_save)
        else:
            self.focus_next()

    def action_complete(self) -> None:
        """Complete a path, or go to the next field."""
        if isinstance(self.focused, Input):
            complete_line(self.focused, self.app.jobs, self._tell, self.focus_next)
        else:
            self.focus_next()

    def _tell(self, text: str) -> None:
        self._say.show([((" ", ""), (text, "dim"))], top=True)

    def action_next(self) -> None:
        """The next field."""
        self.focus_next()

    def action_previous(self) -> None:
        """The field before."""
        self.focus_previous()

    @property
    def changed(self) -> bool:
        """Whether something was typed that is not saved."""
        return any(line.value != self._real[name][0] for name, line in self._inputs.items())

    def action_give_up(self) -> None:
        """Close; what was typed is thrown away only when the person says so."""
        if not self.changed or self._saving:
            super().action_give_up()
            return
        from dojo_tui.ui.screens.confirm import Confirm

        stays = "What was typed is gone then; nothing that was saved before is changed."
        self.app.push_screen(Confirm("Close without saving?", [stays], "Close"), self._give_up)

    def _give_up(self, sure: bool | None) -> None:
        if sure:
            self.dismiss(None)

    # --- saving and checking -----------------------------------------------------

    def action_save(self) -> None:
        """Check and save, in a thread."""
        if self.app.workspace is None or self._saving:
            return
        try:
            save = self.saving()
        except ValueError as error:
            self.refuse(str(error))
            return
        self._saving = True
        self._say.show([((" Saving …", "dim"),)], top=True)
        self.app.jobs.write(save, self._saved, self._failed)

    def action_check(self) -> None:
        """Try what stands in the fields; it is neither saved nor lost."""
        if self.app.workspace is None or self._saving or not self.has_check:
            return
        try:
            self._check = self.checking()
        except ValueError as error:
            self.refuse(str(error))
            return
        self.app.push_screen(self._check)

    def on_screen_resume(self) -> None:
        """Back from a check: what it refused is said where it can be put right."""
        check, self._check = self._check, None
        if check is not None and check.refused:
            self.refuse(check.refused)

    def _saved(self, result: object) -> None:
        self.dismiss(True)
        self.saved(result)

    def _failed(self, error: Exception) -> None:
        self._saving = False
        if isinstance(error, DojoTuiError):
            self.refuse(" ".join(part for part in (error.what, error.do) if part))
        else:
            self.refuse(f"Not saved: {type(error).__name__}: {error}")

    def refuse(self, text: str) -> None:
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
