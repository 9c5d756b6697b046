"""Jobs that failed for good, as the staff of their agency sees them."""

from collections.abc import Sequence

import sqlalchemy as sa

from adapters.postgres.jobs.library import NAMES
from adapters.postgres.reading.connection import SnapshotConnection
from application.access import Scope
from application.ports.jobs import FailedJob, JobKind

_FAILED = (
    "select job.id, job.entrypoint, job.payload, job.attempts + 1 as attempts, job.updated as failed_at, "  # noqa: S608
    "       (select log.traceback ->> 'exception_message' "
    f"         from {NAMES.qualified.queue_table_log} log where log.job_id = job.id and log.status = 'failed' "
    "         order by log.id desc limit 1) as detail "
    f"from {NAMES.qualified.queue_table} job "
    "where job.status = 'failed' and job.headers ->> 'agency_id' = :agency_id "
    "order by job.updated desc, job.id desc limit :first"
)


async def failed_jobs(source: SnapshotConnection, scope: Scope, *, first: int) -> Sequence[FailedJob]:
    if scope.viewer != "staff":
        return []
    asked = sa.text(_FAILED).bindparams(agency_id=str(scope.agency), first=first)
    return [
        FailedJob(
            id=row.id,
            kind=JobKind(row.entrypoint),
            subject=row.payload.decode(),
            attempts=row.attempts,
            failed_at=row.failed_at,
            detail=row.detail,
        )
        for row in await source.rows(asked)
    ]
