"""Where the scenarios are played: the service behind a real server, PostgreSQL, the simulator as a process, a worker,
a mail server.

The service's clock stands still until a scenario lets time pass, and then the simulator's is pushed just as far.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.jobs.handling import Habits
from adapters.postgres.tables import metadata
from application.access import Scope
from application.ports.jobs import Job, JobKind
from domain.ids import AgencyId
from main.bootstrap import Portal
from main.work import work
from tests.adapters.mail.server import MailServer, opened
from tests.fakes.clock import FakeClock
from tests.postgres import Database, DatabaseServer
from tests.served import served

_TUESDAY = 1
_HABITS = Habits(tick="0 0 29 2 *", first_pause=timedelta(seconds=0.2), restart=timedelta(seconds=0.2))
"""The worker looks after every agency by itself on a day in years: scenarios say when."""


@dataclass
class Stage:
    """`http` speaks to the service, `gateway` to the simulator as a browser or a test does."""

    url: str
    portal: Portal
    clock: FakeClock
    http: httpx.AsyncClient
    gateway: httpx.AsyncClient
    mail: MailServer
    worker: "Worker"
    database: Database
    owner: AsyncEngine
    houses: int = 0

    async def control(self, path: str, **body: Any) -> Any:
        answer = await self.gateway.post(f"/_sim/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def passes(self, time: timedelta) -> None:
        """Let that time pass on both sides, with all that the gateway does meanwhile."""
        self.clock.advance(time)
        await self.control("clock", advance=f"P{time.days}DT{time.seconds}S")
        await self.control("tick")

    async def rows(self, statement: str, **parameters: Any) -> list[Any]:
        """As the owner of the tables, past every policy."""
        async with self.owner.begin() as connection:
            await connection.exec_driver_sql("set local app.work = 'on'")  # opens the queue of jobs
            result = await connection.execute(sa.text(statement), parameters)
            return list(result.all()) if result.returns_rows else []

    async def check(self, agency_id: AgencyId) -> None:
        """The regular check of one agency, done by the worker."""
        await self.work(Job(kind=JobKind.POLL_AGENCY, agency_id=agency_id, key=""))

    async def work(self, job: Job) -> None:
        """Put a job, and wait until the worker has done it and what it put, but for letters."""
        async with self._unit_of_work(Scope.of_agency(job.agency_id)) as uow:
            await uow.jobs.put(job)
            await uow.commit()
        await self.done(job.agency_id, "entrypoint <> 'SEND_MAIL'")

    async def done(self, agency_id: AgencyId, which: str = "true") -> None:
        """Wait until no such job of the agency is left to be done."""
        jobs = f"from queue.pgqueuer where headers ->> 'agency_id' = :agency and {which}"
        for _ in range(600):
            if not await self.rows(f"select id {jobs} and status in ('queued', 'picked')", agency=str(agency_id)):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(await self.rows(f"select entrypoint, status {jobs}", agency=str(agency_id)))

    @property
    def _unit_of_work(self) -> Any:
        return self.portal.use_cases.refresh_payment.settlement.unit_of_work


@asynccontextmanager
async def simulated() -> AsyncIterator[str]:
    """The simulator as a process of its own; its address."""
    process = await create_subprocess_exec(sys.executable, "-m", "simulator", "--port", "0", stdout=PIPE)
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on http://127.0.0.1:"), line
        yield line.removeprefix("listening on ").strip()
    finally:
        process.terminate()
        await process.wait()


@dataclass
class Worker:
    """Does the jobs, from its start until it rests."""

    portal: Portal
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _working: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        self._begin()
        try:
            yield
        finally:
            await self._end()

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """As if its process had ended, and another one began afterwards."""
        await self._end()
        try:
            yield
        finally:
            self._begin()

    def _begin(self) -> None:
        self._stop.clear()
        self._working = asyncio.create_task(work(self.portal, self._stop, habits=_HABITS))

    async def _end(self) -> None:
        assert self._working is not None
        self._stop.set()
        await self._working


@asynccontextmanager
async def staged(server: DatabaseServer) -> AsyncIterator[Stage]:
    database = await server.create()
    owner = create_async_engine(database.owner_url, pool_size=2)
    async with owner.begin() as connection:  # so that tests may look past the policies, which the service may not
        for name in metadata.tables:
            await connection.exec_driver_sql(f"alter table {name} no force row level security")
    clock, portals = FakeClock(datetime.now(UTC)), list[Portal]()
    async with simulated() as simulator, opened(MailServer()) as mail:
        addresses: dict[str, Any] = {
            "payu_checkout_url": f"{simulator}/ppp-web-gateway-payu/",
            "payu_api_url": f"{simulator}/payments-api/4.0/service.cgi",
            "payu_reports_url": f"{simulator}/reports-api/4.0/service.cgi",
            "enlinea_url": simulator,
            "smtp_url": mail.url,
        }
        async with (
            served(database, clock=clock, opened=portals.append, **addresses) as url,
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http,
            httpx.AsyncClient(base_url=simulator, trust_env=False, timeout=60) as gateway,
            (worker := Worker(portals[0])).at_work(),
        ):
            stage = Stage(url, portals[0], clock, http, gateway, mail, worker, database, owner)
            await stage.passes(_until_tuesday(clock.now()))
            yield stage
    await owner.dispose()
    await server.drop(database)


def _until_tuesday(now: datetime) -> timedelta:
    """To ten in the morning in Bogotá: working days can be counted from there."""
    morning = now.replace(hour=15, minute=0, second=0, microsecond=0)
    return morning - now + timedelta(days=(_TUESDAY - now.weekday()) % 7 or 7)
