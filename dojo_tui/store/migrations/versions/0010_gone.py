"""What was dismissed and is not reported any more says since when: of what is so already, its last change."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Set the date."""
    op.execute(
        "UPDATE findings SET mitigated_at = updated_at WHERE NOT reported AND mitigated_at IS NULL"
        " AND (false_p OR out_of_scope OR risk_accepted)"
    )
