"""Running Operations from the shell: in a thread, so that ctrl-C and signals are answered at once.

A terminal that is gone (SIGHUP) means what it means to the app: the setting
``on_hangup`` says whether what runs is Interrupted or ends. Started with
``nohup``, nothing is heard of it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.progress import ERASE, ProgressLine
from dojo_tui.model.errors import BusyError
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.services.events import Event, OperationChanged
from dojo_tui.services.preferences import OnHangup

if TYPE_CHECKING:
    from dojo_tui.services.cancel import CancelToken
    from dojo_tui.wiring import Workspace

SIGNALS = (signal.SIGINT, signal.SIGTERM)
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 10.0
"""How long a cancelled Operation may take to stop by itself before it is recorded as Interrupted."""


@dataclass(frozen=True, slots=True)
class Request:
    """One Operation to run."""

    connector_id: int
    connector_label: str
    type: OperationType
    record_ids: tuple[int, ...] | None = None
    dry_run: bool = False
    accept_large_change: bool = False
    trust_renames: bool = False


@dataclass(slots=True)
class Ran:
    """What came of the requests."""

    operation_ids: list[int] = field(default_factory=list)
    """In the order in which they were queued."""
    ended: dict[int, OperationChanged] = field(default_factory=dict)
    """What was told of each at its end: a store that cannot be written does not know it."""
    busy: list[BusyError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What a person should know beside what the Operations did."""
    cancelled: bool = False
    hung_up: bool = False
    """The terminal is gone, and what ran was interrupted."""


class Runner:
    """Runs work in a thread while the main thread waits, and cancels it when a signal says so."""

    def __init__(self, workspace: Workspace, on_hangup: OnHangup) -> None:
        self._workspace = workspace
        self._on_hangup = on_hangup
        self._stop = threading.Event()
        self._ran = Ran()
        self._live: dict[int, None] = {}
        self._lock = threading.Lock()

    def run(self, requests: Sequence[Request]) -> Ran:
        """Run the requests one after the other."""

        def work() -> None:
            for request in requests:
                if self._stop.is_set():
                    return
                try:
                    self._run_one(request)
                except BusyError as error:
                    self._ran.busy.append(error)

        return self._attend(work)

    def run_due(self) -> Ran:
        """Run what the scheduler finds due."""

        def work() -> None:
            planned_anew = self._workspace.scheduler.plan_anew()
            self._ran.warnings += [one.sentence(self._workspace.clock) for one in planned_anew]
            self._workspace.operations.wait(self._workspace.scheduler.run_due())

        return self._attend(work)

    def _run_one(self, request: Request) -> None:
        self._workspace.operations.run(
            request.connector_id,
            request.type,
            record_ids=request.record_ids,
            dry_run=request.dry_run,
            accept_large_change=request.accept_large_change,
            trust_renames=request.trust_renames,
        )

    def _attend(self, work: Callable[[], object]) -> Ran:
        failures: list[BaseException] = []

        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 raised again in the main thread
                failures.append(error)

        line = ProgressLine()
        unsubscribes = [self._workspace.operations.subscribe(listener) for listener in (self._note, line)]
        try:
            with _signals(self._stop), _hangup(self._hung_up):
                thread = threading.Thread(target=guarded, name="operations", daemon=True)
                thread.start()
                self._wait(thread, line.tick)
        finally:
            for unsubscribe in unsubscribes:
                unsubscribe()
            line.clear()
        if failures:
            raise failures[0]
        self._ran.cancelled = self._stop.is_set()
        return self._ran

    def _hung_up(self) -> None:
        if self._on_hangup == "interrupt":
            self._ran.hung_up = True
            self._stop.set()

    def _note(self, event: Event) -> None:
        if not isinstance(event, OperationChanged):
            return
        with self._lock:
            if event.status is Status.QUEUED:
                self._ran.operation_ids.append(event.operation_id)
            if event.status.ended:
                self._ran.ended[event.operation_id] = event
                self._live.pop(event.operation_id, None)
            else:
                self._live[event.operation_id] = None

    def _wait(self, thread: threading.Thread, tick: Callable[[], None]) -> None:
        asked: set[int] = set()
        deadline: float | None = None
        while thread.is_alive():
            thread.join(POLL_SECONDS)
            tick()
            if not self._stop.is_set():
                continue
            deadline = deadline or time.monotonic() + PATIENCE_SECONDS
            if self._ran.hung_up or time.monotonic() > deadline:
                # Nobody waits, or it does not listen. Leaving is safe (P7): what still runs is recorded as Interrupted.
                self._workspace.operations.shutdown()
                return
            with self._lock:
                live = [one for one in self._live if one not in asked]
            for operation_id in live:
                asked.add(operation_id)
                self._workspace.operations.cancel(operation_id)


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` at the first signal; end the process at the second, whatever it is doing (P7 holds)."""

    def answer(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            if os.isatty(2):
                os.write(2, ERASE.encode())
            os._exit(ExitCode.CANCELLED)
        stop.set()
        if number == signal.SIGINT and os.isatty(2):
            os.write(2, b"\nCancelling; press ctrl-C again to leave at once.\n")

    before = {number: signal.signal(number, answer) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _hangup(gone: Callable[[], None]) -> Iterator[None]:
    """Call ``gone`` when the terminal is; whoever said that SIGHUP means nothing (nohup) is believed."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        yield
        return
    terminals = [stream for stream in (0, 1, 2) if os.isatty(stream)]

    def answer(_number: int, _frame: FrameType | None) -> None:
        # The shell and the system may both tell it, and there is nothing to be written to or read from any more.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in terminals:
            os.dup2(nothing, stream)
        gone()

    before = signal.signal(signal.SIGHUP, answer)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGHUP) is answer:
            signal.signal(signal.SIGHUP, before)


def runner(context: click.Context, workspace: Workspace) -> Runner:
    """One that does what the person's settings say when the terminal is gone."""
    return Runner(workspace, given(context).settings().preferences.on_hangup)


@contextmanager
def stopped_by_signals(token: CancelToken) -> Iterator[None]:
    """The first signal stops it between two requests; a second one as the shell is used to."""
    before = {one: signal.getsignal(one) for one in SIGNALS}

    def answer(_number: int, _frame: object) -> None:
        token.cancel()
        for one, handler in before.items():
            signal.signal(one, handler)

    for one in SIGNALS:
        signal.signal(one, answer)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
