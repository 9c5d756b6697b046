"""Each day those are written to who owe rent, or soon have to pay it, where their agency wants that."""

from dataclasses import dataclass
from datetime import date, timedelta

from application.access import Scope
from application.announcements import payments_due, payments_overdue
from application.ports.calendar import HolidayCalendar
from application.ports.clock import Clock
from application.ports.jobs import Job, JobKind
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.collections import REST, allowed

_EVER = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindAgencies:
    """Have every agency looked through, while it is an hour at which people may be reminded. For the workers, every
    minute: agencies that had their round that day see to it themselves."""

    unit_of_work: UnitOfWorkFactory
    calendar: HolidayCalendar
    clock: Clock

    async def __call__(self) -> int:
        """How many agencies were not still waiting to be looked through."""
        if not allowed(self.clock.now(), is_holiday=self.calendar.is_holiday):
            return 0
        async with self.unit_of_work(Scope(work=True)) as uow:
            jobs = [Job(kind=JobKind.REMIND_AGENCY, agency_id=key, key="") for key in await uow.agencies.ids()]
            put = await uow.jobs.put_all(jobs)
            await uow.commit()
        return put


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindAgency:
    """Have an agency's clients written to, once a day: those with overdue rent who were not reminded this week, and
    those whose rent is due in as many days as the agency says. A job. Whether it is sent is settled when each letter
    is written."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, job: Job) -> None:
        today = self.clock.today()
        async with self.unit_of_work(Scope.of_agency(job.agency_id)) as uow:
            agency = await uow.agencies.get(job.agency_id)
            if agency is None or not (agency.reminders or agency.courtesy_days):
                return
            last = await uow.correspondence.begin_round(today)
            if last is None:
                return
            letters = []
            if agency.reminders:
                since = today - REST + timedelta(days=1)
                debtors = await uow.correspondence.owing(_EVER, today - timedelta(days=1), not_reminded_since=since)
                letters += [payments_overdue(agency.id, client_id, today) for client_id in debtors]
            if agency.courtesy_days:
                ahead = timedelta(days=agency.courtesy_days)
                # Days without a round, Sundays and holidays, are made up for.
                first = max(today, last + ahead + timedelta(days=1))
                soon = await uow.correspondence.owing(first, today + ahead)
                letters += [payments_due(agency.id, client_id, today) for client_id in soon]
            await uow.jobs.put_all(letters)
            await uow.commit()
