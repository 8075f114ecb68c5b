"""Secrets: a value that does not show itself, and scrubbing it from whatever leaves the program (P10)."""

from __future__ import annotations

import base64
import json
import re
import threading
from html import escape
from typing import NoReturn
from urllib.parse import quote, quote_plus

HIDDEN = "***"
_SHORTEST = 4
"""Shorter ones would scrub ordinary words; nobody guards anything with three characters."""

_lock = threading.Lock()
_forms: set[str] = set()
_pattern: re.Pattern[str] | None = None


class Secret:
    """A value that is only seen by whoever calls ``reveal``: everything else shows ``***``."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        remember(value)

    def reveal(self) -> str:
        """The value itself; only what sends it to its tool calls this."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def remember(value: str) -> None:
    """From now on ``scrub`` removes this value, in each form in which it may come back from outside.

    What this process ever resolved is remembered for its life: a message may
    be shown long after the Operation that needed the secret has ended.
    """
    global _pattern  # noqa: PLW0603 -- one process, one set of secrets: no way out may miss any of them
    if len(value) < _SHORTEST:
        return
    raw = value.encode()
    forms = {
        value,
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        escape(value),
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        *_encoded(raw),
    }
    with _lock:
        if forms <= _forms:
            return
        _forms.update(forms)
        longest_first = sorted(_forms, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


def scrub(text: str) -> str:
    """``text`` without any secret that this process resolved."""
    pattern = _pattern
    return pattern.sub(HIDDEN, text) if pattern is not None else text


def _encoded(raw: bytes) -> set[str]:
    """Base64 of the value: alone, and what is sure of it when it stands inside of something longer."""
    found = {raw.hex()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(encode(raw).decode().rstrip("="))
        for before in (1, 2):
            whole = encode(b"\0" * before + raw).decode().rstrip("=")
            # Of the first group and the last character some bits belong to the neighbours.
            inner = whole[4:-1]
            if len(inner) >= 2 * _SHORTEST:
                found.add(inner)
        inner = encode(raw).decode().rstrip("=")[:-1]
        if len(inner) >= 2 * _SHORTEST:
            found.add(inner)
    return found
