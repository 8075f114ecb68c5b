"""How bad a SARIF result is: by properties in the tool's own words, by a CVSS score, by SARIF's level."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from dojo_tui.model.severity import Rating, Severity, rate, understood
from dojo_tui.model.text import clean

LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.INFO,
    "none": Severity.INFO,
}
"""DefectDojo's reading of SARIF's levels; "none" is the lowest that a tool can say (KICS writes it for INFO)."""

_UNDECIDED = ("review", "open")
_PROBLEM = "problem.severity"
_SCORED = "security-severity"
_ABOUT = frozenset({"issue", "finding", "vulnerability", "alert", "rule", "result", "check", "bug", "defect", "base",
                    "cvss", "cvssv2", "cvssv3", "cvssv4", "cvssv3base", "cvssv4base"})  # fmt: skip
"""What may stand before "severity" in the name of a property that tells it, beside the tool's own name."""
_PARTS = re.compile(r"[^a-zA-Z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_UNSAID = frozenset({"", "null"})
_LONGEST_WORD = 100


class Stated(NamedTuple):
    """What a bag of properties states of the severity; nothing at all by default."""

    severity: Severity | None = None
    score: float | None = None
    """A CVSS score."""
    unknown: str = ""
    """A word that nobody knows."""
    problem: str = ""
    """``problem.severity``, by which CodeQL and ruff repeat the level: it counts only where there is none."""


NOTHING = Stated()


def stated(properties: Mapping[str, Any], tool: str) -> Stated:
    """What the properties of a rule or result of ``tool`` state.

    ``security-severity`` (GitHub's: a CVSS score or a word) comes first, then
    the tool's own: ``severity``, and names such as ``issue_severity``,
    ``zizmor/severity`` or ``DevSkimSeverity``.
    """
    names = [name for name in properties if "everity" in name or "EVERITY" in name]
    if not names:
        return NOTHING
    problem = properties.get(_PROBLEM)
    unknown = ""
    own = sorted((rank, name) for name in names if (rank := _rank(name, tool)) is not None)
    for _, name in own:
        severity, score, word = _read(properties[name], scored=name == _SCORED)
        if severity is not None:
            return Stated(severity, score)
        unknown = unknown or word
    return Stated(unknown=unknown, problem=problem if isinstance(problem, str) else "")


def rated(level: Any, kind: str | None, result: Stated, rule: Stated, rule_level: str) -> tuple[Rating, float | None]:
    """The rating of a result with the CVSS score it rests on; what is nearer to the result counts first.

    A statement that nobody understands does not leave the word to a weaker
    one: it only gives a new Finding its severity.
    """
    for nearest in (result, rule):
        if nearest.severity is not None:
            return Rating(nearest.severity), nearest.score
        if nearest.unknown:
            usual = rule.severity
            if usual is None:
                usual = _by_level(level, kind, result, rule, rule_level).severity
            return Rating(usual, nearest.unknown), rule.score
    return _by_level(level, kind, result, rule, rule_level), None


def _by_level(level: Any, kind: str | None, result: Stated, rule: Stated, rule_level: str) -> Rating:
    """By the level; only a failure has one by SARIF (3.27.10), the level of any other kind is "none"."""
    said = level.strip() if isinstance(level, str) else "" if level is None else str(level)
    said = clean(said, _LONGEST_WORD)
    if not said and kind in _UNDECIDED and level is None:
        return Rating(Severity.INFO)
    problem = result.problem or rule.problem
    usual = understood(rule_level, LEVELS) if rule_level else understood(problem, LEVELS) if problem else None
    if said:
        return rate(said, LEVELS, otherwise=usual)
    if usual is None and (rule_level or problem):
        return rate(rule_level or problem, LEVELS)
    return Rating(Severity.MEDIUM if usual is None else usual)


def _read(value: Any, *, scored: bool) -> tuple[Severity | None, float | None, str]:
    """A severity with its score, or the word that nobody knows; neither where nothing is said."""
    if value is None or isinstance(value, bool):
        return None, None, ""
    try:
        score = float(value)
    except (TypeError, ValueError):
        word = value.strip() if isinstance(value, str) else ""
        if word.lower() in _UNSAID:
            return None, None, ""
        found = understood(word, LEVELS)
        return found, None, "" if found is not None else clean(word, _LONGEST_WORD)
    # A number is a CVSS score only where GitHub says so: elsewhere it may count in any direction.
    if not scored or not 0 <= score < float("inf"):
        return None, None, ""
    return Severity.from_cvss(score), score if score <= 10 else None, ""


@lru_cache(maxsize=1024)
def _rank(name: str, tool: str) -> int | None:
    """How near a property's name is to the tool's own severity: the smallest counts; None if it is something else."""
    if name == _SCORED:
        return 0
    *about, last = (part.lower() for part in _PARTS.split(name) if part) if name else [""]
    if last != "severity" or name == _PROBLEM:
        return None
    if not about:
        return 1
    before = "".join(about)
    own = "".join(part for part in _PARTS.split(tool) if part).lower()
    if before in _ABOUT:
        return 4 if before.startswith(("cvss", "base")) else 2
    # A name before a slash is a namespace, as "zizmor/severity" is.
    return 3 if "/" in name or (own.startswith(before) and len(before) > 2) else None
