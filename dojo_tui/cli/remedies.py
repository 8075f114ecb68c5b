"""What helps with an Operation that did not end as it should, as commands for the shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dojo_tui.model.operation import OperationType
from dojo_tui.model.text import inert
from dojo_tui.services.remedies import SAYS, Remedy, remedies

if TYPE_CHECKING:
    from dojo_tui.store.operations import OperationRow, OutcomeRow

_SHOWN = 5
"""More names or ids than these make a line that nobody reads."""


@dataclass(frozen=True, slots=True)
class Help:
    """One command, and the Records that it is for."""

    records: str
    command: str
    says: str


def helps(operation: OperationRow, outcomes: Iterable[OutcomeRow]) -> list[Help]:
    """What helps, for all Records together that the same helps; then what helps the Operation as a whole."""
    alike: dict[tuple[Remedy, ...], list[OutcomeRow]] = {}
    for one in outcomes:
        if found := remedies(operation, one):
            alike.setdefault(found, []).append(one)
    lines = [
        Help(_names(ones) if not number else "", command(remedy, operation, ones), SAYS[remedy])
        for found, ones in alike.items()
        for number, remedy in enumerate(found)
    ]
    if not lines or operation.cause:
        known = {one.command for one in lines}
        every = [Help("", command(one, operation, ()), SAYS[one]) for one in remedies(operation)]
        lines += [one for one in every if one.command not in known]
    return lines


def command(remedy: Remedy, operation: OperationRow, outcomes: Sequence[OutcomeRow]) -> str:
    """The command of a remedy, for these Records."""
    label = shlex.quote(inert(operation.connector_label))
    ids = [str(one.record_id) for one in outcomes if one.record_id is not None]
    sync = operation.type is OperationType.SYNC
    # Without ids, or with too many for a line, it is for the whole Connector.
    chosen = "".join(f" --record {one}" for one in ids) if sync and len(ids) <= _SHOWN else ""
    match remedy:
        case Remedy.EDIT:
            return f"dojo-tui connectors edit {label}"
        case Remedy.CHECK:
            return f"dojo-tui connectors check {label}"
        case Remedy.DISCOVER:
            return f"dojo-tui discover {label}"
        case Remedy.REMAP:
            more = " …" if len(ids) > _SHOWN else ""
            return f"dojo-tui records map {' '.join(ids[:_SHOWN])}{more} --product NAME"
        case Remedy.PLAN:
            return f"dojo-tui sync {label}{chosen} --dry-run"
        case Remedy.SAME:
            return f"dojo-tui sync {label}{chosen} --trust-renames"
        case Remedy.CONFIRM | Remedy.ANOTHER:
            return f"dojo-tui {'sync' if sync else 'discover'} {label}{chosen} --accept-large-change"
        case Remedy.DESTINATION:
            return "dojo-tui destinations check"
        case Remedy.RETRY:
            return f"dojo-tui operations retry {operation.id}"


def _names(outcomes: Sequence[OutcomeRow]) -> str:
    names = ", ".join(inert(one.record_name) for one in outcomes[:_SHOWN])
    return f"{names} and {len(outcomes) - _SHOWN:,} more" if len(outcomes) > _SHOWN else names
