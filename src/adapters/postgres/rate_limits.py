"""What slows guessing down, shared by all processes: attempts that were made, places where people are known, captcha
answers that were used.

Each call is a transaction of its own, committed before it answers: what it counts stays counted whatever comes after.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.engine import connected
from adapters.postgres.scoping import SET_SCOPE, scope_parameters, table_of
from adapters.postgres.tables import RateLimitRow, SpentChallengeRow
from application.access import Scope
from application.ports.captcha import SpentChallenges
from application.ports.clock import Clock
from application.ports.rate_limits import FamiliarPlaces, RateLimiter
from domain.ids import AgencyId
from domain.throttling import Attempts, Backoff

LIMITS = table_of(RateLimitRow)
SPENT = table_of(SpentChallengeRow)


class PostgresRateLimiter(RateLimiter):
    """One row per key, locked while it is counted, so that many attempts at once get no more than one by one.

    Once in so many attempts, by chance, what no rule remembers any more is swept away.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock, *, sweep_once_in: int = 200) -> None:
        self._engine = engine
        self._clock = clock
        self._sweep_once_in = sweep_once_in

    async def hit(self, agency_id: AgencyId, key: str, rule: Backoff) -> int:
        now = self._clock.now()
        async with _transaction(self._engine, agency_id) as connection:
            before = await _locked(connection, agency_id, key, now)
            after = before.another(rule, at=now)
            await _store(connection, agency_id, key, after, kept_until=rule.remembered_until(after.count, at=now))
            if not secrets.randbelow(self._sweep_once_in):
                await _sweep(connection, agency_id, now)
        return after.count

    async def forgive(self, agency_id: AgencyId, key: str) -> None:
        async with _transaction(self._engine, agency_id) as connection:
            before = await _locked(connection, agency_id, key, self._clock.now())
            await _store(connection, agency_id, key, before.one_less())

    async def clear(self, agency_id: AgencyId, *keys: str) -> None:
        async with _transaction(self._engine, agency_id) as connection:
            await connection.execute(sa.delete(LIMITS).where(LIMITS.c.agency_id == agency_id, LIMITS.c.key.in_(keys)))

    async def clear_under(self, agency_id: AgencyId, *beginnings: str) -> None:
        under = sa.or_(sa.false(), *(LIMITS.c.key.startswith(beginning, autoescape=True) for beginning in beginnings))
        async with _transaction(self._engine, agency_id) as connection:
            await connection.execute(sa.delete(LIMITS).where(LIMITS.c.agency_id == agency_id, under))


class PostgresFamiliarPlaces(FamiliarPlaces):
    """Rows beside the attempts, of which nothing is counted."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def knows(self, agency_id: AgencyId, key: str) -> bool:
        known = sa.select(LIMITS.c.key).where(
            LIMITS.c.agency_id == agency_id, LIMITS.c.key == key, LIMITS.c.kept_until > self._clock.now()
        )
        async with _transaction(self._engine, agency_id) as connection:
            return await connection.scalar(known) is not None

    async def remember(self, agency_id: AgencyId, *keys: str, lasting: timedelta) -> None:
        now = self._clock.now()
        seen = {"failures": 0, "window_started_at": now, "kept_until": now + lasting}
        rows = [{"agency_id": agency_id, "key": key} | seen for key in sorted(set(keys))]
        async with _transaction(self._engine, agency_id) as connection:
            await connection.execute(
                insert(LIMITS).values(rows).on_conflict_do_update(index_elements=["agency_id", "key"], set_=seen)
            )


class PostgresSpentChallenges(SpentChallenges):
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def spend(self, agency_id: AgencyId, key: str, *, expires_at: datetime) -> bool:
        row = {"agency_id": agency_id, "key": key, "expires_at": expires_at}
        async with _transaction(self._engine, agency_id) as connection:
            await connection.execute(
                sa.delete(SPENT).where(SPENT.c.agency_id == agency_id, SPENT.c.expires_at < self._clock.now())
            )
            first = await connection.scalar(insert(SPENT).values(row).on_conflict_do_nothing().returning(SPENT.c.key))
        return first is not None


@asynccontextmanager
async def _transaction(engine: AsyncEngine, agency_id: AgencyId) -> AsyncIterator[AsyncConnection]:
    """As a visitor of the agency; committed unless an exception leaves it."""
    connection = await connected(engine)
    try:
        await connection.execute(SET_SCOPE, scope_parameters(Scope(agency_id=agency_id)))
        yield connection
        await connection.commit()
    finally:
        await asyncio.shield(connection.close())


async def _locked(connection: AsyncConnection, agency_id: AgencyId, key: str, now: datetime) -> Attempts:
    """What is stored under the key, made if it is not there, and locked until the end."""
    new = insert(LIMITS).values(agency_id=agency_id, key=key, failures=0, window_started_at=now, kept_until=now)
    statement = new.on_conflict_do_update(
        index_elements=["agency_id", "key"], set_={"failures": LIMITS.c.failures}
    ).returning(LIMITS.c.failures, LIMITS.c.window_started_at, LIMITS.c.blocked_until)
    row = (await connection.execute(statement)).one()
    return Attempts(count=row.failures, last_at=row.window_started_at, blocked_until=row.blocked_until)


async def _store(
    connection: AsyncConnection, agency_id: AgencyId, key: str, attempts: Attempts, **kept: datetime | None
) -> None:
    await connection.execute(
        sa.update(LIMITS)
        .where(LIMITS.c.agency_id == agency_id, LIMITS.c.key == key)
        .values(
            failures=attempts.count, window_started_at=attempts.last_at, blocked_until=attempts.blocked_until, **kept
        )
    )


async def _sweep(connection: AsyncConnection, agency_id: AgencyId, now: datetime) -> None:
    """Take away what no rule remembers; rows that somebody else is counting are left for another time."""
    old = (
        sa.select(LIMITS.c.key)
        .where(LIMITS.c.agency_id == agency_id, LIMITS.c.kept_until < now)
        .with_for_update(skip_locked=True)
    )
    await connection.execute(sa.delete(LIMITS).where(LIMITS.c.agency_id == agency_id, LIMITS.c.key.in_(old)))
