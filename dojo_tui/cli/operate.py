"""What ``discover``, ``sync`` and ``run-due`` share: telling what came of the Operations."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.failures import ExitCode, tell
from dojo_tui.cli.output import write_object
from dojo_tui.cli.report import exit_code, print_operation
from dojo_tui.cli.shapes import operation_json, outcome_json, sentences
from dojo_tui.model.operation import OutcomeStatus, Status
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.cli.running import Ran
    from dojo_tui.store.operations import OperationRow
    from dojo_tui.wiring import Workspace


def finish(
    context: click.Context, workspace: Workspace, ran: Ran, *, nothing: str, beside: Mapping[str, Any] | None = None
) -> ExitCode:
    """Print what came of it and return the exit code. ``beside`` is what else the JSON says."""
    from dojo_tui.store import operations as stored

    as_json = given(context).as_json
    with workspace.store.database.read() as connection:
        rows = [_as_told(row, ran) for row in stored.operation_rows(connection, ran.operation_ids)]
        outcomes = {row.id: stored.outcomes(connection, row.id) for row in rows}
    if as_json:
        shapes = []
        for row in rows:
            shape = dict(operation_json(row, outcomes[row.id]))
            shape["notes"] = sentences((one for one in outcomes[row.id] if one.reason), OutcomeStatus.DONE)
            if row.dry_run:
                shape["outcomes"] = [outcome_json(outcome) for outcome in outcomes[row.id]]
            shapes.append(shape)
        write_object({**(beside or {}), "operations": shapes})
    for row in rows:
        if not as_json:
            print_operation(row, outcomes[row.id])
    sys.stdout.flush()
    completed = [row for row in rows if row.status is Status.COMPLETED and row.error]
    for warning in [*ran.warnings, *(f"{row.connector_label}: {row.error}" for row in completed)]:
        print(f"Warning: {inert(warning)}", file=sys.stderr)
    for error in ran.busy:
        tell(error, as_json=as_json)
    if ran.hung_up:
        return ExitCode.HUNG_UP
    if ran.cancelled:
        return ExitCode.CANCELLED
    if ran.busy:
        return ExitCode.FAILED
    if not rows and not as_json:
        print(nothing, file=sys.stderr)
    return exit_code(rows)


def _as_told(row: OperationRow, ran: Ran) -> OperationRow:
    """The Operation as it ended, also where the store could not be told (a full disk)."""
    told = ran.ended.get(row.id)
    if row.status.ended or told is None:
        return row
    return replace(row, status=told.status, counts=dict(told.counts), error=told.error)
