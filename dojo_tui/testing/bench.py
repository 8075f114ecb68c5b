"""Where a connector is tried: its tool on loopback, a stranger's server beside it, and everything that was said."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from dojo_tui.connectors.base import Config, Vep
from dojo_tui.model.check import Checked
from dojo_tui.model.errors import ConnectorError, DojoTuiError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.secret import Secret
from dojo_tui.testing.runs import TestRun
from dojo_tui.testing.server import Call, Reply, ToolServer, Twist
from dojo_tui.testing.world import Subject, World, world

_MOST_WAIT = 600.0
_MOST_CALLS = 500


@dataclass
class Ended:
    """How one act ended: with what it gave, or with an error."""

    veps: list[Vep] = field(default_factory=list)
    fetch: Fetch | None = None
    result: Checked | None = None
    error: DojoTuiError | None = None
    calls: list[Call] = field(default_factory=list)
    said: str = ""
    """All that was logged, and the error with its traceback."""

    @property
    def told(self) -> str:
        """What happened, for a message."""
        if self.error is not None:
            return f"it failed: {self.error}"
        if self.fetch is not None:
            return f"{len(self.fetch.findings)} findings, skipped {dict(self.fetch.skipped)}"
        return f"{len(self.veps)} VEPs"


class Bench:
    """A Subject at work."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.server = ToolServer()
        self.stranger = ToolServer()
        self.world = world(subject.things, subject.flaws)
        self.secrets = {
            one.name: f"s3cr3t+/{number}~-{one.name}-{'x' * 12}" for number, one in enumerate(subject.tool.secrets)
        }

    def __enter__(self) -> Self:
        self.server.__enter__()
        self.stranger.__enter__()
        self.serve(self.world)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.__exit__(kind, error, trace)
        self.stranger.__exit__(kind, error, trace)

    def serve(self, told: World) -> None:
        """Let the tool tell this world."""
        self.server.clear()
        self.subject.serve(self.server, told)

    @property
    def config(self) -> Config:
        """The Connector."""
        secrets = {name: Secret(value) for name, value in self.secrets.items()}
        location = self.subject.location.format(url=self.server.url)
        return Config("Tried", location, self.subject.options, secrets=secrets)

    @property
    def ids(self) -> list[str]:
        """The ids that a whole listing has."""
        return sorted(self.subject.vendor_id(thing) for thing in self.world.things)

    @property
    def first(self) -> str:
        """The id of the thing with many findings."""
        return self.subject.vendor_id(self.world.things[0])

    def list(self, twist: Twist | None = None, cancelled: Callable[[], bool] = lambda: False) -> Ended:
        """List the VEPs."""

        def act(ended: Ended, run: TestRun) -> None:
            for vep in self.subject.tool.list_veps(self.config, run):
                ended.veps.append(vep)

        return self._act(act, twist, cancelled)

    def fetch(
        self, twist: Twist | None = None, cancelled: Callable[[], bool] = lambda: False, *, of: str | None = None
    ) -> Ended:
        """Fetch the findings of one."""

        def act(ended: Ended, run: TestRun) -> None:
            ended.fetch = self.subject.tool.fetch(self.config, self.first if of is None else of, run)

        return self._act(act, twist, cancelled)

    def check(self, twist: Twist | None = None) -> Ended:
        """Check the Connector."""

        def act(ended: Ended, run: TestRun) -> None:
            ended.result = Checked.of(self.subject.tool.check(self.config, run))

        return self._act(act, twist, lambda: False)

    @property
    def acts(self) -> tuple[Callable[..., Ended], ...]:
        """What a Sync and a Discover do."""
        return (self.list,) if self.subject.tool.assets else (self.list, self.fetch)

    def _act(self, act: Callable[[Ended, TestRun], None], twist: Twist | None, cancelled: Callable[[], bool]) -> Ended:
        self.server.forget()
        self.server.twist = _bounded(twist)
        ended = Ended()
        with TestRun(cancelled) as run:
            try:
                act(ended, run)
            except DojoTuiError as error:
                ended.error = error
                ended.said = "".join(traceback.format_exception(error)) + f"\n{error!r} {error.safe} {error.do}"
            except Exception as error:
                self._notice()
                raise AssertionError(
                    f"an unexpected {type(error).__name__} came out instead of a ConnectorError: {error}"
                ) from error
            waited = run.waited
        self.server.twist = None
        self._notice()
        ended.calls = list(self.server.calls)
        ended.said += "\n".join(run.lines)
        if waited > _MOST_WAIT:
            raise AssertionError(f"it waited {waited:,.0f} s for a tool that fails: somebody looks on")
        return ended

    def _notice(self) -> None:
        if self.stranger.calls:
            call = self.stranger.calls[0]
            raise AssertionError(f"another server was asked, which may take what it is sent: {call.method} {call.path}")
        if len(self.server.calls) > _MOST_CALLS:
            raise AssertionError(f"it asks without end: {self.server.calls[-1].path}")


def _bounded(twist: Twist | None) -> Twist:
    """After so many calls nothing is there any more, so that even what asks without end comes to one."""

    def bounded(call: Call, number: int, reply: Reply) -> Reply:
        if number >= _MOST_CALLS:
            return Reply({"message": "enough"}, 410)
        return twist(call, number, reply) if twist is not None else reply

    return bounded


def at_call(number: int, change: Callable[[Reply], Reply]) -> Twist:
    """Change one answer only."""
    return lambda _call, index, reply: change(reply) if index == number else reply


def from_call(number: int, change: Callable[[Reply], Reply]) -> Twist:
    """Change this answer and all that follow."""
    return lambda _call, index, reply: change(reply) if index >= number else reply


def identity(finding: Finding) -> tuple[object, ...]:
    """What tells a finding from others."""
    return (finding.scanner, finding.unique_id or (finding.title, finding.file_path, finding.line))


def identities(fetch: Fetch | None) -> list[tuple[object, ...]]:
    """The same for all of a fetch, in an order of its own."""
    return sorted((identity(finding) for finding in fetch.findings), key=repr) if fetch is not None else []


def is_failure(error: DojoTuiError | None) -> bool:
    """Whether it is the error that keeps what we hold untouched."""
    return isinstance(error, ConnectorError)


class Stall:
    """An answer that stops in its middle, and the person who gives up then."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.over = threading.Event()

    def twist(self, number: int) -> Twist:
        """Stop in the middle of this answer."""

        def change(reply: Reply) -> Reply:
            self.reached.set()
            return Reply(reply.body, reply.status, reply.headers, stall=self.over)

        return at_call(number, change)
