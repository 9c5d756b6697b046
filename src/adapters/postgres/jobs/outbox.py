"""Putting jobs in the transaction of a unit of work."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from pgqueuer import JobId
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.jobs.library import NAMES, LentConnection, queries
from application.access import Scope
from application.ports.jobs import Job, JobKind, Jobs

AGENCY_HEADER = "agency_id"
"""Says whose job it is; the queue's policies go by it."""

_FIRST = {JobKind.POLL_AGENCY: 20, JobKind.ASK_GATEWAY: 10}
"""What goes before everything else: letters and reports wait for money, whose news may be many minutes old already.
Among the others the pace decides."""

_FAILED = sa.text(
    f"select dedupe_key from {NAMES.qualified.queue_table} where dedupe_key = any(:keys) and status = 'failed'"  # noqa: S608
)


_FAILED_OF_AGENCY = "id = :id and status = 'failed' and headers ->> 'agency_id' = :agency_id"
_FIND = sa.text(f"select id from {NAMES.qualified.queue_table} where {_FAILED_OF_AGENCY} for update")  # noqa: S608
_DROP = sa.text(f"delete from {NAMES.qualified.queue_table} where {_FAILED_OF_AGENCY}")  # noqa: S608


class PostgresJobs(Jobs):
    def __init__(self, connection: AsyncConnection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope

    async def put(self, job: Job) -> bool:
        return await self.put_all([job]) == 1

    async def put_all(self, jobs: Sequence[Job]) -> int:
        keys = {_key(job) for job in jobs} - {None}
        failed = set()
        if keys:
            failed = set((await self._connection.execute(_FAILED, {"keys": list(keys)})).scalars())
        left = [job for job in jobs if _key(job) is None or _key(job) not in failed]
        if not left:
            return 0
        now = datetime.now(UTC)
        put = await queries(LentConnection(self._connection)).enqueue(
            [job.kind.value for job in left],
            [job.subject.encode() for job in left],
            [_FIRST.get(job.kind, 0) + job.pace for job in left],
            execute_after=[None if job.not_before is None else max(job.not_before - now, timedelta()) for job in left],
            dedupe_key=[_key(job) for job in left],
            headers=[{AGENCY_HEADER: str(job.agency_id)} for job in left],
            on_conflict="skip",
        )
        return sum(job_id is not None for job_id in put)

    async def retry(self, job_id: int) -> bool:
        which = {"id": job_id, "agency_id": str(self._scope.agency)}
        if await self._connection.scalar(_FIND, which) is None:
            return False
        try:
            async with self._connection.begin_nested():
                await queries(LentConnection(self._connection)).requeue_jobs([JobId(job_id)])
        except IntegrityError:  # its key waits again, or is under way
            await self._connection.execute(_DROP, which)
        return True


def _key(job: Job) -> str | None:
    return f"{job.agency_id}:{job.kind}:{job.key}" if job.key is not None else None
