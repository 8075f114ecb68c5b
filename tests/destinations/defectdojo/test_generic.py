"""Our Findings as entries of a Generic Findings Import: nothing a server refuses, and the same when read back."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo import generic
from dojo_tui.destinations.defectdojo.anchors import MARK_LIMIT, anchor, hash_key
from dojo_tui.destinations.defectdojo.limits import (
    DESCRIPTION_LIMIT,
    LIMITS,
    RANGES,
    TEXT_LIMIT,
)
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from tests.destinations.defectdojo.hostile import V3, V4
from tests.destinations.defectdojo.hostile import finding as hostile
from tests.reports.helpers import read

# As dojo/tools/generic/json_parser.py of 3.2.0 has them.
ALLOWED = {
    "title", "severity", "description", "date", "cwe", "cve", "epss_score", "epss_percentile", "cvssv3",
    "cvssv3_score", "cvssv4", "cvssv4_score", "mitigation", "impact", "steps_to_reproduce",
    "severity_justification", "references", "active", "verified", "false_p", "out_of_scope", "risk_accepted",
    "under_review", "is_mitigated", "thread_id", "mitigated", "numerical_severity", "param", "payload", "line",
    "file_path", "component_name", "component_version", "static_finding", "dynamic_finding", "scanner_confidence",
    "unique_id_from_tool", "vuln_id_from_tool", "sast_source_object", "sast_sink_object", "sast_source_line",
    "sast_source_file_path", "nb_occurences", "publish_date", "service", "planned_remediation_date",
    "planned_remediation_version", "effort_for_fixing", "tags", "kev_date", "known_exploited", "ransomware_used",
    "fix_available", "fix_version", "endpoints", "files", "vulnerability_ids", "cwes",
}  # fmt: skip
# The columns of dojo/finding/models.py: PostgreSQL fails the import on one character more.
COLUMNS = {
    "title": 511, "unique_id_from_tool": 500, "vuln_id_from_tool": 500, "component_name": 500, "component_version": 100,
    "fix_version": 100, "effort_for_fixing": 99, "planned_remediation_version": 99, "file_path": 4000,
    "sast_source_object": 500, "sast_sink_object": 500, "sast_source_file_path": 4000, "cvssv3": 117, "cvssv4": 255,
}  # fmt: skip
FULL = Finding(
    title="Use of weak MD5 hash",
    severity=Severity.HIGH,
    description="MD5 is **broken**.",
    mitigation="Use SHA-256.",
    impact="Collisions",
    references="https://docs.example/md5",
    steps_to_reproduce="Read it.",
    severity_justification="It is old.",
    scanner="Bandit",
    rule_id="B324",
    unique_id="bandit-1",
    cwes=(327, 328),
    vulnerability_ids=("CVE-2004-2761", "GHSA-aaaa-bbbb-cccc"),
    cvssv3=V3,
    cvssv3_score=9.8,
    cvssv4=V4,
    cvssv4_score=9.3,
    epss_score=0.5,
    epss_percentile=1.0,
    known_exploited=False,
    ransomware_used=True,
    kev_date=dt.date(2024, 1, 2),
    component_name="hashing",
    component_version="1.0",
    fix_available=True,
    fix_version="1.1",
    effort_for_fixing="Low",
    planned_remediation_date=dt.date(2024, 3, 4),
    planned_remediation_version="2.0",
    file_path="src/a.py",
    line=10,
    column=3,
    end_line=11,
    end_column=7,
    snippet="  h = hashlib.md5(x)\n",
    context="def f():\n  h = hashlib.md5(x)\n",
    logical_location="a.f",
    endpoints=("https://h.example:8443/p?q=1#f", "h.example"),
    param="x",
    payload="y",
    service="shop",
    sast_source_object="argv",
    sast_sink_object="md5",
    sast_source_line=4,
    sast_source_file_path="src/main.py",
    scanner_confidence=2,
    static_finding=True,
    date=dt.date(2024, 5, 6),
    publish_date=dt.date(2004, 8, 17),
    tags=("crypto", "owasp:a02"),
    nb_occurences=3,
    verified=True,
)


def plain(**fields: Any) -> Finding:
    return Finding(**{"title": "T", "severity": Severity.LOW, "description": "D", **fields})


def made(finding: Finding) -> tuple[dict[str, Any], list[str]]:
    """The entry, and what was told."""
    told: list[str] = []
    return generic.entry(finding, "ref-1", told.append), told


def back(path: Path, *entries: dict[str, Any]) -> list[Finding]:
    """What our own reader of that format makes of a report."""
    (found,) = read(path, generic.report(map(generic.encoded, entries)), "g.json")
    return list(found.findings)


def test_every_field_comes_back(tmp_path: Path) -> None:
    written, told = made(FULL)
    (found,) = back(tmp_path, written)
    added = "**Scanner:** Bandit\n**Service:** shop\n**Where:** a.f\n\n```\n  h = hashlib.md5(x)\n```\n"
    no_field: dict[str, Any] = {
        "column": None,
        "end_line": None,
        "end_column": None,
        "snippet": "",
        "context": "",
        "logical_location": "",
    }
    assert found == replace(
        FULL,
        **no_field,
        service="",
        unique_id="ref-1",
        scanner="Generic Findings Import",
        tags=(*FULL.tags, "bandit"),
        description=f"{FULL.description}\n\n{added}",
    )
    assert told == []


def test_the_least_finding() -> None:
    """Another wording of what is hashed costs every server one request for each Finding: only on purpose."""
    assert made(Finding(title=" Bad\n thing ", severity=Severity.INFO)) == (
        {
            "title": "Bad thing",
            "severity": "Info",
            "description": "Bad thing\n",
            "unique_id_from_tool": "ref-1",
            "static_finding": False,
            "dynamic_finding": False,
        },
        [],
    )
    everything = anchor(made(FULL)[0])
    assert hash_key(everything, "") == "504d90033c2cf4db2ee37b667d27cf986888c71a4ec4520b2ffa40c7e7a75b6f"


def test_severity_in_the_five_words() -> None:
    assert [made(plain(severity=one))[0]["severity"] for one in Severity] == [
        "Info",
        "Low",
        "Medium",
        "High",
        "Critical",
    ]


@pytest.mark.parametrize("name", LIMITS)
def test_a_text_at_its_limit_and_beyond(name: str) -> None:
    field = "rule_id" if name == "vuln_id_from_tool" else name
    limit = LIMITS[name]
    at_limit = "\N{PILE OF POO}" * limit
    assert made(plain(**{field: at_limit})) == (made(plain())[0] | {name: at_limit}, [])
    beyond, told = made(plain(**{field: at_limit + "x"}))
    assert len(beyond[name]) == limit
    assert beyond[name].endswith(" more]")
    assert told == [f"{name} is too long and was cut"]
    assert limit == COLUMNS.get(name, TEXT_LIMIT)


@pytest.mark.parametrize("name", RANGES)
def test_a_number_at_its_limit_and_beyond(name: str) -> None:
    least, most = RANGES[name]
    for value in (least, most):
        expected = {} if (name, value) == ("nb_occurences", 1) else {name: value}
        assert made(plain(**{name: value})) == (made(plain())[0] | expected, [])
    for value in (least - 1, most + 1, float("nan"), float("inf")):
        assert made(plain(**{name: value})) == (
            made(plain())[0],
            [f"{name} is not between {least} and {most} and was left out"],
        )


@pytest.mark.parametrize(
    ("title", "length"),
    [
        ("x" * 511, 511),
        ("x" * 512, 511),
        ("\N{LATIN SMALL LIGATURE FFI} " * 200, 170),
        ("\N{CJK UNIFIED IDEOGRAPH-4E00}" * 600, 511),
    ],
)
def test_a_title_fits_after_the_server_wrote_capitals(title: str, length: int) -> None:
    written, told = made(plain(title=title))
    assert len(written["title"]) == length
    assert len(written["title"].upper()) <= 511
    assert told == ([] if title == "x" * 511 else ["title is too long and was cut"])


def test_a_title_is_never_empty() -> None:
    assert made(plain(title=" \n", rule_id="R1"))[0]["title"] == "R1"
    assert made(plain(title=" \n"))[0]["title"] == "No title given"


def test_a_long_description_is_cut_and_keeps_what_is_added() -> None:
    full = DESCRIPTION_LIMIT - MARK_LIMIT
    added = "\n\n**Scanner:** S\n\n```\ncode\n```\n"
    at_limit = plain(description="x" * (full - len(added)), scanner="S", snippet="code")
    written, told = made(at_limit)
    assert (len(written["description"]), told) == (full, [])
    written, told = made(replace(at_limit, description=at_limit.description + "y"))
    assert len(written["description"]) == full
    assert written["description"].endswith(" more]" + added)
    assert told == ["description is too long and was cut"]


def test_nothing_that_moves_with_the_code_is_in_the_description() -> None:
    moved = replace(
        FULL, line=99, column=1, end_line=100, end_column=2, sast_source_line=88, nb_occurences=9, context="other"
    )
    assert made(moved)[0]["description"] == made(FULL)[0]["description"]


@pytest.mark.parametrize(
    ("fields", "block"),
    [
        ({"snippet": "a`b"}, "```\na`b\n```"),
        ({"snippet": "```\nx\n````"}, "`````\n```\nx\n````\n`````"),
        ({"snippet": "\n  x\n\n", "context": "y"}, "```\n  x\n```"),
        ({"snippet": " \n", "context": "y"}, "```\ny\n```"),
    ],
)
def test_code_is_quoted_as_it_is(fields: dict[str, str], block: str) -> None:
    assert made(plain(**fields))[0]["description"] == f"D\n\n{block}\n"


def test_code_that_the_description_quotes_is_not_repeated() -> None:
    assert made(plain(description="see x = 1 here", snippet=" x = 1\n"))[0]["description"] == "see x = 1 here\n"


def test_what_cannot_be_stored_is_replaced_and_told() -> None:
    written, told = made(plain(title="a\x00", description="b\ud800", impact="c\udfff", tags=("d\x00",)))
    assert (written["title"], written["impact"], written["tags"]) == ("a\ufffd", "c\ufffd", ["d\ufffd"])
    assert written["description"] == "b\ufffd\n"
    reason = "has characters that cannot be stored; they were replaced"
    changed = "a tag has blanks, commas, quotes or too many characters and was changed"
    assert told == [f"title {reason}", f"description {reason}", f"impact {reason}", changed]


def test_lists_hold_what_the_server_can_store() -> None:
    written, told = made(
        plain(
            cwes=(0, 79, 79, 10_000_000, 9_999_999),
            vulnerability_ids=("", " CVE-2024-1 ", "x" * 50, "y" * 51, "CVE-2024-1"),
            endpoints=("https://h/x", "not a host", "https://h/x"),
            tags=("Two Words", "a,b'c\"d", "two_words", " ", "\u3000z\u3000"),
        )
    )
    assert (written["cwe"], written["cwes"]) == (79, [79, 9_999_999])
    assert written["vulnerability_ids"] == ["CVE-2024-1", "x" * 50]
    assert written["endpoints"] == ["https://h/x"]
    assert written["tags"] == ["two_words", "a_b_c_d", "z"]
    assert told == [
        "a CWE has no such number and was left out",
        "a vulnerability id is too long and was left out",
        "an endpoint is no URL that the server can store and was left out",
        "a tag has blanks, commas, quotes or too many characters and was changed",
    ]
    assert made(plain(cwes=(0,), vulnerability_ids=("y" * 51,), endpoints=("",), tags=(" ",)))[0] == made(plain())[0]


def test_a_date_that_is_a_tools_zero_is_left_out() -> None:
    assert made(plain(date=dt.date(1, 1, 1))) == (made(plain())[0], ["date is before 1970 and was left out"])
    assert made(plain(date=dt.date(1970, 1, 1)))[0]["date"] == "1970-01-01"


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({}, {}),
        ({"active": False}, {"active": False}),
        ({"verified": True, "under_review": True}, {"verified": True, "under_review": True}),
        ({"false_p": True, "verified": True}, {"active": False, "false_p": True}),
        ({"out_of_scope": True, "verified": True}, {"active": False, "out_of_scope": True}),
        ({"risk_accepted": True}, {"active": False, "risk_accepted": True}),
        ({"is_mitigated": True}, {"active": False, "is_mitigated": True}),
        ({"mitigated_at": dt.datetime(2024, 5, 6, tzinfo=dt.UTC)}, {}),
        (
            {"is_mitigated": True, "mitigated_at": dt.datetime(2024, 5, 6, tzinfo=dt.UTC)},
            {"active": False, "is_mitigated": True, "mitigated": "2024-05-06T00:00:00+00:00"},
        ),
    ],
)
def test_a_tools_triage(tmp_path: Path, fields: dict[str, Any], flags: dict[str, Any]) -> None:
    finding = plain(**fields)
    written, _ = made(finding)
    assert written == made(plain())[0] | flags
    (found,) = back(tmp_path, written)
    assert (found.dismissed, found.false_p, found.is_mitigated) == (
        finding.dismissed,
        finding.false_p,
        finding.is_mitigated,
    )


def test_whatever_a_tool_says_the_server_takes_it(tmp_path: Path) -> None:
    dice = random.Random(20240506)
    findings = [hostile(dice) for _ in range(500)]
    told: list[str] = []
    entries = [generic.entry(one, f"ref-{number}", told.append) for number, one in enumerate(findings)]
    for one in entries:
        assert set(one) <= ALLOWED
        assert None not in one.values()
        for name, limit in COLUMNS.items():
            assert len(one.get(name, "")) <= limit, name
        assert len(one["title"].upper()) <= 511
        assert len(one["description"]) <= DESCRIPTION_LIMIT - MARK_LIMIT
        assert one["title"].strip()
        assert one["description"].strip()
        assert all(0 < len(name) <= 50 for name in one.get("vulnerability_ids", ()))
        assert all(0 < len(name) <= 255 and not re.search(r"[\s,'\"]", name) for name in one.get("tags", ()))
        text = generic.report([generic.encoded(one)])
        assert b"\\u0000" not in text
        assert not re.search(rb"(?<!\\)\\ud[89ab]..(?!\\ud[c-f])", text)
    assert json.loads(generic.report(map(generic.encoded, entries))) == {"findings": entries}
    assert 10 < len(set(told)) < 80  # equal reasons give equal sentences
    found = back(tmp_path, *entries)
    assert [one.severity for one in found] == [one.severity for one in findings]
    assert [one.unique_id for one in found] == [one["unique_id_from_tool"] for one in entries]


def split(encoded: list[bytes], most: int, most_bytes: int) -> list[bytes]:
    """Reports of all entries, one after the other."""
    reports, at = [], 0
    while at < len(encoded):
        part = generic.first_part(encoded, at, most, most_bytes)
        reports.append(generic.report(part))
        assert generic.size(part) == len(reports[-1])
        at += len(part)
    return reports


def test_reports_are_split_at_the_byte() -> None:
    entries = [made(plain(title=f"T{number}", impact="\N{SNOWMAN}" * number))[0] for number in range(30)]
    encoded = list(map(generic.encoded, entries))
    whole = generic.report(encoded)
    assert whole.isascii()
    assert split(encoded, 30, len(whole)) == [whole]
    assert len(split(encoded, 30, len(whole) - 1)) == 2
    assert [len(json.loads(part)["findings"]) for part in split(encoded, 8, len(whole))] == [8, 8, 8, 6]
    largest = max(len(generic.report([one])) for one in encoded)
    for most in range(largest, len(whole), 97):
        reports = split(encoded, 30, most)
        assert max(map(len, reports)) <= most
        assert [one for part in reports for one in json.loads(part)["findings"]] == entries
    assert generic.report([]) == b'{"findings":[]}'
    with pytest.raises(DestinationError, match=r"'T29' alone takes"):
        split(encoded, 30, largest - 1)
