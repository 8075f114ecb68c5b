"""What makes a Finding that finding, in digests (design, section 5).

A digest is a signed 64-bit integer, so that it fits a column of either
database. Two different texts share one with probability 2**-64; within one
Record that is no risk worth a wider key.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

from dojo_tui.model.finding import Finding


class Evidence(Protocol):
    """What matching reads, of a Finding in a report and of one that is held alike."""

    scanner: str
    rule_id: str
    title: str
    unique_id: str
    vulnerability_ids: tuple[str, ...]
    component_name: str
    component_version: str
    file_path: str
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    snippet: str
    logical_location: str
    endpoints: tuple[str, ...]
    param: str


def digest(parts: Iterable[str]) -> int:
    """A signed 64-bit digest of several texts; their borders count."""
    hashed = blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(hashed.digest(), "big", signed=True)


def rule(evidence: Evidence) -> str:
    """The rule that found it; tools that name none are told apart by the title."""
    return evidence.rule_id or evidence.title.casefold()


@lru_cache(maxsize=4096)
def _place(scanner: str, file_path: str) -> int:
    return digest((scanner, file_path))


def place(evidence: Evidence) -> int:
    """Where a scanner found it: one digest for all its Findings of one file (or of no file)."""
    return _place(evidence.scanner, evidence.file_path)


def content(finding: Finding, same_digest: int) -> int:
    """Everything the report says of it. Equal content means there is nothing to update.

    ``same_digest`` is what ``same`` returned for it, so that the long texts
    are read once. ``date`` is left out: many tools write the day of the scan,
    and a Finding keeps the day it was first found.
    """
    return digest(
        (
            finding.severity.label,
            finding.mitigation,
            finding.impact,
            finding.references,
            finding.steps_to_reproduce,
            finding.severity_justification,
            finding.context,
            finding.cvssv3,
            finding.cvssv4,
            finding.fix_version,
            finding.effort_for_fixing,
            finding.planned_remediation_version,
            finding.payload,
            finding.service,
            finding.sast_source_object,
            finding.sast_sink_object,
            finding.sast_source_file_path,
            f"{same_digest}{finding.cwes}{finding.tags}{finding.cvssv3_score}|{finding.cvssv4_score}|{finding.epss_score}|"
            f"{finding.epss_percentile}|{finding.known_exploited}|{finding.ransomware_used}|{finding.kev_date}|"
            f"{finding.fix_available}|{finding.planned_remediation_date}|{finding.sast_source_line}|"
            f"{finding.scanner_confidence}|{finding.static_finding}|{finding.dynamic_finding}|{finding.publish_date}|"
            f"{finding.nb_occurences}|{finding.active}|{finding.verified}|{finding.false_p}|{finding.out_of_scope}|"
            f"{finding.risk_accepted}|{finding.under_review}|{finding.is_mitigated}|{finding.mitigated_at}",
        )
    )


def same(finding: Finding) -> int:
    """Equal for two results of one report that are the same finding: all but severity and advice."""
    return digest(
        (
            finding.scanner,
            finding.rule_id,
            finding.unique_id,
            finding.title,
            finding.description,
            finding.file_path,
            f"{finding.line}:{finding.column}:{finding.end_line}:{finding.end_column}",
            finding.snippet,
            finding.logical_location,
            finding.component_name,
            finding.component_version,
            " ".join(finding.vulnerability_ids),
            " ".join(finding.endpoints),
            finding.param,
        )
    )
