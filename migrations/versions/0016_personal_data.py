"""What people authorised, the version of the policy that they did it under, and what is left after an erasure."""

import sqlalchemy as sa
from alembic import op

from migrations.row_level_security import NOBODY, SIGNED_IN, expose, mine, protect, serving_role

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("consents", "kept_identities", "suppressed_documents")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("agencies", sa.Column("privacy_policy_version", sa.Text))
    op.add_column("agencies", sa.Column("privacy_policy_on", sa.Date))
    op.add_column("clients", sa.Column("erased_at", INSTANT))
    _consents()
    _left_behind()
    role = serving_role()
    op.execute(f"grant select, insert on {TABLES[0]} to {role}")
    for table in TABLES[1:]:
        op.execute(f"grant select, insert, update, delete on {table} to {role}")


def _consents() -> None:
    table = "consents"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("policy_version", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        _of_agency(table),
        _of(table, "client_id", "clients"),
        _of(table, "account_id", "accounts"),
    )
    op.create_index(f"ix_{table}_agency_id_client_id_at", table, ["agency_id", "client_id", "at"])
    protect(table, client=mine(), added_by=SIGNED_IN, changed_by=NOBODY, removed_by=NOBODY)
    op.execute(
        f"create trigger fact_stands before update or delete on {table} for each row execute function fact_stands()"
    )
    op.execute(
        f"create trigger facts_stand before truncate on {table} for each statement execute function fact_stands()"
    )


def _left_behind() -> None:
    table = "kept_identities"
    op.create_table(
        table,
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("document_type", sa.Text, nullable=False),
        sa.Column("document_number", sa.Text, nullable=False),
        sa.Column("check_digit", sa.Integer),
        sa.Column("keep_until", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "client_id", name=f"pk_{table}"),
        _of_agency(table),
        _of(table, "client_id", "clients"),
    )
    protect(table)
    table = "suppressed_documents"
    op.create_table(
        table,
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "digest", name=f"pk_{table}"),
        _of_agency(table),
        _of(table, "client_id", "clients"),
    )
    op.create_index(f"ix_{table}_agency_id_client_id", table, ["agency_id", "client_id"])
    protect(table)


def _of_agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=f"fk_{table}_agency_id")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", column], [f"{other}.agency_id", f"{other}.id"], name=f"fk_{table}_agency_id_{column}"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in TABLES:
        expose(table)
        op.drop_table(table)
    op.drop_column("clients", "erased_at")
    op.drop_column("agencies", "privacy_policy_on")
    op.drop_column("agencies", "privacy_policy_version")
