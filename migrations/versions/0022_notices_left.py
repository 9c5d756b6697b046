"""Notices that were stored and not dealt with are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INDEX = "ix_gateway_events_left"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_index(
        INDEX,
        "gateway_events",
        ["agency_id", "received_at"],
        postgresql_where=sa.text("authentic and outcome is null"),
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(INDEX, table_name="gateway_events")
