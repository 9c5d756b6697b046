"""The books of the money that moves here: ledger, credit, reversals, refunds, and what the staff should look at."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.going_back import past_policies, refuse_while
from migrations.row_level_security import expose, mine, protect, serving_role

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(14, 2)
INSTANT = sa.DateTime(timezone=True)
FACTS = ("ledger_journals", "ledger_entries", "payment_reversals")
STAFF_ONLY = ("ledger_journals", "ledger_entries", "refunds", "request_keys", "findings", "reconciliations")

FACT_STANDS = """
create function fact_stands() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$
"""
JOURNAL_BALANCES = """
create function journal_balances() returns trigger language plpgsql set search_path = public as $$
declare
  journal uuid;
  total numeric;
begin
  if tg_table_name = 'ledger_journals' then
    journal := new.id;
  else
    journal := new.journal_id;
  end if;
  select sum(e.amount) into total from ledger_entries e where e.agency_id = new.agency_id and e.journal_id = journal;
  if total is distinct from 0 then
    raise exception 'journal % does not balance', journal using errcode = 'check_violation';
  end if;
  return null;
end $$
"""
RECEIPT_STANDS = """
create function receipt_stands() returns trigger language plpgsql as $$
begin
  if old.import_digest is not null then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' then
    raise exception 'receipt % was made here and stands', old.receipt_number using errcode = 'restrict_violation';
  end if;
  if (to_jsonb(old) - '{status,reversed,credit_left}'::text[])
     is distinct from (to_jsonb(new) - '{status,reversed,credit_left}'::text[]) then
    raise exception 'receipt % was made here and stands', old.receipt_number using errcode = 'restrict_violation';
  end if;
  return new;
