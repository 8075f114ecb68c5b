"""``dojo-tui records``: list Records and decide what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.output import Column, listing, local, number, write_object
from dojo_tui.cli.shapes import history_json, record_json, suggestion_json
from dojo_tui.cli.workspace import confirmed, connector_named, connectors_named, opened
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.record import State
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Change, Undone
    from dojo_tui.store.records import RecordQuery, RecordRow
    from dojo_tui.wiring import Workspace

IDS = click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
STATES = click.Choice([state.value for state in State], case_sensitive=False)


@make_group("records")
def command() -> None:
    """List Records; map, ignore, restore or delete them; undo that."""


@command.command("list")
@click.option("--state", "states", type=STATES, multiple=True, help="Only this state; repeat for several.")
@click.option("--connector", "labels", metavar="LABEL", multiple=True, help="Only this Connector; repeat for several.")
@click.option(
    "--filter", "text", metavar="TEXT", default="", help="The app's filter: words, !word, product:word, seen:<7d …"
)
@export_options()
@click.pass_context
def records_list(context: click.Context, states: tuple[str, ...], labels: tuple[str, ...], text: str) -> None:
    """List Records.

    The filter: words, !word or -word, "two words", state:new, connector:burp, product:shop, name:api, seen:<7d,
    found:<1d, synced:>30d, synced:never, decided:<1h, suggestion:shop, sure:>0.9.
    """
    with opened(context) as workspace:
        from dojo_tui.store.record_filter import faults
        from dojo_tui.store.records import RecordQuery

        wrong = faults(text)
        if wrong:
            raise UsageError(
                f"--filter: {wrong[0].what}", do=f'To look for that very text, put it in quotes: "{wrong[0].term}".'
            )
        wanted = tuple(State.parse(word) for word in states)
        ids: list[int | None] = [row.id for row in connectors_named(workspace, labels)]
        clock = workspace.clock
        now = clock.now()
        queries = [RecordQuery(states=wanted, connector_id=one, text=text, now=now) for one in ids or [None]]
        if exported(context, _stream(workspace, queries), record_json, "Record"):
            return
        listing(
            _stream(workspace, queries),
            [
                Column("ID", lambda row: str(row.id), right=True),
                Column("STATE", lambda row: row.state.value),
                Column("CONNECTOR", lambda row: row.connector_label, at_most=20),
                Column("NAME", lambda row: row.name, at_most=40),
                Column("PRODUCT", lambda row: row.product_name or "-", at_most=30),
                Column("LAST SEEN", lambda row: local(row.last_discovered_at, clock)),
                Column("LAST SYNC", lambda row: local(row.last_synced_at, clock)),
            ],
            record_json,
            as_json=given(context).as_json,
            empty="No Record is like that."
            if states or labels or text
            else "No Records. 'dojo-tui discover' finds what the Connectors' tools hold.",
        )


@command.command("map")
@IDS
@click.option("--product", required=True, metavar="NAME", help="Product to map to; it is created if there is none.")
@click.option("--product-type", metavar="NAME", help="Product Type of a Product that has to be created.")
@click.pass_context
def records_map(context: click.Context, ids: tuple[int, ...], product: str, product_type: str | None) -> None:
    """Map Records to a Product; the next Sync imports them."""
    with opened(context, changes=True) as workspace:
        tell(context, workspace.mapper.map(_existing(workspace, ids), product, product_type))


@command.command("suggest")
@click.option("--connector", "label", metavar="LABEL", help="Only New Records of this Connector.")
@click.option(
    "--threshold",
    type=click.FloatRange(0.5, 1),
    default=0.9,
    show_default=True,
    help="How sure a suggestion must be, from 0.5 to 1.",
)
@click.option("--apply", "accept", is_flag=True, help="Map them, as one act that 'records undo' takes back.")
@click.pass_context
def records_suggest(context: click.Context, label: str | None, threshold: float, accept: bool) -> None:
    """Show the most likely Product of each New Record, or map to it."""
    with opened(context, changes=accept) as workspace:
        from dojo_tui.store.suggestions import new_records

        connector_id = connector_named(workspace, label).id if label else None
        if accept:
            workspace.suggestions.refresh()
            tell(context, workspace.suggestions.accept(threshold=threshold, connector_id=connector_id))
            return
        with workspace.store.database.read() as connection:
            ids = [record.id for record in new_records(connection, connector_id)]
        found = [row for row in workspace.suggestions.suggest(ids) if row.confidence >= threshold]
        listing(
            sorted(found, key=lambda row: (row.product_name.lower(), row.name.lower(), row.record_id)),
            [
                Column("ID", lambda row: str(row.record_id), right=True),
                Column("NAME", lambda row: row.name, at_most=40),
                Column("PRODUCT", lambda row: row.product_name, at_most=30),
                Column("SURE", lambda row: f"{row.confidence:.0%}", right=True),
                Column("WHY", lambda row: row.why, at_most=40),
            ],
            suggestion_json,
            as_json=given(context).as_json,
            empty=f"No New Record has a suggestion that is {threshold:.0%} sure.",
        )


@command.command("ignore")
@IDS
@click.pass_context
def records_ignore(context: click.Context, ids: tuple[int, ...]) -> None:
    """Decide that Records are not to be imported; what was imported stays."""
    with opened(context, changes=True) as workspace:
        tell(context, workspace.mapper.ignore(_existing(workspace, ids)))


@command.command("restore")
@IDS
@click.pass_context
def records_restore(context: click.Context, ids: tuple[int, ...]) -> None:
    """Make ignored Records New again."""
    with opened(context, changes=True) as workspace:
        tell(context, workspace.mapper.restore(_existing(workspace, ids)))


@command.command("delete")
@IDS
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def records_delete(context: click.Context, ids: tuple[int, ...], yes: bool) -> None:
    """Delete Records; Findings that were imported stay."""
    with opened(context, changes=True) as workspace:
        known = _existing(workspace, ids)
        confirmed(
            f"Delete {number(len(known), 'Record')}?",
            "Their Findings, Tests and Engagements stay. What still exists at the tool comes back with the next "
            "Discover: as New, or mapped where auto-map is on. 'dojo-tui records undo' takes it back.",
            yes=yes,
        )
        tell(context, workspace.mapper.delete(known))


@command.command("undo")
@click.pass_context
def records_undo(context: click.Context) -> None:
    """Take back the last mapping act."""
    with opened(context, changes=True) as workspace:
        tell(context, workspace.mapper.undo(), nothing="There is nothing to undo.")


@command.command("redo")
@click.pass_context
def records_redo(context: click.Context) -> None:
    """Do again what was undone last."""
    with opened(context, changes=True) as workspace:
        tell(context, workspace.mapper.redo(), nothing="There is nothing to redo.")


@command.command("history")
@click.argument("record_id", metavar="ID", type=int)
@click.pass_context
def records_history(context: click.Context, record_id: int) -> None:
    """Show who mapped a Record to what, and when."""
    with opened(context) as workspace:
        _existing(workspace, (record_id,))
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


def _place(state: str | None, product: str | None) -> str:
    return f"{state or '-'}, {product}" if product else state or "-"


def _existing(workspace: Workspace, ids: tuple[int, ...]) -> list[int]:
    """``ids``, each once; raises NotFoundError when one of them is no Record's, before anything is changed."""
    from dojo_tui.store.records import record_rows

    wanted = list(dict.fromkeys(ids))
    with workspace.store.database.read() as connection:
        found = {row.id for row in record_rows(connection, wanted)}
    unknown = [str(one) for one in wanted if one not in found]
    if unknown:
        raise NotFoundError(
            f"There is no Record with the id {', '.join(unknown[:10])}{' …' if len(unknown) > 10 else ''}.",
            safe="Nothing was changed.",
            do="'dojo-tui records list' shows the ids.",
        )
    return wanted


def _stream(workspace: Workspace, queries: list[RecordQuery]) -> Iterator[RecordRow]:
    from dojo_tui.store.records import stream_records

    with workspace.store.database.read() as connection:
        for query in queries:
            yield from stream_records(connection, query)


def tell(context: click.Context, change: Change | Undone | None, nothing: str = "") -> None:
    """Print what a mapping act did."""
    as_json = given(context).as_json
    if change is None:
        if as_json:
            write_object({"act": None, "count": 0, "sentence": nothing})
        else:
            print(nothing)
    elif as_json:
        write_object({"act": change.act, "count": change.count, "sentence": change.sentence})
    else:
        print(inert(change.sentence))
