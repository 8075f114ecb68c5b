"""Read foreign values (JSON of a tool, a report or a server), never trusting that they have the type they should.

Whatever is missing, null or of another kind reads as nothing: None, or empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

from dojo_tui.model.text import clean

_T = TypeVar("_T")

MAX_TITLE = 150
MAX_NAME = 1_000
MAX_TEXT = 30_000
MAX_SNIPPET = 6_000

_WHOLE = re.compile(r"\s*-?\d{1,18}\s*")
_CWE = re.compile(r"\bcwe(?:[-_: /]*|\.mitre\.org/data/definitions/)0*(\d{1,6})\b", re.IGNORECASE)
_CWE_ADDRESS = re.compile(r"\bcwe\.mitre\.org/data/definitions/0*(\d{1,6})\b", re.IGNORECASE)
_VULNERABILITY = re.compile(
    r"\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|(?:PYSEC|GO|RUSTSEC|MAL|OSV|BDSA)-\d{4}-\d+)\b",
    re.IGNORECASE,
)


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """A string, cleaned; empty for anything else."""
    return clean(value, limit) if isinstance(value, str) else ""


def mapping(value: Any) -> dict[str, Any]:
    """An object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """An array; empty for anything else."""
    return value if isinstance(value, list) else []


def at(data: Any, dotted: str, default: Any = None) -> Any:
    """What stands at a dotted place; numbers are places in lists. An empty one is the whole."""
    for part in _parts(dotted):
        # JSON gives nothing but dict and list: asking for these alone is what makes this quick.
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return default
        if data is None:
            return default
    return data


@lru_cache(maxsize=1_000)
def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()


def whole(value: Any) -> int | None:
    """A whole number that a database can hold, also when it is written as a text, or None. A bool is not a number."""
    if isinstance(value, str):
        value = int(value) if _WHOLE.fullmatch(value) else None
    elif isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 1 << 53 else None
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 62 else None


def number(value: Any) -> float | None:
    """A number, also when it is written as a text, or None. A bool, NaN and infinity are not numbers."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15
    return float(value) if fits else None


def title(value: str) -> str:
    """One line of at most 150 characters, cut between words, as DefectDojo does."""
    line = " ".join(value.split())
    if len(line) <= MAX_TITLE:
        return line
    room = MAX_TITLE - len(" [...]")
    head = line[: room + 1].rpartition(" ")[0] or line[:room]
    return head.rstrip() + " [...]"


def cwes(values: Iterable[Any]) -> list[int]:
    """The CWE numbers named by texts such as ``external/cwe/cwe-079``, ``CWE-79: ...`` or plain numbers."""
    found: list[int] = []
    for value in values:
        number = whole(value)
        if number:
            found.append(number)
        elif isinstance(value, str):
            plain = value.strip()
            found.extend([int(plain)] if plain.isdecimal() and len(plain) < 7 else map(int, _CWE.findall(value)))
    return found


def linked_cwes(value: str) -> list[int]:
    """The CWE numbers whose definitions a text links to; one that it only speaks of may be another's."""
    return [int(number) for number in _CWE_ADDRESS.findall(value)] if "definitions/" in value else []


def vulnerability_ids(values: Iterable[Any]) -> list[str]:
    """The CVE, GHSA and similar ids inside texts, in their usual spelling."""
    found: list[str] = []
    for value in values:
        if isinstance(value, str) and "-" in value:
            found.extend(_spelled(name) for name in _VULNERABILITY.findall(value))
    return found


def _spelled(name: str) -> str:
    return f"GHSA{name[4:].lower()}" if name[:4].upper() == "GHSA" else name.upper()


def unique(values: Iterable[_T]) -> tuple[_T, ...]:
    """The values without repetitions, in order."""
    return tuple(dict.fromkeys(values))
