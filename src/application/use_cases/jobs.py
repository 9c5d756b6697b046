"""Jobs that failed for good, in the hands of the staff."""

from dataclasses import dataclass
from uuid import UUID

from application.access import Viewer, require_staff
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.audit import AuditAction
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """Have a job tried again that had failed for good. For staff, and of their agency's jobs; NotFound for others."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, job_id: int) -> None:
        staff = require_staff(viewer)
        async with self.unit_of_work(staff.scope) as uow:
            if not await uow.jobs.retry(job_id):
                raise NotFound
            entity = ("FailedJob", UUID(int=job_id))
            await uow.audit.record(AuditAction.JOB_RETRIED, at=self.clock.now(), entity=entity)
            await uow.commit()
