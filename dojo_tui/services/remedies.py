"""Which actions help where an Operation, or a Record in it, did not end as it should: the likeliest first."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from dojo_tui.model.cause import Cause
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status

if TYPE_CHECKING:
    from dojo_tui.store.operations import OperationRow, OutcomeRow


class Remedy(Enum):
    """Something a person can do about it; the app has a key for each, the shell a command."""

    EDIT = auto()
    CHECK = auto()
    DISCOVER = auto()
    REMAP = auto()
    PLAN = auto()
    SAME = auto()
    ANOTHER = auto()
    CONFIRM = auto()
    DESTINATION = auto()
    RETRY = auto()


SAYS = {
    Remedy.EDIT: "edit the Connector: its location, secret and options",
    Remedy.CHECK: "check the Connector: step by step what works",
    Remedy.DISCOVER: "Discover: see what is there now",
    Remedy.REMAP: "map the Record again",
    Remedy.PLAN: "plan it: see what it would close",
    Remedy.SAME: "yes, it is the same: keep its Findings and what was decided",
    Remedy.ANOTHER: "no, it is another one: close what is gone, and make the new ones",
    Remedy.CONFIRM: "confirm it: shows the numbers and asks",
    Remedy.DESTINATION: "look at the destination, and check it",
    Remedy.RETRY: "run again only what failed or is left",
}

_HELP = {
    Cause.SECRET: (Remedy.EDIT, Remedy.CHECK, Remedy.RETRY),
    Cause.SETTINGS: (Remedy.CHECK, Remedy.EDIT, Remedy.RETRY),
    Cause.TOOL: (Remedy.RETRY, Remedy.CHECK),
    Cause.REPORT: (Remedy.RETRY, Remedy.EDIT),
    Cause.DESTINATION: (Remedy.DESTINATION, Remedy.RETRY),
    Cause.STALE: (Remedy.REMAP,),
    Cause.MISSING: (Remedy.DISCOVER, Remedy.RETRY, Remedy.CHECK),
    Cause.ELSEWHERE: (Remedy.REMAP, Remedy.DESTINATION),
    Cause.UNMAPPED: (Remedy.REMAP,),
    Cause.LARGE: (Remedy.PLAN, Remedy.CONFIRM, Remedy.CHECK),
    Cause.RENAMED: (Remedy.SAME, Remedy.ANOTHER, Remedy.PLAN),
    Cause.UNCLEAR: (Remedy.EDIT,),
    Cause.FAULT: (Remedy.RETRY, Remedy.CHECK),
    Cause.UNKNOWN: (Remedy.RETRY, Remedy.CHECK, Remedy.EDIT),
}
_WELL = (OutcomeStatus.DONE, OutcomeStatus.CANCELLED)
_ALONE = {
    Status.PARTLY_FAILED: Remedy.RETRY,
    Status.INTERRUPTED: Remedy.RETRY,
    Status.HELD: Remedy.CONFIRM,
}
_BROKE = (Status.FAILED, Status.PARTLY_FAILED, Status.HELD, Status.INTERRUPTED)


def remedies(operation: OperationRow, outcome: OutcomeRow | None = None) -> tuple[Remedy, ...]:
    """What helps with one Record of an ended Operation, or without ``outcome`` with all of it."""
    if not operation.status.ended:
        return ()
    if outcome is None:
        if operation.status not in _BROKE:
            return ()
        found = _HELP[operation.cause]
        if operation.status in _ALONE:
            # Its Records have reasons of their own.
            found = (_ALONE[operation.status],) if operation.cause is Cause.UNKNOWN else found
    elif outcome.status in _WELL:
        return ()
    else:
        found = _HELP[outcome.cause]
    return tuple(one for one in found if _possible(one, operation, outcome))


def _possible(remedy: Remedy, operation: OperationRow, outcome: OutcomeRow | None) -> bool:
    """Whether it can be done at all: a Connector may be gone, and a plan holds nothing."""
    match remedy:
        case Remedy.DESTINATION:
            return True
        case Remedy.REMAP:
            return outcome is not None and outcome.record_id is not None
        case Remedy.PLAN:
            of_sync = operation.type is OperationType.SYNC and not operation.dry_run
            return of_sync and outcome is not None and outcome.record_id is not None
        case Remedy.CONFIRM | Remedy.SAME | Remedy.ANOTHER if operation.dry_run:
            return False
        case Remedy.RETRY if outcome is not None and outcome.status is not OutcomeStatus.FAILED:
            return False
    return operation.connector_id is not None
