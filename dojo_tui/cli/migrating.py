"""What ``destinations migrate`` shows, asks and prints."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.output import Column, number, write_object, write_table
from dojo_tui.cli.running import stopped_by_signals
from dojo_tui.cli.workspace import confirmed
from dojo_tui.model.errors import CancelledError
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.services.migrate import Move, Moved
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.wiring import Workspace


def migrate(
    context: click.Context, workspace: Workspace, server: DestinationRow, *, dry_run: bool, yes: bool
) -> ExitCode:
    """Plan, show, ask, do, tell."""
    from dojo_tui.services.cancel import CancelToken
    from dojo_tui.services.migrate import Migration

    as_json = given(context).as_json
    token = CancelToken()
    here = workspace.server is not None and workspace.server.id == server.id
    destination = workspace.destination if here else workspace.destinations.connect(server)
    try:
        migration = Migration(workspace.store.database, destination, workspace.clock, workspace.who, token)
        moves = migration.plan()
        going = [move for move in moves if not move.skipped]
        if not as_json:
            _print_plan(server, moves)
        if dry_run or not going:
            if as_json:
                write_object(_plan_json(server, moves))
            return ExitCode.DONE
        confirmed(
            f"Move {number(len(going), 'Record')} to {inert(server.url)}?",
            "Everything in the embedded destination stays there; 'dojo-tui records undo' maps the Records back.",
            yes=yes,
        )
        with stopped_by_signals(token):
            done = _run(migration, moves, as_json=as_json)
    finally:
        if not here:
            destination.close()
    _print_end(server, done, as_json=as_json, chosen=here)
    if token.cancelled:
        return ExitCode.CANCELLED
    failed = any(one.status.value == "Failed" for one in done)
    return ExitCode.FAILED if failed else ExitCode.DONE


def _run(migration: Any, moves: Sequence[Move], *, as_json: bool) -> list[Moved]:
    done: list[Moved] = []

    def tell(moved: Moved) -> None:
        done.append(moved)
        if not as_json:
            one = moved.move.record
            said = f": {moved.reason}" if moved.reason else f": {number(moved.move.sent, 'Finding')}"
            place = f"{one.connector_label} {one.name} -> {one.product_name}"
            print(f"  {moved.status.value.lower():<8}{inert(place + said)}", flush=True)

    try:
        migration.run(moves, tell)
    except CancelledError:
        print("Stopped: the Records that are done stay moved. Run it again to go on.", file=sys.stderr)
    return done


def _print_plan(server: DestinationRow, moves: Sequence[Move]) -> None:
    if not moves:
        print(
            "No Record is mapped to a Product of the embedded destination: there is nothing to move.", file=sys.stderr
        )
        return
    write_table(
        moves,
        [
            Column("ID", lambda move: str(move.record.record_id), right=True),
            Column("CONNECTOR", lambda move: move.record.connector_label, at_most=20),
            Column("RECORD", lambda move: move.record.name, at_most=30),
            Column("PRODUCT", lambda move: move.record.product_name, at_most=30),
            Column("THERE", lambda move: move.skipped or ("exists" if move.product_exists else "is made"), at_most=30),
            Column("OPEN", lambda move: _severities(move.open)),
            Column("DISMISSED", lambda move: str(move.dismissed or "-"), right=True),
            Column("BY A PERSON", lambda move: str(move.triaged or "-"), right=True),
            Column("CLOSED, STAY", lambda move: str(move.closed or "-"), right=True),
        ],
    )
    going = [move for move in moves if not move.skipped]
    sent = sum(move.sent for move in going)
    print(f"{number(len(going), 'Record')} with {number(sent, 'Finding')} would go to {inert(server.url)}.")
    if closed := sum(move.closed for move in moves):
        stay = (
            "1 closed Finding is history, and stays"
            if closed == 1
            else f"{closed:,} closed Findings are history, and stay"
        )
        print(f"{stay} in the embedded destination.")


def _print_end(server: DestinationRow, done: Sequence[Moved], *, as_json: bool, chosen: bool) -> None:
    ended = Counter(one.status.value for one in done)
    if as_json:
        records = [{**_move_json(one.move), "status": one.status.value, "reason": one.reason} for one in done]
        write_object({"to": server.url, "dry_run": False, **_ended(ended), "records": records})
        return
    rest = [f"{ended[word]:,} {word.lower()}" for word in ("Skipped", "Failed") if ended[word]]
    print(f"{number(ended['Moved'], 'Record')} moved{''.join(f', {part}' for part in rest)}.")
    if ended["Moved"] and not chosen:
        print(f"Next: dojo-tui destinations use {inert(server.url)}")


def _plan_json(server: DestinationRow, moves: Sequence[Move]) -> Mapping[str, Any]:
    return {"to": server.url, "dry_run": True, **_ended(Counter()), "records": [_move_json(move) for move in moves]}


def _ended(ended: Mapping[str, int]) -> Mapping[str, int]:
    return {word.lower(): ended.get(word, 0) for word in ("Moved", "Skipped", "Failed")}


def _move_json(move: Move) -> dict[str, Any]:
    return {
        "record": move.record.record_id,
        "name": move.record.name,
        "connector": move.record.connector_label,
        "product": move.record.product_name,
        "product_type": move.record.product_type,
        "product_exists": move.product_exists,
        "open": {severity.label: move.open.get(severity, 0) for severity in reversed(Severity)},
        "dismissed": move.dismissed,
        "triaged": move.triaged,
        "closed": move.closed,
        "status": "Skipped" if move.skipped else "Planned",
        "reason": move.skipped,
    }


def _severities(counts: Mapping[Severity, int]) -> str:
    return ", ".join(f"{counts[one]:,} {one.label}" for one in reversed(Severity) if counts.get(one)) or "-"
