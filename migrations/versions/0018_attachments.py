"""Files that go with PQRS."""

import sqlalchemy as sa
from alembic import op

from migrations.row_level_security import CLIENT, STAFF, expose, mine, protect, serving_role

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_unique_constraint("uq_pqrs_agency_id_id_client_id", "pqrs", ["agency_id", "id", "client_id"])
    op.create_unique_constraint(
        "uq_pqrs_messages_agency_id_id_pqrs_id_internal", "pqrs_messages", ["agency_id", "id", "pqrs_id", "internal"]
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("pqrs_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("byte_size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("author = 'AGENCY' or not internal", name="internal_of_agency"),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name="fk_attachments_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "pqrs_id", "client_id"],
            ["pqrs.agency_id", "pqrs.id", "pqrs.client_id"],
            name="fk_attachments_agency_id_pqrs_id_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "client_id"],
            ["clients.agency_id", "clients.id"],
            name="fk_attachments_agency_id_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "message_id", "pqrs_id", "internal"],
            ["pqrs_messages.agency_id", "pqrs_messages.id", "pqrs_messages.pqrs_id", "pqrs_messages.internal"],
            name="fk_attachments_agency_id_message_id_pqrs_id_internal",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("agency_id", "id", name="uq_attachments_agency_id_id"),
    )
    op.create_index("ix_attachments_agency_id_pqrs_id_author", "attachments", ["agency_id", "pqrs_id", "author"])
    op.create_index("ix_attachments_agency_id_message_id", "attachments", ["agency_id", "message_id"])
    # Pictures and PDFs are compressed already: trying again costs time and wins nothing.
    op.execute("alter table attachments alter column content set storage external")
    op.execute(f"grant select, insert, update, delete on attachments to {serving_role()}")
    protect(
        "attachments",
        client=f"{mine()} and not internal",
        added_by=f"{STAFF} or ({CLIENT} and author = 'CLIENT')",
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    expose("attachments")
    op.drop_table("attachments")
    op.drop_constraint("uq_pqrs_messages_agency_id_id_pqrs_id_internal", "pqrs_messages")
    op.drop_constraint("uq_pqrs_agency_id_id_client_id", "pqrs")
