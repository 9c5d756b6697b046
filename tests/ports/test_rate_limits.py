"""What is said of a limiter and of spent answers holds for the fakes and for Postgres alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.engine import create_engine
from adapters.postgres.rate_limits import (
    PostgresFamiliarPlaces,
    PostgresRateLimiter,
    PostgresSpentChallenges,
    _transaction,
)
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from application.ports.captcha import SpentChallenges
from application.ports.rate_limits import FamiliarPlaces, RateLimiter
from domain.errors import TooManyAttempts, Unavailable
from domain.ids import AgencyId
from domain.throttling import Backoff
from tests.factories import an_agency
from tests.fakes.audit import KEYS
from tests.fakes.captcha import FakeSpentChallenges
from tests.fakes.clock import FakeClock
from tests.fakes.rate_limits import FakeFamiliarPlaces, FakeRateLimiter
from tests.postgres import Database

RULE = Backoff(free=3, forgotten_after=timedelta(hours=1))


@dataclass
class Subject:
    limiter: RateLimiter
    spent: SpentChallenges
    places: FamiliarPlaces
    clock: FakeClock
    agency: AgencyId
    elsewhere: AgencyId
    engine: AsyncEngine | None = None

    async def heard(self, key: str, times: int, *, agency: AgencyId | None = None) -> int:
        """How many of so many attempts, one after another, were not told to wait."""
        return sum([await self.is_heard(key, agency=agency) for _ in range(times)])

    async def is_heard(self, key: str, *, agency: AgencyId | None = None) -> bool:
        try:
            await self.limiter.hit(agency or self.agency, key, RULE)
        except TooManyAttempts:
            return False
        return True


@pytest.fixture(params=["in_memory", "postgres"])
async def subject(request: pytest.FixtureRequest, module_database: Database) -> AsyncIterator[Subject]:
    clock = FakeClock()
    if request.param == "in_memory":
        places = FakeFamiliarPlaces(clock)
        yield Subject(
            FakeRateLimiter(clock, places),
            FakeSpentChallenges(),
            places,
            clock,
            AgencyId(uuid4()),
            AgencyId(uuid4()),
        )
        return
    async for stored in in_postgres(module_database, clock):
        yield stored


@pytest.fixture
async def stored(module_database: Database) -> AsyncIterator[Subject]:
    async for stored in in_postgres(module_database, FakeClock()):
        yield stored


async def in_postgres(database: Database, clock: FakeClock) -> AsyncIterator[Subject]:
    engine = create_engine(database.app_url)
    agencies = [AgencyId(uuid4()), AgencyId(uuid4())]
    for agency_id in agencies:
        async with PostgresUnitOfWorkFactory(engine, KEYS)(Scope.of_agency(agency_id)) as uow:
            await uow.agencies.add(an_agency(id=agency_id), hosts=())
            await uow.commit()
    yield Subject(
        PostgresRateLimiter(engine, clock),
        PostgresSpentChallenges(engine, clock),
        PostgresFamiliarPlaces(engine, clock),
        clock,
        agencies[0],
        agencies[1],
        engine,
    )
    await engine.dispose()


async def test_so_many_attempts_are_free_and_no_more(subject: Subject) -> None:
    assert await subject.heard("key", 10) == 3


async def test_the_wait_ends_and_grows(subject: Subject) -> None:
    await subject.heard("key", 3)

    for wait in (1, 2, 4, 8):
        subject.clock.advance(wait - 0.001)
        assert not await subject.is_heard("key")
        subject.clock.advance(0.001)
        assert await subject.is_heard("key")


async def test_the_refusal_says_how_long(subject: Subject) -> None:
    await subject.heard("key", 3)
    subject.clock.advance(1)
    await subject.heard("key", 1)

    with pytest.raises(TooManyAttempts) as refusal:
        await subject.limiter.hit(subject.agency, "key", RULE)

    assert refusal.value.retry_after_seconds == 2


async def test_keys_and_agencies_do_not_touch(subject: Subject) -> None:
    assert await subject.heard("key", 5) == 3
    assert await subject.heard("other key", 5) == 3
    assert await subject.heard("key", 5, agency=subject.elsewhere) == 3


async def test_clearing_forgets_one_key(subject: Subject) -> None:
    await subject.heard("key", 3)
    await subject.heard("other key", 3)

    await subject.limiter.clear(subject.agency, "key", "never counted")
    await subject.limiter.clear(subject.agency)

    assert await subject.heard("key", 5) == 3
    assert not await subject.is_heard("other key")


async def test_what_is_forgiven_does_not_count(subject: Subject) -> None:
    for _ in range(20):
        assert await subject.is_heard("key")
        await subject.limiter.forgive(subject.agency, "key")

    assert await subject.heard("key", 5) == 3


async def test_forgiving_what_was_never_counted_gives_nothing(subject: Subject) -> None:
    await subject.limiter.forgive(subject.agency, "key")

    assert await subject.heard("key", 5) == 3


async def test_quiet_time_is_forgotten(subject: Subject) -> None:
    await subject.heard("key", 3)

    subject.clock.advance(timedelta(hours=1))

    assert await subject.heard("key", 5) == 3


async def test_a_hit_says_how_many_there_are(subject: Subject) -> None:
    assert [await subject.limiter.hit(subject.agency, "key", RULE) for _ in range(3)] == [1, 2, 3]


async def test_what_has_a_most_is_not_forgotten(subject: Subject) -> None:
    rule = Backoff(free=1, most=3)
    for _ in range(3):
        await subject.limiter.hit(subject.agency, "key", rule)
        subject.clock.advance(timedelta(hours=1))

    subject.clock.advance(timedelta(days=400))
    with pytest.raises(TooManyAttempts):
        await subject.limiter.hit(subject.agency, "key", rule)
    await subject.limiter.clear(subject.agency, "key")
    assert await subject.limiter.hit(subject.agency, "key", rule) == 1


async def test_places_are_known_for_a_while_and_in_their_agency(subject: Subject) -> None:
    await subject.places.remember(subject.agency, "home", "work", "home", lasting=timedelta(days=2))
    subject.clock.advance(timedelta(days=1))
    await subject.places.remember(subject.agency, "home", lasting=timedelta(days=2))

    assert await subject.places.knows(subject.agency, "work")
    assert not await subject.places.knows(subject.agency, "elsewhere")
    assert not await subject.places.knows(subject.elsewhere, "home")
    subject.clock.advance(timedelta(days=1))
    assert not await subject.places.knows(subject.agency, "work")
    assert await subject.places.knows(subject.agency, "home")


async def test_all_that_begins_alike_is_forgotten_together_and_in_its_agency(subject: Subject) -> None:
    for agency in (subject.agency, subject.elsewhere):
        for key in ("known:ana:1", "known:ana:2", "known:anabel:1", "known%", "other"):
            await subject.heard(key, 3, agency=agency)
        await subject.places.remember(agency, "place:ana:1", "place:berta:1", lasting=timedelta(days=2))

    await subject.limiter.clear_under(subject.agency)
    await subject.limiter.clear_under(subject.agency, "known:ana:", "place:ana:", "kn%wn", "o_her")

    heard = [await subject.is_heard(key) for key in ("known:ana:1", "known:ana:2", "known:anabel:1", "known%", "other")]
    assert heard == [True, True, False, False, False]
    assert not await subject.places.knows(subject.agency, "place:ana:1")
    assert await subject.places.knows(subject.agency, "place:berta:1")
    assert not await subject.is_heard("known:ana:1", agency=subject.elsewhere)
    assert await subject.places.knows(subject.elsewhere, "place:ana:1")


async def test_many_at_once_get_no_more_than_one_by_one(subject: Subject) -> None:
    heard = await asyncio.gather(*(subject.is_heard("key") for _ in range(30)))

    assert sum(heard) == 3


async def test_an_answer_is_spent_once(subject: Subject) -> None:
    expires_at = subject.clock.now() + timedelta(minutes=10)

    assert await subject.spent.spend(subject.agency, "nonce", expires_at=expires_at)
    assert not await subject.spent.spend(subject.agency, "nonce", expires_at=expires_at)
    assert await subject.spent.spend(subject.agency, "another nonce", expires_at=expires_at)
    assert await subject.spent.spend(subject.elsewhere, "nonce", expires_at=expires_at)


async def test_an_answer_sent_many_times_at_once_is_spent_once(subject: Subject) -> None:
    expires_at = subject.clock.now() + timedelta(minutes=10)

    accepted = await asyncio.gather(
        *(subject.spent.spend(subject.agency, "raced", expires_at=expires_at) for _ in range(20))
    )

    assert sum(accepted) == 1


async def kept(stored: Subject, table: str) -> list[str]:
    assert stored.engine is not None
    async with _transaction(stored.engine, stored.agency) as connection:
        return list(await connection.scalars(text(f"select key from {table} order by key")))


async def test_spent_answers_are_kept_until_they_expire(stored: Subject) -> None:
    now = stored.clock.now()
    await stored.spent.spend(stored.agency, "one minute", expires_at=now + timedelta(minutes=1))
    await stored.spent.spend(stored.agency, "ten minutes", expires_at=now + timedelta(minutes=10))

    stored.clock.advance(timedelta(minutes=2))
    await stored.spent.spend(stored.agency, "new", expires_at=now + timedelta(minutes=12))

    assert await kept(stored, "spent_challenges") == ["new", "ten minutes"]


async def test_what_no_rule_remembers_is_swept_away(stored: Subject) -> None:
    await stored.heard("old", 1)
    await stored.heard("old", 1, agency=stored.elsewhere)
    await stored.places.remember(stored.agency, "home", lasting=timedelta(days=90))
    await stored.limiter.hit(stored.agency, "one too many", Backoff(free=0, most=3))
    stored.clock.advance(timedelta(hours=1, seconds=1))
    assert stored.engine is not None
    tidy = PostgresRateLimiter(stored.engine, stored.clock, sweep_once_in=1)

    await tidy.hit(stored.agency, "new", RULE)

    assert await kept(stored, "rate_limits") == ["home", "new", "one too many"]
    assert await kept(replace(stored, agency=stored.elsewhere), "rate_limits") == ["old"]


async def test_without_a_database_nobody_is_let_through() -> None:
    engine = create_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    clock = FakeClock()

    with pytest.raises(Unavailable):
        await PostgresRateLimiter(engine, clock).hit(AgencyId(uuid4()), "key", RULE)
    with pytest.raises(Unavailable):
        await PostgresSpentChallenges(engine, clock).spend(AgencyId(uuid4()), "nonce", expires_at=clock.now())

    await engine.dispose()
