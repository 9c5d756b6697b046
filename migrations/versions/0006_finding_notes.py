"""Why the staff consider a finding dealt with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("findings", sa.Column("note", sa.Text))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("findings", "note")
