"""``dojo-tui sync``: import the Findings of mapped Records."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import command as make_command
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.workspace import all_connectors, connectors_named, opened
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.operation import OperationType

if TYPE_CHECKING:
    from dojo_tui.wiring import Workspace


@make_command("sync")
@click.argument("labels", metavar="[LABEL]...", nargs=-1)
@click.option(
    "--record", "record_ids", metavar="ID", type=int, multiple=True, help="Only this Record; repeat for several."
)
@click.option("--dry-run", is_flag=True, help="Show what would change and change nothing.")
@click.option("--full", is_flag=True, help="Send everything to the DefectDojo server, unchanged or not.")
@click.option(
    "--accept-large-change",
    is_flag=True,
    help="Close Findings even if they are suspiciously many, or if what found them only seems to be renamed.",
)
@click.option(
    "--trust-renames", is_flag=True, help="What seems to be renamed is the same: its Findings and decisions stay."
)
@click.pass_context
def command(
    context: click.Context,
    labels: tuple[str, ...],
    record_ids: tuple[int, ...],
    dry_run: bool,
    full: bool,
    accept_large_change: bool,
    trust_renames: bool,
) -> int:
    """Import the Findings of Records that are mapped and Good.

    Without a LABEL or --record, every Connector is synced.
    """
    if full and dry_run:
        raise UsageError("--full sends everything, and --dry-run nothing.", do="Leave out one of both.")
    with opened(context, changes=True) as workspace:
        from dojo_tui.cli.operate import finish
        from dojo_tui.cli.running import Request, runner

        if record_ids:
            targets = _of_records(workspace, labels, record_ids)
        else:
            rows = connectors_named(workspace, labels) if labels else all_connectors(workspace)
            targets = {(row.id, row.label): None for row in rows}
        if full:
            for (connector_id, _), ids in targets.items():
                workspace.destination.resend(connector_id, None if ids is None else _scopes(workspace, ids))
        requests = [
            Request(
                connector_id,
                label,
                OperationType.SYNC,
                record_ids=ids,
                dry_run=dry_run,
                accept_large_change=accept_large_change,
                trust_renames=trust_renames,
            )
            for (connector_id, label), ids in targets.items()
        ]
        ran = runner(context, workspace).run(requests)
        code = finish(
            context, workspace, ran, nothing="There is no Connector yet. Add one with 'dojo-tui connectors add'."
        )
        if record_ids and code is ExitCode.DONE and not any(each.counts.get("records") for each in ran.ended.values()):
            return ExitCode.FAILED  # none of those that were asked for; what was printed says why
        return code


def _scopes(workspace: Workspace, record_ids: tuple[int, ...]) -> list[str]:
    from dojo_tui.store.records import record_rows

    with workspace.store.database.read() as connection:
        return [row.scope for row in record_rows(connection, record_ids)]


def _of_records(
    workspace: Workspace, labels: tuple[str, ...], record_ids: tuple[int, ...]
) -> dict[tuple[int, str], tuple[int, ...] | None]:
    from dojo_tui.store.records import record_rows

    allowed = {row.id for row in connectors_named(workspace, labels)}
    with workspace.store.database.read() as connection:
        rows = {row.id: row for row in record_rows(connection, dict.fromkeys(record_ids))}
    found: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for record_id in dict.fromkeys(record_ids):
        if record_id not in rows:
            raise NotFoundError(f"There is no Record with the id {record_id}.", do="See 'dojo-tui records list'.")
        row = rows[record_id]
        if allowed and row.connector_id not in allowed:
            raise UsageError(f"Record {record_id} belongs to the Connector '{row.connector_label}'.")
        found[row.connector_id, row.connector_label].append(record_id)
    return {target: tuple(ids) for target, ids in found.items()}
