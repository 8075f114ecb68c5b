"""What an Operation did, in words for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from shlex import quote
from typing import TYPE_CHECKING

from dojo_tui.cli.failures import ExitCode
from dojo_tui.model.cause import Cause
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status, counts_text
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.store.operations import OperationRow, OutcomeRow

SHOWN = 20
"""Lines of one kind that are printed before the rest is only counted."""


_FAILED = {Status.FAILED, Status.PARTLY_FAILED, Status.INTERRUPTED}


def duration_text(seconds: float | None) -> str:
    """``12 ms``, ``0.4 s``, ``3 min 12 s``, ``2 h 05 min``; a dash when it is not known."""
    if seconds is None:
        return "-"
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def print_operation(row: OperationRow, outcomes: Iterable[OutcomeRow]) -> None:
    """Print the end of an Operation, and of its Records those that a person should know about; all for a dry run."""
    plan = " (plan only, nothing was changed)" if row.dry_run else ""
    took = f" in {duration_text(row.duration_s)}" if row.duration_s is not None else ""
    ended = f"{row.type.value} {row.status.value.lower()}{took}{plan}"
    print(f"{inert(row.connector_label)}: {ended}: {counts_text(row.counts)}")
    if row.error:
        print(f"  {'Warning: ' if row.status is Status.COMPLETED else ''}{inert(row.error)}")
    shown: dict[OutcomeStatus, int] = {}
    held: set[Cause] = set()
    for outcome in outcomes:
        if outcome.status is OutcomeStatus.HELD:
            held.add(outcome.cause)
        if outcome.status is OutcomeStatus.DONE and not outcome.reason and not row.dry_run:
            continue
        shown[outcome.status] = shown.get(outcome.status, 0) + 1
        if shown[outcome.status] <= SHOWN or row.dry_run:
            print(f"  {_outcome_text(outcome, dry_run=row.dry_run)}")
    for status, count in shown.items():
        if count > SHOWN and not row.dry_run:
            print(f"  … {count - SHOWN:,} more {status.value.lower()}: dojo-tui operations show {row.id}")
    if row.type is OperationType.SYNC and row.status is Status.COMPLETED and not any(row.counts.values()):
        print("  None of its Records is mapped: 'dojo-tui records list --state New' shows what can be.")
    if row.status is Status.HELD:
        for advice in _advice(row, held):
            print(f"  {advice}")


def exit_code(rows: Iterable[OperationRow]) -> ExitCode:
    """The exit code for Operations that ran together: the worst of them counts."""
    statuses = {row.status for row in rows}
    if Status.CANCELLED in statuses:
        return ExitCode.CANCELLED
    if statuses & _FAILED or not all(status.ended for status in statuses):
        return ExitCode.FAILED
    return ExitCode.HELD if Status.HELD in statuses else ExitCode.DONE


def _advice(row: OperationRow, held: AbstractSet[Cause]) -> Iterator[str]:
    """What to do about an Operation that was held, for these causes."""
    if row.type is OperationType.DISCOVER:
        yield "If that is right, run it again with --accept-large-change; until then all of them stay as they are."
        return
    if Cause.UNCLEAR in held:
        yield f"Settle it with: dojo-tui connectors edit {quote(inert(row.connector_label))} --option NAME=VALUE"
    if held == {Cause.UNCLEAR}:
        return
    if Cause.RENAMED in held:
        yield "If what seems renamed is the same, sync with --trust-renames: its Findings stay, and what was decided."
    if held <= {Cause.UNCLEAR, Cause.RENAMED}:
        yield "If it is another one, sync with --accept-large-change: its Findings are closed, and made anew."
    elif row.dry_run:
        yield "This is what would be held; to apply it, sync with --accept-large-change."
    else:
        yield "Look at the plan with --dry-run; to apply it, run it again with --accept-large-change."


def _outcome_text(outcome: OutcomeRow, *, dry_run: bool) -> str:
    word = "plan" if dry_run and outcome.status is OutcomeStatus.DONE else outcome.status.value.lower()
    planned = dry_run and outcome.status in (OutcomeStatus.DONE, OutcomeStatus.HELD)
    said = "; ".join(part for part in (counts_text(outcome.counts) if planned else "", outcome.reason) if part)
    return f"{word:<10}{inert(outcome.record_name)}{f': {inert(said)}' if said else ''}"
