"""The queue of background jobs: the library's tables in a schema of their own, and who may do what with them.

`queue.sql` is what PgQueuer 1.6.0 printed. It stays as it is: where a later release expects other tables, a test says
so, and a new migration brings them.
"""

from pathlib import Path
from typing import Any

from alembic import op

from migrations.row_level_security import STAFF, WORK, serving_role, setting

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics")
OURS = f"headers ->> 'agency_id' = {setting('agency_id')}"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    script = (Path(__file__).parents[1] / "queue.sql").read_text(encoding="utf-8")
    # As one text, which only the driver's own call takes.
    driver: Any = op.get_bind().connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(script))
    role = serving_role()
    op.execute(f"grant usage on schema queue to {role}")
    op.execute(f"grant select, insert, update, delete on all tables in schema queue to {role}")
    op.execute(f"grant usage on all sequences in schema queue to {role}")

    for table in TABLES:
        op.execute(f"alter table queue.{table} enable row level security")
        op.execute(f"alter table queue.{table} force row level security")
        op.execute(f"create policy work on queue.{table} using ({WORK}) with check ({WORK})")
    # Whoever changes something of an agency may leave a job for it, and see that it was put; only its staff sees what
    # others left, puts back what failed, or drops it.
    jobs = "queue.pgqueuer"
    op.execute(f"create policy adding on {jobs} for insert with check ({OURS} and status = 'queued')")
    op.execute(f"create policy seeing on {jobs} for select using ({OURS} and ({STAFF} or created = now()))")
    failed = f"{OURS} and {STAFF} and status = 'failed'"
    op.execute(
        f"create policy putting_back on {jobs} for update using ({failed}) "
        f"with check ({OURS} and {STAFF} and status = 'queued')"
    )
    op.execute(f"create policy dropping on {jobs} for delete using ({failed})")
    op.execute("create policy adding on queue.pgqueuer_log for insert with check (status = 'queued')")
    op.execute(
        f"create policy seeing on queue.pgqueuer_log for select using ({STAFF} and job_id in (select id from {jobs}))"  # noqa: S608 (names of ours, no input)
    )
    op.execute(f"create policy by_work on agency_keys for select using ({WORK})")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop policy by_work on agency_keys")
    op.execute("drop schema queue cascade")
