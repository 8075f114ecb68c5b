"""Starting and stopping Operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import STOPPED
from dojo_tui.model.operation import OperationType, Status
from dojo_tui.ui.command import OPERATION, OPERATIONS, Context
from dojo_tui.ui.commands import key_of, keyed
from dojo_tui.ui.reasons import NOTHING_HELD, NOTHING_RENAMED, ONLY_UNCLEAR
from dojo_tui.ui.starting import SHOWN, start
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.services.retry import Undone
    from dojo_tui.ui.host import Host


def _chosen(context: Context) -> list[tuple[int, str, list[int] | None]]:
    rows = context.connectors if context.connector is None else (context.connector,)
    return [(row.id, row.label, None) for row in rows]


def discover(app: Host, context: Context) -> None:
    """Discover the chosen Connector, or all."""
    start(app, OperationType.DISCOVER, _chosen(context))


def sync_all(app: Host, context: Context) -> None:
    """Sync the chosen Connector, or all."""
    start(app, OperationType.SYNC, _chosen(context))


def _by_connector(app: Host, targets: Sequence[int]) -> list[tuple[int, str, list[int] | None]]:
    """Records, grouped by their Connector; called in a worker thread."""
    from dojo_tui.store.records import record_rows

    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    groups: dict[tuple[int, str], list[int]] = {}
    with workspace.store.database.read() as connection:
        for row in record_rows(connection, targets):
            groups.setdefault((row.connector_id, row.connector_label), []).append(row.id)
    return [(connector, label, ids) for (connector, label), ids in groups.items()]


def sync(app: Host, context: Context) -> None:
    """Sync the marked Records, or the one under the cursor."""
    targets = context.targets
    app.jobs.write(lambda: _by_connector(app, targets), lambda groups: start(app, OperationType.SYNC, groups))


def plan(app: Host, context: Context) -> None:
    """A dry run, shown Record by Record."""
    targets = context.targets

    def planned(ids: list[int]) -> None:
        open_operation(app, ids[0])
        if len(ids) > 1:
            app.tell(f"{len(ids):,} plans, one for each Connector: {key_of('operations')} lists them all.", "accent")

    app.jobs.write(
        lambda: _by_connector(app, targets),
        lambda groups: start(app, OperationType.SYNC, groups, dry_run=True, done=planned) if groups else None,
    )


def open_operation(app: Host, operation_id: int) -> None:
    """Show one Operation."""
    from dojo_tui.ui.screens.operation import OperationScreen

    app.push_screen(OperationScreen(operation_id))


def cancel(app: Host, context: Context) -> None:
    """Cancel the Operation under the cursor, or what runs."""
    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"
    running = list(context.running)
    if context.place in (OPERATIONS, OPERATION) and context.row is not None:
        if context.row.status.ended:
            if context.place == OPERATION:
                app.tell("Cancel the Operation: this one has ended.", "warn")
                return
        else:
            running = [context.row]
    elif context.connector is not None:
        chosen = context.connector
        running = [row for row in running if row.connector_id == chosen.id] or running
    ids = [row.id for row in running]

    def stop() -> None:
        for operation_id in ids:
            workspace.operations.cancel(operation_id)

    def stopped(_nothing: None) -> None:
        app.changed(operations=True)
        app.tell(f"■ Asked to stop. {STOPPED}", "warn")

    app.jobs.write(stop, stopped)


def apply_held(app: Host, context: Context) -> None:
    """Confirm a large change (P9)."""
    row = context.row

    def ask(held: list[Any]) -> None:
        # No confirmation helps where an option has to say how a report is to be read.
        held = [found for found in held if found.cause is not Cause.UNCLEAR]
        lines = _held_lines(held)
        if not lines and (row.status is not Status.HELD or row.type is OperationType.SYNC):
            app.tell(f"Apply what is held: {NOTHING_HELD if row.status is not Status.HELD else ONLY_UNCLEAR}.", "warn")
            return
        if not lines:
            lines = [plain(row.error) or "The change is larger than the threshold."]
        if any(found.cause is Cause.RENAMED for found in held):
            lines.append(keyed("What seems renamed is closed and made anew; {trust_renames} keeps it instead."))
        lines.append("Stays: every Finding; closed ones become inactive and come back when the tool reports them.")
        _confirm_held(app, row, held, "Apply what {} holds?", lines, "Apply it", trust=False)

    _read_held(app, row, ask)


def trust_renames(app: Host, context: Context) -> None:
    """Say that what seems to be renamed is the same (P9, P13)."""
    row = context.row

    def ask(held: list[Any]) -> None:
        held = [found for found in held if found.cause is Cause.RENAMED]
        if not held:
            app.tell(f"Yes, it is the same: {NOTHING_RENAMED}.", "warn")
            return
        lines = [*_held_lines(held), "Stays: every Finding at the same place, with what was decided about it."]
        _confirm_held(app, row, held, "Is it the same in {}?", lines, "Yes, it is the same", trust=True)

    _read_held(app, row, ask)


def _read_held(app: Host, row: Any, then: Callable[[list[Any]], None]) -> None:
    """What is held in an Operation, Record by Record."""
    from dojo_tui.model.operation import OutcomeStatus
    from dojo_tui.store.operations import outcomes

    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"

    def read() -> list[Any]:
        with workspace.store.database.read() as connection:
            return [found for found in outcomes(connection, row.id) if found.status is OutcomeStatus.HELD]

    app.jobs.read("held", read, then)


def _held_lines(held: Sequence[Any]) -> list[str]:
    lines = [f"{plain(found.record_name, 40)}: {plain(found.reason)}" for found in held[:6]]
    return [*lines, f"and {len(held) - 6:,} more"] if len(held) > 6 else lines


def _confirm_held(
    app: Host, row: Any, held: Sequence[Any], question: str, lines: list[str], yes: str, *, trust: bool
) -> None:
    """Ask, and then run it again with the answer, for the Records that are held."""
    from dojo_tui.ui.screens.confirm import Confirm

    ids = [found.record_id for found in held if found.record_id is not None] or None
    records = ids if row.type is OperationType.SYNC else None
    asked = question.format(f"{row.type} {plain(row.connector_label, 40)}")

    def answered(confirmed: bool | None) -> None:
        if confirmed:
            start(
                app,
                row.type,
                [(row.connector_id, row.connector_label, records)],
                accept_large_change=not trust,
                trust_renames=trust,
            )

    app.push_screen(Confirm(asked, lines, yes), answered)


def again(app: Host, context: Context) -> None:
    """The same kind of Operation; of a plan, what it planned."""
    from dojo_tui.model.operation import OutcomeStatus

    row = context.row
    if row.type is OperationType.SYNC and row.dry_run:
        _repeat(app, row, tuple(OutcomeStatus), dry_run=True)
    else:
        start(app, row.type, [(row.connector_id, row.connector_label, None)])


def retry(app: Host, context: Context) -> None:
    """Only what failed, is held or was not come to."""
    from dojo_tui.services.retry import undone

    workspace, row = app.workspace, context.row
    assert workspace is not None, "commands run once the store is open"

    def begin(left: Undone) -> None:
        records = list(left.record_ids) if left.record_ids is not None else None
        many = "" if records is None else f" of {len(records):,} Record{'' if len(records) == 1 else 's'}"

        def begun(ids: list[int]) -> None:
            app.tell(f"▶ {left.type} started again: what was left{many}. {keyed(SHOWN)}", "accent")
            app.await_end(ids)

        start(app, left.type, [(left.connector_id, left.connector_label, records)], dry_run=left.dry_run, done=begun)

    app.jobs.read("retry", lambda: undone(workspace.store.database, row.id), begin)


def apply_plan(app: Host, context: Context) -> None:
    """Do what a plan showed."""
    from dojo_tui.model.operation import OutcomeStatus

    _repeat(app, context.row, (OutcomeStatus.DONE, OutcomeStatus.HELD), show=True)


def _repeat(app: Host, row: Any, wanted: Sequence[Any], *, dry_run: bool = False, show: bool = False) -> None:
    """Run a Sync for those of its Records that ended in a certain way."""
    from dojo_tui.store.operations import outcomes

    workspace = app.workspace
    assert workspace is not None, "commands run once the store is open"

    def found() -> list[int]:
        with workspace.store.database.read() as connection:
            ended = outcomes(connection, row.id)
        return [one.record_id for one in ended if one.status in wanted and one.record_id is not None]

    def begin(ids: list[int]) -> None:
        records = [(row.connector_id, row.connector_label, ids or None)]
        done = (lambda started: open_operation(app, started[0])) if show else None
        start(app, row.type, records, dry_run=dry_run, done=done)

    app.jobs.read("again", found, begin)
