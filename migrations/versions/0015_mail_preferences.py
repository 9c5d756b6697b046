"""What each client wants no letters about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("clients", sa.Column("declined_mail", ARRAY(sa.Text), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("clients", "declined_mail")
