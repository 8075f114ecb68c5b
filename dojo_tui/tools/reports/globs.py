"""Which files of a folder tree are reports: include and exclude patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

DEFAULT_INCLUDE = "*.sarif, *.sarif.json, *.json, *.sarif.gz, *.sarif.json.gz, *.json.gz"
_SPECIAL = re.compile(r"[\\\[&|~]")
"""What means something in a set of Python's expressions, and itself in one of a pattern."""
_DEFAULT_ENDINGS = (".sarif", ".json", ".sarif.gz", ".json.gz")

Matches = Callable[[str, str], bool]
"""Given a path relative to the Location ("" for the Location itself, else ending with "/") and a name."""


def parse_globs(text: str) -> tuple[str, ...]:
    """Patterns separated by commas or line breaks; raises ValueError for one that is wrong or leads out."""
    patterns = tuple(pattern.strip() for pattern in re.split(r"[,\n]", text) if pattern.strip())
    for pattern in patterns:
        if pattern.startswith("/") or ".." in pattern.split("/"):
            raise ValueError(f"the pattern {pattern!r} must be relative to the location")
        try:
            re.compile(_regex(pattern))
        except re.error as error:
            raise ValueError(f"the pattern {pattern!r} is wrong ({error.msg})") from error
    return patterns


def matcher(text: str) -> Matches:
    """A test for paths. A pattern without ``/`` is about the name, one with ``/`` about the relative path.

    ``*`` and ``?`` stay within one part of a path, ``**`` goes over any number
    of them, ``[...]`` is a set of characters. Case does not matter, because
    Windows scanners write ``REPORT.SARIF``.
    """
    if text == DEFAULT_INCLUDE:
        return lambda _folder, name: name.lower().endswith(_DEFAULT_ENDINGS)
    patterns = parse_globs(text)
    if not patterns:
        return lambda _folder, _name: False
    by_name = _any(pattern for pattern in patterns if "/" not in pattern)
    by_path = _any(pattern.strip("/") for pattern in patterns if "/" in pattern)
    return lambda folder, name: bool(by_name(name) or by_path(folder + name))


def _any(patterns: Iterable[str]) -> Callable[[str], object]:
    sources = [_regex(pattern) for pattern in patterns]
    if not sources:
        return lambda _text: None
    return re.compile("|".join(sources), re.IGNORECASE | re.DOTALL).fullmatch


def _regex(pattern: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            parts.append("(?:[^/]+/)*")
            at += 3
        elif pattern.startswith("**", at):
            parts.append(".*")
            at += 2
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = _SPECIAL.sub(r"\\\g<0>", pattern[at + 1 : end])
            parts.append(f"[^{inside[1:]}]" if inside[0] in "!^" else f"[{inside}]")
            at = end + 1
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at])))
            at += 1
    return f"(?:{''.join(parts)})"
