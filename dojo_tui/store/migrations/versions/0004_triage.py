"""Decisions of people about Findings, each with its reason and what was there before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "triage_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("finding_id", Id, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_triage_changes"),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name="fk_triage_changes_finding_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_triage_changes_batch", "triage_changes", ["batch"])
    op.create_index("ix_triage_changes_finding_id", "triage_changes", ["finding_id"])
