"""What stands in the way of an Operation or of a Record in it, so that the action that helps can be named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KNOWN = (
    ("Skipped", "Stale:%", "stale"),
    ("Skipped", "Missing:%", "missing"),
    ("Skipped", "Its Product is in another destination%", "elsewhere"),
    ("Held", "%", "large"),
)
"""What the sentences of outcomes that are there already say without doubt."""


def upgrade() -> None:
    """Add the columns, and fill them where it is known."""
    for table in ("operations", "outcomes"):
        op.add_column(table, sa.Column("cause", sa.Text(), nullable=False, server_default=""))
    for status, reason, cause in _KNOWN:
        op.execute(
            sa.text("UPDATE outcomes SET cause = :cause WHERE status = :status AND reason LIKE :reason").bindparams(
                cause=cause, status=status, reason=reason
            )
        )
    op.execute(sa.text("UPDATE operations SET cause = 'large' WHERE status = 'Held'"))
