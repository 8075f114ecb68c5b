"""Lists of Records: the filter language, sorting, counts, pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from dojo_tui.model.clock import Clock
from dojo_tui.model.record import State
from dojo_tui.store.connectors import insert_connector
from dojo_tui.store.open import Store, open_store
from dojo_tui.store.record_filter import faults
from dojo_tui.store.records import SORTS, RecordQuery, record_counts, record_ids, record_rows, stream_records
from dojo_tui.store.search import Term, terms
from dojo_tui.store.tables import records

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

ROWS = (
    # connector, vendor_id, name, state, product
    (1, "org/shop-api", "Shop API", State.NEW, None),
    (1, "org/shop-web", "shop web", State.GOOD, "Shop"),
    (1, "org/blog", "Blog_100%", State.IGNORED, None),
    (2, "77", "alpha", State.MISSING, "Éclair"),
    (2, "78", "Zürich", State.STALE, "shop"),
    (2, "79", "new stuff", State.NEW, None),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("records") / "store.sqlite"
    store = open_store(str(path), clock=Clock(now=lambda: NOW, zone=UTC))
    with store.database.write() as connection:
        for label in ("Semgrep CI", "Burp"):
            insert_connector(
                connection,
                {
                    "label": label,
                    "tool": "fake",
                    "location": "x",
                    "options": {},
                    "auto_map": False,
                    "min_severity": 0,
                    "discover_schedule": "off",
                    "sync_schedule": "off",
                    "created_at": NOW,
                },
            )
        for number, (connector_id, vendor_id, name, state, product) in enumerate(ROWS):
            connection.execute(
                insert(records).values(
                    connector_id=connector_id,
                    vendor_id=vendor_id,
                    scope=vendor_id,
                    name=name,
                    state=state,
                    state_reason="",
                    details={"number": str(number)},
                    evidence=[],
                    product_ref="1" if product else None,
                    product_name=product,
                    first_discovered_at=NOW,
                    last_discovered_at=NOW - timedelta(hours=number),
                    last_synced_at=NOW - timedelta(hours=number) if product else None,
                )
            )
    yield store
    store.close()


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store.database.read() as connection:
        yield connection


def names(connection: Connection, **query: object) -> list[str]:
    ids = record_ids(connection, RecordQuery(**query))  # type: ignore[arg-type]
    return [row.name for row in record_rows(connection, ids)]


def test_the_default_order_is_by_name_whatever_the_case(connection: Connection) -> None:
    assert names(connection) == ["alpha", "Blog_100%", "new stuff", "Shop API", "shop web", "Zürich"]
    assert names(connection, descending=True) == names(connection)[::-1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ["alpha", "Blog_100%", "new stuff", "Shop API", "shop web", "Zürich"]),
        ("SHOP", ["Shop API", "shop web", "Zürich"]),
        ("shop web", ["shop web"]),
        ('"shop api"', ["Shop API"]),
        ("org/", ["Blog_100%", "Shop API", "shop web"]),
        ("semgrep shop", ["Shop API", "shop web"]),
        ("100%", ["Blog_100%"]),
        ("%", ["Blog_100%"]),
        ("_", ["Blog_100%"]),
        ("\\", []),
        ("zÜrich", ["Zürich"]),
        ("éclair", ["alpha"]),
        ("!shop", ["alpha", "Blog_100%", "new stuff"]),
        ("!semgrep !new", ["alpha", "Zürich"]),
        ("state:new", ["new stuff", "Shop API"]),
        ("state:s", ["Zürich"]),
        ("state:MAPPED", ["alpha", "shop web", "Zürich"]),
        ("state:unmapped !org", ["new stuff"]),
        ("!state:new", ["alpha", "Blog_100%", "shop web", "Zürich"]),
        ("state:nothing", []),
        ("state:", ["alpha", "Blog_100%", "new stuff", "Shop API", "shop web", "Zürich"]),
        ("!", ["alpha", "Blog_100%", "new stuff", "Shop API", "shop web", "Zürich"]),
        ("connector:burp", ["alpha", "new stuff", "Zürich"]),
        ('connector:"semgrep ci" state:good', ["shop web"]),
        ("!connector:burp", ["Blog_100%", "Shop API", "shop web"]),
        ("product:shop", ["shop web", "Zürich"]),
        ("!product:shop", ["alpha", "Blog_100%", "new stuff", "Shop API"]),
        ("unknown:field", []),
        ("'; DROP TABLE records; --", []),
        ("-shop", ["alpha", "Blog_100%", "new stuff"]),
        ("-state:new -org/", ["alpha", "Zürich"]),
        ('"-"', ["Shop API", "shop web"]),
        ("-", ["alpha", "Blog_100%", "new stuff", "Shop API", "shop web", "Zürich"]),
        ("name:shop", ["Shop API", "shop web"]),
        ("seen:<2h", ["Blog_100%", "Shop API", "shop web"]),
        ("seen:2h", ["Blog_100%", "Shop API", "shop web"]),
        ("seen:>3h", ["new stuff", "Zürich"]),
        ("!seen:>3h", ["alpha", "Blog_100%", "Shop API", "shop web"]),
        ("synced:<2h", ["shop web"]),
        ("-synced:<2h state:mapped", ["alpha", "Zürich"]),
        ("synced:never", ["Blog_100%", "new stuff", "Shop API"]),
        ("decided:<1w", []),
        ("found:<1d shop state:mapped", ["shop web", "Zürich"]),
        ("seen:< seen:soon sure:x alpha", ["alpha"]),
        ("suggestion:shop", []),
    ],
)
def test_the_filter_language(connection: Connection, text: str, wanted: list[str]) -> None:
    assert names(connection, text=text, now=NOW) == wanted


def test_a_filter_by_time_must_be_told_the_time(connection: Connection) -> None:
    with pytest.raises(ValueError, match="told the time"):
        names(connection, text="seen:<1d")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("spi", ["Shop API"]),
        ("zrch", ["Zürich"]),
        ("bg%", ["Blog_100%"]),
        ("SWB -api", ["shop web"]),
        ("xq", []),
    ],
)
def test_a_loose_filter_finds_letters_in_their_order(connection: Connection, text: str, wanted: list[str]) -> None:
    assert names(connection, text=text) == []
    assert names(connection, text=text, loose=True) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stat:new", "There is no field 'stat': did you mean 'state:'?"),
        ("conector:burp", "did you mean 'connector:'?"),
        ("state:gone", "There is no state 'gone'"),
        ("seen:7", "'7' is no age: write <7d"),
        ("seen:<7y", "'<7y' is no age"),
        ("sure:high", "'high' is no confidence"),
    ],
)
def test_what_is_wrong_with_a_filter_is_told(text: str, said: str) -> None:
    (fault,) = faults(f"shop {text} -web")
    assert said in fault.what
    assert fault.term == text


@pytest.mark.parametrize(
    "text", ["log4j:log4j", "http://x", '"stat:new"', "state:n", "synced:NEVER", "sure:>90%", "seen:"]
)
def test_a_word_with_a_colon_is_a_word(text: str) -> None:
    assert faults(text) == []


def test_terms_are_read_as_they_are_typed() -> None:
    fields = ("state",)
    assert list(terms("http://x !a STATE:new", fields)) == [
        Term("http://x"),
        Term("a", negated=True),
        Term("new", "state"),
    ]
    assert list(terms('"open quote', fields)) == [Term("open quote")]
    assert list(terms("   ", fields)) == []


def test_states_and_connector_narrow_the_list(connection: Connection) -> None:
    assert names(connection, states=(State.NEW, State.IGNORED)) == ["Blog_100%", "new stuff", "Shop API"]
    assert names(connection, states=(State.NEW,), connector_id=2) == ["new stuff"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_every_sort_orders_all_and_puts_the_empty_last(connection: Connection, sort: str, descending: bool) -> None:
    ids = record_ids(connection, RecordQuery(sort=sort, descending=descending))
    assert len(ids) == len(ROWS)
    values = [getattr(row, sort) for row in record_rows(connection, ids)]
    there = [value.lower() if isinstance(value, str) and sort != "vendor_id" else value for value in values if value]
    assert values[: len(there)] == [value for value in values if value]
    if sort != "product_name":  # SQLite orders letters beyond ASCII by their code
        assert there == sorted(there, reverse=descending)


def test_an_unknown_sort_is_refused(connection: Connection) -> None:
    with pytest.raises(ValueError, match="use one of"):
        record_ids(connection, RecordQuery(sort="id; DROP TABLE records"))


def test_rows_come_in_the_order_asked_and_the_gone_are_left_out(connection: Connection) -> None:
    rows = record_rows(connection, [3, 999, 1])
    assert [(row.id, row.connector_label, row.details) for row in rows] == [
        (3, "Semgrep CI", {"number": "2"}),
        (1, "Semgrep CI", {"number": "0"}),
    ]


def test_a_stream_is_the_whole_list(connection: Connection) -> None:
    query = RecordQuery(sort="state")
    assert [row.id for row in stream_records(connection, query)] == list(record_ids(connection, query))


def test_counts_name_every_state(connection: Connection) -> None:
    assert record_counts(connection, None) == {
        State.NEW: 2,
        State.IGNORED: 1,
        State.GOOD: 1,
        State.MISSING: 1,
        State.STALE: 1,
    }
    assert record_counts(connection, 2)[State.IGNORED] == 0


def test_the_default_list_is_read_from_its_index(connection: Connection) -> None:
    plan = connection.exec_driver_sql(
        "EXPLAIN QUERY PLAN SELECT id FROM records WHERE state IN ('New', 'Ignored') ORDER BY lower(name), id"
    ).all()
    assert "ix_records_list" in plan[0][-1]
