"""The table of what a remap asked to be closed in the Products that Records left."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from dojo_tui.store.tables import metadata
from dojo_tui.store.types import Id, UtcDateTime

# Written with the mapping, in one transaction: what is not closed yet is not forgotten (P7).
closings = Table(
    "closings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("batch", Id, nullable=False),  # the mapping act that asked for it
    Column("connector_id", Id, ForeignKey("connectors.id", ondelete="CASCADE"), nullable=False),
    Column(
        "record_id", Id, nullable=False
    ),  # no foreign key: a Record that is deleted meanwhile was there all the same
    Column("record_name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("product_ref", Text, nullable=False),
    Column("product_name", Text, nullable=False),
    Column("ended_at", UtcDateTime),  # null: still to be done
    Column("closed", Integer, nullable=False),  # how many Findings it closed
    Index(None, "batch"),
    Index(None, "connector_id", "ended_at"),
)
