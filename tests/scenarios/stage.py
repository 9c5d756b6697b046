"""Where the scenarios are played: the service behind a real server, PostgreSQL, the simulator as a process, a worker.

The service's clock stands still until a scenario lets time pass, and then the simulator's is pushed just as far.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
from tests.fakes.clock import FakeClock
from tests.postgres import Database, DatabaseServer
from tests.served import served

_TUESDAY = 1
_NEVER = "0 0 29 2 *"
"""When the worker looks after every agency by itself, a day in years: scenarios say when."""


@dataclass
class Stage:
    """`http` speaks to the service, `gateway` to the simulator as a browser or a test does."""

    url: str
    simulator: str
    portal: Portal
    clock: FakeClock
    http: httpx.AsyncClient
    gateway: httpx.AsyncClient
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
        await self.control("clock", advance=f"PT{int(time.total_seconds())}S")
        await self.control("tick")

    async def rows(self, statement: str, **parameters: Any) -> list[Any]:
        """As the owner of the tables, past every policy."""
        async with self.owner.begin() as connection:
            await connection.exec_driver_sql("set local app.work = 'on'")  # opens the queue of jobs
            result = await connection.execute(sa.text(statement), parameters)
            return list(result.all()) if result.returns_rows else []

    async def work(self, *jobs: Job) -> None:
        """Put jobs, and wait until the worker has done them and all that they put."""
        for job in jobs:
            async with self._unit_of_work(Scope.of_agency(job.agency_id)) as uow:
                await uow.jobs.put(job)
                await uow.commit()
        await self.idle()

    async def check(self, agency_id: AgencyId) -> None:
        """The regular check of one agency."""
        await self.work(Job(kind=JobKind.POLL_AGENCY, agency_id=agency_id, key=""))

    async def idle(self) -> None:
        """Wait until no job is left that may be done now."""
        for _ in range(600):
            if not await self.rows("select id from queue.pgqueuer where status in ('queued', 'picked')"):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(await self.rows("select entrypoint, status, payload from queue.pgqueuer"))

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


@asynccontextmanager
async def at_work(portal: Portal) -> AsyncIterator[None]:
    stop = asyncio.Event()
    habits = Habits(tick=_NEVER, restart=timedelta(seconds=0.2))
    working = asyncio.create_task(work(portal, stop, habits=habits))
    try:
        yield
    finally:
        stop.set()
        await working


@asynccontextmanager
async def staged(server: DatabaseServer) -> AsyncIterator[Stage]:
    database = await server.create()
    owner = create_async_engine(database.owner_url, pool_size=2)
    async with owner.begin() as connection:  # so that tests may look past the policies, which the service may not
        for name in metadata.tables:
            await connection.exec_driver_sql(f"alter table {name} no force row level security")
    clock, portals = FakeClock(datetime.now(UTC)), list[Portal]()
    async with simulated() as simulator:
        addresses: dict[str, Any] = {
            "payu_checkout_url": f"{simulator}/ppp-web-gateway-payu/",
            "payu_api_url": f"{simulator}/payments-api/4.0/service.cgi",
            "payu_reports_url": f"{simulator}/reports-api/4.0/service.cgi",
        }
        async with (
            served(database, clock=clock, opened=portals.append, **addresses) as url,
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http,
            httpx.AsyncClient(base_url=simulator, trust_env=False, timeout=60) as gateway,
            at_work(portals[0]),
        ):
            stage = Stage(url, simulator, portals[0], clock, http, gateway, database, owner)
            await stage.passes(_until_tuesday(clock.now()))
            yield stage
    await owner.dispose()
    await server.drop(database)


def _until_tuesday(now: datetime) -> timedelta:
    """To ten in the morning in Bogotá: working days can be counted from there."""
    morning = now.replace(hour=15, minute=0, second=0, microsecond=0)
    return morning - now + timedelta(days=(_TUESDAY - now.weekday()) % 7 or 7)
