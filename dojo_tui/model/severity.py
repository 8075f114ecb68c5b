"""Severity of a Finding, with DefectDojo's five words."""

from __future__ import annotations

from enum import IntEnum


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
