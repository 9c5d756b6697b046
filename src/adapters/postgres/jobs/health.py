"""Whether somebody works through the queue."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.jobs.library import NAMES
from adapters.postgres.jobs.worker import TICK
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from application.access import Scope

_QUEUE = NAMES.qualified
_STATE = sa.text(
    "select (select extract(epoch from now() - min(execute_after))::float8 "  # noqa: S608 (names of ours, no input)
    f"         from {_QUEUE.queue_table} where status = 'queued' and execute_after < now()) as oldest_due, "
    "       (select extract(epoch from now() - max(last_run))::float8 "
    f"         from {_QUEUE.schedules_table} where entrypoint = :tick) as last_tick"
)
_COUNTS = sa.text(
    "select entrypoint, status::text as status, count(*) as number "  # noqa: S608
    f"from {_QUEUE.queue_table} group by entrypoint, status order by entrypoint, status"
)

_LATE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """Seconds since the oldest job that waits could have begun, and since the last minute's tick; None where there is
    none."""

    oldest_due: float | None
    last_tick: float | None

    @property
    def told(self) -> str:
        """In a word or two, for whoever watches the service."""
        if self.last_tick is None:
            return "not running"
        late = max(self.oldest_due or 0.0, self.last_tick) > _LATE_SECONDS
        return "late" if late else "ok"


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many jobs of a kind are in a state: queued, picked or failed."""

    kind: str
    status: str
    number: int


async def health(engine: AsyncEngine) -> QueueHealth:
    """Of the queue that `engine` reaches as the serving role."""
    async with engine.connect() as connection:
        await connection.execute(SET_SCOPE, scope_parameters(Scope(work=True)))
        row = (await connection.execute(_STATE, {"tick": TICK})).one()
    return QueueHealth(row.oldest_due, row.last_tick)


async def counts(engine: AsyncEngine) -> list[QueueCount]:
    """All agencies' jobs, for operators."""
    async with engine.connect() as connection:
        await connection.execute(SET_SCOPE, scope_parameters(Scope(work=True)))
        rows = (await connection.execute(_COUNTS)).all()
    return [QueueCount(row.entrypoint, row.status, row.number) for row in rows]
