"""PQRS in the order in which they fall due, which is how whoever answers them works."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LIST = "ix_pqrs_agency_id_due_on_filing_number"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_index(LIST, "pqrs", ["agency_id", "due_on", "filing_number"])


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(LIST, "pqrs")
