"""Operations whose process is gone become Interrupted (P7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from dojo_tui.model.operation import Status
from dojo_tui.services.cancel import ClosingError
from dojo_tui.services.owner import is_dead
from dojo_tui.store import leases
from dojo_tui.store.database import Database
from dojo_tui.store.leases import Gone, Holder, Lease
from dojo_tui.store.operation_writes import Unended, interrupt, unended

_QUEUED_AT_LEAST = timedelta(seconds=60)


def interrupt_dead(database: Database, now: datetime, gone: Gone) -> list[int]:
    """Mark Operations that nobody works on any more as Interrupted; return their ids."""
    with database.read() as connection:
        found = unended(connection)
        if not found:
            return []
        live = leases.live(connection, now, gone)
    dead = [each for each in found if _is_dead(each, live, now, gone)]
    if not dead:
        return []
    with database.write() as connection:
        for each in dead:
            leases.release(connection, Lease(each.connector_id or 0, each.id, each.owner))
        return interrupt(connection, [each.id for each in dead], now, leases.GONE)


def interrupt_own(database: Database, now: datetime, owner: str) -> None:
    """Mark whatever this process did not end as Interrupted, and give its leases back."""
    with database.write() as connection:
        leases.release_all(connection, owner)
        mine = [each.id for each in unended(connection) if each.owner == owner]
        interrupt(connection, mine, now, str(ClosingError()))


def _is_dead(each: Unended, live: list[Lease], now: datetime, gone: Gone) -> bool:
    if each.status is Status.RUNNING:
        return gone(Holder(each.id, each.owner)) or all(lease.operation_id != each.id for lease in live)
    if is_dead(each.owner):
        return True
    # A queued one has no lease to tell by. Its process asks for the Connector every second, so
    # it is gone if the Connector has been free for a while and that process runs nothing else.
    waited = now - each.queued_at >= _QUEUED_AT_LEAST
    return waited and all(each.owner != lease.owner and each.connector_id != lease.connector_id for lease in live)
