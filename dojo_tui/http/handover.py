"""Waiting for a blocking call without being held by it: another thread waits, we look whether to go on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_LOOK_AGAIN_SECONDS = 0.1


class Handover:
    """Daemon threads that do blocking calls; who is cancelled leaves his call behind, to end by its time-out."""

    def __init__(self) -> None:
        self._idle: list[queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]] = []
        self._lock = threading.Lock()
        self._closed = False

    def __call__(self, call: Callable[[], _Result], check: Callable[[], None]) -> _Result:
        """What ``call`` returns or raises; or what ``check`` raises, at once."""
        done = threading.Event()
        future: Future[_Result] = Future()
        future.add_done_callback(lambda _: done.set())
        self._worker().put((call, future))
        while not done.wait(_LOOK_AGAIN_SECONDS):
            check()
        return future.result()

    def close(self) -> None:
        """Let the threads end, each when its call has."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for waiting in idle:
            waiting.put(None)

    def _worker(self) -> queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        waiting: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        threading.Thread(target=self._serve, args=(waiting,), name="http", daemon=True).start()
        return waiting

    def _serve(self, waiting: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]) -> None:
        while (job := waiting.get()) is not None:
            call, future = job
            del job
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 -- it belongs to whoever waits
                self._return(waiting)
                future.set_exception(error)
            else:
                self._return(waiting)
                future.set_result(result)
                del result
            del call, future

    def _return(self, waiting: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(waiting)
                return
        waiting.put(None)
