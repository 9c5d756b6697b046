"""What a downgrade does about rows that the code of before cannot read: it says them otherwise, or it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op


@contextmanager
def past_policies(*tables: str) -> Iterator[None]:
    """Row-level security is forced on the owner too, who has no scope here."""
    for table in tables:
        op.execute(f"alter table {table} no force row level security")
    yield
    for table in tables:
        op.execute(f"alter table {table} force row level security")


def refuse_while(rows: str, why: str) -> None:
    """End the downgrade, with nothing changed, while this query finds any. Run `past_policies` of its tables."""
    raised = f"raise exception '{why}' using errcode = 'restrict_violation'"
    op.execute(f"do $$ begin if exists ({rows}) then {raised}; end if; end $$")
