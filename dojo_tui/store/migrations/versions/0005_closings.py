"""What a remap asked to be closed in the Products that Records left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "closings",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch", Id, nullable=False),
        sa.Column("connector_id", Id, nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("record_name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("product_ref", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closings"),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name="fk_closings_connector_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_closings_batch", "closings", ["batch"])
    op.create_index("ix_closings_connector_id_ended_at", "closings", ["connector_id", "ended_at"])
