"""What ``records map`` shows and does about what Records leave behind in another Product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.output import Column, number, write_object, write_table
from dojo_tui.cli.shapes import leaving_json
from dojo_tui.model.operation import OperationType
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Change, Leaving, Left
    from dojo_tui.wiring import Workspace


def show(context: click.Context, leaving: Leaving, ids: Sequence[int], product: str, *, close: bool) -> None:
    """The plan: nothing was changed."""
    if given(context).as_json:
        write_object({"product": product, "count": len(ids), **leaving_json(leaving, close=close)})
        return
    write_table(
        leaving.records,
        [
            Column("ID", lambda row: str(row.record_id), right=True),
            Column("CONNECTOR", lambda row: row.connector_label, at_most=20),
            Column("RECORD", lambda row: row.name, at_most=40),
            Column("LEAVES", lambda row: row.product_name, at_most=30),
            Column("ACTIVE THERE", lambda row: _severities(row.open)),
            Column("DISMISSED", lambda row: _or_dash(row.dismissed), right=True),
            Column("CLOSED", lambda row: _or_dash(row.closed), right=True),
        ],
    )
    print(inert(f"Would map {number(len(ids), 'Record')} to {product}."))
    print(inert(_sentence(leaving, close=close)))


def close_old(context: click.Context, workspace: Workspace, change: Change) -> ExitCode:
    """Tell what was mapped, and close what the Records left, in an Operation for each Connector."""
    from dojo_tui.cli.operate import finish
    from dojo_tui.cli.running import Ran, Request, runner

    as_json = given(context).as_json
    if not as_json:
        print(inert(change.sentence), flush=True)
    requests = [
        Request(one.connector_id, one.connector_label, OperationType.CLOSE, one.record_ids) for one in change.closing
    ]
    ran = runner(context, workspace).run(requests) if requests else Ran()
    told = {"act": change.act, "count": change.count, "sentence": change.sentence}
    return finish(
        context, workspace, ran, nothing="Nothing active that can be closed was imported elsewhere.", beside=told
    )


def _sentence(leaving: Leaving, *, close: bool) -> str:
    if not leaving.records:
        return "They leave nothing behind in another Product."
    there = [one for one in leaving.closable if one.open]
    found = number(leaving.to_close, "active Finding")
    if close:
        said = (
            f"{found} would be closed in {_products(there)}." if there else "Nothing is active there: none is closed."
        )
    elif there:
        said = f"{found} would stay as they are in {_products(there)}; with --close-old they are closed."
    else:
        said = "Nothing is active there."
    apart = [one for one in leaving.records if one.product_ref in leaving.elsewhere]
    if apart:
        names = ", ".join(sorted(set(leaving.elsewhere.values())))
        said += f" What {number(len(apart), 'Record')} imported is in another destination, {names}, and stays."
    return said


def _products(left: Iterable[Left]) -> str:
    from dojo_tui.services.names import some_products

    return some_products(sorted({one.product_name for one in left}))


def _severities(found: Counter[Severity]) -> str:
    return ", ".join(f"{found[severity]:,} {severity.label}" for severity in sorted(found, reverse=True)) or "-"


def _or_dash(count: int) -> str:
    return f"{count:,}" if count else "-"
