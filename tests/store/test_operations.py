"""Lists of Operations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import NotFoundError
from dojo_tui.model.operation import LogLevel, OperationType, OutcomeStatus, Status, Trigger
from dojo_tui.store.connectors import insert_connector
from dojo_tui.store.open import Store, open_store
from dojo_tui.store.operation_filter import faults
from dojo_tui.store.operation_writes import Line, Outcome, Request, add_log, add_outcomes, begin, end, queue
from dojo_tui.store.operations import (
    SORTS,
    OperationQuery,
    log_lines,
    operation,
    operation_ids,
    operation_rows,
    outcomes,
    running,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DISCOVER, SYNC = OperationType.DISCOVER, OperationType.SYNC


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("operations") / "store.sqlite"
    store = open_store(str(path), clock=Clock(now=lambda: NOW, zone=UTC))
    with store.database.write() as connection:
        for label in ("Burp", "Semgrep"):
            values: dict[str, object] = {
                "label": label,
                "tool": "fake",
                "location": "x",
                "options": {},
                "auto_map": False,
            }
            rest = {"min_severity": 0, "discover_schedule": "off", "sync_schedule": "off", "created_at": NOW}
            insert_connector(connection, values | rest)
        for number, (label, kind, status, trigger, took) in enumerate(
            (
                ("Burp", DISCOVER, Status.COMPLETED, Trigger.MANUAL, 5),
                ("Burp", SYNC, Status.FAILED, Trigger.SCHEDULED, 100),
                ("Semgrep", SYNC, Status.PARTLY_FAILED, Trigger.SCHEDULED, 20),
                ("Semgrep", SYNC, None, Trigger.MANUAL, None),
            )
        ):
            connector_id = 1 if label == "Burp" else 2
            request = Request(connector_id, label, kind, trigger, None, False, False)
            started = NOW + timedelta(hours=number)
            made = queue(connection, request, "owner", started)
            if status is not None and took is not None:
                begin(connection, made, started)
                error = "The token expired." if status is Status.FAILED else ""
                end(connection, made, status, started + timedelta(seconds=took), {"created": number}, error)
    yield store
    store.close()


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store.database.read() as connection:
        yield connection


def test_the_newest_is_first(connection: Connection) -> None:
    assert list(operation_ids(connection, OperationQuery())) == [4, 3, 2, 1]
    row = operation(connection, 2)
    assert (row.connector_label, row.type, row.status, row.trigger) == ("Burp", SYNC, Status.FAILED, Trigger.SCHEDULED)
    assert (row.duration_s, row.counts, row.error) == (100.0, {"created": 1}, "The token expired.")
    assert operation(connection, 4).duration_s is None
    with pytest.raises(NotFoundError):
        operation(connection, 99)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (OperationQuery(connector_id=1), [2, 1]),
        (OperationQuery(type=SYNC, trigger=Trigger.SCHEDULED), [3, 2]),
        (OperationQuery(status=Status.QUEUED), [4]),
        (OperationQuery(text="burp"), [2, 1]),
        (OperationQuery(text="failed"), [3, 2]),
        (OperationQuery(text="status:failed !partly"), [2]),
        (OperationQuery(text="token"), [2]),
        (OperationQuery(text="!type:sync"), [1]),
        (OperationQuery(text="connector:sem trigger:manual"), [4]),
        (OperationQuery(sort="duration_s", descending=False), [1, 3, 2, 4]),
        (OperationQuery(sort="duration_s"), [2, 3, 1, 4]),
        (OperationQuery(sort="connector_label", descending=False), [1, 2, 3, 4]),
    ],
)
def test_filter_and_sort(connection: Connection, query: OperationQuery, wanted: list[int]) -> None:
    assert list(operation_ids(connection, query)) == wanted


@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_lists_all(connection: Connection, sort: str) -> None:
    assert sorted(operation_ids(connection, OperationQuery(sort=sort))) == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="use one of"):
        operation_ids(connection, OperationQuery(sort=f"{sort}?"))


def test_rows_come_in_the_order_asked(connection: Connection) -> None:
    assert [row.id for row in operation_rows(connection, [3, 99, 1])] == [3, 1]


def test_what_is_queued_counts_as_running(connection: Connection) -> None:
    assert [row.id for row in running(connection)] == [4]


def test_outcomes_and_log_are_in_their_order(store: Store) -> None:
    with store.database.write() as connection:
        done = [Outcome(number, f"r{number}", OutcomeStatus.DONE, "", {"created": 1}, NOW) for number in (2, 1)]
        add_outcomes(connection, 1, done)
        add_log(connection, 1, [Line(NOW, LogLevel.INFO, "one"), Line(NOW, LogLevel.ERROR, "two")])
    with store.database.read() as connection:
        assert [row.record_name for row in outcomes(connection, 1)] == ["r2", "r1"]
        first, second = log_lines(connection, 1)
        assert (second.level, second.message) == (LogLevel.ERROR, "two")
        assert log_lines(connection, 1, first.id) == [second]
        assert outcomes(connection, 2) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("type:sync status:partly trigger:man connector:anything log4j:core", ""),
        ("type:synk", "There is no type 'synk': use Discover, Sync, Close."),
        ("!status:broken", "There is no status 'broken'"),
        ("stauts:failed", "did you mean 'status:'?"),
        ('"stauts:failed"', ""),
    ],
)
def test_what_no_operation_can_have_is_told(text: str, told: str) -> None:
    found = faults(text)
    assert told in found[0].what if told else found == []
