"""Attempts say until when they count: those at one name are not forgotten with time."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEX = "ix_rate_limits_agency_id_kept_until"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("rate_limits", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("update rate_limits set kept_until = window_started_at + interval '30 days'")
    op.create_index(INDEX, "rate_limits", ["agency_id", "kept_until"])


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(INDEX, "rate_limits")
    op.drop_column("rate_limits", "kept_until")
