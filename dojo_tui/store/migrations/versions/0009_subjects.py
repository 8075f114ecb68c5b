"""Findings keep who or what they are about; of those that are there already, the next report tells it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    op.add_column("findings", sa.Column("subject", sa.Text(), nullable=True))
