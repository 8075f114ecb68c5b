"""Fetching Records' Findings a little ahead of storing them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from dojo_tui.services.cancel import CancelToken

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_LOOK_AGAIN_SECONDS = 0.1


class Prefetch(Generic[_Item, _Result]):
    """Calls ``fetch`` for each item in daemon threads, at most ``ahead`` before the reader.

    Results come in the order of the items, each with what it returned or
    raised. Threads are daemons: a tool that hangs keeps no program from ending.
    """

    def __init__(
        self,
        items: Sequence[_Item],
        fetch: Callable[[_Item], _Result],
        token: CancelToken,
        *,
        ahead: int,
        threads: int,
    ) -> None:
        self._items = items
        self._fetch = fetch
        self._token = token
        self._results: list[Future[_Result]] = []
        self._waiting: queue.SimpleQueue[tuple[_Item, Future[_Result]] | None] = queue.SimpleQueue()
        self._threads = min(threads, len(items))
        self._ahead = max(ahead, self._threads)

    def __iter__(self) -> Iterator[tuple[_Item, Future[_Result]]]:
        """Yield every item with its result, waiting for it; raises as the token does when cancelled."""
        for number in range(self._threads):
            threading.Thread(target=self._work, name=f"fetch-{number}", daemon=True).start()
        pending: list[tuple[_Item, Future[_Result]]] = []
        rest = iter(self._items)
        try:
            while True:
                while len(pending) < self._ahead and (item := next(rest, None)) is not None:
                    pending.append((item, Future()))
                    self._waiting.put(pending[-1])
                if not pending:
                    return
                # Taken off the list before it is used, so that a result lives no longer than its turn.
                item, future = pending.pop(0)
                self._wait(future)
                yield item, future
                del future
        finally:
            for _, future in pending:
                future.cancel()
            for _ in range(self._threads):
                self._waiting.put(None)

    def _wait(self, future: Future[_Result]) -> None:
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        while not done.wait(_LOOK_AGAIN_SECONDS):
            self._token.check()
        self._token.check()

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            item, future = job
            del job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._fetch(item))
            except BaseException as error:  # noqa: BLE001 -- it is the reader's to raise
                future.set_exception(error)
            del item, future
