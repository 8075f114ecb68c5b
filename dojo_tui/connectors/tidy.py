"""What a tool says, made storable and bounded, whoever mapped it (P11)."""

from __future__ import annotations

from dataclasses import fields

from dojo_tui.model.finding import Finding
from dojo_tui.model.text import clean
from dojo_tui.reports.values import MAX_NAME, MAX_TEXT, title

MOST_ITEMS = 200

_LONG = frozenset({
    "description", "mitigation", "impact", "references", "steps_to_reproduce", "severity_justification", "snippet",
    "context", "payload",
})  # fmt: skip
_TEXTS = tuple(
    (one.name, MAX_TEXT if one.name in _LONG else MAX_NAME)
    for one in fields(Finding)
    if one.type == "str" and one.name not in ("title", "scanner")
)
_LISTS = tuple(one.name for one in fields(Finding) if one.type == "tuple[str, ...]")


def tidy(finding: Finding, scanner: str) -> Finding:
    """The same Finding, every text of it clean, and said by ``scanner``."""
    finding.scanner = scanner
    for name, limit in _TEXTS:
        text = getattr(finding, name)
        if text:
            setattr(finding, name, clean(text if isinstance(text, str) else str(text), limit))
    for name in _LISTS:
        items = getattr(finding, name)
        if items:
            kept = (clean(item if isinstance(item, str) else str(item), MAX_NAME) for item in items[:MOST_ITEMS])
            setattr(finding, name, tuple(dict.fromkeys(item for item in kept if item)))
    said = title(clean(str(finding.title), MAX_NAME))
    finding.title = said or finding.rule_id or finding.unique_id or "Untitled"
    return finding
