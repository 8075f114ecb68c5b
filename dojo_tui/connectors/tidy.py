"""What a tool says, made storable and bounded, whoever mapped it (P11)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from dojo_tui.model.finding import Finding
from dojo_tui.model.text import clean
from dojo_tui.reports.values import MAX_NAME, MAX_TEXT, title

MOST_ITEMS = 200

_LONG = frozenset({
    "description", "mitigation", "impact", "references", "steps_to_reproduce", "severity_justification", "snippet",
    "context", "payload",
})  # fmt: skip
_TEXTS = tuple(one.name for one in fields(Finding) if one.type == "str")
_LISTS = tuple(one.name for one in fields(Finding) if one.type == "tuple[str, ...]")


def tidy(finding: Finding, scanner: str) -> Finding:
    """The same Finding, every text of it clean, and said by ``scanner``."""
    finding.scanner = scanner
    for name in _TEXTS:
        text = getattr(finding, name)
        if text:
            setattr(finding, name, clean(_text(text), _limit(name)))
    for name in _LISTS:
        items = getattr(finding, name)
        if items:
            kept = (clean(_text(item), MAX_NAME) for item in items[:MOST_ITEMS])
            setattr(finding, name, tuple(dict.fromkeys(item for item in kept if item)))
    finding.title = title(finding.title) or finding.rule_id or finding.unique_id or "Untitled"
    return finding


def _limit(name: str) -> int:
    return MAX_TEXT if name in _LONG else MAX_NAME


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
