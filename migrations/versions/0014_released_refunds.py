"""Who gave up a refund that never reached its gateway, and why."""

import sqlalchemy as sa
from alembic import op

from migrations.going_back import past_policies, refuse_while

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TWICE = """
select from ledger_journals where kind = 'RETURNED_TWICE'
union all select from ledger_entries where account = 'TO_RECOVER'
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("refunds", sa.Column("resolved_by", sa.Uuid))
    op.add_column("refunds", sa.Column("note", sa.Text))
    op.create_foreign_key(
        "fk_refunds_agency_id_resolved_by", "refunds", "accounts", ["agency_id", "resolved_by"], ["agency_id", "id"]
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    with past_policies("ledger_journals", "ledger_entries", "refunds", "payment_intents", "findings"):
        refuse_while(TWICE, "money left twice (TO_RECOVER): the code of before 0014 cannot read such books")
        # The code of before knows no release; that the gateway did not give anything back stays.
        op.execute("update refunds set status = 'DECLINED' where status = 'RELEASED'")
        # Nor a dispute that was put aside: it ended, and the bank took nothing.
        op.execute("update payment_intents set dispute = 'WON' where dispute = 'DISMISSED'")
        # What it says of money that the gateway gave back, and of what takes too long there.
        op.execute("update findings set kind = 'CHARGED_BACK' where kind = 'RETURNED_TWICE'")
        op.execute("update findings set kind = 'SLOW' where kind = 'REFUND_UNDECIDED'")
    op.drop_constraint("fk_refunds_agency_id_resolved_by", "refunds")
    for name in ("note", "resolved_by"):
        op.drop_column("refunds", name)
