"""A second factor for accounts, which agencies may require of their staff."""

import sqlalchemy as sa
from alembic import op

from migrations.row_level_security import ACCOUNT, STAFF, protect, serving_role

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = "second_factors"
OWN = f"account_id = {ACCOUNT}"
STAFF_TOO = f"{STAFF} or {OWN}"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        TABLE,
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_step", sa.BigInteger),
        sa.Column("recovery", sa.ARRAY(sa.Text), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "account_id", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=f"fk_{TABLE}_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "account_id"], ["accounts.agency_id", "accounts.id"], name=f"fk_{TABLE}_agency_id_account_id"
        ),
    )
    op.execute(f"grant select, insert, update, delete on {TABLE} to {serving_role()}")
    # Staff take one away, and neither make nor change nor lock what is another's.
    protect(TABLE, anyone=STAFF_TOO, added_by=OWN, changed_by=OWN, removed_by=STAFF_TOO, lockable=OWN)
    for table, column in (("accounts", "second_factor"), ("agencies", "staff_second_factor_required")):
        op.add_column(table, sa.Column(column, sa.Boolean, server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("agencies", "staff_second_factor_required")
    op.drop_column("accounts", "second_factor")
    op.drop_table(TABLE)
