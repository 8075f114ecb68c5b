"""Looking whether a Connector or a destination works: step by step, storing nothing, whether it is saved or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from dojo_tui.connectors.base import Closes, Config, Tool
from dojo_tui.model.check import About, Checked, Mark, Step, trying
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import ConnectorError, DestinationError, DojoTuiError, UsageError
from dojo_tui.model.operation import LogLevel
from dojo_tui.model.secret import Secret, scrub
from dojo_tui.services import secrets
from dojo_tui.services.run import Shared, unexpected

SAFE = "Nothing was stored or changed."
_LONGEST_WAIT = 20.0
_LOOK_AGAIN = 0.1

Told = Callable[[Step], None]

_Shared = TypeVar("_Shared", bound=Closes)


def nobody(_step: Step) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A Connector as a check needs it: stored, or not yet."""

    tool: Tool
    config: Config
    secret: str | None
    """References, as they are stored."""


@dataclass(frozen=True, slots=True)
class Checking:
    """One check. ``cancelled`` raises when the person gave up; ``told`` hears each step as it is made."""

    clock: Clock
    cancelled: Callable[[], None]
    told: Told
    steps: list[Step] = field(default_factory=list)

    def __call__(self, draft: Callable[[], Draft]) -> Checked:
        """Check a Connector."""
        return self.of(lambda run: self._all(draft, run), "Please report it to who made this Tool.")

    def of(self, steps: Callable[[CheckRun], Iterator[Step]], unforeseen: str) -> Checked:
        """Take each step. What does not work is a step, not an error; only giving up is raised.

        ``unforeseen`` says what to do when something broke that nobody foresaw.
        """
        run = CheckRun(self.cancelled, self.clock)
        try:
            for step in steps(run):
                self._take(step)
        except (ConnectorError, DestinationError, UsageError) as error:
            self._fail(error)
        except DojoTuiError:
            raise
        except Exception as error:  # noqa: BLE001 -- a Tool may be anybody's code
            self._fail(ConnectorError(unexpected(error), do=unforeseen))
        finally:
            run.shared.close()
        for note in run.notes:
            self._take(Step(About.NOTE, Mark.LOOK, note))
        return Checked.of(self.steps)

    def _all(self, draft: Callable[[], Draft], run: CheckRun) -> Iterator[Step]:
        yield trying(About.SETTINGS)
        made = draft()
        made.tool.validate(made.config)
        held: dict[str, Secret] = {}
        for name, reference in secrets.unpack(made.secret).items():
            yield trying(About.SECRET, f"reading {secrets.where(reference)}")
            held[name] = secrets.resolve(reference, self.cancelled)
            yield Step(About.SECRET, Mark.OK, f"read from {secrets.where(reference)}")
        yield from made.tool.check(replace(made.config, secrets=held), run)

    def _take(self, step: Step) -> None:
        shown = _scrubbed(step)
        self.steps.append(shown)
        self.told(shown)

    def _fail(self, error: DojoTuiError) -> None:
        about = self.steps[-1].about if self.steps else About.SETTINGS
        self._take(Step(about, Mark.FAILED, error.what, safe=error.safe or SAFE, do=error.do))


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What a Tool, or a destination, sees while it is only looked at."""

    cancelled: Callable[[], None]
    clock: Clock
    notes: list[str] = field(default_factory=list)
    shared: Shared = field(default_factory=Shared)

    def check(self) -> None:
        """Raise if the person gave up."""
        self.cancelled()

    def wait(self, seconds: float) -> None:
        """Wait, but not for long: a person looks on."""
        if seconds > _LONGEST_WAIT:
            raise ConnectorError(
                f"The tool asks us to come back in {seconds:,.0f} s.", safe=SAFE, do="Check it again then."
            )
        while seconds > 0:
            self.cancelled()
            time.sleep(min(seconds, _LOOK_AGAIN))
            seconds -= _LOOK_AGAIN

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.clock.now()

    def share(self, make: Callable[[], _Shared]) -> _Shared:
        """One for the whole check."""
        return self.shared(make)

    def log(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Keep what a person should know."""
        if level is not LogLevel.INFO:
            self.notes.append(message)


def _scrubbed(step: Step) -> Step:
    """What the tool said, without any secret that it may have repeated (P10)."""
    return replace(
        step, told=scrub(step.told), name=scrub(step.name), safe=scrub(step.safe), do=scrub(step.do),
        items=tuple(map(scrub, step.items)),
    )  # fmt: skip
