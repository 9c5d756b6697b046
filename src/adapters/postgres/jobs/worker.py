"""A worker: takes jobs off the queue and does them, sharing them with every other worker of the same database."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import asyncpg
import pgqueuer
import sqlalchemy as sa
from pgqueuer import DatabaseRetryEntrypointExecutor, PgQueuer
from pgqueuer.models import Schedule

from adapters.postgres.jobs.handling import Habits, Handler, Handling
from adapters.postgres.jobs.library import NAMES, ListeningDriver, queries
from application.ports.jobs import JobKind

_log = logging.getLogger(__name__)

TICK = "tick"
_TIDYING = "tidy"
_AT_NIGHT = "17 8 * * *"
"""In UTC: before the day begins in Bogotá."""

_CONNECTIONS = 4
"""One listens; the others take, conclude and keep alive."""
_LAST_SECONDS = 5.0

_JOBS, _LOG, _COUNTS = (
    getattr(NAMES.qualified, name) for name in ("queue_table", "queue_table_log", "statistics_table")
)
_OLD = "created < now() - interval '30 days'"
_TIDY = (
    f"delete from {_LOG} where {_OLD} and job_id not in (select id from {_JOBS})",  # noqa: S608 (names of ours)
    f"delete from {_COUNTS} where {_OLD}",  # noqa: S608
)


class PostgresWorker:
    """Does the jobs of the database at `url`, on connections of its own. `on_tick` is called every
    minute, by one worker of all that there are. When the database is lost it waits and begins again.

    The serving role does: `app.work`, set on these connections and no others, opens the queue.
    """

    def __init__(
        self,
        url: str | sa.URL,
        handlers: Mapping[JobKind, Handler],
        *,
        on_tick: Callable[[], Awaitable[object]],
        habits: Habits | None = None,
    ) -> None:
        self._address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._handlers = handlers
        self._on_tick = on_tick
        self._habits = habits or Habits()
        self._giving_up = asyncio.Event()

    async def run(self, stop: asyncio.Event, *, grace_seconds: float) -> None:
        """Work until `stop`, then finish what is under way. What takes longer than `grace_seconds` goes back to the
        queue, for another worker or the next start."""
        at_once = self._habits.at_once
        working = asyncio.create_task(
            pgqueuer.run(
                self._begun,
                dequeue_timeout=self._habits.look,
                batch_size=max(1, at_once // 2),
                max_concurrent_tasks=max(2, at_once),
                heartbeat_timeout=self._habits.silence,
                shutdown_on_listener_failure=True,
                restart_on_failure=True,
                restart_delay=self._habits.restart,
                shutdown=stop,
            )
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({working}, timeout=grace_seconds)
            self._giving_up.set()
            await asyncio.wait({working}, timeout=_LAST_SECONDS)
        finally:
            stopping.cancel()
            working.cancel()
            await asyncio.wait({working})
        if not working.cancelled():
            working.result()

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[PgQueuer]:
        """The library over new connections, with all there is to do; after a failure it is begun anew."""
        try:
            async with asyncpg.create_pool(
                self._address,
                min_size=1,
                max_size=_CONNECTIONS,
                timeout=5,
                command_timeout=30,
                server_settings={
                    "app.work": "on",
                    "application_name": "area-de-clientes jobs",
                    "idle_in_transaction_session_timeout": "60000",
                    "jit": "off",
                },
            ) as pool:
                yield self._prepared(pool)
        except Exception as error:
            _log.warning("jobs are interrupted (%s) and begin again", type(error).__name__)
            raise

    def _prepared(self, pool: asyncpg.Pool) -> PgQueuer:
        driver = ListeningDriver(pool)
        library = PgQueuer(driver, channel=NAMES.channel, queries=queries(driver))
        executor = partial(
            DatabaseRetryEntrypointExecutor,
            max_attempts=self._habits.tries,
            initial_delay=self._habits.first_pause,
            max_delay=self._habits.longest_pause,
        )
        for kind, handler in self._handlers.items():
            handling = Handling(handler, self._habits, self._giving_up)
            library.entrypoint(kind.value, on_failure="hold", accepts_context=False, executor_factory=executor)(
                handling
            )

        @library.schedule(TICK, self._habits.tick)
        async def tick(_: Schedule) -> None:
            async with asyncio.timeout(timedelta(seconds=30).total_seconds()):
                await self._on_tick()

        @library.schedule(_TIDYING, _AT_NIGHT)
        async def tidy(_: Schedule) -> None:
            for statement in _TIDY:
                await pool.execute(statement)

        return library
