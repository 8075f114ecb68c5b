"""One Finding in full: facts, the code, what is said about it, decisions, links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dojo_tui.model.clock import Clock
from dojo_tui.ui.lists.details import fact, heading
from dojo_tui.ui.lists.times import moment
from dojo_tui.ui.lists.words import DECISIONS, SEVERITIES
from dojo_tui.ui.widgets.markdown import LIMIT, Links, markdown
from dojo_tui.ui.widgets.plain import LABEL, Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.services.triage import TriageRow

BRIEF = 3_000
"""Characters of a text beside the list, where another one is drawn with every key."""
CODE_LINES = 40

_LINK = re.compile(r"https?://[^\s<>\"')\]`|\x00-\x1f\x7f]+")


def finding_state(row: Any) -> Span:
    """Whether a Finding is open, and if not, why."""
    for flag, word in (
        (row.false_p, "False positive"),
        (row.risk_accepted, "Risk accepted"),
        (row.out_of_scope, "Out of scope"),
    ):
        if flag:
            # What is gone as well is no longer anybody's decision to review.
            return f"{'✓' if row.mitigated_at else '-'} {word}", "dim"
    if row.active:
        return ("● Active", "")
    return ("✓ Mitigated", "good") if row.is_mitigated else ("- Inactive", "dim")


def where(row: Any) -> str:
    """Its place: a line of a file, else a component, else an address or what its logical location names."""
    return plain(row.place if row.file_path else row.component or row.place)


def finding_lines(row: Any, clock: Clock, decisions: Sequence[Line] = (), limit: int = LIMIT) -> list[Line]:
    """All there is to say of it; texts are Markdown, cut at ``limit``."""
    lines: list[Line] = [
        ((plain(row.title), "strong"),),
        (),
        ((f"{'Severity':<{LABEL}}", "dim"), SEVERITIES[row.severity]),
        ((f"{'Status':<{LABEL}}", "dim"), finding_state(row)),
    ]
    facts: list[tuple[str, object]] = [
        ("Place", row.place if row.file_path else row.logical_location),
        ("Within", row.logical_location if row.file_path else ""),
        ("Component", row.component),
        ("Fixed in", row.fix_version),
        ("Known as", ", ".join(row.vulnerability_ids)),
        ("Weakness", ", ".join(f"CWE-{number}" for number in row.cwes)),
        ("Endpoints", ", ".join(row.endpoints)),
        ("CVSS 3", f"{row.cvssv3_score or ''} {row.cvssv3}".strip()),
        ("EPSS", "" if row.epss_score is None else f"{row.epss_score:.2%}"),
        ("Rule", row.rule_id),
        ("Scanner", row.scanner),
        ("The tool's id", row.unique_id),
        ("Tags", ", ".join(row.tags)),
        ("Occurrences", row.nb_occurences if row.nb_occurences != 1 else ""),
        ("Record", row.record_name),
        ("Product", row.product_name),
        ("Found", moment(clock, row.created_at)),
        ("Gone" if row.gone else "Mitigated", moment(clock, row.mitigated_at) if row.mitigated_at else ""),
    ]
    lines += [fact(label, value) for label, value in facts if value]
    if decisions:
        lines += [(), heading("Decisions"), *decisions]
    if row.snippet:
        lines += [(), heading("Code"), *_code(row.snippet, row.line)]
    links = Links()
    # In the order in which o offers them.
    for url in find_links(row):
        links.number(url)
    for title, text in (
        ("Description", row.description),
        ("Impact", row.impact),
        ("Mitigation", row.mitigation),
        ("References", row.references),
    ):
        if text:
            lines += [(), heading(title), *markdown(text, links, limit)]
    if links.urls:
        lines += [(), heading("Links")]
        lines += [((f"{number:>3} ", "dim"), (url, "accent")) for number, url in enumerate(links.urls, 1)]
    return lines


def decision_lines(decisions: Sequence[TriageRow], clock: Clock) -> list[Line]:
    """What people decided about it, the newest first."""
    lines: list[Line] = []
    for one in decisions:
        style = "dim" if one.undone else ""
        said = f"{moment(clock, one.at)}  {plain(one.by, 40)}  {DECISIONS[one.decision][0]}"
        lines.append(((said + ("  (undone)" if one.undone else ""), style),))
        if one.reason:
            lines.append((("  ", "dim"), (plain(one.reason), style)))
    return lines


def find_links(row: Any) -> list[str]:
    """Every web address in what the tool says about a row, each once."""
    found: dict[str, None] = {}
    for name in ("references", "description", "mitigation", "impact"):
        for match in _LINK.finditer(str(getattr(row, name, "") or "")[:LIMIT]):
            found[match[0].rstrip(".,;")] = None
    for url in getattr(row, "endpoints", ()):
        if _LINK.fullmatch(url):
            found[url] = None
    return list(found)


def _code(snippet: str, line: int | None) -> list[Line]:
    """The flagged code, numbered where its line is known."""
    rows = snippet[:LIMIT].expandtabs(4).splitlines()
    width = len(str((line or 0) + len(rows)))
    shown: list[Line] = []
    for number, text in enumerate(rows[:CODE_LINES], line or 0):
        gutter = f"{number:>{width}} │ " if line else "│ "
        shown.append(((gutter, "dim"), (plain(text), "accent")))
    if len(rows) > CODE_LINES:
        shown.append(((f"… {len(rows) - CODE_LINES:,} more lines", "dim"),))
    return shown