end $$
"""


def belongs_to(column: str, table: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", column], [f"{parent}.agency_id", f"{parent}.id"], name=f"fk_{table}_agency_id_{column}"
    )


def of_agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=f"fk_{table}_agency_id")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _receipts()
    _attempts()
    _ledger()
    _reversals_and_refunds()
    _for_the_staff()
    role = serving_role()
    for table in FACTS:
        op.execute(f"grant select, insert on {table} to {role}")
    for table in ("refunds", "request_keys", "findings", "reconciliations"):
        op.execute(f"grant select, insert, update, delete on {table} to {role}")
    for table in STAFF_ONLY:
        protect(table)
    protect("payment_reversals", client=mine())


def _receipts() -> None:
    op.add_column("payments", sa.Column("credit_left", MONEY, nullable=False, server_default="0"))
    op.add_column("payments", sa.Column("reversed", MONEY, nullable=False, server_default="0"))
    # Row-level security is forced on the owner too, who has no scope here.
    op.execute("alter table payments no force row level security")
    op.execute("update payments set credit_left = credited where status = 'APPLIED'")
    op.execute("update payments set reversed = amount where status = 'REVERSED'")
    op.execute("alter table payments force row level security")
    op.create_check_constraint(
        op.f("ck_payments_credit_left_within_credited"), "payments", "credit_left >= 0 and credit_left <= credited"
    )
    op.create_check_constraint(
        op.f("ck_payments_reversed_within_amount"), "payments", "reversed >= 0 and reversed <= amount"
    )
    op.create_check_constraint(
        op.f("ck_payments_reversed_when_nothing_is_left"), "payments", "(status = 'REVERSED') = (reversed = amount)"
    )
    op.create_index(
        "ix_payments_credit", "payments", ["agency_id", "client_id"], postgresql_where=sa.text("credit_left > 0")
    )
    op.execute(RECEIPT_STANDS)
    op.execute(
        "create trigger receipt_stands before update or delete on payments "
        "for each row execute function receipt_stands()"
    )
    table = "payment_allocations"
    op.add_column(table, sa.Column("reversed", MONEY, nullable=False, server_default="0"))
    op.add_column(table, sa.Column("from_credit", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column(table, sa.Column("applied_at", INSTANT))
    op.create_check_constraint(
        op.f("ck_payment_allocations_reversed_within_amount"), table, "reversed >= 0 and reversed <= amount"
    )
    op.create_check_constraint(
        op.f("ck_payment_allocations_credit_applied_some_time"), table, "from_credit = (applied_at is not null)"
    )
    op.drop_constraint("pk_payment_allocations", table)
    op.create_primary_key("pk_payment_allocations", table, ["agency_id", "payment_id", "position"])


def _attempts() -> None:
    op.add_column("payment_intents", sa.Column("dispute", sa.Text, nullable=False, server_default="NONE"))
    op.add_column(
        "payment_intents", sa.Column("transaction_hints", ARRAY(sa.Text), nullable=False, server_default="{}")
    )
    table = "gateway_transactions"
    op.add_column(table, sa.Column("order_id", sa.Text))
    op.add_column(table, sa.Column("charged_back", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column(table, sa.Column("wrong", sa.Text))
    op.add_column(table, sa.Column("decided", sa.Boolean, nullable=False, server_default=sa.false()))


def _ledger() -> None:
    table = "ledger_journals"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("intent_id", sa.Uuid),
        sa.Column("by", sa.Uuid),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        sa.UniqueConstraint("agency_id", "key", name=f"uq_{table}_agency_id_key"),
        of_agency(table),
        belongs_to("client_id", table, "clients"),
        belongs_to("payment_id", table, "payments"),
        belongs_to("intent_id", table, "payment_intents"),
        belongs_to("by", table, "accounts"),
    )
    op.create_index(f"ix_{table}_agency_id_client_id_at", table, ["agency_id", "client_id", "at"])
    op.create_index(f"ix_{table}_agency_id_payment_id", table, ["agency_id", "payment_id"])
    op.create_index(f"ix_{table}_agency_id_intent_id", table, ["agency_id", "intent_id"])
    table = "ledger_entries"
    op.create_table(
        table,
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("journal_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("invoice_id", sa.Uuid),
        sa.PrimaryKeyConstraint("agency_id", "journal_id", "position", name=f"pk_{table}"),
        of_agency(table),
        belongs_to("journal_id", table, "ledger_journals"),
        belongs_to("invoice_id", table, "invoices"),
        sa.CheckConstraint("amount <> 0", name=op.f(f"ck_{table}_says_something")),
        sa.CheckConstraint(
            "(account = 'RECEIVABLE') = (invoice_id is not null)", name=op.f(f"ck_{table}_invoice_of_receivable")
        ),
    )
    op.create_index(f"ix_{table}_agency_id_invoice_id", table, ["agency_id", "invoice_id"])
    op.execute(JOURNAL_BALANCES)
    for name in ("ledger_journals", "ledger_entries"):
        op.execute(
            f"create constraint trigger journal_balances after insert on {name} deferrable initially deferred "
            f"for each row execute function journal_balances()"
        )


def _reversals_and_refunds() -> None:
    table = "payment_reversals"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        of_agency(table),
        belongs_to("payment_id", table, "payments"),
        belongs_to("client_id", table, "clients"),
        belongs_to("by", table, "accounts"),
        sa.CheckConstraint("amount > 0", name=op.f(f"ck_{table}_amount_positive")),
    )
    op.create_index(f"ix_{table}_agency_id_payment_id", table, ["agency_id", "payment_id"])
    op.execute(FACT_STANDS)
    for name in FACTS:
        op.execute(
            f"create trigger fact_stands before update or delete on {name} for each row execute function fact_stands()"
        )
        op.execute(
            f"create trigger facts_stand before truncate on {name} for each statement execute function fact_stands()"
        )
    table = "refunds"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("intent_id", sa.Uuid, nullable=False),
        sa.Column("charge_id", sa.Text, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("requested_by", sa.Uuid),
        sa.Column("gateway_id", sa.Text),
        sa.Column("resolved_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        of_agency(table),
        belongs_to("intent_id", table, "payment_intents"),
        belongs_to("requested_by", table, "accounts"),
        sa.CheckConstraint("amount > 0", name=op.f(f"ck_{table}_amount_positive")),
    )
    op.create_index(f"ix_{table}_agency_id_intent_id", table, ["agency_id", "intent_id"])
    op.create_index(
        "uq_refunds_open",
        table,
        ["agency_id", "intent_id", "charge_id"],
        unique=True,
        postgresql_where=sa.text("status = 'REQUESTED'"),
    )


def _for_the_staff() -> None:
    table = "request_keys"
    op.create_table(
        table,
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("result_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "account_id", "key", name=f"pk_{table}"),
        of_agency(table),
        belongs_to("account_id", table, "accounts"),
    )
    table = "findings"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("client_id", sa.Uuid),
        sa.Column("intent_id", sa.Uuid),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("amount", MONEY),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("resolved_at", INSTANT),
        sa.Column("resolved_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        sa.UniqueConstraint("agency_id", "key", name=f"uq_{table}_agency_id_key"),
        of_agency(table),
        belongs_to("client_id", table, "clients"),
        belongs_to("intent_id", table, "payment_intents"),
        belongs_to("payment_id", table, "payments"),
        belongs_to("resolved_by", table, "accounts"),
    )
    op.create_index(f"ix_{table}_agency_id_at_id", table, ["agency_id", "at", "id"])
    table = "reconciliations"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("agency_id", "id", name=f"uq_{table}_agency_id_id"),
        sa.UniqueConstraint("agency_id", "on", name=f"uq_{table}_agency_id_on"),
        of_agency(table),
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    with past_policies(*FACTS, "refunds"):
        for table in (*FACTS, "refunds"):
            refuse_while(f"select from {table}", f"{table} has rows: before 0003 there are no books to keep them")
    for table in ("reconciliations", "findings", "request_keys", "refunds", *reversed(FACTS)):
        expose(table)
        op.drop_table(table)
    op.execute("drop function fact_stands()")
    op.execute("drop function journal_balances()")
    for name in ("decided", "wrong", "charged_back", "order_id"):
        op.drop_column("gateway_transactions", name)
    for name in ("transaction_hints", "dispute"):
        op.drop_column("payment_intents", name)
    op.execute("drop trigger receipt_stands on payments")
    op.execute("drop function receipt_stands()")
    table = "payment_allocations"
    op.execute("alter table payment_allocations no force row level security")
    op.execute("delete from payment_allocations where from_credit")
    op.execute("alter table payment_allocations force row level security")
    op.drop_constraint("pk_payment_allocations", table)
    op.create_primary_key("pk_payment_allocations", table, ["agency_id", "payment_id", "invoice_id"])
    for name in ("applied_at", "from_credit", "reversed"):
        op.drop_column(table, name)
    op.drop_index("ix_payments_credit", "payments")
    for name in ("reversed", "credit_left"):
        op.drop_column("payments", name)
