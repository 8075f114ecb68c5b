"""Lists of ids: kept compact in memory, and handed to SQL as one value however long."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from dojo_tui.store.types import Id

_FEW = 500
"""Up to here ids are bound one by one."""

_BEYOND = 2**63
"""The first number that is too large for a column of ids."""


def fetch_ids(connection: Connection, query: Select[Any]) -> array[int]:
    """The first column of ``query`` as a compact array, without building a row object for each."""
    if connection.dialect.name == "sqlite":
        # The driver lets other threads go first at every row, and waits for its turn again: beside a thread that
        # computes, a hundred thousand rows take seconds. As one value they take one turn. SQLite keeps the order of
        # a subquery below any aggregate but count, min and max (select.c, "omit-ORDER-BY").
        listed = query.subquery()
        return array("q", json.loads(connection.execute(select(func.json_group_array(listed.c[0]))).scalar_one()))
    result = connection.execute(query)
    try:
        cursor: Any = result.cursor
        return array("q", chain.from_iterable(cursor.fetchall()))
    finally:
        result.close()


def among(dialect: str, column: ColumnElement[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    """``column`` is one of ``ids``; a hundred thousand of them are still one bound value."""
    if len(ids) <= _FEW:
        return column.in_(list(ids))
    if dialect == "sqlite":
        listed = func.json_each(json.dumps(list(ids))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column.in_(select(func.unnest(literal(list(ids), type_=_id_array()))))


def chunks(ids: Iterable[int], size: int = _FEW) -> Iterator[list[int]]:
    """``ids`` in lists of at most ``size``; a number too large for any column is nobody's id, and left out."""
    chunk: list[int] = []
    for identifier in ids:
        if not -_BEYOND <= identifier < _BEYOND:
            continue
        chunk.append(identifier)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _id_array() -> Any:
    from sqlalchemy.dialects.postgresql import ARRAY

    return ARRAY(Id)
