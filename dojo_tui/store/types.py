"""Column types that SQLite and PostgreSQL share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, TypeDecorator
from sqlalchemy.types import TypeEngine


class Json(TypeDecorator[Any]):
    """A small JSON value; compared and searched in Python only."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB on PostgreSQL, whose dialect is imported only there: that takes a tenth of the first frame."""
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB

            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(JSON())


_compact = json.JSONEncoder(separators=(",", ":")).encode

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A primary key. SQLite numbers rows by itself only in a column of type INTEGER."""


def dump_json(value: object) -> str:
    """Write JSON as SQLite's own functions do, so that equal values are equal texts wherever they were made."""
    return _compact(value) if value != [] else "[]"  # most are that, and an encoder is made for each


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC (P14). Naive values are refused: their zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive values and turn the others into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC value; SQLite returns naive ones."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
