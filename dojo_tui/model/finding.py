"""A Finding as a tool reports it, with the fields of DefectDojo's finding.

Field names are those of DefectDojo's Generic Findings Import, so that a
person who knows one knows the other; ``unique_id`` is its
``unique_id_from_tool`` and ``rule_id`` its ``vuln_id_from_tool``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dojo_tui.model.severity import Severity


@dataclass(slots=True, kw_only=True)
class Finding:
    """One incoming Finding. Treat it as a value: nothing changes one after it was read.

    It is not frozen because a report may hold hundreds of thousands, and
    freezing doubles the cost of making one.
    """

    title: str
    wording: str = ""
    """The tool's message in one line where ``title`` is not that: matching goes by it."""
    severity: Severity
    unknown_severity: str = ""
    """The tool's word for its severity if nobody knows it: ``severity`` is then only for a new Finding."""
    description: str = ""
    mitigation: str = ""
    impact: str = ""
    references: str = ""
    steps_to_reproduce: str = ""
    severity_justification: str = ""

    scanner: str = ""
    """The scanner that says it; Findings of different scanners are never the same one."""
    rule_id: str = ""
    """The scanner's own name of the rule or check."""
    former_rules: tuple[str, ...] = ()
    """What the rule was called before, as the report tells."""
    unique_id: str = ""
    """The tool's stable id of this very finding, if it gives one."""

    cwes: tuple[int, ...] = ()
    """Weaknesses, the primary one first."""
    vulnerability_ids: tuple[str, ...] = ()
    """CVE, GHSA and the like, the primary one first."""
    cvssv3: str = ""
    cvssv3_score: float | None = None
    cvssv4: str = ""
    cvssv4_score: float | None = None
    epss_score: float | None = None
    epss_percentile: float | None = None
    known_exploited: bool | None = None
    ransomware_used: bool | None = None
    kev_date: dt.date | None = None

    component_name: str = ""
    component_version: str = ""
    fix_available: bool | None = None
    fix_version: str = ""
    effort_for_fixing: str = ""
    planned_remediation_date: dt.date | None = None
    planned_remediation_version: str = ""

    file_path: str = ""
    """Normalised: ``/`` between parts, no scheme, percent-decoding done."""
    line: int | None = None
    """1-based line of ``file_path``."""
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    """The column after the last flagged one, as SARIF counts."""
    snippet: str = ""
    """The flagged code as the report quotes it."""
    context: str = ""
    """The code around ``snippet``, if the report quotes it."""
    logical_location: str = ""
    """Fully qualified name of the function, resource or object the finding is in."""
    subject: str | None = ""
    """Who or what it is about, where it has no position of its own; see ``subject.py``. None if nobody looked."""
    endpoints: tuple[str, ...] = ()
    """URLs (or host:port) a dynamic tool found it at."""
    param: str = ""
    payload: str = ""
    service: str = ""
    sast_source_object: str = ""
    sast_sink_object: str = ""
    sast_source_line: int | None = None
    sast_source_file_path: str = ""
    scanner_confidence: int | None = None

    static_finding: bool = False
    dynamic_finding: bool = False
    date: dt.date | None = None
    """When the tool found it, if the report tells."""
    publish_date: dt.date | None = None
    tags: tuple[str, ...] = ()
    group: int = 0
    """The same for all places of a result of one report that has several; 0 for what stands alone."""
    nb_occurences: int = 1
    """How many results of the report this stands for (DefectDojo's spelling)."""

    active: bool = True
    verified: bool = False
    false_p: bool = False
    out_of_scope: bool = False
    risk_accepted: bool = False
    under_review: bool = False
    is_mitigated: bool = False
    mitigated_at: dt.datetime | None = None

    @property
    def dismissed(self) -> bool:
        """True when the tool itself reports triage that takes it off the active list."""
        return self.false_p or self.out_of_scope or self.risk_accepted or self.is_mitigated or not self.active
