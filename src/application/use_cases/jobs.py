"""Jobs that failed for good, in the hands of the staff."""

from dataclasses import dataclass

from application.access import Viewer, require_staff
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """Have a job tried again that had failed for good. For staff, and of their agency's jobs; NotFound for others."""

    unit_of_work: UnitOfWorkFactory

    async def __call__(self, viewer: Viewer, *, job_id: int) -> None:
        staff = require_staff(viewer)
        async with self.unit_of_work(staff.scope) as uow:
            if not await uow.jobs.retry(job_id):
                raise NotFound
            await uow.commit()
