"""Operations: queued, run one at a time per Connector, told as events, recorded."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping

from dojo_tui.connectors.base import Tool
from dojo_tui.destinations.base import Destination
from dojo_tui.model.cause import Cause
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import BusyError, CancelledError, DojoTuiError, StoreError, UsageError
from dojo_tui.model.operation import LogLevel, OperationType, Status, Trigger
from dojo_tui.model.secret import scrub
from dojo_tui.services import secrets
from dojo_tui.services.cancel import ClosingError, LeaseLostError
from dojo_tui.services.events import Event, Listener, OperationChanged
from dojo_tui.services.jobs import Begun, Job, Jobs
from dojo_tui.services.leases import Heartbeat
from dojo_tui.services.owner import is_dead, new_owner
from dojo_tui.services.recovery import interrupt_dead, interrupt_own
from dojo_tui.services.run import OperationRun, unexpected
from dojo_tui.services.settings import Settings
from dojo_tui.store import leases, operation_writes
from dojo_tui.store.connectors import connector
from dojo_tui.store.leases import Holder, Lease
from dojo_tui.store.open import Store
from dojo_tui.store.operation_writes import Request
from dojo_tui.store.operations import operation, operation_rows
from dojo_tui.store.records import record_rows

_POLL_SECONDS = 0.1


class Operations:
    """Starts, runs, cancels and records Operations. Close it with ``shutdown``."""

    def __init__(
        self,
        store: Store,
        tools: Mapping[str, Tool],
        destination: Destination,
        clock: Clock,
        owner: str = "",
        listeners: Iterable[Listener] = (),
        settings: Settings = Settings(),  # noqa: B008 -- it is frozen
    ) -> None:
        self.owner = owner or new_owner()
        self._database = store.database
        self._tools = tools
        self._destination = destination
        self._clock = clock
        self._settings = settings
        self._listeners: tuple[Listener, ...] = tuple(listeners)
        self._heartbeat = Heartbeat(self._database, clock)
        self._jobs = Jobs(self._begin, self._execute, lambda job: self._end_queued(job, CancelledError()))

    def start(
        self,
        connector_id: int,
        type: OperationType,  # noqa: A002
        *,
        trigger: Trigger = Trigger.MANUAL,
        record_ids: Collection[int] | None = None,
        dry_run: bool = False,
        accept_large_change: bool = False,
        trust_renames: bool = False,
    ) -> int:
        """Queue an Operation and return its id at once; it runs in a background thread.

        Operations of one Connector run in the order in which they were
        started. Raises BusyError when the very same one is queued already.
        """
        job = self._enqueue(connector_id, type, trigger, record_ids, dry_run, accept_large_change, trust_renames)
        self._jobs.add(job)
        return job.operation_id

    def run(
        self,
        connector_id: int,
        type: OperationType,  # noqa: A002
        *,
        trigger: Trigger = Trigger.MANUAL,
        record_ids: Collection[int] | None = None,
        dry_run: bool = False,
        accept_large_change: bool = False,
        trust_renames: bool = False,
        wait_seconds: float = 600.0,
    ) -> int:
        """Run an Operation in this thread to its end; wait for a busy Connector, then raise BusyError.

        Unlike ``start`` it does not refuse to wait behind the very same one:
        of two cron jobs that begin in the same instant, both do their work.
        """
        job = self._enqueue(
            connector_id, type, trigger, record_ids, dry_run, accept_large_change, trust_renames, once=False
        )
        self._jobs.enter(job)
        deadline = time.monotonic() + wait_seconds
        try:
            while (begun := self._begin(job)) is Begun.BUSY:
                if time.monotonic() >= deadline:
                    raise self._give_up(job, wait_seconds)
                job.token.wait(_POLL_SECONDS)
            if begun is Begun.YES:
                self._execute(job)
        except (CancelledError, ClosingError) as stopped:
            # Stopped while it waited for its turn.
            self._end_queued(job, stopped)
        except KeyboardInterrupt:
            self._end_queued(job, CancelledError())
            raise
        finally:
            self._jobs.leave(job)
        return job.operation_id

    def wait(self, operation_ids: Iterable[int] | None = None, timeout: float | None = None) -> bool:
        """Wait until these (or all) Operations of this process ended; False when the time was up first."""
        return self._jobs.wait(operation_ids, timeout)

    def cancel(self, operation_id: int) -> None:
        """Ask an Operation to stop, whichever process runs it."""
        now = self._clock.now()
        job = self._jobs.active(operation_id)
        if job is not None:
            job.token.cancel()
            return
        with self._database.write() as connection:
            row = operation(connection, operation_id)
            dropped = operation_writes.drop_queued(connection, operation_id, now, CancelledError().what)
            if not dropped and not operation_writes.request_cancel(connection, operation_id):
                raise UsageError(f"Operation {operation_id} has already ended ({row.status}).")
        if dropped:
            self._jobs.drop(operation_id)
            self._tell_change(operation_id)

    def recover(self) -> int:
        """Mark Operations of dead processes as Interrupted; how many there were."""
        interrupted = interrupt_dead(self._database, self._clock.now(), self._is_gone)
        for operation_id in interrupted:
            self._tell_change(operation_id)
        return len(interrupted)

    def shutdown(self, timeout: float = 0.8) -> None:
        """Stop everything of this process; what was queued or running is recorded as Interrupted.

        Returns within ``timeout``. What could not be recorded by then (the
        store is in the middle of a long write) is recorded at the next start.
        """
        deadline = time.monotonic() + timeout
        if not self._jobs.close(ClosingError()):
            return
        # Most work stops at its next check and records its end itself.
        self._jobs.wait(timeout=timeout / 2)
        last = threading.Thread(target=self._interrupt_mine, name="closing", daemon=True)
        last.start()
        last.join(max(0.0, deadline - time.monotonic()))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event until the returned function is called."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return unsubscribe

    def emit(self, event: Event) -> None:
        """Tell every listener; one that fails harms nobody else."""
        for listener in self._listeners:
            with contextlib.suppress(Exception):
                listener(event)

    # --- the life of one Operation ---------------------------------------------

    def _enqueue(
        self,
        connector_id: int,
        type_: OperationType,
        trigger: Trigger,
        record_ids: Collection[int] | None,
        dry_run: bool,
        accept_large_change: bool,
        trust_renames: bool,
        *,
        once: bool = True,
    ) -> Job:
        if self._jobs.closing:
            raise ClosingError
        if type_ is OperationType.DISCOVER and (record_ids is not None or dry_run):
            raise UsageError("A Discover is always of the whole Connector, and has no dry run.")
        with self._database.write() as connection:
            row = connector(connection, connector_id)
            if row.tool not in self._tools:
                raise UsageError(
                    f"The Tool {row.tool!r} of {row.label} is not installed.",
                    do=f"Installed are: {', '.join(sorted(self._tools))}.",
                )
            wanted = None
            if record_ids is not None:
                wanted = tuple(sorted(set(record_ids)))
                mine = [found for found in record_rows(connection, wanted) if found.connector_id == connector_id]
                # What is to be closed was imported, and stays, also where its Record was deleted since.
                if len(mine) != len(wanted) and type_ is not OperationType.CLOSE:
                    raise UsageError(f"{len(wanted) - len(mine)} of the Records do not belong to {row.label}.")
            request = Request(
                connector_id, row.label, type_, trigger, wanted, dry_run, accept_large_change, trust_renames
            )
            operation_id = operation_writes.queue(connection, request, self.owner, self._clock.now(), once=once)
        job = Job(operation_id, request)
        self._tell(job, Status.QUEUED)
        return job

    def _begin(self, job: Job) -> Begun:
        """Take the lease and set the Operation running, if the Connector is free."""
        lease = self._lease(job)
        # Reading first: who waits for a busy Connector must not write each time.
        with self._database.read() as connection:
            if leases.holder(connection, lease.connector_id, self._clock.now(), self._is_gone) is not None:
                return Begun.BUSY
        with self._database.write() as connection:
            now = self._clock.now()  # not earlier: the write may have had to wait for its turn
            if leases.acquire(connection, lease, now, self._is_gone) is not None:
                return Begun.BUSY
            if not operation_writes.begin(connection, job.operation_id, now):
                leases.release(connection, lease)
                return Begun.GONE
        return Begun.YES

    def _execute(self, job: Job) -> None:
        """Do the work. Whatever happens, the Operation ends, and is told to."""
        self._tell(job, Status.RUNNING)
        status, error, cause = Status.FAILED, "", Cause.UNKNOWN
        run: OperationRun | None = None
        raised: BaseException | None = None
        try:
            with self._heartbeat.keep(self._lease(job), job.token):
                with self._database.read() as connection:
                    row = connector(connection, job.request.connector_id)
                run = OperationRun(
                    job.operation_id, job.request, row, self._database, self._clock, job.token, self.emit, {}
                )
                status, error = self._work(run)
        except CancelledError as stopped:
            status, error = Status.CANCELLED, str(stopped)
        except (ClosingError, LeaseLostError) as stopped:
            status, error = Status.INTERRUPTED, str(stopped)
        except DojoTuiError as failed:
            error, cause = str(failed), failed.cause
        except Exception as failed:  # noqa: BLE001 -- a Tool's bug ends its Operation, not the program
            error, cause = unexpected(failed), Cause.FAULT
        except BaseException as stopped:  # noqa: BLE001 -- raised again below
            status, error = Status.INTERRUPTED, str(ClosingError())
            if isinstance(stopped, KeyboardInterrupt):
                status, error = Status.CANCELLED, str(CancelledError())
            raised = stopped
        error = scrub(error)
        if run is not None:
            cause = cause or run.cause
            run.shared.close()
        if error and run is not None and status is not Status.COMPLETED:
            run.log(error, LogLevel.WARNING if status in (Status.HELD, Status.CANCELLED) else LogLevel.ERROR)
        self._end(job, run, status, error, cause)
        if raised is not None:
            raise raised

    def _work(self, run: OperationRun) -> tuple[Status, str]:
        # Imported with the first Operation: the first frame of the app does not wait for them.
        from dojo_tui.services import closing, discover, sync

        request = run.request
        if request.type is OperationType.CLOSE:
            return closing.close(run, self._destination)  # its tool is not asked
        tool = self._tools[run.connector.tool]
        run.secrets = secrets.resolved(run.connector.secret, run.check)
        # A source of assets has nothing but its listing: Discover and Sync both bring it up to date.
        if request.type is OperationType.DISCOVER or (tool.assets and not request.dry_run):
            return discover.discover(run, tool, self._destination, self._settings.discover_hold)
        return sync.sync(run, tool, self._destination, self._settings)

    def _end(self, job: Job, run: OperationRun | None, status: Status, error: str, cause: Cause) -> None:
        counts = run.counts if run else {}
        try:
            with self._database.write() as connection:
                # The lease first, as whoever takes it over does: in another order two servers' locks could cross.
                leases.release(connection, self._lease(job))
                if run:
                    run.save_log(connection)
                now = self._clock.now()
                if not operation_writes.end(connection, job.operation_id, status, now, counts, error, cause):
                    status = Status.INTERRUPTED  # whoever took the Connector over has written that
        except StoreError as unsaved:
            # The lease runs out, and the Operation is found Interrupted. Who listens is told what really happened.
            if status in (Status.COMPLETED, Status.HELD):
                status = Status.FAILED
            if unsaved.what not in error:
                error = f"{error} Its end could not be saved: {unsaved}".strip()
        self._tell(job, status, counts, error)

    def _end_queued(self, job: Job, stopped: DojoTuiError) -> None:
        status = Status.INTERRUPTED if isinstance(stopped, ClosingError) else Status.CANCELLED
        with self._database.write() as connection:
            changed = operation_writes.end(connection, job.operation_id, status, self._clock.now(), {}, str(stopped))
        if changed:
            self._tell(job, status, error=str(stopped))

    def _give_up(self, job: Job, waited: float) -> BusyError:
        label = job.request.connector_label
        busy = BusyError(
            f"Another Operation of {label} is still running after waiting {waited:.0f} seconds.",
            safe="Nothing was started.",
            do="Wait for it or cancel it (dojo-tui operations list shows it), then try again.",
        )
        self._end_queued(job, busy)
        return busy

    def _is_gone(self, holder: Holder) -> bool:
        """Whether nobody works on an Operation: its process is dead, or is this one, which could not record the end."""
        if holder.owner == self.owner:
            return self._jobs.active(holder.operation_id) is None
        return is_dead(holder.owner)

    def _lease(self, job: Job) -> Lease:
        return Lease(job.request.connector_id, job.operation_id, self.owner)

    def _interrupt_mine(self) -> None:
        with contextlib.suppress(StoreError):
            interrupt_own(self._database, self._clock.now(), self.owner)

    # --- telling ------------------------------------------------------------------

    def _tell(self, job: Job, status: Status, counts: Mapping[str, int] | None = None, error: str = "") -> None:
        request = job.request
        self.emit(
            OperationChanged(
                job.operation_id,
                request.connector_id,
                request.connector_label,
                request.type,
                request.trigger,
                status,
                dict(counts or {}),
                error,
            )
        )

    def _tell_change(self, operation_id: int) -> None:
        with self._database.read() as connection:
            rows = operation_rows(connection, [operation_id])
        for row in rows:
            self.emit(
                OperationChanged(
                    row.id,
                    row.connector_id,
                    row.connector_label,
                    row.type,
                    row.trigger,
                    row.status,
                    row.counts,
                    row.error,
                )
            )
