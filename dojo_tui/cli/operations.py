"""``dojo-tui operations``: what ran, what runs, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.output import Column, listing, local, write_object, write_table
from dojo_tui.cli.remedies import helps
from dojo_tui.cli.report import duration_text
from dojo_tui.cli.shapes import log_json, operation_json, outcome_json
from dojo_tui.cli.sorting import order, sort_options
from dojo_tui.cli.workspace import connectors_named, opened
from dojo_tui.model.errors import UsageError
from dojo_tui.model.operation import OperationType, Status, Trigger, counts_text
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.store.operations import LogRow, OperationQuery, OperationRow, OutcomeRow
    from dojo_tui.wiring import Workspace


@make_group("operations")
def command() -> None:
    """List, show, retry or cancel Operations."""


@command.command("list")
@click.option("--connector", "labels", metavar="LABEL", multiple=True, help="Only this Connector; repeat for several.")
@click.option("--type", "kind", type=click.Choice([kind.value for kind in OperationType], case_sensitive=False))
@click.option("--trigger", type=click.Choice([trigger.value for trigger in Trigger], case_sensitive=False))
@click.option("--status", type=click.Choice([status.value for status in Status], case_sensitive=False))
@click.option("--filter", "text", metavar="TEXT", default="", help="The app's filter.")
@export_options()
@sort_options
@click.pass_context
def operations_list(
    context: click.Context,
    labels: tuple[str, ...],
    kind: str | None,
    trigger: str | None,
    status: str | None,
    text: str,
    sort: str,
    reverse: bool,
) -> None:
    """List Operations, the newest first.

    The filter: words, !word or -word, "two words", a OR b, status:failed,held, type:sync, connector:x, trigger:manual,
    started:<7d, ended:>=2026-11-01, took:>60 (seconds), record:x, product:x, tool:x, error:x.
    """
    with opened(context) as workspace:
        from dojo_tui.store.operation_filter import faults
        from dojo_tui.store.operations import SORTS, OperationQuery

        ids: list[int | None] = [row.id for row in connectors_named(workspace, labels)]
        queries = [
            OperationQuery(
                connector_id=connector,
                type=OperationType(kind) if kind else None,
                status=Status(status) if status else None,
                trigger=Trigger(trigger) if trigger else None,
                text=text,
                now=workspace.clock.local(workspace.clock.now()),
            )
            for connector in ids or [None]
        ]
        wrong = faults(text)
        if wrong:
            raise UsageError(
                f"--filter: {wrong[0].what}", do=f'To look for that very text, put it in quotes: "{wrong[0].term}".'
            )
        field, down = order(sort, SORTS, ("id", True), reverse=reverse)
        queries = [replace(query, sort=field, descending=down) for query in queries]
        clock = workspace.clock
        if exported(context, _stream(workspace, queries), lambda row: _with_reasons(workspace, row), "Operation"):
            return
        listing(
            _stream(workspace, queries),
            [
                Column("ID", lambda row: str(row.id), right=True),
                Column("CONNECTOR", lambda row: row.connector_label, at_most=20),
                Column("TYPE", lambda row: row.type.value + (" (dry run)" if row.dry_run else "")),
                Column("STATUS", lambda row: row.status.value),
                Column("TRIGGER", lambda row: row.trigger.value),
                Column("STARTED", lambda row: local(row.started_at, clock)),
                Column("TOOK", lambda row: duration_text(row.duration_s), right=True),
                Column("COUNTS", lambda row: counts_text(row.counts)),
            ],
            lambda row: _with_reasons(workspace, row),
            as_json=given(context).as_json,
            empty="No Operation is like that."
            if labels or kind or status or trigger or text
            else "No Operations yet. 'dojo-tui discover' is the first.",
        )


@command.command("show")
@click.argument("operation_id", metavar="ID", type=int)
@click.pass_context
def operations_show(context: click.Context, operation_id: int) -> None:
    """Show one Operation: counts, what became of each Record, and the log."""
    with opened(context) as workspace:
        from dojo_tui.store import operations as stored

        with workspace.store.database.read() as connection:
            row = stored.operation(connection, operation_id)
            outcomes = stored.outcomes(connection, operation_id)
            log = stored.log_lines(connection, operation_id)
        if given(context).as_json:
            whole = {
                **operation_json(row, outcomes),
                "outcomes": [outcome_json(outcome) for outcome in outcomes],
                "helps": [one.command for one in helps(row, outcomes)],
                "log": [log_json(line) for line in log],
            }
            write_object(whole)
        else:
            _show(workspace, row, outcomes, log)


@command.command("cancel")
@click.argument("operation_id", metavar="ID", type=int)
@click.pass_context
def operations_cancel(context: click.Context, operation_id: int) -> None:
    """Ask a queued or running Operation to stop, whichever process runs it."""
    with opened(context, changes=True) as workspace:
        from dojo_tui.store import operations as stored

        with workspace.store.database.read() as connection:
            row = stored.operation(connection, operation_id)
        if row.status.ended:
            raise UsageError(f"Operation {operation_id} has ended already: {row.status.value}.")
        workspace.operations.cancel(operation_id)
        sentence = f"Operation {operation_id} was asked to stop; what it has finished stays."
        if given(context).as_json:
            write_object({"id": operation_id, "sentence": sentence})
        else:
            print(sentence)


@command.command("retry")
@click.argument("operation_id", metavar="ID", type=int)
@click.pass_context
def operations_retry(context: click.Context, operation_id: int) -> int:
    """Run again only what failed, is held or was not come to, as an Operation of its own."""
    with opened(context, changes=True) as workspace:
        from dojo_tui.cli.operate import finish
        from dojo_tui.cli.running import Request, runner
        from dojo_tui.services.retry import undone

        left = undone(workspace.store.database, operation_id)
        request = Request(left.connector_id, left.connector_label, left.type, left.record_ids, left.dry_run)
        return finish(
            context,
            workspace,
            runner(context, workspace).run([request]),
            nothing="Nothing was started.",
        )


def _stream(workspace: Workspace, queries: list[OperationQuery]) -> Iterator[OperationRow]:
    from dojo_tui.store.ids import chunks
    from dojo_tui.store.operations import operation_ids, operation_rows

    with workspace.store.database.read() as connection:
        for query in queries:
            for chunk in chunks(operation_ids(connection, query)):
                yield from operation_rows(connection, chunk)


def _with_reasons(workspace: Workspace, row: OperationRow) -> Mapping[str, Any]:
    from dojo_tui.store.operations import outcomes

    if not _has_reasons(row):
        return operation_json(row, ())
    with workspace.store.database.read() as connection:
        return operation_json(row, outcomes(connection, row.id))


def _has_reasons(row: OperationRow) -> bool:
    """False spares a query: the counts tell that no Record failed, was held or skipped."""
    return bool(row.counts.get("failed") or row.counts.get("skipped") or row.type is OperationType.DISCOVER)


def _show(workspace: Workspace, row: OperationRow, outcomes: list[OutcomeRow], log: list[LogRow]) -> None:
    clock = workspace.clock
    print(f"Operation {row.id}: {row.type.value} of {inert(row.connector_label)}, {row.trigger.value}")
    print(f"  Status   {row.status.value}{' (dry run)' if row.dry_run else ''}")
    print(f"  Started  {local(row.started_at, clock)}, took {duration_text(row.duration_s)}")
    print(f"  Counts   {counts_text(row.counts)}")
    if row.error:
        print(f"  Error    {inert(row.error)}")
    if outcomes:
        print()
        write_table(
            outcomes,
            [
                Column("STATUS", lambda outcome: outcome.status.value),
                Column("RECORD", lambda outcome: outcome.record_name, at_most=40),
                Column("COUNTS", lambda outcome: counts_text(outcome.counts)),
                Column("REASON", lambda outcome: outcome.reason, at_most=10_000),
            ],
        )
    if found := helps(row, outcomes):
        print("\nWhat helps")
        for one in found:
            if one.records:
                print(f"  {one.records}:")
            print(f"    {one.command}  # {one.says}")
    if log:
        print()
        write_table(
            log,
            [
                Column("AT", lambda line: local(line.at, clock)),
                Column("LEVEL", lambda line: line.level.value),
                Column("MESSAGE", lambda line: line.message, at_most=10_000),
            ],
        )
