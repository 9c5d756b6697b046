"""The colour of an agency's letters."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("agencies", sa.Column("brand_color", sa.Text))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("agencies", "brand_color")
