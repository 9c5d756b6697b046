"""How PgQueuer is told where its tables are, and lent the connection of a unit of work."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import asyncpg
from pgqueuer import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import JOB_STATUS
from pgqueuer.models import Job as QueuedJob
from pgqueuer.models import TracebackRecord
from pgqueuer.ports.driver import Driver, NotifyCallback, TaskManagerPort
from pgqueuer.queries import Queries
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from sqlalchemy.ext.asyncio import AsyncConnection

_log = logging.getLogger(__name__)

SCHEMA = "queue"


class _Names(DBSettings):
    """Without the environment, where a variable as common as CHANNEL would rename what migrations made."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


NAMES: DBSettings = _Names(db_schema=SCHEMA)


class _CarefulQueries(Queries):
    """The library takes a job for failed when it cannot write down that it is to be tried again, and deletes one whose
    task was cancelled; both happen to jobs under way when the database is lost, which nobody gave up. They are left as
    they are instead: taken by a worker that gives no more signs for them, and so begun anew after its silence."""

    async def retry_job(self, job: QueuedJob, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        try:
            await super().retry_job(job, delay, traceback_record)
        except Exception as error:
            _log.warning("job %s could not be put back (%s) and waits to be found", job.id, type(error).__name__)

    async def log_jobs(self, job_status: list[tuple[QueuedJob, JOB_STATUS, TracebackRecord | None]]) -> None:
        if ended := [it for it in job_status if it[1] != "canceled"]:
            await super().log_jobs(ended)


def queries(driver: Driver) -> Queries:
    """The library's statements over a driver, with our names."""
    return _CarefulQueries(
        driver,
        qbe=QueryBuilderEnvironment(NAMES),
        qbq=QueryQueueBuilder(NAMES),
        qbs=QuerySchedulerBuilder(NAMES),
    )


class ListeningDriver(AsyncpgPoolDriver):
    """Over a pool, for a worker. Nothing is announced before somebody listens: the library asks itself for a sign of
    life as it begins, and would take its listener for dead if the question came before it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        await super().add_listener(channel, callback)
        self._listening.set()

    async def notify(self, channel: str, payload: str) -> None:
        await self._listening.wait()
        await super().notify(channel, payload)


class LentConnection(Driver):
    """The connection of a transaction that somebody else ends, for statements only."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        rows = await self._connection.exec_driver_sql(query, _positional(args))
        return [dict(row) for row in rows.mappings()]

    async def execute(self, query: str, *args: object) -> str:
        await self._connection.exec_driver_sql(query, _positional(args))
        return ""

    async def notify(self, channel: str, payload: str) -> None:
        raise NotImplementedError

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        raise NotImplementedError

    @property
    def shutdown(self) -> asyncio.Event:
        raise NotImplementedError

    @property
    def tm(self) -> TaskManagerPort:
        raise NotImplementedError

    async def __aenter__(self) -> "LentConnection":
        return self

    async def __aexit__(self, *_: object) -> None: ...


def _positional(args: tuple[object, ...]) -> Any:
    return args
