"""Severity of a Finding: DefectDojo's five words, and what tools say instead of them.

A word that nobody knows is no severity: it must not lower a Finding that is
held, and a new one is as bad as its CVSS score says, or Medium. ``Rating``
carries that through a fetch; the plan of a reimport settles it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache


class Severity(IntEnum):
    """Ordered so that ``max`` is the worst; the number is what the store keeps."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """DefectDojo's word: Info, Low, Medium, High or Critical."""
        return _LABELS[self]

    @classmethod
    def parse(cls, word: str) -> Severity:
        """Read one of the five words in any case; "informational" and "none" are Info.

        Raises ValueError for any other word, naming what is allowed. The two
        extra words are those DefectDojo's importer accepts.
        """
        lowered = word.strip().lower()
        if lowered.startswith("info") or lowered == "none":
            return cls.INFO
        try:
            return _BY_WORD[lowered]
        except KeyError:
            allowed = ", ".join(severity.label for severity in reversed(cls))
            raise ValueError(f"unknown severity {word!r}: use one of {allowed}") from None

    @classmethod
    def from_cvss(cls, score: float) -> Severity:
        """The qualitative rating of a CVSS 3.x/4.0 base score (FIRST, section "Qualitative Rating")."""
        if score >= 9.0:
            return cls.CRITICAL
        if score >= 7.0:
            return cls.HIGH
        if score >= 4.0:
            return cls.MEDIUM
        return cls.LOW if score > 0.0 else cls.INFO


_LABELS = {severity: severity.name.capitalize() for severity in Severity}
_BY_WORD = {severity.name.lower(): severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Rating:
    """How bad a tool says a Finding is."""

    severity: Severity
    """What a new Finding gets."""
    unknown: str = ""
    """The word that says nothing to us (``Untriaged``), or empty: what is held keeps its severity then."""


def understood(word: str, words: Mapping[str, Severity] | None = None) -> Severity | None:
    """The severity that a tool's word means, or None if nobody knows.

    ``words`` are what some words mean in this place alone (SARIF's ``note``);
    its keys are in lower case. Case, separators and what is written beside
    the word (``HIGH (7.5)``, ``High Risk``) do not matter.
    """
    plain = _plain(word)
    found = words.get(plain) if words is not None else None
    return _WORDS.get(plain) if found is None else found


def rate(
    word: str,
    words: Mapping[str, Severity] | None = None,
    *,
    score: float | None = None,
    otherwise: Severity | None = None,
) -> Rating:
    """Read a tool's word; see ``understood``.

    Of a word that nobody knows, the CVSS ``score`` tells what a new Finding
    gets, else ``otherwise``, else it is Medium.
    """
    found = understood(word, words)
    if found is not None:
        return Rating(found)
    if score is not None and 0 < score <= 10:
        otherwise = Severity.from_cvss(score)
    return Rating(Severity.MEDIUM if otherwise is None else otherwise, word.strip() or NO_WORD)


NO_WORD = "no word at all"

_WORDS = {
    word: severity
    for severity, words in {
        Severity.CRITICAL: "critical crit blocker severe fatal emergency veryhigh",
        Severity.HIGH: "high important error serious",
        Severity.MEDIUM: "medium med moderate major warning warn average",
        Severity.LOW: "low minor verylow bestpractice",
        Severity.INFO: "info information informational informative none note notice negligible trivial recommendation "
        "suggestion hint style manualreview",
    }.items()
    for word in words.split()
}
"""In lower case and without separators. Scales of several tools: SonarQube (blocker, critical, major, minor, info),
Microsoft and Red Hat (critical, important, moderate, low), syslog, SARIF's levels as DefectDojo reads them. Words that
say that nobody rated it yet (unknown, unassigned, untriaged) are none of these."""

_LETTERS = re.compile(r"[^\W\d_]+")
_BESIDE = frozenset({"severity", "risk", "level"})


@lru_cache(maxsize=1024)
def _plain(word: str) -> str:
    return "".join(part for part in _LETTERS.findall(word.lower()) if part not in _BESIDE)
