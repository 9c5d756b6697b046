"""The regular check: every minute each agency is looked through, and each payment that is due is asked about apart, so
that one that cannot be dealt with keeps nobody else waiting."""

import logging
from dataclasses import dataclass
from datetime import date, timedelta

from application.access import Scope
from application.ports.clock import Clock
from application.ports.jobs import Job, JobKind
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.payments.settlement import Settlement
from domain.errors import GatewayUnavailable
from domain.periods import bogota_date

_log = logging.getLogger(__name__)

REPORTED_AFTER = timedelta(hours=5)
"""Into the next day: when what was begun around midnight has come to an end."""

_LOOKED_BACK = 31
"""Days among which a report is looked for, where that of the last day lacks."""
_AT_ONCE = 500
"""Payments of an agency that one look puts to be asked; the next looks find the others."""

_REPEATED_WITHIN = timedelta(minutes=2)
"""A gateway whose notice was not taken repeats it by itself, the first times within seconds."""
_LEFT_FOR_LONG = timedelta(hours=2)
"""A gateway that was asked so many times, every minute, is asked again when the payment itself is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAgencies:
    """Have every agency looked through. For the workers, every minute."""

    unit_of_work: UnitOfWorkFactory

    async def __call__(self) -> int:
        """How many agencies were not still waiting to be looked through."""
        async with self.unit_of_work(Scope(work=True)) as uow:
            jobs = [Job(kind=JobKind.POLL_AGENCY, agency_id=key, key="") for key in await uow.agencies.ids()]
            put = [await uow.jobs.put(job) for job in jobs]
            await uow.commit()
        return sum(put)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAgency:
    """Have the gateways asked about those of an agency's payments that are due or whose notice was stored and, since
    the process died or the gateway was silent, not dealt with; and in the early morning the day before reported on,
    with those before it that nobody was there to report on. A job."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, job: Job) -> None:
        async with self.unit_of_work(Scope.of_agency(job.agency_id)) as uow:
            at = self.clock.now()
            due = [intent.reference for intent in await uow.intents.due(at=at, limit=_AT_ONCE)]
            left = await uow.gateway_events.left(since=at - _LEFT_FOR_LONG, until=at - _REPEATED_WITHIN, limit=_AT_ONCE)
            for reference in dict.fromkeys((*left, *due)):
                await uow.jobs.put(
                    Job(kind=JobKind.ASK_GATEWAY, agency_id=job.agency_id, subject=reference, key=reference)
                )
            for day in await _unreported(uow, bogota_date(at - REPORTED_AFTER) - timedelta(days=1)):
                told = day.isoformat()
                report = Job(kind=JobKind.RECONCILE_AGENCY, agency_id=job.agency_id, subject=told, key=told)
                await uow.jobs.put(report)
            await uow.commit()


async def _unreported(uow: UnitOfWork, last: date) -> list[date]:
    """Days up to `last` since the newest report; that day alone where there is none for long, as in a new agency."""
    missed: list[date] = []
    for distance in range(_LOOKED_BACK):
        day = last - timedelta(days=distance)
        if await uow.reconciliations.of_day(day) is not None:
            return missed
        missed.append(day)
    return missed[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskGateway:
    """Ask about one payment and act on the answer. A job; its subject is the reference.

    A gateway that does not answer is no failure of the job: when it is asked again was settled before the question.
    """

    settlement: Settlement

    async def __call__(self, job: Job) -> None:
        async with self.settlement.unit_of_work(Scope.of_agency(job.agency_id)) as uow:
            intent = await uow.intents.by_reference(job.subject)
        if intent is None:
            return
        try:
            await self.settlement.ask(intent)
        except GatewayUnavailable:
            _log.info("payment %s: the gateway did not answer", intent.reference)
