"""States, statuses and severities as symbol and word: never colour alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap

from dojo_tui.model.operation import OutcomeStatus, Status, counts_text
from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.model.triage import Decision
from dojo_tui.ui.command import FINDINGS, HISTORY, MAPPED, OPERATION, OPERATIONS, UNMAPPED
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.widgets.plain import Line, Span, plain

STATES: dict[State, Span] = {
    State.NEW: ("+ New", "accent"),
    State.IGNORED: ("- Ignored", "dim"),
    State.GOOD: ("✓ Good", "good"),
    State.MISSING: ("? Missing", "warn"),
    State.STALE: ("! Stale", "bad"),
}

AWAY: Span = ("! Away", "warn")
"""The state of a Record whose Product is in another destination than the one in use."""

STATUSES: dict[Status, Span] = {
    Status.QUEUED: ("… Queued", "dim"),
    Status.RUNNING: ("▶ Running", "accent"),
    Status.COMPLETED: ("✓ Completed", "good"),
    Status.PARTLY_FAILED: ("! Partly failed", "warn"),
    Status.FAILED: ("✗ Failed", "bad"),
    Status.HELD: ("‖ Held", "warn"),
    Status.CANCELLED: ("■ Cancelled", "dim"),
    Status.INTERRUPTED: ("! Interrupted", "warn"),
}

OUTCOMES: dict[OutcomeStatus, Span] = {
    OutcomeStatus.DONE: ("✓ Done", "good"),
    OutcomeStatus.FAILED: ("✗ Failed", "bad"),
    OutcomeStatus.SKIPPED: ("- Skipped", "dim"),
    OutcomeStatus.HELD: ("‖ Held", "warn"),
    OutcomeStatus.CANCELLED: ("■ Cancelled", "dim"),
}

SEVERITIES: dict[Severity, Span] = {
    Severity.CRITICAL: ("▲ Critical", "bad"),
    Severity.HIGH: ("▲ High", "bad"),
    Severity.MEDIUM: ("■ Medium", "warn"),
    Severity.LOW: ("▽ Low", ""),
    Severity.INFO: ("· Info", "dim"),
}


DECISIONS: dict[Decision, tuple[str, str]] = {
    Decision.FALSE_POSITIVE: ("False positive", "the scanner is wrong"),
    Decision.RISK_ACCEPTED: ("Risk accepted", "it is so, and we live with it"),
    Decision.OUT_OF_SCOPE: ("Out of scope", "it is not ours to fix"),
    Decision.CLEAR: ("Clear", "no decision: it is work again"),
}
"""What can be decided about a Finding: its name and what it says."""


def counted(counts: Mapping[str, int]) -> str:
    """``3 new, 2 missing``: counts that are not zero, in their order."""
    return counts_text(counts, "nothing to do")


SIGNS = (("+", "created"), ("-", "closed"), ("↺", "reactivated"), ("~", "updated"), ("=", "untouched"))
LEGEND = "  ".join(f"{sign} {name}" for sign, name in SIGNS)


_HEIGHTS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """One bar for each value, the last ones at the right; the highest is the largest of them."""
    most = max(values, default=0)
    if most <= 0:
        return _HEIGHTS[0] * len(values)
    return "".join(_HEIGHTS[round(value / most * (len(_HEIGHTS) - 1))] for value in values)


def changes(counts: Mapping[str, int]) -> str:
    """A Sync's counts, as short as a column wants them: ``+3 -2 ↺1``."""
    parts = [f"{sign}{counts[name]:,}" for sign, name in SIGNS[:-1] if counts.get(name)]
    if counts.get("untouched"):
        parts.append(f"={counts['untouched']:,}" if parts else f"no change in {counts['untouched']:,}")
    for sign, name in (("✗", "failed"), ("skipped ", "skipped")):
        if counts.get(name):
            parts.append(f"{sign}{counts[name]:,}")
    return " ".join(parts) or ("no change" if counts else "-")


def first() -> list[Line]:
    """What an empty list says where nothing was connected: the first thing a new person sees."""
    return [
        (("There is no Connector yet. Three ways to begin:", "strong"),),
        (),
        ((key_of("add"), "key"), ("  connect a tool: its address, and where its token is", "")),
        ((key_of("import_reports"), "key"), ("  import a folder of scanner reports on this machine", "")),
        ((key_of("demo"), "key"), ("  look at the demo: offline, in a store of its own", "")),
        (),
        ((key_of("help"), "key"), ("  tells what every key does here.", "")),
    ]


NO_CONNECTOR: list[Line] = [(("There is no Connector yet, and this app was opened with --read-only.", "strong"),)]

_RECORDS = ("state:new", "product:x", "connector:x", "seen:<7d", "sure:>0.9", "name:x", "synced:never")
FILTERS: dict[str, tuple[str, ...]] = {
    UNMAPPED: _RECORDS,
    MAPPED: ("state:stale", *_RECORDS[1:4], "synced:never", "name:x"),
    OPERATIONS: ("status:failed", "type:sync", "started:<7d", "connector:x", "record:x", "trigger:manual"),
    FINDINGS: ("severity:>=high", "is:closed", "found:<7d", "product:x", "file:x", "rule:x", "cve:x", "cwe:79"),
    OPERATION: ("failed", "held", "skipped", "a name", "words of a reason"),
    HISTORY: ("act:map", "by:ada", "product:x", "record:x", "when:<7d", "is:undone"),
}
"""What the filter of a list understands besides words, the most useful first: as many as fit are shown."""


def filter_hints(place: str) -> tuple[str, ...]:
    """What can be typed into the filter of a place."""
    return ("words", *(("!not",) if place in LANGUAGE else ()), *FILTERS.get(place, ("as they stand in the row",)))


def filter_examples(place: str) -> tuple[str, ...]:
    """Every field of a place's list, with a value; none where there are none."""
    from dojo_tui.store import finding_filter, operation_filter, record_filter

    declared = {
        UNMAPPED: record_filter.FIELDS,
        MAPPED: record_filter.FIELDS,
        OPERATIONS: operation_filter.FIELDS,
        FINDINGS: finding_filter.FIELDS,
    }
    if place in declared:
        return declared[place].examples
    return FILTERS[HISTORY] if place == HISTORY else ()


LANGUAGE = frozenset({UNMAPPED, MAPPED, OPERATIONS, FINDINGS, OPERATION, HISTORY})
"""Lists whose filter knows what is not wanted."""

_COMMAND = re.compile(r"\{(\w+)\}")


def key_line(sentence: str) -> Line:
    """A line that names keys by their commands, as in ``{back} goes back.``, each in the style of keys."""
    parts = _COMMAND.split(sentence)
    return tuple((key_of(part), "key") if number % 2 else (part, "") for number, part in enumerate(parts) if part)


def wrong_lines(wrong: str) -> list[Line]:
    """What is wrong with a filter, whole; nothing where nothing is."""
    return [((line, "warn"),) for line in wrap(plain(wrong), WRONG_WIDTH)]


WRONG_WIDTH = 76


def no_match(what: str) -> Line:
    """Why a list is empty that a filter looks at, and the way out."""
    return ((f"{what} matches the filter; ", "strong"), *key_line("{back} clears it."))
