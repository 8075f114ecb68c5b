"""A row in full: what stands beside the list, and on the screen that enter opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status
from dojo_tui.services.remedies import SAYS, Remedy, remedies
from dojo_tui.ui.command import OPERATION, OPERATIONS
from dojo_tui.ui.commands import by_id, key_of
from dojo_tui.ui.lists.operations import kind
from dojo_tui.ui.lists.times import lasted, moment
from dojo_tui.ui.lists.words import AWAY, OUTCOMES, STATES, STATUSES, changes, counted
from dojo_tui.ui.widgets.plain import LABEL, Line, Span, paragraphs, plain

_STATE_MEANS = {
    "New": "Discovered; nobody decided yet.",
    "Ignored": "Somebody decided not to import it.",
    "Good": "Mapped, and seen by the last complete Discover.",
    "Missing": "Mapped, but the last complete Discover did not see it.",
    "Stale": "Mapped, but its place at the destination was deleted: map it again.",
}
_AWAY_MEANS = "Its Product is in another destination than the one in use: no Sync takes it along."


def fact(label: str, value: object, style: str = "") -> Line:
    """A labelled line."""
    return (f"{label:<{LABEL}}", "dim"), (plain(value), style)


def heading(text: str) -> Line:
    """A title inside a text."""
    return ((text, "strong"),)


def record_lines(row: Any, clock: Clock, in_use: str) -> list[Line]:
    """One Record; ``in_use`` is the destination in use."""
    from dojo_tui.store.records import is_away

    away = is_away(row, in_use)
    state: Span = AWAY if away else STATES[row.state]
    lines: list[Line] = [
        ((plain(row.name), "strong"),),
        (),
        ((f"{'State':<{LABEL}}", "dim"), state),
        (("  ", "dim"), (_AWAY_MEANS if away else _STATE_MEANS[str(row.state)], "dim")),
    ]
    if away:
        lines.append(fact("Destination", row.destination, "warn"))
    if row.state_reason:
        lines.append(fact("Reason", row.state_reason, "warn"))
    lines.append(fact("Product", row.product_name or "-"))
    if row.suggested_product:
        lines.append(fact("Suggested", f"{row.suggested_product}, {row.suggested_confidence:.0%} sure", "accent"))
        lines.append(fact("  because", row.suggested_why))
    elif row.suggested_confidence is not None:
        lines.append(fact("Suggested", "none: no Product is likely", "dim"))
    if row.former_product_name and not row.product_name:
        lines.append(fact("Was mapped to", row.former_product_name))
    lines += [
        fact("Connector", row.connector_label),
        fact("Vendor's id", row.vendor_id),
        (),
        fact("First seen", moment(clock, row.first_discovered_at)),
        fact("Last seen", moment(clock, row.last_discovered_at)),
        fact("Last synced", moment(clock, row.last_synced_at) if row.last_synced_at else "never"),
    ]
    if row.finalized_at:
        lines.append(fact("Mapped", moment(clock, row.finalized_at)))
        lines.append(fact("  by", row.finalized_by or "-"))
    if row.details:
        lines += [(), heading("What the tool says")]
        lines += [fact(plain(name, 40), value) for name, value in row.details.items()]
    return lines


def history_lines(history: Sequence[Any], clock: Clock) -> list[Line]:
    """What was decided about a Record, the newest first."""
    if not history:
        return [(("No decision was made about it yet.", "dim"),)]
    lines: list[Line] = []
    for entry in history:
        parts = [moment(clock, entry.at), plain(entry.by), str(entry.act)]
        target = entry.to_product or entry.to_state or ""
        origin = entry.from_product or entry.from_state or ""
        text = "  ".join(parts) + (f"  {plain(origin)} → {plain(target)}" if target or origin else "")
        text += f"  by the rule {plain(entry.rule)}" if entry.rule else ""
        lines.append(((text + ("  (undone)" if entry.undone else ""), "dim" if entry.undone else ""),))
    return lines


def operation_lines(row: Any, clock: Clock, *, read_only: bool = False) -> list[Line]:
    """One Operation."""
    lines: list[Line] = [
        ((f"{kind(row)} {plain(row.connector_label)}", "strong"),),
        (),
        ((f"{'Status':<{LABEL}}", "dim"), STATUSES[row.status]),
        fact("Trigger", row.trigger),
        fact("Queued", moment(clock, row.queued_at)),
        fact("Started", moment(clock, row.started_at)),
        fact("Ended", moment(clock, row.ended_at)),
        fact("Took", lasted(row.duration_s)),
    ]
    if row.dry_run:
        lines.append((("A plan: nothing was changed.", "accent"),))
    if row.counts:
        lines += [(), heading("Counts")]
        lines += [fact(plain(name), f"{number:,}") for name, number in row.counts.items()]
    if row.error:
        wrong = row.status is not Status.COMPLETED
        title, style = ("What went wrong", "bad") if wrong else ("Warning", "warn")
        lines += [(), heading(title), *paragraphs(row.error, style)]
    helps = remedy_lines(remedies(row), OPERATIONS, read_only=read_only)
    if not helps:
        return lines
    opens: Line = ((f" {key_of('open')} ", "key"), ("see why, Record by Record", ""))
    return [*lines, (), *helps, opens]


HELPS = {
    Remedy.EDIT: "edit",
    Remedy.CHECK: "check",
    Remedy.DISCOVER: "discover_one",
    Remedy.REMAP: "remap",
    Remedy.PLAN: "plan_outcome",
    Remedy.SAME: "trust_renames",
    Remedy.ANOTHER: "apply_held",
    Remedy.CONFIRM: "apply_held",
    Remedy.DESTINATION: "destinations",
    Remedy.RETRY: "retry",
}
"""The command of each remedy."""


def remedy_lines(found: Sequence[Remedy], place: str, *, read_only: bool = False) -> list[Line]:
    """Each with the key that it has in this place."""
    lines: list[Line] = []
    for remedy in found:
        command = by_id()[HELPS[remedy]]
        if place in command.places and not (read_only and command.changes):
            lines.append(((f" {key_of(command.id)} ", "key"), (SAYS[remedy], "")))
    return lines


def outcome_lines(operation: Any, outcome: Any, location: str = "", *, read_only: bool = False) -> list[Line]:
    """Why one Record, or without ``outcome`` the whole Operation, ended so, and what helps.

    The ``location`` of its Connector is told with what failed: the names in a reason are below it.
    """
    if outcome is None:
        word, style = STATUSES[operation.status]
        name, reason = kind(operation), operation.error
    else:
        word, style = OUTCOMES[outcome.status]
        name, reason = plain(outcome.record_name), outcome.reason
    if not reason:
        return []
    helps = remedy_lines(remedies(operation, outcome), OPERATION, read_only=read_only)
    told = location and (outcome is None or outcome.status is OutcomeStatus.FAILED)
    where = f"  {plain(operation.connector_label)}, {plain(location)}" if told else ""
    return [((f"{word} ", style), (name, "strong"), (where, "dim")), *paragraphs(reason), *helps]


def connector_lines(row: Any, clock: Clock, title: str) -> list[Line]:
    """One Connector. Its secret is a reference, and even that is named by its kind only (P10)."""
    lines: list[Line] = [
        ((plain(row.label), "strong"),),
        (),
        fact("Tool", title),
        fact("Location", row.location),
        fact("Secret", "a reference is set" if row.secret else "none"),
        fact("Auto-map", "on: a New Record gets the Product of its name" if row.auto_map else "off"),
        fact("Min. severity", row.min_severity.label),
        (),
        fact("Discover", row.discover_schedule or "off"),
        fact("  next", moment(clock, row.discover_due_at)),
        fact("Sync", row.sync_schedule or "off"),
        fact("  next", moment(clock, row.sync_due_at)),
    ]
    if row.options:
        lines += [(), heading("Options")]
        lines += [fact(plain(name, 40), value) for name, value in row.options.items()]
    return lines


def brief_outcome(rows: Sequence[Any], *, waiting: int = 0) -> Span:
    """What came of Operations that ended, as a sentence and its style; the worst one gives its word."""
    worst = max(rows, key=lambda row: _BADNESS.index(STATUSES[row.status][1]))
    word, style = STATUSES[worst.status]
    counts: dict[str, int] = {}
    for row in rows:
        for name, number in row.counts.items():
            counts[name] = counts.get(name, 0) + number
    words = changes(counts) if worst.type is OperationType.SYNC else counted(counts)
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    left = f" {waiting} still to come." if waiting else ""
    said = f"{word}: {kind(worst)} {plain(worst.connector_label, 30)}{more}, {words}.{left}"
    return f"{said} {key_of('operations')} shows it.", style


_BADNESS = ("good", "accent", "dim", "warn", "bad")
