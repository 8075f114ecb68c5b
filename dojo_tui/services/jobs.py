"""The queue of this process: what waits, what runs, and in which order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from dojo_tui.model.errors import DojoTuiError
from dojo_tui.services.cancel import CancelToken
from dojo_tui.store.operation_writes import Request

AT_ONCE = 4
"""How many Operations of one process run at the same time."""

_RETRY_SECONDS = 1.0


class Begun(Enum):
    """What came of the attempt to begin an Operation."""

    YES = "it has the Connector and is running"
    BUSY = "another Operation has the Connector"
    GONE = "it was cancelled before its turn came"


@dataclass(slots=True, eq=False)
class Job:
    """One Operation of this process that has not ended."""

    operation_id: int
    request: Request
    token: CancelToken = field(default_factory=CancelToken)
    not_before: float = 0.0
    """On the monotonic clock: when another process has the Connector, it is asked for again later."""


class Jobs:
    """Begins waiting jobs in their order, one of a Connector at a time, and works each in a daemon thread.

    The thread that begins them exists only once something was queued, and
    sleeps without a time-out unless something has to be tried again.
    """

    def __init__(
        self, begin: Callable[[Job], Begun], work: Callable[[Job], None], stopped: Callable[[Job], None]
    ) -> None:
        self._begin = begin
        self._work = work
        self._stopped = stopped
        self._changed = threading.Condition()
        self._waiting: list[Job] = []
        self._active: dict[int, Job] = {}
        self._dispatcher: threading.Thread | None = None
        self.closing = False

    def add(self, job: Job) -> None:
        """Queue a job."""
        with self._changed:
            self._waiting.append(job)
            if self._dispatcher is None:
                self._dispatcher = threading.Thread(target=self._dispatch, name="operations", daemon=True)
                self._dispatcher.start()
            self._changed.notify_all()

    def enter(self, job: Job) -> None:
        """Count a job as active that its own thread begins and works."""
        with self._changed:
            self._active[job.operation_id] = job

    def leave(self, job: Job) -> None:
        """Count a job as ended."""
        with self._changed:
            self._active.pop(job.operation_id, None)
            self._changed.notify_all()

    def active(self, operation_id: int) -> Job | None:
        """Return a job that runs, or is just about to."""
        with self._changed:
            return self._active.get(operation_id)

    def drop(self, operation_id: int) -> None:
        """Forget a job that waits."""
        with self._changed:
            self._waiting = [job for job in self._waiting if job.operation_id != operation_id]
            self._changed.notify_all()

    def wait(self, operation_ids: Iterable[int] | None = None, timeout: float | None = None) -> bool:
        """Wait until these (or all) jobs ended; False when the time was up first."""
        wanted = None if operation_ids is None else set(operation_ids)

        def ended() -> bool:
            mine = {job.operation_id for job in self._waiting} | set(self._active)
            return not (mine if wanted is None else mine & wanted)

        with self._changed:
            return self._changed.wait_for(ended, timeout)

    def close(self, cause: DojoTuiError) -> bool:
        """Begin nothing any more and stop what runs; whether there was anything."""
        with self._changed:
            self.closing = True
            any_left = bool(self._waiting or self._active)
            self._waiting.clear()
            for job in self._active.values():
                job.token.cancel(cause)
            self._changed.notify_all()
        return any_left

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                while not (job := self._next()):
                    if self.closing:
                        return
                    self._changed.wait(self._pause())
                self._active[job.operation_id] = job
            try:
                begun = self._begin(job)
            except Exception:  # noqa: BLE001 -- a store that fails now may work the next time
                begun = Begun.BUSY
            with self._changed:
                if begun is Begun.BUSY and not job.token.cancelled:
                    # It stays where it is in the queue, and with it whatever is behind it for its Connector.
                    job.not_before = time.monotonic() + _RETRY_SECONDS
                    self._active.pop(job.operation_id, None)
                    continue
                if job in self._waiting:
                    self._waiting.remove(job)
            if begun is Begun.YES:
                threading.Thread(
                    target=self._run, args=(job,), name=f"operation-{job.operation_id}", daemon=True
                ).start()
            else:
                if begun is Begun.BUSY:
                    self._stopped(job)
                self.leave(job)

    def _run(self, job: Job) -> None:
        try:
            self._work(job)
        finally:
            self.leave(job)

    def _next(self) -> Job | None:
        """Return the first that may be tried now: of each Connector only its oldest, and at most AT_ONCE in all."""
        if self.closing or len(self._active) >= AT_ONCE:
            return None
        taken = {job.request.connector_id for job in self._active.values()}
        now = time.monotonic()
        for job in self._waiting:
            if job.request.connector_id not in taken and job.not_before <= now:
                return job
            taken.add(job.request.connector_id)
        return None

    def _pause(self) -> float | None:
        """How long to sleep: until something is to be tried again, for good when nothing is."""
        if len(self._active) >= AT_ONCE:
            return None
        now = time.monotonic()
        return min((job.not_before - now for job in self._waiting if job.not_before > now), default=None)
