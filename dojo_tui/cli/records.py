"""``dojo-tui records``: list Records and decide what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.output import Column, listing, local, number, write_object
from dojo_tui.cli.shapes import record_json, suggestion_json
from dojo_tui.cli.sorting import order, sort_options
from dojo_tui.cli.workspace import confirmed, connector_named, connectors_named, opened
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.record import State
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Change, Reversal, Undone
    from dojo_tui.store.records import RecordQuery, RecordRow
    from dojo_tui.wiring import Workspace

IDS = click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would be done.")
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
@sort_options
@click.pass_context
def records_list(
    context: click.Context, states: tuple[str, ...], labels: tuple[str, ...], text: str, sort: str, reverse: bool
) -> None:
    """List Records.

    The filter: words, !word or -word, "two words", a OR b, state:new,ignored (or mapped, unmapped, away),
    connector:burp, tool:burp, product:shop, name:api, id:x, seen:<7d, found:>=2026-11-01, synced:never, decided:<1h,
    by:ada, suggestion:shop, sure:>0.9, destination:x, reason:x.
    """
    with opened(context) as workspace:
        from dojo_tui.store.record_filter import faults
        from dojo_tui.store.records import SORTS, RecordQuery, is_away

        wrong = faults(text)
        if wrong:
            raise UsageError(
                f"--filter: {wrong[0].what}", do=f'To look for that very text, put it in quotes: "{wrong[0].term}".'
            )
        wanted = tuple(State.parse(word) for word in states)
        ids: list[int | None] = [row.id for row in connectors_named(workspace, labels)]
        clock = workspace.clock
        now = clock.local(clock.now())
        in_use = workspace.in_use
        field, down = order(sort, SORTS, ("name", False), reverse=reverse)
        queries = [RecordQuery(wanted, one, text, field, down, now, in_use) for one in ids or [None]]
        if exported(context, _stream(workspace, queries), record_json, "Record"):
            return
        listing(
            _stream(workspace, queries),
            [
                Column("ID", lambda row: str(row.id), right=True),
                Column("STATE", lambda row: "Away" if is_away(row, in_use) else row.state.value),
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
@click.option("--close-old", is_flag=True, help="Close what these Records imported into other Products before.")
@click.option("--dry-run", is_flag=True, help="Show what would stay in other Products, or be closed; change nothing.")
@click.pass_context
def records_map(
    context: click.Context,
    ids: tuple[int, ...],
    product: str,
    product_type: str | None,
    close_old: bool,
    dry_run: bool,
) -> int:
    """Map Records to a Product; the next Sync imports them.

    What they imported into another Product before stays there as it is, or is closed there with --close-old: their own
    Findings only, and what somebody decided about these is kept.
    """
    with opened(context, changes=not dry_run) as workspace:
        from dojo_tui.cli import remapping

        known = _existing(workspace, ids)
        if dry_run:
            leaving = workspace.mapper.leaving(known, product)
            remapping.show(context, leaving, known, product.strip(), close=close_old)
            return ExitCode.DONE
        change = workspace.mapper.map(known, product, product_type, close=close_old)
        if close_old:
            return remapping.close_old(context, workspace, change)
        tell(context, change)
        return ExitCode.DONE


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
@DRY_RUN
@click.option("--yes", is_flag=True, help="Take it back although newer acts stay, or it leads to another destination.")
@click.pass_context
def records_undo(context: click.Context, dry_run: bool, yes: bool) -> None:
    """Take back your last mapping act; 'rules undo' takes back what the rules did at a Discover.

    Where something newer happened that cannot be taken back so, or the act was one between destinations, it is only
    told what would be taken back; --yes does it.
    """
    with opened(context, changes=not dry_run) as workspace:
        take_back(context, workspace, None, dry_run=dry_run, nothing="There is nothing to undo.", yes=yes)


@command.command("redo")
@DRY_RUN
@click.option("--yes", is_flag=True, help="Do it again although it leads to another destination.")
@click.pass_context
def records_redo(context: click.Context, dry_run: bool, yes: bool) -> None:
    """Do again what was undone last."""
    with opened(context, changes=not dry_run) as workspace:
        from dojo_tui.cli import acts

        nothing = "There is nothing to redo."
        if dry_run:
            acts.show(context, workspace, workspace.mapper.next_redo(), nothing)
        else:
            shown = _unless_surprising(workspace, workspace.mapper.next_redo(), yes=yes)
            tell(context, workspace.mapper.redo(shown), nothing=nothing)


def take_back(
    context: click.Context, workspace: Workspace, by: str | None, *, dry_run: bool, nothing: str, yes: bool = True
) -> None:
    """Take back the last act of somebody (of this person by default), or show what that would do."""
    from dojo_tui.cli import acts

    if dry_run:
        acts.show(context, workspace, workspace.mapper.next_undo(by), nothing)
    else:
        shown = _unless_surprising(workspace, workspace.mapper.next_undo(by), yes=yes)
        tell(context, workspace.mapper.undo(by, shown), nothing=nothing)


def _unless_surprising(workspace: Workspace, reversal: Reversal | None, *, yes: bool) -> int | None:
    """The act; raises UsageError where a person most likely means another one and did not say yes."""
    if reversal is None:
        return None
    row = reversal.act
    if reversal.surprises and not yes:
        does = "taken back" if reversal.verb == "undo" else "done again"
        raise UsageError(
            f"The last act that can be {does} is '{row.what}', of {local(row.at, workspace.clock)} by {row.by}. "
            + " ".join(reversal.consequences),
            safe="Nothing was changed.",
            do=f"If you mean that one: 'dojo-tui records {reversal.verb} --yes'.",
        )
    return row.id


@command.command("history")
@click.argument("record_id", metavar="[ID]", type=int, required=False)
@click.option(
    "--filter", "text", metavar="TEXT", default="", help="Words, !word, act:map, by:ada, product:x, record:x, when:<7d"
)
@click.option("--act", type=click.IntRange(1, 2**63 - 1), metavar="N", help="The Records of one act, instead of acts.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The first N lines only.")
@click.pass_context
def records_history(
    context: click.Context, record_id: int | None, text: str, act: int | None, limit: int | None
) -> None:
    """List all mapping acts; with the ID of a Record, who mapped it to what, and when.

    The filter: words of what was done and who did it, !word or -word, "two words", act:map (ignore, restore, delete,
    migrate, undo, redo), by:ada, product:shop, record:api, when:<7d, when:>30d, is:undone.
    """
    if record_id is not None and (text or limit or act):
        raise UsageError("The history of one Record is shown whole.", do="Or use --filter record:NAME.")
    if act is not None and text:
        raise UsageError("--filter chooses acts, and --act is one.", do="Give one of them.")
    with opened(context) as workspace:
        from dojo_tui.cli import acts

        if act is not None:
            acts.of_act(context, workspace, act, limit)
        elif record_id is None:
            acts.acts(context, workspace, text, limit)
        else:
            _existing(workspace, (record_id,))
            acts.of_record(context, workspace, record_id)


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
