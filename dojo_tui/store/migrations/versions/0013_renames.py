"""What of a Record was renamed, and an Operation's answer that it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "renames",
        sa.Column("id", Id, nullable=False),
        sa.Column("test_id", Id, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("was_rule", sa.Text(), nullable=False),
        sa.Column("now_rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_renames"),
        sa.ForeignKeyConstraint(["test_id"], ["tests.id"], name="fk_renames_test_id", ondelete="CASCADE"),
    )
    op.create_index("ix_renames_test_id_scope", "renames", ["test_id", "scope"])
    op.add_column("operations", sa.Column("trust_renames", sa.Boolean(), nullable=False, server_default=sa.false()))
