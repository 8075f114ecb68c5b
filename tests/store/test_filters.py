"""One filter language for all lists: fields, comparisons, alternatives and dates (issue 10, point 19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert

from dojo_tui.model.clock import Clock
from dojo_tui.store import act_filter, finding_filter, operation_filter, record_filter, tables
from dojo_tui.store.findings import SORTS as FINDING_SORTS
from dojo_tui.store.findings import FindingQuery, finding_ids, finding_rows
from dojo_tui.store.open import open_store
from dojo_tui.store.operations import OperationQuery, operation_ids
from dojo_tui.store.records import SORTS as RECORD_SORTS
from dojo_tui.store.records import RecordQuery, record_ids, record_rows
from dojo_tui.store.search import VOCABULARY, span

NOW = datetime(2026, 11, 15, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
DAY = timedelta(days=1)


def at(days: float) -> datetime:
    return (NOW - days * DAY).astimezone(UTC)


FINDINGS: dict[str, dict[str, Any]] = {
    "a": {"severity": 4, "line": 10, "cvssv3_score": 9.8, "epss_score": 0.5, "created_at": at(0.1), "scope": "web"},
    "b": {"severity": 3, "line": 200, "cvssv3_score": 7.0, "created_at": at(10), "scope": "web"},
    "c": {"severity": 1, "logical_location": "pkg.Shop", "created_at": at(20), "scope": "api", "test_id": 2},
    "d": {
        "severity": 0,
        "active": False,
        "is_mitigated": True,
        "reported": False,
        "mitigated_at": at(2),
        "created_at": at(60),
        "updated_at": at(2),
        "scope": "api",
        "test_id": 2,
    },
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    store = open_store(str(tmp_path / "store.sqlite"), clock=Clock(now=lambda: NOW.astimezone(UTC), zone=UTC))
    with store.database.write() as made:
        made.execute(insert(tables.product_types).values(id=1, name="T"))
        for number, label, tool in ((1, "builds", "reports"), (2, "live", "burp-dast")):
            made.execute(
                insert(tables.connectors).values(
                    id=number, tool=tool, label=label, location="x", options={}, auto_map=False, min_severity=0,
                    discover_schedule="off", sync_schedule="off", created_at=at(90),
                )
            )  # fmt: skip
            product = "Shop" if number == 1 else "Blog"
            made.execute(insert(tables.products).values(id=number, product_type_id=1, name=product, created_at=at(90)))
            made.execute(insert(tables.engagements).values(id=number, product_id=number, name="E", created_at=at(90)))
            made.execute(
                insert(tables.tests).values(
                    id=number, engagement_id=number, title=label, revision=0, connector_id=number,
                    created_at=at(90), updated_at=at(number),
                )
            )  # fmt: skip
            made.execute(
                insert(tables.records).values(
                    id=number, connector_id=number, vendor_id=f"v{number}", scope="web" if number == 1 else "api",
                    name="web" if number == 1 else "api", state="Good" if number == 1 else "Missing", state_reason="",
                    details={}, evidence=[], product_ref=str(number), product_name=product,
                    first_discovered_at=at(30 * number), last_discovered_at=at(number), last_synced_at=at(number),
                )
            )  # fmt: skip
            made.execute(
                insert(tables.operations).values(
                    id=number, connector_id=number, connector_label=label, type="Sync" if number == 1 else "Discover",
                    status="Completed" if number == 1 else "Failed", trigger="Manual", queued_at=at(number),
                    started_at=at(number), ended_at=at(number) + timedelta(seconds=90 * number), counts={}, error="",
                    dry_run=False, cancel_requested=False, accept_large_change=False, owner="me",
                )
            )  # fmt: skip
        stamps = {"created_at": at(1), "updated_at": at(1)}
        usual: dict[str, Any] = {
            column.name: False if column.type.python_type is bool else 0 if column.type.python_type is int else ""
            for column in tables.findings.c
            if not column.nullable and column.name not in ("id", *stamps)
        }
        for name, row in FINDINGS.items():
            values = {**usual, "active": True, "reported": True, "test_id": 1, "title": name, **stamps, **row}
            made.execute(insert(tables.findings).values(**values))
    with store.database.read() as made:
        yield made
    store.close()


def findings(connection: Connection, text: str, **query: Any) -> str:
    ids = finding_ids(connection, FindingQuery(text=text, now=NOW, **query))
    found = [row.title for row in finding_rows(connection, ids)]
    return "".join(found if query else sorted(found))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("product:shop", "ab"),
        ("connector:live", "cd"),
        ("record:api", "cd"),
        ("tool:burp", "cd"),
        ("state:active", "abc"),
        ("status:closed", "d"),
        ("severity:>=high", "ab"),
        ("severity:<high", "cd"),
        ("severity:<=low", "cd"),
        ("severity:critical,info", "ad"),
        ("!severity:critical,info", "bc"),
        ("severity:critical OR product:blog", "acd"),
        ("severity:>=high line:>100 OR is:closed", "bd"),
        ("a OR", "a"),
        ("cvss:>=7", "ab"),
        ("cvss:>7", "a"),
        ("epss:>=50%", "a"),
        ("place:pkg.shop", "c"),
        ("found:<7d", "a"),
        ("found:>7d", "bcd"),
        ("found:>=2026-11-01", "ab"),
        ("found:2026-10", "c"),
        ("found:2026-11-05", "b"),
        ("found:today", "a"),
        ("found:2026-10-01..2026-11-05", "bc"),
        ("closed:<7d", "d"),
        ("closed:never", "abc"),
        ("seen:>36h", "cd"),
        ("seen:<36h", "ab"),
    ],
)
def test_fault_19_findings(connection: Connection, text: str, wanted: str) -> None:
    assert finding_filter.faults(text) == []
    assert findings(connection, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("state:good,missing", [1, 2]),
        ("is:missing", [2]),
        ("tool:burp", [2]),
        ("seen:<36h OR name:api", [1, 2]),
        ("found:<=2026-10-16", [1, 2]),
        ("synced:2026-11-14", [1]),
        ("by:ada", []),
        ("destination:embedded", [1, 2]),
    ],
)
def test_fault_19_records(connection: Connection, text: str, wanted: list[int]) -> None:
    assert record_filter.faults(text) == []
    assert sorted(record_ids(connection, RecordQuery(text=text, now=NOW))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("status:failed,completed", [1, 2]),
        ("state:failed", [2]),
        ("type:sync OR status:failed", [1, 2]),
        ("started:2026-11-14", [1]),
        ("found:>36h", [2]),
        ("took:>100", [2]),
        ("tool:reports", [1]),
    ],
)
def test_fault_19_operations(connection: Connection, text: str, wanted: list[int]) -> None:
    assert operation_filter.faults(text) == []
    assert sorted(operation_ids(connection, OperationQuery(text=text, now=NOW))) == wanted


@pytest.mark.parametrize(
    ("filter_", "text", "field"),
    [
        (finding_filter, "trigger:manual", "trigger"),
        (finding_filter, "synced:<7d", "synced"),
        (record_filter, "severity:high", "severity"),
        (record_filter, "cve:2026-1", "cve"),
        (operation_filter, "severity:high", "severity"),
        (operation_filter, "cwe:79", "cwe"),
        (act_filter, "severity:high", "severity"),
    ],
)
def test_fault_19_a_field_of_another_list_is_refused_with_those_that_there_are(
    filter_: Any, text: str, field: str
) -> None:
    (fault,) = filter_.faults(text)
    assert fault.what.startswith(f"There is no field '{field}' here. There are ")
    assert filter_.faults(f'"{text}"') == []


@pytest.mark.parametrize("text", ["http://x", "log4j:log4j", "C:/src", "a:b"])
def test_fault_19_a_word_with_a_colon_is_a_word(text: str) -> None:
    for filter_ in (finding_filter, record_filter, operation_filter, act_filter):
        assert filter_.faults(text) == []


@pytest.mark.parametrize("text", ["found:soon", "found:2026-13", "seen:>=", "severity:>=bad", "cvss:high", "line:x"])
def test_fault_19_wrong_values_say_what_is_right(text: str) -> None:
    (fault,) = finding_filter.faults(text)
    assert fault.term == text


def test_fault_19_the_vocabulary_is_that_of_all_lists() -> None:
    names = {name for one in (finding_filter, record_filter, operation_filter) for name in one.FIELDS.names}
    assert names | set(act_filter.FIELDS) == VOCABULARY


def test_fault_19_days_are_those_of_the_person() -> None:
    assert span("2026-11-05", NOW) == (
        datetime(2026, 11, 4, 23, tzinfo=UTC),
        datetime(2026, 11, 5, 23, tzinfo=UTC),
    )
    assert span("2026-12", NOW) == (datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))


def test_fault_19_every_sort_orders_the_list(connection: Connection) -> None:
    for sort in FINDING_SORTS:
        assert sorted(findings(connection, "", sort=sort)) == list("abcd")
    assert findings(connection, "", sort="product_name", descending=False) == "cdab"
    assert findings(connection, "", sort="cvssv3_score", descending=True)[:2] == "ab"
    for sort in RECORD_SORTS:
        ids = record_ids(connection, RecordQuery(sort=sort))
        assert {row.id for row in record_rows(connection, ids)} == {1, 2}
