"""SARIF messages: by text, or by id with arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dojo_tui.model.values import items, mapping

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\d+)\}")
_LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.)+)\]\(\d+\)")

Strings = Mapping[str, Any]
"""``messageStrings``: multiformatMessageString objects by id."""


def message(value: Any, *strings: Strings, markdown: bool = False) -> str:
    """The text of a message object, looked up in ``strings`` (the rule's, then the tool's) when it has only an id."""
    found = mapping(value)
    source = found
    identifier = found.get("id")
    if isinstance(identifier, str) and not isinstance(found.get("text"), str):
        for known in strings:
            if identifier in known:
                source = mapping(known[identifier])
                break
    plain = source.get("text")
    styled = source.get("markdown") if markdown else None
    chosen = styled if isinstance(styled, str) and styled else plain
    if not isinstance(chosen, str):
        return ""
    arguments = items(found.get("arguments"))
    return _filled(chosen, arguments) if arguments else chosen


def without_links(text: str) -> str:
    """A plain text whose embedded links ``[text](1)`` are only their text: for titles."""
    return _LINK.sub(r"\1", text) if "](" in text else text


def _filled(template: str, arguments: list[Any]) -> str:
    def replacement(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        # At most three digits: a number that large is no index of anything.
        number = int(match[1]) if len(match[1]) < 4 else len(arguments)
        return str(arguments[number]) if number < len(arguments) else match[0]

    return _PLACEHOLDER.sub(replacement, template)
