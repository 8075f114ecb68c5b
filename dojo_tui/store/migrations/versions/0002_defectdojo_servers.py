"""DefectDojo servers as destinations: what they are, and what was last sent to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Products get a destination; Engagements, Tests and Findings the id that they have there."""
    op.create_table(
        "destinations",
        sa.Column("id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text()),
        sa.Column("ca_file", sa.Text(), nullable=False),
        sa.Column("verify", sa.Boolean(), nullable=False),
        sa.Column("product_type", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("products_read_at", Time),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_destinations"),
        sa.UniqueConstraint("url", name="uq_destinations_url"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("products", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("destination_id", Id))
        batch.add_column(sa.Column("remote_id", sa.BigInteger()))
        batch.add_column(sa.Column("gone", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.drop_constraint("uq_products_name", type_="unique")
        batch.create_foreign_key(
            "fk_products_destination_id", "destinations", ["destination_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_unique_constraint("uq_products_destination_id_remote_id", ["destination_id", "remote_id"])
    op.create_index("ix_products_destination_id_name", "products", ["destination_id", "name"])
    embedded = sa.text("destination_id IS NULL")
    op.create_index(
        "uq_products_embedded_name", "products", ["name"], unique=True,
        sqlite_where=embedded, postgresql_where=embedded,
    )  # fmt: skip
    op.add_column("engagements", sa.Column("remote_id", sa.BigInteger()))
    op.add_column("tests", sa.Column("remote_id", sa.BigInteger()))
    op.create_table(
        "sent_scopes",
        sa.Column("test_id", Id, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("build_id", sa.Text(), nullable=False),
        sa.Column("patient_until", Time),
        sa.Column("full_at", Time),
        sa.Column("active_there", sa.Integer(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("patched", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("test_id", "scope", name="pk_sent_scopes"),
        sa.ForeignKeyConstraint(["test_id"], ["tests.id"], name="fk_sent_scopes_test_id", ondelete="CASCADE"),
    )
    op.create_table(
        "sent_findings",
        sa.Column("finding_id", Id, nullable=False),
        sa.Column("remote_id", sa.BigInteger()),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("anchor_hash", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name="pk_sent_findings"),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name="fk_sent_findings_finding_id", ondelete="CASCADE"
        ),
    )
