"""What ``records history``, ``undo`` and ``redo`` show of mapping acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.output import Column, listing, local, write_object
from dojo_tui.cli.shapes import act_json, act_record_json, history_json, reversal_json
from dojo_tui.model.errors import UsageError
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Reversal
    from dojo_tui.wiring import Workspace


def of_record(context: click.Context, workspace: Workspace, record_id: int) -> None:
    """Every change of one Record's mapping."""
    clock = workspace.clock
    listing(
        workspace.mapper.history(record_id),
        [
            Column("AT", lambda row: local(row.at, clock)),
            Column("BY", lambda row: row.by),
            Column("ACT", lambda row: row.act + (" (undone)" if row.undone else "")),
            Column("FROM", lambda row: _place(row.from_state, row.from_product)),
            Column("TO", lambda row: _place(row.to_state, row.to_product)),
            Column("RULE", lambda row: row.rule or "-"),
        ],
        history_json,
        as_json=given(context).as_json,
        empty="Nobody has decided anything about this Record yet.",
    )


def acts(context: click.Context, workspace: Workspace, text: str, limit: int | None) -> None:
    """Every act that the filter shows."""
    from dojo_tui.store.act_filter import faults

    wrong = faults(text)
    if wrong:
        raise UsageError(
            f"--filter: {wrong[0].what}", do=f'To look for that very text, put it in quotes: "{wrong[0].term}".'
        )
    clock = workspace.clock
    listing(
        workspace.mapper.acts(text)[:limit],
        [
            Column("ACT", lambda row: str(row.id), right=True),
            Column("AT", lambda row: local(row.at, clock)),
            Column("BY", lambda row: row.by, at_most=20),
            Column("WHAT", lambda row: row.what),
            Column("TAKEN BACK", lambda row: "undone" if row.undone else "-"),
        ],
        act_json,
        as_json=given(context).as_json,
        empty="No act is like that." if text else "Nothing was mapped, ignored, restored or deleted yet.",
    )


def of_act(context: click.Context, workspace: Workspace, batch: int, limit: int | None) -> None:
    """What one act did to each of its Records."""
    listing(
        workspace.mapper.records_of(batch, limit),
        [
            Column("ID", lambda row: str(row.record_id), right=True),
            Column("RECORD", lambda row: row.name),
            Column("FROM", lambda row: _place(row.from_state, row.from_product)),
            Column("TO", lambda row: _place(row.to_state, row.to_product)),
            Column("RULE", lambda row: row.rule or "-"),
        ],
        act_record_json,
        as_json=given(context).as_json,
        empty="",
    )


def show(context: click.Context, workspace: Workspace, reversal: Reversal | None, nothing: str) -> None:
    """What undo or redo would do: nothing was changed."""
    if given(context).as_json:
        write_object({"act": None, "count": 0, "sentence": nothing} if reversal is None else reversal_json(reversal))
    elif reversal is None:
        print(nothing)
    else:
        row = reversal.act
        does = "take back" if reversal.verb == "undo" else "do again"
        print(inert(f"Would {does}: {row.what}, of {local(row.at, workspace.clock)} by {row.by}."))
        for sentence in reversal.consequences:
            print(f"  {inert(sentence)}")


def _place(state: str | None, product: str | None) -> str:
    return f"{state or '-'}, {product}" if product else state or "-"
