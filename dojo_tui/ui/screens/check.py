"""A check, step by step while it goes on: what works, what would be skipped, what fails and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dojo_tui.model.check import About, Checked, Step
from dojo_tui.model.errors import CancelledError
from dojo_tui.services.cancel import CancelToken
from dojo_tui.ui.command import CHECK
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.checks import step_lines, summary, verdict
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line, Span, plain

Look = Callable[[Callable[[], None], Callable[[Step], None]], Checked]
"""Does the check; it is given what raises once it is cancelled, and what hears each step."""

RUNNING: Span = ("… checking", "accent")
CANCELLED: Span = ("■ cancelled", "dim")
BROKEN: Span = ("✗ could not be done", "bad")


class CheckScreen(TextPage):
    """Runs a check beside everything else; esc gives it up, or leaves when it has ended."""

    place = CHECK
    kind = "Check"

    def __init__(self, label: str, tool: str, look: Look) -> None:
        super().__init__(None)
        self._label, self._tool, self._look = label, tool, look
        self._steps: list[Step] = []
        self._state = RUNNING
        self._token: CancelToken | None = None
        """Of the check that runs."""

    @property
    def refused(self) -> str:
        """What is wrong with what was given, if it did not come further than that."""
        failures = self._row.failures if self._row is not None else ()
        return next((f"{step.told} {step.do}".strip() for step in failures if step.about is About.SETTINGS), "")

    def heading(self) -> str:
        """What is checked."""
        return self._label

    def lines(self) -> Iterable[Line]:
        """The steps so far, and what they come to."""
        yield from step_lines(self._steps, self.size.width)
        if self._row is not None:
            word, style = self._state
            said = "Nothing was changed." if self._state in (CANCELLED, BROKEN) else self.sentence(self._row)
            yield ()
            yield (f"{word}  ", style), (said, "")

    def sentence(self, checked: Checked) -> str:
        """What it comes to."""
        return summary(checked)

    def done(self, checked: Checked) -> None:
        """It came to its end."""

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """What is checked, its kind, and whether it works."""
        left, _ = super().title_parts()
        word, style = self._state
        return [*left, Part(f"  {plain(self._tool, 60)}", "dim")], [Part(f"{word} ", style)]

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """The ways from here."""
        ways = keyed("{back} cancels")
        if self._token is None:
            ways = keyed("{check_again} checks again · {copy} copies · {back} goes back")
        return [Part(f" ↑↓ scroll · {ways}", "dim")], []

    def copied(self) -> str:
        """All of it, with what it is of."""
        return f"{self.kind} {self._label} ({self._tool}): {self._state[0]}\n{self._text.text}"

    def on_mount(self) -> None:
        """Begin at once."""
        super().on_mount()
        self.again()

    def on_unmount(self) -> None:
        """Nobody looks on any more."""
        self._give_up()

    def on_resize(self) -> None:
        """Steps are written in another way where it is narrow."""
        super().on_resize()
        self._text.show(self.lines())

    def again(self) -> None:
        """Check, from the beginning, in a thread of its own."""
        self._row, self._steps, self._state = None, [], RUNNING
        token = self._token = CancelToken()

        def told(step: Step) -> None:
            self.app.jobs.later(lambda: self._heard(token, step))

        self.app.jobs.apart(
            lambda: self._look(token.check, told),
            lambda checked: self._came(token, checked),
            lambda error: self._broke(token, error),
        )
        self._show()

    def step_back(self) -> bool:
        """Give up a check that runs; what it found out so far stays."""
        if self._token is None:
            return False
        self._ended(self._token, Checked.of(self._steps), CANCELLED)
        return True

    def _give_up(self) -> None:
        if self._token is not None:
            self._token.cancel()
            self._token = None

    def _heard(self, token: CancelToken, step: Step) -> None:
        if token is self._token:
            self._steps.append(step)
            self._show()

    def _came(self, token: CancelToken, checked: Checked) -> None:
        if token is self._token:
            self._ended(token, checked, verdict(checked))
            self.done(checked)

    def _ended(self, token: CancelToken, checked: Checked, state: Span) -> None:
        # What a check says that was given up comes too late.
        if token is self._token:
            self._give_up()
            self._row, self._steps, self._state = checked, list(checked.steps), state
            self._show()

    def _broke(self, token: CancelToken, error: Exception) -> None:
        if token is self._token and not isinstance(error, CancelledError):
            self._ended(token, Checked.of(self._steps), BROKEN)
            self.say_error(error)

    def _show(self) -> None:
        self._text.show(self.lines())
        self.draw()
