"""Findings: what they hold, what saving one changes, and how one is shown."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.defectdojo_server.answers import broken
from tests.defectdojo_server.state import FLAGS, USERS, Kind, Row, State, User
from tests.defectdojo_server.titles import title_case

SEVERITIES = ("Info", "Low", "Medium", "High", "Critical")
NUMERICAL = {"Critical": "S0", "High": "S1", "Medium": "S2", "Low": "S3", "Info": "S4"}
_SLA_DAYS = {"Critical": 7, "High": 30, "Medium": 90, "Low": 120}
_LIMITS = {
    "unique_id_from_tool": 500,
    "vuln_id_from_tool": 500,
    "component_name": 500,
    "component_version": 100,
    "file_path": 4000,
    "service": 200,
}

# A row holds only what differs from these: there are tens of thousands of rows.
DEFAULTS: Row = {
    "mitigated": None,
    "mitigated_by": None,
    "title": "",
    "date": None,
    "sla_start_date": None,
    "sla_expiration_date": None,
    "cwe": 0,
    "epss_score": None,
    "epss_percentile": None,
    "known_exploited": False,
    "ransomware_used": False,
    "kev_date": None,
    "cvssv3": None,
    "cvssv3_score": None,
    "cvssv4": None,
    "cvssv4_score": None,
    "url": None,
    "severity": None,
    "description": "",
    "mitigation": None,
    "fix_available": None,
    "fix_version": None,
    "impact": None,
    "steps_to_reproduce": None,
    "severity_justification": None,
    "references": None,
    "active": True,
    "verified": False,
    "false_p": False,
    "duplicate": False,
    "out_of_scope": False,
    "risk_accepted": False,
    "under_review": False,
    "last_status_update": None,
    "under_defect_review": False,
    "is_mitigated": False,
    "thread_id": 0,
    "numerical_severity": None,
    "last_reviewed": None,
    "param": None,
    "payload": None,
    "hash_code": None,
    "line": None,
    "file_path": None,
    "component_name": None,
    "component_version": None,
    "static_finding": False,
    "dynamic_finding": True,
    "scanner_confidence": None,
    "unique_id_from_tool": None,
    "vuln_id_from_tool": None,
    "sast_source_object": None,
    "sast_sink_object": None,
    "sast_source_line": None,
    "sast_source_file_path": None,
    "nb_occurences": None,
    "publish_date": None,
    "service": None,
    "planned_remediation_date": None,
    "planned_remediation_version": None,
    "effort_for_fixing": None,
    "duplicate_finding": None,
    "review_requested_by": None,
    "defect_review_requested_by": None,
    "last_reviewed_by": None,
    "sonarqube_issue": None,
    "reviewers": [],
    "files": [],
    "tags": [],
    "vulnerability_ids": [],
    "cwes": [],
    "found_by": [],
    "created": None,
    "updated": None,
    "reporter": None,
}


def value(row: Mapping[str, Any], name: str) -> Any:
    """A column of a row, as stored or by default."""
    return row.get(name, DEFAULTS.get(name))


def hash_code(row: Mapping[str, Any]) -> str:
    """The hash of the algorithm ``hash_code`` where no fields are configured. Raises for what cannot be hashed."""
    parts = value(row, "title") + str(value(row, "cwe")) + str(value(row, "line")) + str(value(row, "file_path"))
    parts += value(row, "description") + str(value(row, "service") or "")
    return hashlib.sha256(parts.casefold().encode().strip()).hexdigest()


def prepare(row: Row) -> None:
    """What saving does to the fields of a finding; ``broken`` where the real database refuses them."""
    row["title"] = title_case(value(row, "title")[:511])
    row["numerical_severity"] = NUMERICAL.get(row["severity"], "S5")
    for name in ("component_name", "component_version"):
        if not str(row.get(name) or "").strip():
            row.pop(name, None)
    for name, limit in _LIMITS.items():
        if len(str(row.get(name) or "")) > limit:
            raise broken()
    if value(row, "description") is None or any(isinstance(text, str) and "\0" in text for text in row.values()):
        raise broken()
    if row.get("file_path") is not None:
        row["static_finding"], row["dynamic_finding"] = True, False


def settle(state: State, row: Row, user: User, changed: Iterable[str] | None = None) -> None:
    """Keep the flags of a finding consistent, as the real server does on each save. None: the finding is new."""
    every = changed is None
    names = set(changed or ())
    now = state.stamp()
    if (every or "is_mitigated" in names) and not value(row, "is_mitigated"):
        row["mitigated"] = row["mitigated_by"] = None
    if (every or "active" in names) and value(row, "active"):
        row.update(false_p=False, out_of_scope=False, is_mitigated=False, mitigated=None, mitigated_by=None)
    if (every or names & {"false_p", "out_of_scope"}) and (value(row, "false_p") or value(row, "out_of_scope")):
        row.update(is_mitigated=True, active=False, verified=False)
    if value(row, "is_mitigated"):
        row["mitigated"] = value(row, "mitigated") or now
        row["mitigated_by"] = value(row, "mitigated_by") or user.id
    if not value(row, "duplicate"):
        row["duplicate_finding"] = None
    row["last_status_update"] = now


def set_deadline(row: Row) -> None:
    """The day by which the service level wants it fixed."""
    days = _SLA_DAYS.get(row["severity"])
    start = value(row, "sla_start_date") or row["date"]
    row["sla_expiration_date"] = None if days is None else str(date.fromisoformat(start) + timedelta(days=days))


def save_new(state: State, row: Row, user: User, moment: str) -> Row:
    """Create a finding from what a report or a request says."""
    prepare(row)
    row.setdefault("reporter", user.id)
    row.update(last_reviewed=moment, last_reviewed_by=user.id)
    row["date"] = value(row, "date") or str(state.today())
    settle(state, row, user)
    set_deadline(row)
    row["created"] = row["updated"] = state.stamp()
    return state.add("findings", {name: v for name, v in row.items() if name not in DEFAULTS or v != DEFAULTS[name]})


def save_changed(state: State, row: Row, user: User, changes: Mapping[str, Any]) -> None:
    """Change a finding: the hash code stays what it was."""
    changed = {name for name, new in changes.items() if value(row, name) != new}
    after = {**row, **changes}
    prepare(after)
    if changed & {"active", "is_mitigated", "false_p", "out_of_scope", "duplicate"}:
        settle(state, after, user, changed)
    set_deadline(after)
    row.update(after, updated=state.stamp())
    state.save("findings", row)


def add_note(state: State, row: Row, user: User, entry: str, *, private: bool = False) -> Row:
    """Leave a note at a finding."""
    now = state.stamp()
    return state.add(
        "notes",
        {
            "finding": row["id"],
            "author": user.id,
            "entry": entry,
            "date": now,
            "private": private,
            "edit_time": now,
        },
    )


def mitigate(state: State, row: Row, user: User, moment: str, note: str) -> None:
    """Close a finding that is in no report any more."""
    changes: Row = {"active": False, "is_mitigated": True, "risk_accepted": False, "mitigated_by": user.id}
    changes["mitigated"] = value(row, "mitigated") or moment
    add_note(state, row, user, note)
    save_changed(state, row, user, changes)


def _status(row: Row) -> str:
    said = [
        ("Under Review", row["under_review"]),
        ("Active", row["active"]),
        ("Inactive", not row["active"]),
        ("Verified", row["verified"]),
        ("Mitigated", row["mitigated"] or row["is_mitigated"]),
        ("False Positive", row["false_p"]),
        ("Out Of Scope", row["out_of_scope"]),
        ("Duplicate", row["duplicate"]),
        ("Risk Accepted", row["risk_accepted"]),
    ]
    return ", ".join(text for text, holds in said if holds)


def shown(state: State, row: Row) -> Row:
    """A finding as the API gives it."""
    full = {**DEFAULTS, **row}
    end = datetime.fromisoformat(full["mitigated"]).astimezone(UTC).date() if full["mitigated"] else state.today()
    deadline = full["sla_expiration_date"]
    return {
        **full,
        "vulnerability_ids": [{"vulnerability_id": each} for each in full["vulnerability_ids"]],
        "cwes": [{"cwe": each} for each in full["cwes"]],
        "request_response": {"req_resp": []},
        "accepted_risks": [],
        "push_to_jira": False,
        "age": max(0, (end - date.fromisoformat(full["date"])).days),
        "sla_days_remaining": None if deadline is None else (date.fromisoformat(deadline) - end).days,
        "finding_meta": [],
        "related_fields": None,
        "jira_creation": None,
        "jira_change": None,
        "display_status": _status(full),
        "finding_groups": [],
        "endpoints": [],
        "notes": shown_notes(state, row),
    }


def shown_notes(state: State, row: Row) -> list[Row]:
    """The notes of a finding, newest first."""
    authors = {user.id: user.stub() for user in USERS}
    return [
        {
            "id": note["id"],
            "author": authors[note["author"]],
            "editor": None,
            "history": [],
            "note_type": None,
            "entry": note["entry"],
            "date": note["date"],
            "private": note["private"],
            "edited": False,
            "edit_time": note["edit_time"],
        }
        for note in reversed(state.notes_of.get(row["id"], ()))
    ]


def statistics(kinds: Counter[Kind]) -> Row:
    """Counts by severity and flag."""
    counts = {name: dict.fromkeys((*FLAGS, "total"), 0) for name in ("info", "low", "medium", "high", "critical")}
    for (severity, *flags), number in kinds.items():
        count = counts[severity.lower()]
        count["total"] += number
        for flag, holds in zip(FLAGS, flags, strict=True):
            count[flag] += number * bool(holds)
    counts["total"] = {flag: sum(each[flag] for each in counts.values()) for flag in (*FLAGS, "total")}
    return dict(counts)
