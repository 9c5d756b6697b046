"""The record of what was done: entries that stand, and for each agency the head of their chain, which only advances.

Whoever acts adds to it, visitors and clients too; only staff read the entries. The heads hold a number and hashes, and
are locked by whoever adds.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_level_security import AGENCY, ANYONE, NOBODY, STAFF, expose, protect, restrict_writing, serving_role

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
HEAD_ADVANCES = """
create function head_advances() returns trigger language plpgsql as $$
begin
  if new.agency_id <> old.agency_id or new.number <> old.number + 1 then
    raise exception 'the head of a chain advances by one' using errcode = 'restrict_violation';
  end if;
  return new;
end $$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _entries()
    _heads()
    role = serving_role()
    op.execute(f"grant select, insert on audit_entries to {role}")
    op.execute(f"grant select, insert, update on audit_heads to {role}")
    for table, events in (("audit_entries", "update or delete"), ("audit_heads", "delete")):
        op.execute(f"create trigger fact_stands before {events} on {table} for each row execute function fact_stands()")
        op.execute(
            f"create trigger facts_stand before truncate on {table} for each statement execute function fact_stands()"
        )
    op.execute(HEAD_ADVANCES)
    op.execute(
        "create trigger head_advances before update on audit_heads for each row execute function head_advances()"
    )


def _entries() -> None:
    table = "audit_entries"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("entity_type", sa.Text),
        sa.Column("entity_id", sa.Uuid),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        sa.UniqueConstraint("agency_id", "number", name=f"uq_{table}_agency_id_number"),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=f"fk_{table}_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "account_id"], ["accounts.agency_id", "accounts.id"], name=f"fk_{table}_agency_id_account_id"
        ),
    )
    op.create_index(f"ix_{table}_agency_id_entity_id_number", table, ["agency_id", "entity_id", "number"])
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    within = f"agency_id = {AGENCY}"
    op.execute(f"create policy agency on {table} using ({within}) with check ({within})")
    op.execute(f"create policy viewer on {table} as restrictive using ({STAFF}) with check ({ANYONE})")
    restrict_writing(table, added_by=ANYONE, changed_by=NOBODY, removed_by=NOBODY)


def _heads() -> None:
    table = "audit_heads"
    op.create_table(
        table,
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=f"fk_{table}_agency_id"),
    )
    protect(table, anyone=ANYONE, added_by=ANYONE, changed_by=ANYONE, removed_by=NOBODY)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("audit_heads", "audit_entries"):
        expose(table)
        op.drop_table(table)
    op.execute("drop function head_advances()")
