"""Where workers are watched: a database with a notebook, jobs to put, processes to start and to kill."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.engine import create_engine
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.jobs import Job, JobKind, Pace
from domain.ids import AgencyId
from tests.adapters.jobs.crew import GRACE_SECONDS, HABITS, NOTEBOOK, Notebook, dsn, worker
from tests.fakes.audit import KEYS
from tests.postgres import Database

ROOT = Path(__file__).parents[3]
AGENCY = AgencyId(UUID(int=7))
PATIENCE_SECONDS = 60
_CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where application_name like '%jobs' and datname = current_database()"
)


class Shop:
    def __init__(self, database: Database, engine: AsyncEngine, own: asyncpg.Pool) -> None:
        self.database = database
        self.engine = engine
        self.units = PostgresUnitOfWorkFactory(engine, KEYS)
        self._own = own
        self.notebook = Notebook(own)

    async def put(self, *subjects: str, agency_id: AgencyId = AGENCY, pace: Pace = Pace.USUAL) -> None:
        async with self.units(Scope.of_agency(agency_id)) as uow:
            for subject in subjects:
                key = f"{subject} {agency_id}"
                job = Job(kind=JobKind.ASK_GATEWAY, agency_id=agency_id, subject=subject, key=key, pace=pace)
                await uow.jobs.put(job)
            await uow.commit()

    async def written(self, what: str) -> list[str]:
        """The subjects of what was noted under that word, in order."""
        rows = await self._own.fetch("select subject from notebook where what = $1 order by id", what)
        return [row["subject"] for row in rows]

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """As a worker sees it."""
        found: list[asyncpg.Record] = await self._own.fetch(query, *args)
        return found

    async def states(self) -> dict[str, str]:
        """Of the jobs that are still in the queue, by subject."""
        rows = await self.fetch("select payload, status::text from queue.pgqueuer")
        return {row["payload"].decode(): row["status"] for row in rows}

    async def until(self, holds: Callable[[], Awaitable[object]]) -> None:
        """Wait until a condition of the database holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await holds():  # noqa: ASYNC110 (another process makes it hold)
                await asyncio.sleep(0.05)

    async def until_done(self, subjects: Iterable[str]) -> None:
        wanted = set(subjects)

        async def done() -> bool:
            return wanted <= set(await self.written("done"))

        await self.until(done)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Workers lose their connections to the database, and get no new ones meanwhile."""
        name = sa.make_url(self.database.owner_url).database
        elsewhere = await asyncpg.connect(dsn(self.database.owner_url), database="postgres")
        await elsewhere.execute(f'alter database "{name}" allow_connections false')
        try:
            await self.fetch(_CUT)
            yield
        finally:
            await elsewhere.execute(f'alter database "{name}" allow_connections true')
            await elsewhere.close()

    @contextmanager
    def process(self, *, silence: float = 30) -> Iterator[subprocess.Popen[str]]:
        """A worker process, gone at the end; after so many seconds without a sign others are taken for dead."""
        command = [sys.executable, "-m", "tests.adapters.jobs.crew", self.database.app_url, str(silence)]
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert started.stdout is not None
            assert started.stdout.readline() == "working\n"
            yield started
        finally:
            started.kill()
            started.communicate()

    @asynccontextmanager
    async def colleague(self) -> AsyncIterator[asyncio.Event]:
        """A worker within this process, told to stop at the end."""
        stop = asyncio.Event()
        work = asyncio.create_task(
            worker(self.database.app_url, self.notebook, HABITS).run(stop, grace_seconds=GRACE_SECONDS)
        )
        try:
            yield stop
        finally:
            stop.set()
            await work


async def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    """Send a signal and wait for the end; the exit status."""
    process.send_signal(number)
    return await asyncio.to_thread(process.wait, PATIENCE_SECONDS)


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[Shop]:
    owner = await asyncpg.connect(dsn(database.owner_url))
    await owner.execute(NOTEBOOK)
    await owner.execute(f'grant all on notebook to "{database.app_role}"')
    await owner.execute(f'grant all on sequence notebook_id_seq to "{database.app_role}"')
    await owner.close()
    engine = create_engine(database.app_url, pool_size=4)
    async with asyncpg.create_pool(
        dsn(database.app_url), min_size=1, max_size=4, server_settings={"app.work": "on"}
    ) as own:
        yield Shop(database, engine, own)
    await engine.dispose()
