"""Jobs in memory: put with the work that asks for them, and left there for the test to look at."""

from dataclasses import dataclass

from application.access import Scope
from application.ports.jobs import Job, Jobs


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


def _is_same(one: Job, other: Job) -> bool:
    return (one.agency_id, one.kind, one.key) == (other.agency_id, other.kind, other.key)
