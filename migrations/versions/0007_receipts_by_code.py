"""A receipt is found by its verification code, whichever agency gave it; payments that were begun have lists."""

from alembic import op

from migrations.row_level_security import CLIENT, STAFF, mine, restrict_writing, setting

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SEEN = f"{STAFF} or ({CLIENT} and {mine()})"
BY_CODE = f"verification_code = {setting('receipt_key')}"
LISTS = {
    "ix_payment_intents_agency_id_created_at_reference": ["agency_id", "created_at", "reference"],
    "ix_payment_intents_agency_id_status_created_at": ["agency_id", "status", "created_at"],
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"create policy by_key on payments for select using ({BY_CODE})")
    _see(readable=f"({SEEN}) or {BY_CODE}", lockable=SEEN)
    for name, columns in LISTS.items():
        op.create_index(name, "payment_intents", columns)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name in LISTS:
        op.drop_index(name, "payment_intents")
    op.execute("drop policy by_key on payments")
    _see(readable=SEEN, lockable="true")


def _see(*, readable: str, lockable: str) -> None:
    """The policies of `protect` that know which rows are seen, made anew."""
    for name in ("viewer", "adding", "changing", "removing"):
        op.execute(f"drop policy {name} on payments")
    op.execute(f"create policy viewer on payments as restrictive using ({readable}) with check ({SEEN})")
    restrict_writing("payments", lockable=lockable)
