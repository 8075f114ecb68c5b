"""Closing what Records imported into Products that they were mapped away from, when a person asked for that.

What is to be closed stands in the store from the moment the mapping does. An
Operation of its own closes it, and every Sync closes first what is left over:
so it is done in the end, whatever was killed or could not be reached (P7).
Closing is the reimport of an empty, complete report in the Record's own scope:
its siblings, and all that people decided, stay as they are (P4, P5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from dojo_tui.destinations.base import Destination
from dojo_tui.model.errors import CancelledError, DojoTuiError, LostError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import CLOSE_COUNTS, LogLevel, OperationType, OutcomeStatus, Status, ending
from dojo_tui.model.plan import Action, Reimport, tally
from dojo_tui.model.target import Target
from dojo_tui.model.text import number
from dojo_tui.services.cancel import ClosingError, LeaseLostError
from dojo_tui.services.events import RecordsChanged
from dojo_tui.services.run import OperationRun, unexpected
from dojo_tui.store import closings
from dojo_tui.store.closings import Pending


class _WantedNoMoreError(DojoTuiError):
    """The mapping was taken back, or the Record is mapped there again."""


def close(run: OperationRun, destination: Destination) -> tuple[Status, str]:
    """Run a Close to its end; its status and, if it is not Completed, why."""
    run.counts.update(dict.fromkeys(CLOSE_COUNTS, 0))
    ended = close_pending(run, destination)
    run.emit(RecordsChanged(run.connector.id))
    failed = ended[OutcomeStatus.FAILED]
    if not failed:
        return ending(ended), ""
    return ending(ended), f"{failed:,} of {ended.total():,} could not be closed: the next Sync tries it again."


def close_pending(run: OperationRun, destination: Destination) -> Counter[OutcomeStatus]:
    """Close what is still to be closed of the Records that the Operation is about; how these ended."""
    with run.database.read() as connection:
        left = closings.pending(connection, run.connector.id, run.request.record_ids)
    work = _Closing(run, destination)
    for done, one in enumerate(left):
        run.progress(done, len(left), f"{one.record_name} in {one.product_name}")
        try:
            run.check()
            work.one(one)
        except CancelledError:
            work.cancelled(left[done:])
            raise
    if left:
        run.progress(len(left), len(left), "Closed")
    return work.ended


class _Closing:
    def __init__(self, run: OperationRun, destination: Destination) -> None:
        self._run = run
        self._destination = destination
        self._dry_run = run.request.dry_run
        self.ended: Counter[OutcomeStatus] = Counter()

    def one(self, one: Pending) -> None:
        """Close what one Record imported. Whatever goes wrong with it harms no other."""
        connector = self._run.connector
        # It was synced there: where its place is gone there is nothing to close, and nothing is made anew.
        target = Target(one.product_ref, connector.id, connector.label, one.scope, synced=True)
        where = f"in {one.product_name}"
        if name := self._destination.elsewhere([target]).get(target):
            if self._run.request.type is OperationType.SYNC:
                return  # a Sync that cannot do it need not say so each time
            why = f"What it imported {where} is in another destination, {name}: closed by a Sync once that is in use."
            self._note(one, OutcomeStatus.SKIPPED, why)
            return
        try:
            closed = self._close(one, target)
        except (CancelledError, ClosingError, LeaseLostError):
            raise
        except _WantedNoMoreError:
            self._over(one, OutcomeStatus.SKIPPED, f"It is mapped to {one.product_name} again: nothing is closed.")
        except LostError as error:
            self._over(one, OutcomeStatus.SKIPPED, f"Nothing is left to close {where}: {error.what}.")
        except DojoTuiError as error:
            self._fail(one, f"Not closed {where}: {error}")
        except Exception as error:  # noqa: BLE001 -- a bug of a destination fails this Record only
            self._fail(one, f"Not closed {where}: {unexpected(error)}")
        else:
            said = f"{'Would close' if self._dry_run else 'Closed'} {number(closed, 'Finding')} {where}."
            self._note(one, OutcomeStatus.DONE, said, closed)

    def _close(self, one: Pending, target: Target) -> int:
        connector_id = self._run.connector.id

        def guard(connection: Connection) -> None:
            if not closings.still_wanted(connection, connector_id, one):
                raise _WantedNoMoreError("It is wanted no more.")

        with self._run.database.read() as connection:
            guard(connection)
            if not closings.holds_any(connection, connector_id, one):
                return 0
        # A person saw the numbers and said so: it is not held (P9).
        settings = Reimport(dry_run=self._dry_run, accept_large_change=True)
        with self._run.database.guarded(guard):
            return self._destination.reimport(target, Fetch([]), settings, self._run)[Action.CLOSED]

    def cancelled(self, left: Sequence[Pending]) -> None:
        """Tell what was not come to."""
        for one in left:
            self._note(one, OutcomeStatus.CANCELLED, f"Not closed in {one.product_name}: the next Sync does it.")

    def _fail(self, one: Pending, reason: str) -> None:
        self._run.log(f"{one.record_name}: {reason}", LogLevel.ERROR)
        self._note(one, OutcomeStatus.FAILED, reason)

    def _over(self, one: Pending, status: OutcomeStatus, reason: str) -> None:
        """There is nothing to close any more."""
        if not self._dry_run:
            with self._run.write() as connection:
                closings.call_off(connection, [one.id])
        self._note(one, status, reason)

    def _note(self, one: Pending, status: OutcomeStatus, reason: str, closed: int = 0) -> None:
        run = self._run
        found = {Action.CLOSED.value: closed} if closed else {}
        self.ended[status] += 1
        if status is OutcomeStatus.DONE and run.request.type is OperationType.SYNC:
            run.counts[Action.CLOSED.value] += closed  # the Record itself is counted when it is synced
        else:
            tally(run.counts, status, found, dry_run=self._dry_run)
        with run.write() as connection:
            told = run.outcome(connection, one.record_id, one.record_name, status, reason, found)
            if status is OutcomeStatus.DONE and not self._dry_run:
                closings.end(connection, one.id, run.clock.now(), closed)
        run.emit(told)
