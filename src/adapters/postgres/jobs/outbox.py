"""Putting jobs in the transaction of a unit of work."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.jobs.library import NAMES, LentConnection, queries
from application.ports.jobs import Job, JobKind, Jobs

AGENCY_HEADER = "agency_id"
"""Says whose job it is; the queue's policies go by it."""

_PRIORITY = {JobKind.POLL_AGENCY: 2, JobKind.ASK_GATEWAY: 1, JobKind.SEND_MAIL: 0}
"""Letters wait for money, whose news may be many minutes old already."""

_FAILED = sa.text(
    f"select exists (select from {NAMES.qualified.queue_table} where dedupe_key = :key and status = 'failed')"  # noqa: S608
)


class PostgresJobs(Jobs):
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, job: Job) -> bool:
        key = f"{job.agency_id}:{job.kind}:{job.key}" if job.key is not None else None
        if key is not None and await self._connection.scalar(_FAILED, {"key": key}):
            return False
        wait = None if job.not_before is None else max(job.not_before - datetime.now(UTC), timedelta())
        put = await queries(LentConnection(self._connection)).enqueue(
            [job.kind.value],
            [job.subject.encode()],
            [_PRIORITY[job.kind]],
            execute_after=[wait],
            dedupe_key=[key],
            headers=[{AGENCY_HEADER: str(job.agency_id)}],
            on_conflict="skip",
        )
        return put != [None]
