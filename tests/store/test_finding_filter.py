"""The filter of Findings, on rows with one of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from dojo_tui.model.clock import Clock
from dojo_tui.store import tables
from dojo_tui.store.finding_filter import STATES, asks_for_state, faults
from dojo_tui.store.findings import FindingQuery, finding_groups, finding_ids, finding_rows
from dojo_tui.store.open import open_store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROWS: dict[str, dict[str, Any]] = {
    "open": {"severity": 4, "file_path": "src/a.py", "rule_id": "B101", "scanner": "Bandit", "cwes": "[79, 20]"},
    "fixed": {"active": False, "is_mitigated": True, "severity": 3, "cwes": "[179]"},
    "false": {"active": False, "false_p": True, "triaged": True, "component_name": "lodash"},
    "accepted": {"active": False, "risk_accepted": True, "is_mitigated": True, "component_version": "4.17.1"},
    "outside": {"active": False, "out_of_scope": True, "vulnerability_ids": '["CVE-2020-1"]'},
    "review": {"under_review": True, "verified": True, "tags": '["auth"]', "endpoints": '["https://x.example.org"]'},
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    store = open_store(str(tmp_path / "store.sqlite"), clock=Clock(now=lambda: NOW, zone=UTC))
    with store.database.write() as made:
        made.execute(insert(tables.product_types).values(id=1, name="T"))
        made.execute(insert(tables.products).values(id=1, product_type_id=1, name="P", created_at=NOW))
        made.execute(insert(tables.engagements).values(id=1, product_id=1, name="E", created_at=NOW))
        stamps = {"created_at": NOW, "updated_at": NOW}
        made.execute(insert(tables.tests).values(id=1, engagement_id=1, title="x", revision=0, **stamps))
        usual: dict[str, Any] = {
            column.name: False if column.type.python_type is bool else 0 if column.type.python_type is int else ""
            for column in tables.findings.c
            if not column.nullable and column.name not in ("id", *stamps)
        }
        for name, row in ROWS.items():
            values = {**usual, "active": True, "severity": 1, "test_id": 1, "title": f"T {name}", **stamps, **row}
            made.execute(insert(tables.findings).values(**values))
    with store.database.read() as made:
        yield made
    store.close()


def found(connection: Connection, text: str) -> set[str]:
    rows = finding_rows(connection, finding_ids(connection, FindingQuery(text=text)))
    return {row.title.removeprefix("T ") for row in rows}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", set(ROWS)),
        ("severity:crit", {"open"}),
        ("is:active", {"open", "review"}),
        ("is:closed", {"fixed", "false", "accepted", "outside"}),
        ("!is:closed", {"open", "review"}),
        ("is:mitigated", {"fixed"}),
        ("is:false-positive", {"false"}),
        ("is:false", {"false"}),
        ('is:"risk accepted"', {"accepted"}),
        ("is:out_of_scope", {"outside"}),
        ("is:decided", {"false"}),
        ("is:dismissed", {"false", "accepted", "outside"}),
        ("is:under-review is:verified", {"review"}),
        ("is:nothing", set()),
        ("file:A.py", {"open"}),
        ("rule:b101 scanner:bandit", {"open"}),
        ("cve:2020-1", {"outside"}),
        ("CVE-2020", {"outside"}),
        ("cwe:79", {"open"}),
        ("cwe:CWE-020", {"open"}),
        ("cwe:x", set()),
        ("component:lodash", {"false"}),
        ("component:4.17", {"accepted"}),
        ("tag:auth", {"review"}),
        ("endpoint:example.org", {"review"}),
        ("title:outside", {"outside"}),
    ],
)
def test_every_field_finds_what_it_says(connection: Connection, text: str, wanted: set[str]) -> None:
    assert found(connection, text) == wanted
    assert sum(group.count for group in finding_groups(connection, FindingQuery(text=text))) == len(wanted)


@pytest.mark.parametrize("query", [FindingQuery(), FindingQuery(descending=False)], ids=["worst first", "last"])
def test_groups_come_as_their_rows_do(connection: Connection, query: FindingQuery) -> None:
    rows = finding_rows(connection, finding_ids(connection, query))
    of_rows = Counter((row.active, row.severity) for row in rows)
    assert [((group.active, group.severity), group.count) for group in finding_groups(connection, query)] == list(
        of_rows.items()
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("severity:hihg", "There is no severity 'hihg': use Info"),
        ("is:fixed", "No Finding is 'fixed': use active, closed"),
        ("cwe:xss", "write cwe:79"),
        ("severty:high", "did you mean 'severity:'"),
    ],
)
def test_what_is_wrong_is_said(text: str, hint: str) -> None:
    assert hint in faults(text)[0].what


RIGHT = ["severity:hi", "is:fa", "cwe:CWE-79", "log4j:log4j", "http://x", *(f"is:{state}" for state in STATES)]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_or_half_typed_is_not_complained_about(text: str) -> None:
    assert faults(text) == []


def test_a_filter_may_ask_for_states() -> None:
    assert asks_for_state("x !is:closed")
    assert not asks_for_state("x severity:high 'is:'")
