"""Who gave up a refund that never reached its gateway, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("refunds", sa.Column("resolved_by", sa.Uuid))
    op.add_column("refunds", sa.Column("note", sa.Text))
    op.create_foreign_key(
        "fk_refunds_agency_id_resolved_by", "refunds", "accounts", ["agency_id", "resolved_by"], ["agency_id", "id"]
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # The code of before knows no release; that the gateway did not give anything back stays.
    op.execute("alter table refunds no force row level security")
    op.execute("update refunds set status = 'DECLINED' where status = 'RELEASED'")
    op.execute("alter table refunds force row level security")
    op.drop_constraint("fk_refunds_agency_id_resolved_by", "refunds")
    for name in ("note", "resolved_by"):
        op.drop_column("refunds", name)
