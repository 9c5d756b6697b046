"""When the gateway is to be asked next about each payment; those that may still change are asked about soon."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEX = "ix_payment_intents_agency_id_next_check_at"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("payment_intents", sa.Column("next_check_at", sa.DateTime(timezone=True)))
    # The owner too is held by the policies, and has no agency here.
    op.execute("alter table payment_intents no force row level security")
    op.execute(
        "update payment_intents set next_check_at = now() where status in ('CREATED', 'REDIRECTED', 'PENDING') "
        "or (status in ('EXPIRED', 'CANCELLED', 'DECLINED') and created_at > now() - interval '7 days') "
        "or (status = 'APPROVED' and queried_at is null and created_at > now() - interval '1 day')"
    )
    op.execute("alter table payment_intents force row level security")
    op.create_index(
        INDEX, "payment_intents", ["agency_id", "next_check_at"], postgresql_where=sa.text("next_check_at is not null")
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(INDEX, "payment_intents")
    op.drop_column("payment_intents", "next_check_at")
