"""Findings are closed by what happens to the payment they are about."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEX = "ix_findings_agency_id_intent_id"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_index(INDEX, "findings", ["agency_id", "intent_id"])


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(INDEX, "findings")
