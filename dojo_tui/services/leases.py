"""Keeping the leases of this process alive, and noticing when one was lost or a cancel was asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import StoreError
from dojo_tui.services.cancel import CancelToken, LeaseLostError
from dojo_tui.store import leases, operation_writes
from dojo_tui.store.database import Database
from dojo_tui.store.leases import LEASE_TIME, Lease

HEARTBEAT_SECONDS = 5.0


@dataclass(slots=True)
class _Kept:
    lease: Lease
    token: CancelToken
    alive_at: float


class Heartbeat:
    """A daemon thread that renews leases while there are any, and sleeps for good when there are none."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[int, _Kept] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, lease: Lease, token: CancelToken) -> Iterator[None]:
        """Renew ``lease`` while the block runs, and let no write of this thread commit without it."""

        def fence(connection: Connection) -> None:
            if not leases.renew(connection, lease, self._clock.now()):
                token.cancel(LeaseLostError())
                raise LeaseLostError

        with self._lock:
            self._kept[lease.operation_id] = _Kept(lease, token, time.monotonic())
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)
                self._thread.start()
        try:
            with self._database.guarded(fence):
                yield
        finally:
            with self._lock:
                del self._kept[lease.operation_id]

    def beat(self) -> None:
        """Renew every lease once; cancel the Operations that lost theirs or were asked to stop."""
        with self._lock:
            kept = list(self._kept.values())
        if not kept:
            return
        lost: list[_Kept] = []
        stop: set[int] = set()
        try:
            with self._database.write() as connection:
                now = self._clock.now()
                lost = [each for each in kept if not leases.keep_alive(connection, each.lease, now)]
                ids = [each.lease.operation_id for each in kept]
                stop = set(operation_writes.cancel_requested(connection, ids))
        except StoreError:
            # A store that cannot be written for that long may have been given to somebody else.
            limit = time.monotonic() - LEASE_TIME.total_seconds()
            lost = [each for each in kept if each.alive_at < limit]
        else:
            for each in kept:
                each.alive_at = time.monotonic()
        for each in lost:
            with self._lock:
                still_kept = each.lease.operation_id in self._kept
            if still_kept:
                each.token.cancel(LeaseLostError())
        for each in kept:
            if each.lease.operation_id in stop:
                each.token.cancel()

    def _beat_on(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(HEARTBEAT_SECONDS)
            with self._lock:
                if not self._kept:
                    self._thread = None
                    return
            self.beat()
