"""Reminders of what clients owe: whether the agency wants them, and when somebody was written to."""

import sqlalchemy as sa
from alembic import op

from migrations.row_level_security import NOBODY, mine, protect, serving_role

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("agencies", sa.Column("reminders", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("agencies", sa.Column("courtesy_days", sa.Integer, nullable=False, server_default="0"))
    op.add_column("agencies", sa.Column("reminded_on", sa.Date))
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("contacted_on", sa.Date, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name="fk_contacts_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"], ["clients.agency_id", "clients.id"], name="fk_contacts_agency_id_client_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint(
            "agency_id", "client_id", "contacted_on", name="uq_contacts_agency_id_client_id_contacted_on"
        ),
    )
    # They prove that the law was kept, and stand like other facts.
    op.execute(f"grant select, insert on contacts to {serving_role()}")
    protect("contacts", client=mine(), changed_by=NOBODY, removed_by=NOBODY)
    for name, event, each in (("fact_stands", "update or delete", "row"), ("facts_stand", "truncate", "statement")):
        op.execute(f"create trigger {name} before {event} on contacts for each {each} execute function fact_stands()")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("contacts")
    for name in ("reminded_on", "courtesy_days", "reminders"):
        op.drop_column("agencies", name)
