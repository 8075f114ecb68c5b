"""Findings keep the tool's wording where their title is another; what is there already is titled by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    op.add_column("findings", sa.Column("wording", sa.Text(), nullable=False, server_default=""))
