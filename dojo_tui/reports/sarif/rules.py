"""Rules (reportingDescriptors): what all results of a rule share, worked out once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dojo_tui.model.text import clean
from dojo_tui.model.values import (
    MAX_NAME,
    cwes,
    items,
    linked_cwes,
    mapping,
    text,
    unique,
    vulnerability_ids,
    whole,
)
from dojo_tui.reports.sarif.messages import Strings
from dojo_tui.reports.sarif.severities import NOTHING, Stated, stated

MAX_RULE_TEXT = 1_500
"""A rule's explanation is repeated in each of its Findings; beyond this it is a book (ruff: 4 KB a rule)."""

_TAG_PREFIX = "external/cwe/"
_ADDRESS = re.compile(r"https?://[^\s\"'`<>()\[\]]+")
_HELP = re.compile(r"^(Package|Version|Fix Version|Installed Version|Fixed Version): *(.*?) *$", re.MULTILINE)


@dataclass(slots=True, kw_only=True)
class Rule:
    """One rule of a tool component."""

    id: str = ""
    name: str = ""
    short: str = ""
    full: str = ""
    """The beginning of its description."""
    explanation: str = ""
    former: tuple[str, ...] = ()
    """What it was called before."""
    about: str = ""
    """All that it says of itself, in short: what of a message is in here names no finding."""
    level: str = ""
    stated: Stated = NOTHING
    """What its properties state of the severity."""
    cwes: tuple[int, ...] = ()
    vulnerability_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    references: str = ""
    advice: str = ""
    """Its help, where that is a text and not an address."""
    component: str = ""
    component_version: str = ""
    fix_version: str = ""
    strings: Strings = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """What to call a result that has no message."""
        return self.short or self.full or self.name or self.id


def rule(value: Any, taxonomies: Sequence[tuple[str, Sequence[str]]], tool: str) -> Rule:
    """Read one reportingDescriptor of ``tool``."""
    given = mapping(value)
    properties = mapping(given.get("properties"))
    tags = [tag for tag in items(properties.get("tags")) if isinstance(tag, str)]
    name = text(given.get("id"), MAX_NAME)
    short, full, help_ = (_plain(given.get(key)) for key in ("shortDescription", "fullDescription", "help"))
    related = [taxon(mapping(link).get("target"), taxonomies) for link in items(given.get("relationships"))]
    facts = package_facts(help_)
    address = text(given.get("helpUri"))
    weaknesses = cwes(related) or cwes(listed(properties.get("cwe"))) or cwes(tags)
    if not weaknesses:
        styled = text(mapping(given.get("help")).get("markdown"))
        weaknesses = cwes([address]) or linked_cwes(f"{help_}\n{styled}\n{short}\n{full}")
    return Rule(
        id=name,
        name=text(given.get("name"), MAX_NAME),
        short=short,
        full=full[:MAX_RULE_TEXT],
        explanation=_explanation(text(given.get("name"), MAX_NAME), short, full, name),
        former=tuple(
            clean(old, MAX_NAME)
            for key in ("deprecatedIds", "deprecatedNames")
            for old in items(given.get(key))
            if isinstance(old, str) and old
        ),
        about=" ".join((name, text(given.get("name"), MAX_NAME), short, full))[:MAX_RULE_TEXT],
        level=text(mapping(given.get("defaultConfiguration")).get("level")).lower(),
        stated=stated(properties, tool),
        cwes=unique(weaknesses),
        vulnerability_ids=unique(vulnerability_ids([name, *items(given.get("deprecatedIds")), *tags, *related])),
        tags=tuple(clean(tag.removeprefix(_TAG_PREFIX), MAX_NAME) for tag in tags),
        references=address or "\n".join(unique(found[0].rstrip(".,;:") for found in _ADDRESS.finditer(help_))),
        advice="" if address or facts else help_,
        component=facts.get("Package", ""),
        component_version=facts.get("Version", ""),
        fix_version=facts.get("Fix Version", ""),
        strings=mapping(given.get("messageStrings")),
    )


def taxon(reference: Any, taxonomies: Sequence[tuple[str, Sequence[str]]]) -> str:
    """What a reference to a taxon names, e.g. ``CWE-79``; the id may be a bare number or only an index."""
    given = mapping(reference)
    component = mapping(given.get("toolComponent"))
    name = text(component.get("name"), MAX_NAME)
    known: Sequence[str] = ()
    at = whole(component.get("index"))
    if at is not None and 0 <= at < len(taxonomies):
        name, known = name or taxonomies[at][0], taxonomies[at][1]
    identifier = text(given.get("id"), MAX_NAME)
    position = whole(given.get("index"))
    if not identifier and position is not None and 0 <= position < len(known):
        identifier = known[position]
    return f"CWE-{identifier}" if identifier.isdecimal() and name.upper() == "CWE" else identifier


def listed(value: Any) -> list[Any]:
    """An array, or a single value as one."""
    return value if isinstance(value, list) else [value]


def package_facts(help_text: str) -> dict[str, str]:
    """Package and versions from the ``Name: value`` lines that Grype (rule help) and Trivy (message) write."""
    if "Package: " not in help_text:
        return {}
    facts = {name: clean(value, MAX_NAME) for name, value in _HELP.findall(help_text)}
    facts.setdefault("Version", facts.get("Installed Version", ""))
    facts.setdefault("Fix Version", facts.get("Fixed Version", ""))
    return facts


def _plain(value: Any) -> str:
    given = mapping(value)
    return text(given.get("text")) or text(given.get("markdown"))


def _explanation(name: str, short: str, full: str, identifier: str) -> str:
    parts = [] if name in (identifier, "") else [name]
    for part in (short, full):
        if part and not any(part.rstrip(".") in other or part == other for other in parts):
            parts.append(part)
    return clean("\n\n".join(parts), MAX_RULE_TEXT)
