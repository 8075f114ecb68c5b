"""By which service a DefectDojo server keeps a Record's Findings; none: the one that versions before this one made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add it; what was sent before keeps the service that it has."""
    op.add_column("sent_scopes", sa.Column("service", sa.Text, nullable=False, server_default=""))
