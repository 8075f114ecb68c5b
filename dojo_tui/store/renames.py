"""Which scanners and rules of a Record were renamed: a rename that was followed once is followed again, and back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, Text, insert, select

from dojo_tui.model.known_as import Rename
from dojo_tui.store.tables import metadata
from dojo_tui.store.types import Id

renames_table = Table(
    "renames",
    metadata,
    Column("id", Id, primary_key=True),
    Column("test_id", Id, ForeignKey("tests.id", ondelete="CASCADE"), nullable=False),
    Column("scope", Text, nullable=False),
    Column("was", Text, nullable=False),
    Column("now", Text, nullable=False),
    Column("was_rule", Text, nullable=False),  # with now_rule empty where the scanner itself was renamed
    Column("now_rule", Text, nullable=False),
    Index(None, "test_id", "scope"),
)
_NAMES = (renames_table.c.was, renames_table.c.now, renames_table.c.was_rule, renames_table.c.now_rule)


def renames(connection: Connection, test_id: int, scope: str) -> frozenset[Rename]:
    """The renames of one Record that were followed in a Test."""
    rows = connection.execute(select(*_NAMES).where(renames_table.c.test_id == test_id, renames_table.c.scope == scope))
    return frozenset(Rename(*row) for row in rows)


def remember(connection: Connection, test_id: int, scope: str, followed: Collection[Rename]) -> None:
    """Keep the renames that a reimport followed; one is kept once, whichever way it goes."""
    if not followed:
        return
    known = renames(connection, test_id, scope)
    new = [one for one in dict.fromkeys(followed) if one not in known and one.back not in known]
    if new:
        same = {"test_id": test_id, "scope": scope}
        values = [
            {**same, "was": one.was, "now": one.now, "was_rule": one.was_rule, "now_rule": one.now_rule} for one in new
        ]
        connection.execute(insert(renames_table), values)
