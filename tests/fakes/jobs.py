"""Jobs in memory: put with the work that asks for them, and left there for the test to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from application.access import Scope
from application.ports.jobs import FailedJob, Job, Jobs

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class KeptJob:
    """One that waits or, `failed`, will not be tried again."""

    job: Job
    failed: bool = False


class FakeJobs(Jobs):
    """Over `queue`, in the order in which they were put."""

    def __init__(self, queue: list[KeptJob], scope: Scope) -> None:
        self.queue = queue
        self.scope = scope

    async def put(self, job: Job) -> bool:
        if not self.scope.work and job.agency_id != self.scope.agency_id:
            raise PermissionError("row-level security")
        sees_failed = self.scope.work or self.scope.viewer == "staff"
        same = (kept for kept in self.queue if _is_same(kept.job, job))
        if job.key is not None and any(sees_failed or not kept.failed for kept in same):
            return False
        self.queue.append(KeptJob(job))
        return True

    async def put_all(self, jobs: Sequence[Job]) -> int:
        return sum([await self.put(job) for job in jobs])

    async def retry(self, job_id: int) -> bool:
        mine = self.scope.agency if self.scope.viewer == "staff" else None
        kept = self.queue[job_id - 1] if 0 < job_id <= len(self.queue) else None
        if kept is None or not kept.failed or kept.job.agency_id != mine:
            return False
        same = (other for other in self.queue if not other.failed and _is_same(other.job, kept.job))
        if kept.job.key is not None and any(same):
            self.queue.remove(kept)
        else:
            kept.failed = False
        return True


def failed(queue: list[KeptJob], scope: Scope) -> list[FailedJob]:
    """What staff sees of it, the newest first; ids are places in the queue."""
    mine = scope.agency_id if scope.viewer == "staff" else None
    return [
        FailedJob(id=number, kind=kept.job.kind, subject=kept.job.subject, attempts=1, failed_at=EPOCH)
        for number, kept in reversed(list(enumerate(queue, start=1)))
        if kept.failed and kept.job.agency_id == mine
    ]


def _is_same(one: Job, other: Job) -> bool:
    return (one.agency_id, one.kind, one.key) == (other.agency_id, other.kind, other.key)
