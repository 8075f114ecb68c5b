"""Values of a report, taken for what they are and never trusted to have the type the format asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from dojo_tui.model.text import clean

_T = TypeVar("_T")

MAX_TITLE = 150
MAX_NAME = 1_000
MAX_TEXT = 30_000
MAX_SNIPPET = 6_000

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


def whole(value: Any) -> int | None:
    """A whole number that a database can hold, or None. A bool is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < 1 << 53 and value == int(value) else None


def moment(value: Any) -> datetime | None:
    """An ISO 8601 date and time in UTC, or None; without a zone it is UTC, as SARIF demands."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


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
