"""Work that a key press must not wait for (P12): store reads, and everything that changes something.

Plain daemon threads instead of Textual's workers: those sit in an executor that
the interpreter joins at exit, so that quitting would wait for the disk or the network.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from dojo_tui.model.errors import DojoTuiError

T = TypeVar("T")
Done = Callable[[Any], None]
_Job = tuple[str, int, Callable[[], Any], Done | None, Callable[[Exception], None] | None]


class Lane:
    """Jobs done one after the other in a thread of their own, which ends when there are none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.queue: deque[_Job] = deque()
        self.lock = threading.Lock()
        self.busy = False


class Jobs:
    """Runs functions in daemon threads and hands results back to the event loop.

    ``read`` jobs of one ``key`` supersede each other: only the newest one's
    result arrives. ``write`` jobs are all done, in order. ``apart`` jobs may
    take long (a network check) and get a thread of their own.
    """

    def __init__(self, post: Callable[[Callable[[], None]], object], failed: Callable[[Exception], None]) -> None:
        self._post = post
        self._failed = failed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reads, self._writes = Lane("reads"), Lane("writes")
        self._newest: dict[str, int] = {}
        self._count = 0
        self._pending = 0
        self._idle = asyncio.Event()
        self._closed = False

    def start(self) -> None:
        """Bind to the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._idle.set()

    def close(self) -> None:
        """Drop what is queued and every result still to come."""
        self._closed = True
        self._reads.queue.clear()
        self._writes.queue.clear()

    @property
    def writing(self) -> bool:
        """True while something that was asked for is not yet saved."""
        return self._writes.busy or bool(self._writes.queue)

    async def settled(self) -> None:
        """Wait until nothing is queued or running."""
        while self._pending:
            await self._idle.wait()

    def read(
        self,
        key: str,
        job: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Read something; a newer read of the same key makes this one's result void."""
        self._put(self._reads, key, job, done, failed)

    def write(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Change something; errors go to ``failed`` or become a notice."""
        self._put(self._writes, "", job, done, failed)

    def apart(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do something slow beside everything else."""
        self._put(Lane("apart"), "", job, done, failed)

    def _put(
        self,
        lane: Lane,
        key: str,
        job: Callable[[], Any],
        done: Done | None,
        failed: Callable[[Exception], None] | None,
    ) -> None:
        if self._closed:
            return
        self._count += 1
        if key:
            self._newest[key] = self._count
        self._pending += 1
        self._idle.clear()
        with lane.lock:
            lane.queue.append((key, self._count, job, done, failed))
            if lane.busy:
                return
            lane.busy = True
        threading.Thread(target=self._work, args=(lane,), daemon=True, name=f"dojo-{lane.name}").start()

    def _work(self, lane: Lane) -> None:
        while True:
            with lane.lock:
                if not lane.queue or self._closed:
                    lane.busy = False
                    return
                key, number, job, done, failed = lane.queue.popleft()
            result: Any = None
            error: Exception | None = None
            if not key or self._newest[key] == number:
                try:
                    result = job()
                except Exception as caught:  # noqa: BLE001 - whatever it is, it is shown and not raised in a thread
                    error = caught
            self._hand_over(key, number, result, error, done, failed)

    def _hand_over(
        self,
        key: str,
        number: int,
        result: Any,
        error: Exception | None,
        done: Done | None,
        failed: Callable[[Exception], None] | None,
    ) -> None:
        def arrive() -> None:
            try:
                if self._closed or (key and self._newest[key] != number):
                    return
                if error is not None:
                    (failed or self._failed)(error)
                elif done is not None:
                    try:
                        done(result)
                    except DojoTuiError as raised:
                        (failed or self._failed)(raised)
            finally:
                self._pending -= 1
                if not self._pending:
                    self._idle.set()

        self.later(arrive)

    def later(self, callback: Callable[[], None]) -> None:
        """Call something in the app, from any thread; nothing happens once the loop is gone."""
        if self._loop is not None and not self._closed:
            try:
                self._loop.call_soon_threadsafe(self._post, callback)
            except RuntimeError:
                self._closed = True
