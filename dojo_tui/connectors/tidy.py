"""What a tool says, made storable and bounded, whoever mapped it (P11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter

from dojo_tui.model.finding import Finding
from dojo_tui.model.text import clean
from dojo_tui.model.values import MAX_NAME, MAX_TEXT, title

MOST_ITEMS = 200

_LONG = frozenset({
    "description", "mitigation", "impact", "references", "steps_to_reproduce", "severity_justification", "snippet",
    "context", "payload",
})  # fmt: skip
_SHORT = frozenset(one.name for one in fields(Finding) if one.type == "str") - _LONG - {"title", "scanner"}
_LISTS = tuple(one.name for one in fields(Finding) if one.type == "tuple[str, ...]")
_short_texts, _long_texts, _lists = attrgetter(*_SHORT), attrgetter(*_LONG), attrgetter(*_LISTS)


def tidy(finding: Finding, scanner: str) -> Finding:
    """The same Finding, every text of it clean, and said by ``scanner``."""
    finding.scanner = scanner
    if not _is_plain(_short_texts(finding), MAX_NAME):
        _clean_texts(finding, _SHORT, MAX_NAME)
    if not _is_plain(_long_texts(finding), MAX_TEXT):
        _clean_texts(finding, _LONG, MAX_TEXT)
    for name, items in zip(_LISTS, _lists(finding), strict=True):
        if items:
            kept = [clean(item if isinstance(item, str) else str(item), MAX_NAME) for item in items[:MOST_ITEMS]]
            setattr(finding, name, tuple(dict.fromkeys(filter(None, kept))))
    said = title(clean(str(finding.title), MAX_NAME))
    finding.title = said or finding.rule_id or finding.unique_id or "Untitled"
    return finding


def _is_plain(texts: Iterable[str], limit: int) -> bool:
    """Whether none of them needs cleaning, told for all at once: so is nearly every Finding of a hundred thousand."""
    try:
        whole = "".join(texts)
    except TypeError:  # a mapping gave something that is no text
        return False
    return len(whole) <= limit and whole.isascii() and "\0" not in whole


def _clean_texts(finding: Finding, names: Iterable[str], limit: int) -> None:
    for name in names:
        text = getattr(finding, name)
        if text:
            setattr(finding, name, clean(text if isinstance(text, str) else str(text), limit))
