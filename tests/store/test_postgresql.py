"""What is particular to a store on PostgreSQL; the services' tests run on it too (see their conftest)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import StoreError
from dojo_tui.store import leases
from dojo_tui.store.closing_table import closings
from dojo_tui.store.connectors import insert_connector
from dojo_tui.store.leases import Lease
from dojo_tui.store.open import open_store
from dojo_tui.store.renames import renames_table
from dojo_tui.store.tables import metadata
from dojo_tui.store.triage_table import triage_changes
from dojo_tui.store.version import HEAD, stored_version
from tests.services.conftest import SERVER, store_url

__all__ = ["store_url"]

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs DOJO_TUI_TEST_POSTGRESQL")

CLOCK = Clock(now=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC), zone=UTC)


@pytest.fixture
def url(store_url: str) -> str:
    return store_url


def test_migrated_tables_are_those_of_the_metadata(url: str) -> None:
    store = open_store(url, clock=CLOCK)
    with store.database.read() as connection:
        # What is compared are the tables of all modules, whichever tests were imported beside this one.
        assert closings.metadata is triage_changes.metadata is renames_table.metadata is metadata
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert stored_version(connection) == HEAD
    store.close()


def test_several_may_open_a_new_store_at_the_same_moment(url: str) -> None:
    together = threading.Barrier(6)
    failures: list[BaseException] = []

    def open_it() -> None:
        together.wait()
        try:
            open_store(url, clock=CLOCK).close()
        except Exception as error:  # noqa: BLE001 -- told by the main thread
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_heartbeat_does_not_wait_for_the_operations_own_transaction(url: str) -> None:
    store = open_store(url, clock=CLOCK)
    lease = Lease(1, 1, "host:1:1:x")
    with store.database.write() as connection:
        values = {"label": "A", "tool": "fake", "location": "x", "options": {}, "auto_map": False}
        rest = {"min_severity": 0, "discover_schedule": "off", "sync_schedule": "off", "created_at": CLOCK.now()}
        insert_connector(connection, values | rest)
        assert leases.acquire(connection, lease, CLOCK.now(), lambda _holder: False) is None
    with store.database.write() as long:
        assert leases.renew(long, lease, CLOCK.now())
        with store.database.write() as beat:
            assert leases.keep_alive(beat, lease, CLOCK.now())
            assert not leases.keep_alive(beat, Lease(1, 2, "host:2:2:y"), CLOCK.now())
    store.close()


def test_another_programs_database_is_refused(url: str) -> None:
    store = open_store(url, clock=CLOCK)
    with store.database.write() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        connection.execute(text("CREATE TABLE bookmarks (url TEXT)"))
    store.close()
    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(url, clock=CLOCK)


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://me:hunter2@127.0.0.1:1/nothing", clock=CLOCK)
    assert "hunter2" not in str(caught.value)
    assert caught.value.do
