"""Transactions and the guards of a thread's writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from dojo_tui.model.clock import Clock
from dojo_tui.store.database import Database
from dojo_tui.store.open import open_store
from dojo_tui.store.tables import product_types


class RefusedError(Exception):
    """What the test's guard raises."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    clock = Clock(now=lambda: datetime(2026, 3, 2, tzinfo=UTC), zone=UTC)
    store = open_store(str(tmp_path / "store.sqlite"), clock=clock)
    yield store.database
    store.close()


def add(database: Database, name: str) -> None:
    with database.write() as connection:
        connection.execute(insert(product_types).values(name=name))


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(product_types)).scalar_one())


def test_a_block_that_raises_is_rolled_back(database: Database) -> None:
    with pytest.raises(RefusedError), database.write() as connection:
        connection.execute(insert(product_types).values(name="a"))
        raise RefusedError
    assert count(database) == 0


def test_readers_see_one_state_and_wait_for_nobody(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(product_types).values(name="a"))
        assert count(database) == 0
    assert count(database) == 1


def test_a_guard_sees_every_write_before_and_after(database: Database) -> None:
    seen: list[int] = []

    def guard(connection: Connection) -> None:
        seen.append(connection.execute(select(func.count()).select_from(product_types)).scalar_one())

    with database.guarded(guard):
        add(database, "a")
        add(database, "b")
    add(database, "c")
    assert seen == [0, 1, 1, 2]


@pytest.mark.parametrize("at", [1, 2])
def test_a_guard_that_raises_undoes_the_write(database: Database, at: int) -> None:
    calls = 0

    def guard(_connection: Connection) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise RefusedError

    with database.guarded(guard), pytest.raises(RefusedError):
        add(database, "a")
    assert count(database) == 0
    add(database, "a")


def test_guards_nest_and_are_of_one_thread_only(database: Database) -> None:
    seen: list[str] = []
    with database.guarded(lambda _connection: seen.append("outer")):
        with database.guarded(lambda _connection: seen.append("inner")):
            add(database, "a")
        thread = threading.Thread(target=add, args=(database, "b"))
        thread.start()
        thread.join()
        add(database, "c")
    assert seen == ["outer", "inner", "outer", "inner", "outer", "outer"]
    assert count(database) == 3
