"""``dojo-tui findings``: what was imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given, near
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.output import Column, listing, local, write_object
from dojo_tui.cli.shapes import finding_json, triage_json
from dojo_tui.cli.sorting import order, sort_options
from dojo_tui.cli.workspace import connectors_named, opened
from dojo_tui.model.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from dojo_tui.services.export import Writer
    from dojo_tui.services.triage import Decided
    from dojo_tui.store.findings import FindingQuery, FindingRow
    from dojo_tui.wiring import Workspace


@make_group("findings")
def command() -> None:
    """List Findings, and decide about those of the embedded destination."""


@command.command("list")
@click.option("--product", metavar="NAME", help="Only this Product.")
@click.option("--record", metavar="ID", type=int, help="Only this Record.")
@click.option("--connector", metavar="LABEL", help="Only this Connector.")
@click.option("--active/--inactive", "active", default=None, help="Only active, or only inactive ones.")
@click.option("--filter", "text", metavar="TEXT", default="", help="The app's filter.")
@export_options(sarif=True)
@sort_options
@click.pass_context
def findings_list(
    context: click.Context,
    product: str | None,
    record: int | None,
    connector: str | None,
    active: bool | None,
    text: str,
    sort: str,
    reverse: bool,
) -> None:
    """List the Findings of the destination in use, the worst first.

    The filter: words, !word or -word, "two words", a OR b, severity:>=high, severity:high,low, is:active, is:closed,
    is:mitigated, is:false-positive, is:risk-accepted, is:out-of-scope, is:decided, is:dismissed, is:gone,
    is:under-review, is:verified, product:x, connector:x, record:x, tool:x, scanner:x, place:x, file:x, line:>9,
    rule:x, cve:x, cwe:79, component:x, title:x, tag:x, endpoint:x, service:x, id:x, cvss:>=7, epss:>=10%, found:<7d,
    seen:>=2026-11-01, closed:<7d.
    """
    with opened(context) as workspace:
        from dojo_tui.store.finding_filter import faults
        from dojo_tui.store.findings import SORTS, FindingQuery

        wrong = faults(text)
        if wrong:
            raise UsageError(
                f"--filter: {wrong[0].what}", do=f'To look for that very text, put it in quotes: "{wrong[0].term}".'
            )
        here = FindingQuery(destination_id=workspace.server.id if workspace.server else None, everywhere=False)
        query = replace(
            here,
            product_ref=_product_ref(workspace, product) if product is not None else None,
            record_id=_record_id(workspace, record) if record is not None else None,
            connector_id=connectors_named(workspace, [connector])[0].id if connector is not None else None,
            active=active,
            text=text,
            now=workspace.clock.local(workspace.clock.now()),
        )
        empty = replace(query, now=None) == here
        field, down = order(sort, SORTS, (query.sort, query.descending), reverse=reverse)
        query = replace(query, sort=field, descending=down)
        if exported(context, _stream(workspace, query), finding_json, "Finding", lambda: _sarif(workspace, query)):
            return
        listing(
            _stream(workspace, query),
            [
                Column("ID", lambda row: str(row.id), right=True),
                Column("SEVERITY", lambda row: row.severity.label),
                Column("STATUS", _status),
                Column("PRODUCT", lambda row: row.product_name, at_most=20),
                Column("TITLE", lambda row: row.title, at_most=60),
                Column("WHERE", _where, at_most=50),
            ],
            finding_json,
            as_json=given(context).as_json,
            empty="No Finding is like that."
            if not empty
            else "No Findings. 'dojo-tui sync' imports those of mapped Records.",
        )


@command.command("triage")
@click.argument("ids", metavar="ID…", type=int, nargs=-1, required=True)
@click.option("--false-positive", "decision", flag_value="false positive", help="The scanner is wrong.")
@click.option("--risk-accepted", "decision", flag_value="risk accepted", help="It is so, and we live with it.")
@click.option("--out-of-scope", "decision", flag_value="out of scope", help="It is not ours to fix.")
@click.option("--clear", "decision", flag_value="clear", help="No decision: it is work again.")
@click.option("--reason", metavar="TEXT", default="", help="Why; kept with the decision.")
@click.pass_context
def findings_triage(context: click.Context, ids: tuple[int, ...], decision: str | None, reason: str) -> None:
    """Decide about Findings of the embedded destination; every later Sync keeps it."""
    from dojo_tui.model.triage import Decision

    if decision is None:
        raise click.UsageError("Say what: --false-positive, --risk-accepted, --out-of-scope or --clear.")
    with opened(context, changes=True) as workspace:
        _tell(context, workspace.triage.decide(ids, Decision(decision), reason))


@command.command("undo")
@click.pass_context
def findings_undo(context: click.Context) -> None:
    """Take back the last decision about Findings."""
    with opened(context, changes=True) as workspace:
        _tell(context, workspace.triage.undo())


@command.command("redo")
@click.pass_context
def findings_redo(context: click.Context) -> None:
    """Decide again what undo took back."""
    with opened(context, changes=True) as workspace:
        _tell(context, workspace.triage.redo(), "There is nothing to do again.")


@command.command("history")
@click.argument("finding_id", metavar="ID", type=int)
@export_options()
@click.pass_context
def findings_history(context: click.Context, finding_id: int) -> None:
    """Show who decided what about a Finding, and why, the newest first."""
    with opened(context) as workspace:
        from dojo_tui.store.findings import finding_rows

        with workspace.store.database.read() as connection:
            if not finding_rows(connection, [finding_id]):
                raise NotFoundError(f"There is no Finding with the id {finding_id}.", do="See 'findings list'.")
        decisions = workspace.triage.history(finding_id)
        if exported(context, decisions, triage_json, "decision"):
            return
        listing(
            decisions,
            [
                Column("AT", lambda row: local(row.at, workspace.clock)),
                Column("BY", lambda row: row.by, at_most=20),
                Column("DECISION", lambda row: row.decision.value + (" (undone)" if row.undone else "")),
                Column("REASON", lambda row: row.reason, at_most=1_000),
            ],
            triage_json,
            as_json=given(context).as_json,
            empty="Nobody decided about this Finding yet.",
        )


def _tell(context: click.Context, decided: Decided | None, nothing: str = "There is nothing to undo.") -> None:
    as_json = given(context).as_json
    act, count, sentence = (decided.act, decided.count, decided.sentence) if decided else (None, 0, nothing)
    if as_json:
        write_object({"act": act, "count": count, "sentence": sentence})
    else:
        print(sentence)


def _stream(workspace: Workspace, query: FindingQuery) -> Iterator[FindingRow]:
    from dojo_tui.store.findings import stream_findings

    with workspace.store.database.read() as connection:
        yield from stream_findings(connection, query)


def _sarif(workspace: Workspace, query: FindingQuery) -> Writer:
    from dojo_tui.services.export import sarif_writer
    from dojo_tui.store.findings import finding_ids

    with workspace.store.database.read() as connection:
        ids = finding_ids(connection, query)
    return sarif_writer(workspace.store, ids)


def _product_ref(workspace: Workspace, name: str) -> str:
    refs = {product.name: product.ref for product in workspace.destination.products()}
    if name not in refs:
        raise NotFoundError(f"There is no Product '{name}'.", do=near(name, refs) or "See 'dojo-tui products list'.")
    return refs[name]


def _record_id(workspace: Workspace, record_id: int) -> int:
    from dojo_tui.store.records import record_rows

    with workspace.store.database.read() as connection:
        if not record_rows(connection, [record_id]):
            raise NotFoundError(f"There is no Record with the id {record_id}.", do="See 'dojo-tui records list'.")
    return record_id


def _status(row: FindingRow) -> str:
    words = (
        (row.false_p, "false positive"),
        (row.out_of_scope, "out of scope"),
        (row.risk_accepted, "risk accepted"),
        (row.active, "active"),
        (row.is_mitigated, "mitigated"),
    )
    status = next((word for is_so, word in words if is_so), "inactive")
    return f"{status}, gone" if row.gone else status


def _where(row: FindingRow) -> str:
    return (row.place if row.file_path else row.component or row.place) or "-"
