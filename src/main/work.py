"""Background jobs: what each kind does, and a worker in the process that asks for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.holidays.calendar import ColombianHolidays
from adapters.postgres.engine import create_engine
from adapters.postgres.jobs.handling import Habits, Handler
from adapters.postgres.jobs.worker import PostgresWorker
from adapters.postgres.rate_limits import PostgresRateLimiter
from adapters.postgres.reading.snapshot import PostgresReadings
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.ports.jobs import JobKind
from application.use_cases.audit import NoteAuditHead
from application.use_cases.letters import SendMail
from application.use_cases.letters.contacts import Contacts
from application.use_cases.payments import (
    AskGateway,
    PollAgencies,
    PollAgency,
    ReconcileAgency,
    ReconcileDay,
    ReconcilePayments,
)
from application.use_cases.reminders import RemindAgencies, RemindAgency
from application.use_cases.tidying import TidyAgency
from main.bootstrap import Portal
from main.logs import keep_audit_heads

_HOLIDAYS = ColombianHolidays()
_CONNECTIONS = 4
"""Of the jobs themselves: none is taken from requests, and most of a job's time is waiting for somebody else."""

GRACE_SECONDS = 10.0
"""For the jobs under way when the process is told to end; what takes longer is begun anew elsewhere."""


async def work(portal: Portal, stop: asyncio.Event, *, habits: Habits | None = None) -> None:
    """Do jobs until `stop`, and then what is under way."""
    if portal.settings.is_production:
        keep_audit_heads()
    url = portal.engine.url
    engine = create_engine(url.render_as_string(hide_password=False), pool_size=_CONNECTIONS)
    try:
        units = PostgresUnitOfWorkFactory(engine, portal.secrets.audit)
        poll_agencies = PollAgencies(unit_of_work=units)
        remind_agencies = RemindAgencies(unit_of_work=units, calendar=_HOLIDAYS, clock=portal.clock)

        async def tick() -> None:
            await poll_agencies()
            await remind_agencies()

        worker = PostgresWorker(url, _handlers(portal, engine), on_tick=tick, habits=habits)
        await worker.run(stop, grace_seconds=GRACE_SECONDS)
    finally:
        await engine.dispose()


@asynccontextmanager
async def at_work(portal: Portal) -> AsyncIterator[None]:
    """Jobs are done beside whatever else this process does."""
    stop = asyncio.Event()
    working = asyncio.create_task(work(portal, stop))
    try:
        yield
    finally:
        stop.set()
        await working


def _handlers(portal: Portal, engine: AsyncEngine) -> dict[JobKind, Handler]:
    units = PostgresUnitOfWorkFactory(engine, portal.secrets.audit)
    readings = PostgresReadings(engine, portal.clock, test_gateways=not portal.settings.is_production)
    # The same gateways as those of requests, so that what is known of their trouble is known to both.
    settlement = replace(portal.use_cases.refresh_payment.settlement, unit_of_work=units)
    reconcile_day = ReconcileDay(unit_of_work=units, clock=portal.clock, ask=ReconcilePayments(settlement=settlement))
    return {
        JobKind.ASK_GATEWAY: AskGateway(settlement=settlement),
        JobKind.OPEN_RESET: replace(portal.use_cases.open_reset, unit_of_work=units),
        JobKind.POLL_AGENCY: PollAgency(unit_of_work=units, clock=portal.clock),
        JobKind.RECONCILE_AGENCY: ReconcileAgency(
            reconcile_day=reconcile_day,
            tidy=TidyAgency(unit_of_work=units, clock=portal.clock),
            note_audit_head=NoteAuditHead(readings=readings),
        ),
        JobKind.REMIND_AGENCY: RemindAgency(unit_of_work=units, clock=portal.clock),
        JobKind.SEND_MAIL: SendMail(
            readings=readings,
            draw_documents=portal.use_cases.draw_documents,
            links=portal.use_cases.open_reset.links,
            contacts=Contacts(unit_of_work=units, calendar=_HOLIDAYS, clock=portal.clock),
            limiter=PostgresRateLimiter(engine, portal.clock),
            mailer=portal.settings.mailer(),
            clock=portal.clock,
        ),
    }
