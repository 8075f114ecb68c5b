"""Mapping rules, which rule decided a mapping, and suggestions that lists can be sorted by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables and the column."""
    op.add_column("mapping_changes", sa.Column("rule", sa.Text()))
    op.create_table(
        "rules",
        sa.Column("id", Id, nullable=False),
        sa.Column("connector_id", Id),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("product", sa.Text()),
        sa.Column("product_type", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
        sa.ForeignKeyConstraint(["connector_id"], ["connectors.id"], name="fk_rules_connector_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suggestions",
        sa.Column("record_id", Id, nullable=False),
        sa.Column("product_ref", sa.Text()),
        sa.Column("product_name", sa.Text()),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_suggestions"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_suggestions_record_id", ondelete="CASCADE"),
    )
    op.create_index("ix_suggestions_key", "suggestions", ["key"])
    op.create_index("ix_suggestions_prefix", "suggestions", ["prefix"])
    op.create_table(
        "suggestion_state",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("change_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion_state"),
    )
