"""One-time links that prove an e-mail address, where agencies have the pages they lead to, and the list of accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.row_level_security import ACCOUNT, AGENCY, STAFF, protect, restrict_writing, serving_role, setting

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LIST = "ix_accounts_agency_id_created_at_id"
OWN = f"account_id = {ACCOUNT}"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "account_links",
        sa.Column("id", UUID, nullable=False),
        sa.Column("agency_id", UUID, nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("former_email", sa.Text),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("ended_at", instant),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name="fk_account_links_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "account_id"],
            ["accounts.agency_id", "accounts.id"],
            name="fk_account_links_agency_id_account_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_links"),
        sa.UniqueConstraint("token_hash", name="uq_account_links_token_hash"),
    )
    op.create_index(
        "ix_account_links_agency_id_account_id_created_at", "account_links", ["agency_id", "account_id", "created_at"]
    )
    op.execute(f"grant select, insert, update, delete on account_links to {serving_role()}")
    mine = f"{STAFF} or {OWN}"
    protect(
        "account_links",
        anyone=mine,
        key=f"agency_id = {AGENCY} and token_hash = {setting('link_key')}",
        added_by=mine,
        changed_by=mine,
        removed_by=STAFF,
    )
    _end_sessions_by(mine)
    op.add_column("agencies", sa.Column("link_base", sa.Text))
    op.create_index(LIST, "accounts", ["agency_id", "created_at", "id"])


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(LIST, "accounts")
    op.drop_column("agencies", "link_base")
    _end_sessions_by(OWN)
    op.drop_table("account_links")


def _end_sessions_by(whose: str) -> None:
    """Who sees a session and may end it: its account, and staff who disable that. Its tokens nobody else sees."""
    for name in ("viewer", "adding", "changing", "removing"):
        op.execute(f"drop policy {name} on sessions")
    op.execute(f"create policy viewer on sessions as restrictive using ({whose}) with check ({whose})")
    restrict_writing("sessions", added_by=OWN, changed_by=whose, removed_by=OWN)
