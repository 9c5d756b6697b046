"""Of several that would open the same checkout, one does."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("payment_intents", sa.Column("opening_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("payment_intents", "opening_until")
