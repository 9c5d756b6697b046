"""Writing to people about what they owe only when that may be, and keeping that it was."""

import math
from dataclasses import dataclass
from uuid import uuid4

from application.access import Scope
from application.ports.calendar import HolidayCalendar
from application.ports.clock import Clock
from application.ports.jobs import Job
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.letters.desk import Approach
from domain.collections import REST, Contact, ContactChannel, allowed, may_follow, next_slot
from domain.errors import RetryLater
from domain.periods import bogota_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    unit_of_work: UnitOfWorkFactory
    calendar: HolidayCalendar
    clock: Clock

    async def enter(self, job: Job, approach: Approach) -> bool:
        """Keep that the client is written to now, before that is done: rather a contact that failed than one that
        nobody counted. False where there was another that forbids it; the same letter, sent again that day, is the
        same contact, and on another day one more. Outside the hours of the law RetryLater, until they begin.
        """
        now, is_holiday = self.clock.now(), self.calendar.is_holiday
        if not allowed(now, is_holiday=is_holiday):
            wait = next_slot(now, is_holiday=is_holiday) - now
            raise RetryLater(math.ceil(wait.total_seconds()))
        today = bogota_date(now)
        async with self.unit_of_work(Scope.of_agency(job.agency_id)) as uow:
            await uow.correspondence.declined(approach.client_id)  # its lock: one at a time
            earlier = await uow.correspondence.contacts(approach.client_id, since=today - REST)
            if any(it.event == job.subject and it.contacted_on == today for it in earlier):
                return True
            others = [it for it in earlier if it.event != job.subject]
            if not may_follow(approach.kind, today, others):
                return False
            contact = Contact(
                id=uuid4(),
                agency_id=job.agency_id,
                client_id=approach.client_id,
                contacted_on=today,
                at=now,
                channel=ContactChannel.EMAIL,
                kind=approach.kind,
                event=job.subject,
            )
            await uow.correspondence.log(contact)
            await uow.commit()
        return True
