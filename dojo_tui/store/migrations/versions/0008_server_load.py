"""How many requests a DefectDojo server takes at once, and the places there that later Syncs will change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add both, with what was so before."""
    op.add_column("destinations", sa.Column("at_once", sa.Integer, nullable=False, server_default="4"))
    op.add_column("sent_scopes", sa.Column("owed", sa.Text, nullable=False, server_default=""))
