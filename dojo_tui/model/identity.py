"""What makes a Finding that finding, in digests (design, section 5).

A digest is a signed 64-bit integer, so that it fits a column of either
database. Two different texts share one with probability 2**-64; within one
Record that is no risk worth a wider key.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Protocol

from dojo_tui.model.finding import Finding


class Evidence(Protocol):
    """What matching reads, of a Finding in a report and of one that is held alike."""

    @property
    def scanner(self) -> str: ...
    @property
    def rule_id(self) -> str: ...
    @property
    def former_rules(self) -> tuple[str, ...]: ...
    @property
    def title(self) -> str: ...
    @property
    def wording(self) -> str: ...
    @property
    def unique_id(self) -> str: ...
    @property
    def vulnerability_ids(self) -> tuple[str, ...]: ...
    @property
    def component_name(self) -> str: ...
    @property
    def component_version(self) -> str: ...
    @property
    def file_path(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def column(self) -> int | None: ...
    @property
    def end_line(self) -> int | None: ...
    @property
    def end_column(self) -> int | None: ...
    @property
    def snippet(self) -> str: ...
    @property
    def logical_location(self) -> str: ...
    @property
    def endpoints(self) -> tuple[str, ...]: ...
    @property
    def param(self) -> str: ...
    @property
    def subject(self) -> str | None: ...


def worded(one: Evidence) -> str:
    """The tool's own words for it in one line, whatever it is titled here."""
    return one.wording or one.title


def has_position(one: Evidence) -> bool:
    """True when it is somewhere in its file: the first line alone, without code or column, is the whole file."""
    if not one.file_path or one.line is None:
        return False
    return one.line > 1 or (one.end_line or 1) > 1 or (one.end_column or 1) > 1 or _is_exact(one)


def needs_subject(one: Evidence) -> bool:
    """True when others may stand where it stands, so that only what it is about tells them apart."""
    return not (one.component_name or (one.file_path and one.line is not None and _is_exact(one)))


def _is_exact(one: Evidence) -> bool:
    return (one.column or 1) > 1 or bool(one.snippet.strip())


def digest(parts: Iterable[str]) -> int:
    """A signed 64-bit digest of several texts; their borders count."""
    hashed = blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(hashed.digest(), "big", signed=True)


def rule(evidence: Evidence) -> str:
    """The rule that found it; tools that name none are told apart by the title."""
    return evidence.rule_id or worded(evidence).casefold()


@lru_cache(maxsize=4096)
def _place(scanner: str, file_path: str) -> int:
    return digest((scanner, file_path))


def place(evidence: Evidence) -> int:
    """Where a scanner found it: one digest for all its Findings of one file (or of no file)."""
    return _place(evidence.scanner, evidence.file_path)


def same(finding: Finding) -> int:
    """Equal for two results of one report that are the same finding: all but severity and advice."""
    position = f"{finding.line}:{finding.column}:{finding.end_line}:{finding.end_column}"
    ids = "\x1e".join((*finding.vulnerability_ids, "", *finding.endpoints))
    about = (finding.subject,) if finding.subject else ()
    return digest((position, ids, *_naming_texts(finding), *about))


def content(finding: Finding, same_digest: int) -> int:
    """Everything the report says of it. Equal content means there is nothing to update.

    ``same_digest`` is what ``same`` returned for it, so that the long texts
    are read once. ``date`` is left out: many tools write the day of the scan,
    and a Finding keeps the day it was first found.
    """
    return digest((str(same_digest), _written(*_values(finding)), *_advice_texts(finding)))


_naming_texts = attrgetter(
    "scanner",
    "rule_id",
    "unique_id",
    "title",
    "description",
    "file_path",
    "snippet",
    "logical_location",
    "component_name",
    "component_version",
    "param",
)
_advice_texts = attrgetter(
    "mitigation",
    "impact",
    "references",
    "steps_to_reproduce",
    "severity_justification",
    "context",
    "cvssv3",
    "cvssv4",
    "fix_version",
    "effort_for_fixing",
    "planned_remediation_version",
    "payload",
    "service",
    "sast_source_object",
    "sast_sink_object",
    "sast_source_file_path",
)
_values = attrgetter(
    "severity",
    "cwes",
    "tags",
    "cvssv3_score",
    "cvssv4_score",
    "epss_score",
    "epss_percentile",
    "known_exploited",
    "ransomware_used",
    "kev_date",
    "fix_available",
    "planned_remediation_date",
    "sast_source_line",
    "scanner_confidence",
    "static_finding",
    "dynamic_finding",
    "publish_date",
    "nb_occurences",
    "active",
    "verified",
    "false_p",
    "out_of_scope",
    "risk_accepted",
    "under_review",
    "is_mitigated",
    "mitigated_at",
)


# Few combinations occur in one report. Typed, because 7 and 7.0 are equal but not written alike.
@lru_cache(maxsize=4096, typed=True)
def _written(*values: object) -> str:
    return repr(values)
