"""PQRS to the end: terms that begin again and are put off, who is in charge, and what both sides write."""

import sqlalchemy as sa
from alembic import op

from migrations.row_level_security import CLIENT, SIGNED_IN, STAFF, expose, mine, protect, serving_role

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LIST = "ix_pqrs_agency_id_assignee_id_filed_at"
OWN_WORDS = f"{STAFF} or ({CLIENT} and author = 'CLIENT' and not internal)"
"""What a client adds is that client's, and nothing for the staff alone."""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _cases()
    _events()
    _messages()


def _cases() -> None:
    op.add_column("pqrs", sa.Column("matter", sa.Text, nullable=False, server_default="GENERAL"))
    op.add_column("pqrs", sa.Column("term_from_on", sa.Date))
    op.add_column("pqrs", sa.Column("assignee_id", sa.Uuid))
    op.add_column("pqrs", sa.Column("extended_at", INSTANT))
    # Row-level security is forced on the owner too, who has no scope here.
    op.execute("alter table pqrs no force row level security")
    op.execute("update pqrs set term_from_on = (filed_at at time zone 'America/Bogota')::date")
    op.execute("alter table pqrs force row level security")
    op.alter_column("pqrs", "term_from_on", nullable=False)
    op.create_foreign_key(*belongs_to("pqrs", "assignee_id", "accounts"))
    op.create_index(LIST, "pqrs", ["agency_id", "assignee_id", "filed_at"])
    # Clients close and reopen their own.
    op.execute("drop policy changing on pqrs")
    op.execute(f"create policy changing on pqrs as restrictive for update using (true) with check ({SIGNED_IN})")


def _events() -> None:
    op.add_column("pqrs_events", sa.Column("account_id", sa.Uuid))
    op.add_column("pqrs_events", sa.Column("due_on", sa.Date))
    op.create_foreign_key(*belongs_to("pqrs_events", "account_id", "accounts"))
    op.execute("alter table pqrs no force row level security")
    op.execute("alter table pqrs_events no force row level security")
    op.execute(
        "update pqrs_events e set account_id = p.filed_by, due_on = p.due_on from pqrs p "
        "where p.agency_id = e.agency_id and p.id = e.pqrs_id and e.from_status is null"
    )
    op.execute("alter table pqrs_events force row level security")
    op.execute("alter table pqrs force row level security")


def _messages() -> None:
    table = "pqrs_messages"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("pqrs_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("request_hash", sa.Text),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        sa.UniqueConstraint(
            "agency_id", "account_id", "idempotency_key", name=f"uq_{table}_agency_id_account_id_idempotency_key"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=f"fk_{table}_agency_id"),
    )
    for column, parent in (("pqrs_id", "pqrs"), ("client_id", "clients"), ("account_id", "accounts")):
        op.create_foreign_key(*belongs_to(table, column, parent))
    op.create_index(f"ix_{table}_agency_id_pqrs_id_position", table, ["agency_id", "pqrs_id", "position"])
    op.create_index(f"ix_{table}_agency_id_client_id_sent_at", table, ["agency_id", "client_id", "sent_at"])
    op.execute(f"grant select, insert, update, delete on {table} to {serving_role()}")
    protect(table, client=f"{mine()} and not internal", added_by=OWN_WORDS)


def belongs_to(table: str, column: str, parent: str) -> tuple[str, str, str, list[str], list[str]]:
    return f"fk_{table}_agency_id_{column}", table, parent, ["agency_id", column], ["agency_id", "id"]


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    expose("pqrs_messages")
    op.drop_table("pqrs_messages")
    for column in ("account_id", "due_on"):
        op.drop_column("pqrs_events", column)
    op.execute("drop policy changing on pqrs")
    op.execute(f"create policy changing on pqrs as restrictive for update using (true) with check ({STAFF})")
    op.drop_index(LIST, "pqrs")
    for column in ("matter", "term_from_on", "assignee_id", "extended_at"):
        op.drop_column("pqrs", column)
