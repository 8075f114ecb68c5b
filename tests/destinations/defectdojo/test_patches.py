"""Bodies of PATCH: what is shown becomes what is to be shown, and nothing else is touched."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.generic import entry
from dojo_tui.destinations.defectdojo.patches import changes, triage
from tests.destinations.defectdojo.hostile import finding
from tests.shared import shared

# What GET findings/{id}/ shows of a Finding that says nothing of it, and PATCH can change (openapi.json of 3.2.0).
_NONE = (
    "mitigation", "impact", "references", "steps_to_reproduce", "severity_justification", "vuln_id_from_tool",
    "cvssv3", "cvssv3_score", "cvssv4", "cvssv4_score", "epss_score", "epss_percentile", "kev_date",
    "component_name", "component_version", "fix_available", "fix_version", "effort_for_fixing",
    "planned_remediation_date", "planned_remediation_version", "file_path", "line", "sast_source_object",
    "sast_sink_object", "sast_source_line", "sast_source_file_path", "nb_occurences", "publish_date", "title",
    "severity", "description",
)  # fmt: skip
SHOWN: dict[str, Any] = dict.fromkeys(_NONE) | {
    "known_exploited": False,
    "ransomware_used": False,
    "static_finding": False,
    "dynamic_finding": True,
}
NOT_NULL = {
    "title",
    "severity",
    "description",
    "known_exploited",
    "ransomware_used",
    "static_finding",
    "dynamic_finding",
    "cwe",
}
NOT_EMPTY = {"title", "severity", "description", "cvssv3", "cvssv4"}
NOT_PATCHED = {
    "date", "duplicate", "endpoints", "found_by", "mitigated", "mitigated_by", "numerical_severity", "push_to_jira",
    "reporter", "review_requested_by", "reviewers", "defect_review_requested_by", "under_defect_review", "service",
    "sla_expiration_date", "sla_start_date", "sonarqube_issue", "tags", "unique_id_from_tool",
}  # fmt: skip
BASE = {"title": "T", "severity": "Low", "description": "D\n", "static_finding": False, "dynamic_finding": False}


def shown(entry: dict[str, Any]) -> dict[str, Any]:
    """What a server shows of a Finding that this entry created."""
    cwes = entry.get("cwes") or [number for number in [entry.get("cwe")] if number]
    return {
        **{name: entry.get(name, usual) for name, usual in SHOWN.items()},
        "cwe": entry.get("cwe", 0),
        "cwes": [{"cwe": f"CWE-{number}"} for number in cwes],
        "vulnerability_ids": [{"vulnerability_id": name} for name in entry.get("vulnerability_ids", [])],
    }


def test_patching_what_is_shown_gives_what_is_to_be_shown() -> None:
    dice = random.Random(4)
    entries = [entry(finding(dice), f"r{number}", lambda _: None) for number in range(300)]
    for before, after in pairwise(entries):
        body = changes(before, after)
        then, now = shown(before), shown(after)
        if not now["vulnerability_ids"]:
            now["vulnerability_ids"] = then["vulnerability_ids"]  # an empty list changes nothing there
        assert then | body == now
        assert all(then[name] != body[name] for name in body.keys() - {"cwe", "cwes"})
        assert not [name for name in NOT_NULL if name in body and body[name] is None]
        assert not [name for name in NOT_EMPTY if body.get(name) is not None and not str(body[name]).strip()]
        assert changes(after, after) == {}


@pytest.mark.parametrize(
    ("before", "after", "body"),
    [
        ({"line": 3}, {"line": 4}, {"line": 4}),
        ({"line": 3, "fix_version": "1"}, {}, {"line": None, "fix_version": None}),
        ({"known_exploited": True}, {}, {"known_exploited": False}),
        ({}, {"cwe": 79}, {"cwe": 79, "cwes": [{"cwe": "CWE-79"}]}),
        ({"cwe": 79}, {}, {"cwe": 0, "cwes": []}),
        ({"cwe": 79}, {"cwe": 79, "cwes": [79, 80]}, {"cwe": 79, "cwes": [{"cwe": "CWE-79"}, {"cwe": "CWE-80"}]}),
        ({}, {"vulnerability_ids": ["CVE-1"]}, {"vulnerability_ids": [{"vulnerability_id": "CVE-1"}]}),
        ({"vulnerability_ids": ["CVE-1"]}, {}, {}),
        ({"date": "2024-01-01"}, {"date": "2024-01-02"}, {}),
        ({"tags": ["a"], "endpoints": ["h"], "param": "x", "payload": "y"}, {"scanner_confidence": 1}, {}),
        ({"active": False, "false_p": True}, {"verified": True, "unique_id_from_tool": "r"}, {}),
    ],
)
def test_only_what_differs(before: dict[str, Any], after: dict[str, Any], body: dict[str, Any]) -> None:
    assert changes(BASE | before, BASE | after) == body


def test_bodies_are_what_the_servers_schema_asks_for() -> None:
    schema = json.loads(shared("defectdojo-api", "openapi.json").read_text())["components"]["schemas"]
    fields: dict[str, Any] = schema["PatchedFindingRequest"]["properties"]
    dice = random.Random(5)
    entries = [entry(finding(dice), f"r{number}", lambda _: None) for number in range(300)]
    for before, after in pairwise(entries):
        for name, value in (changes(before, after) | triage(after)).items():
            asked = fields[name]
            if value is None:
                assert asked["nullable"], name
            elif isinstance(value, str):
                assert asked["type"] == "string"
                assert asked.get("minLength", 0) <= len(value.strip()) <= asked.get("maxLength", len(value)), name
            elif isinstance(value, bool | list):
                assert asked["type"] == ("array" if isinstance(value, list) else "boolean"), name
            else:
                assert asked["type"] in ("integer", "number"), name
                assert asked["minimum"] <= value <= asked["maximum"], name
    assert fields.keys() - SHOWN.keys() - USUAL.keys() == NOT_PATCHED | {"cwe", "cwes", "vulnerability_ids"}


USUAL = {
    "active": True,
    "verified": False,
    "false_p": False,
    "out_of_scope": False,
    "risk_accepted": False,
    "under_review": False,
    "is_mitigated": False,
}


@pytest.mark.parametrize(
    ("flags", "differ"),
    [
        ({}, {}),
        ({"active": False}, {"active": False}),
        ({"active": False, "false_p": True}, {"active": False, "false_p": True, "is_mitigated": True}),
        ({"active": False, "out_of_scope": True}, {"active": False, "out_of_scope": True, "is_mitigated": True}),
        ({"active": False, "risk_accepted": True}, {"active": False, "risk_accepted": True}),
        ({"active": False, "is_mitigated": True, "mitigated": "2024-05-06"}, {"active": False, "is_mitigated": True}),
    ],
)
def test_triage_of_the_tool(flags: dict[str, Any], differ: dict[str, Any]) -> None:
    assert triage(BASE | flags) == USUAL | differ
    assert triage(BASE | flags, BASE) == differ
    assert triage(BASE, BASE | flags) == {name: USUAL[name] for name in differ}
    assert triage(BASE | flags, BASE | flags) == {}
