"""The table of decisions about Findings; ``tables.py`` has all others."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text

from dojo_tui.store.tables import metadata
from dojo_tui.store.types import Id, Json, UtcDateTime

triage_changes = Table(
    "triage_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("batch", Id, nullable=False),  # one act of a person, however many Findings
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("finding_id", Id, ForeignKey("findings.id", ondelete="CASCADE"), nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", Json, nullable=False),  # what it was before the act, for undo
    Column("undone", Boolean, nullable=False),
    Index(None, "batch"),
    Index(None, "finding_id"),
)
