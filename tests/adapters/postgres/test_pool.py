"""Connections: nothing of one transaction's scope is left for the next, and what their failures are called."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import cycle

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.engine import create_engine
from adapters.postgres.rate_limits import PostgresRateLimiter
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from domain.agencies import Agency
from domain.clients import Client
from domain.errors import Busy, Unavailable
from tests import factories as a
from tests.factories import NOON
from tests.fakes.audit import KEYS
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.ports.places import InPostgres
from tests.postgres import Database


@dataclass
class Crowd:
    """Six agencies with two clients each, behind two connections."""

    place: InPostgres
    members: list[tuple[Agency, list[Client]]]

    @property
    def engine(self) -> AsyncEngine:
        return self.place.engine

    async def settings(self) -> list[str]:
        """What a connection that nobody prepared has of a scope, with the rows it shows."""
        async with self.engine.connect() as connection:
            said = await connection.exec_driver_sql(
                "select coalesce(current_setting('app.' || name, true), '') from unnest(array['agency_id', 'viewer', "
                "'client_id', 'account_id', 'agency_key', 'login_key', 'session_key', 'gateway_key']) as name"
            )
            shown = await connection.scalar(sa.text("select count(*) from clients"))
            return [value for value in said.scalars() if value] + ["a row"] * int(shown or 0)


@pytest.fixture(scope="module")
async def crowd(module_database: Database) -> AsyncIterator[Crowd]:
    engine = create_engine(module_database.app_url, pool_size=2, pool_timeout=30)
    place, store, members = InPostgres(engine, FakeClock(NOON)), FakeStore(), []
    for _ in range(6):
        agency = a.an_agency()
        clients = [a.a_client(agency), a.a_client(agency)]
        store.add(agency, *clients)
        members.append((agency, clients))
    await place.plant(store)
    yield Crowd(place, members)
    await engine.dispose()


async def test_several_hundred_interleaved_transactions_see_their_own_scope_only(crowd: Crowd) -> None:
    async def look(agency: Agency, clients: list[Client], ways: list[str]) -> None:
        scopes = cycle(
            [
                (Scope.of_agency(agency.id), {client.id for client in clients}),
                (Scope(agency_id=agency.id, viewer="client", client_id=clients[0].id), {clients[0].id}),
                (Scope(agency_id=agency.id), set()),
            ]
        )
        for way, (scope, seen) in zip(ways, scopes, strict=False):
            async with crowd.place.scoped(scope) as connection:
                await asyncio.sleep(0)
                found = await connection.exec_driver_sql("select id from clients")
                assert set(found.scalars()) == seen
                match way:
                    case "commit":
                        await connection.commit()
                    case "fail":
                        with pytest.raises(DBAPIError):
                            await connection.exec_driver_sql("select 1 / 0")

    ways = ["commit", "roll back", "fail", "commit", "roll back"] * 12
    await asyncio.gather(*(look(agency, clients, ways) for agency, clients in crowd.members))


@pytest.mark.parametrize("ending", ["commit", "roll back", "fail", "cancel"])
async def test_no_scope_is_left_on_a_connection(crowd: Crowd, ending: str) -> None:
    agency, clients = crowd.members[0]
    scope = Scope(
        agency_id=agency.id,
        viewer="staff",
        client_id=clients[0].id,
        account_id=a.an_account(clients[0]).id,
        agency_key="x",
        login_key="x",
        session_key="x",
        gateway_key="x",
    )

    async def use() -> None:
        async with crowd.place.unit_of_work(scope) as uow:
            await uow.pqrs.hold_client(clients[0].id)
            match ending:
                case "commit":
                    await uow.commit()
                case "fail":
                    raise RuntimeError
                case "cancel":
                    raise asyncio.CancelledError

    await asyncio.gather(*(use() for _ in range(4)), return_exceptions=True)

    assert [*await asyncio.gather(crowd.settings(), crowd.settings())] == [[], []]


async def test_a_snapshot_leaves_no_scope_either(crowd: Crowd) -> None:
    agency, clients = crowd.members[0]
    async with crowd.place.readings.of(a.staff_of(agency)) as one, crowd.place.readings.of(a.staff_of(agency)) as two:
        for reading in (one, two):
            assert len(await reading.clients.get_many([client.id for client in clients])) == 2

    assert [*await asyncio.gather(crowd.settings(), crowd.settings())] == [[], []]


async def test_a_snapshot_writes_nothing(crowd: Crowd) -> None:
    agency, _ = crowd.members[0]
    async with crowd.engine.connect() as plain:
        assert await plain.scalar(sa.text("show transaction_read_only")) == "off"
    async with crowd.place.readings.of(a.staff_of(agency)):
        reading_engine = crowd.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with reading_engine.connect() as connection:
            with pytest.raises(DBAPIError, match="read-only"):
                await connection.exec_driver_sql("update clients set name = name")


async def test_when_all_connections_are_taken_for_too_long_it_is_busy(module_database: Database) -> None:
    engine = create_engine(module_database.app_url, pool_size=1, pool_timeout=0.05)
    units, place = PostgresUnitOfWorkFactory(engine, KEYS), InPostgres(engine, FakeClock(NOON))
    agency = a.an_agency()
    async with units(Scope.of_agency(agency.id)):
        with pytest.raises(Busy):
            await units(Scope.of_agency(agency.id)).__aenter__()
        with pytest.raises(Busy):
            await place.readings.of(a.staff_of(agency)).__aenter__()
    async with units(Scope.of_agency(agency.id)) as uow:
        assert await uow.agencies.get(agency.id) is None
    await engine.dispose()


async def test_a_database_that_cannot_be_reached_is_unavailable() -> None:
    engine = create_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    agency = a.an_agency()
    with pytest.raises(Unavailable):
        await PostgresUnitOfWorkFactory(engine, KEYS)(Scope.of_agency(agency.id)).__aenter__()
    with pytest.raises(Unavailable):
        await InPostgres(engine, FakeClock(NOON)).readings.of(a.staff_of(agency)).__aenter__()
    await engine.dispose()


async def test_a_server_without_a_connection_to_spare_is_busy(database: Database) -> None:
    owner, engine = create_engine(database.owner_url, pool_size=1), create_engine(database.app_url)
    clock, agency = FakeClock(NOON), a.an_agency()
    async with owner.begin() as connection:
        name = await connection.scalar(sa.text("select current_database()"))
        await connection.exec_driver_sql(f'alter database "{name}" connection limit 0')
    with pytest.raises(Busy):
        await PostgresUnitOfWorkFactory(engine, KEYS)(Scope.of_agency(agency.id)).__aenter__()
    with pytest.raises(Busy):
        await InPostgres(engine, clock).readings.of(a.staff_of(agency)).__aenter__()
    with pytest.raises(Busy):
        await PostgresRateLimiter(engine, clock).clear(agency.id, "a key")
    await owner.dispose()
    await engine.dispose()


async def test_what_else_keeps_from_connecting_is_told_as_it_is(database: Database) -> None:
    missing = sa.make_url(database.app_url).set(database="nada").render_as_string(hide_password=False)
    engine = create_engine(missing)
    with pytest.raises(DBAPIError, match="nada") as refused:
        await PostgresUnitOfWorkFactory(engine, KEYS)(Scope.of_agency(a.an_agency().id)).__aenter__()
    await engine.dispose()

    assert refused.value.__cause__ is not refused.value


async def test_a_connection_that_is_lost_is_unavailable_and_the_next_one_serves(module_database: Database) -> None:
    engine = create_engine(module_database.app_url, pool_size=1)
    place, agency = InPostgres(engine, FakeClock(NOON)), a.an_agency()
    end = sa.text("select pg_terminate_backend(pg_backend_pid())")

    async with place.scoped(Scope.of_agency(agency.id)) as connection:
        with pytest.raises(Unavailable):
            await connection.execute(end)
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        assert await uow.agencies.get(agency.id) is None
    await engine.dispose()


async def test_a_connection_lost_while_idle_fails_once_and_is_replaced(module_database: Database) -> None:
    engine, other = (create_engine(module_database.app_url, pool_size=1) for _ in range(2))
    place, agency = InPostgres(engine, FakeClock(NOON)), a.an_agency()
    async with engine.connect() as connection:
        victim = await connection.scalar(sa.text("select pg_backend_pid()"))
    async with other.connect() as connection:
        await connection.execute(sa.text("select pg_terminate_backend(:pid, 5000)"), {"pid": victim})

    async def use() -> Agency | None:
        async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
            return await uow.agencies.get(agency.id)

    with pytest.raises(Unavailable):
        await use()
    assert await use() is None
    async with place.readings.of(a.staff_of(agency)) as reading:
        assert await reading.clients.get_many([agency.id]) == {}
    await engine.dispose()
    await other.dispose()


async def test_an_error_of_a_statement_stays_what_it_is(crowd: Crowd) -> None:
    agency, _ = crowd.members[0]
    for statement, given in (
        ("select 1 / 0", {}),
        ("select nothing", {}),
        ("select cast(:it as uuid)", {"it": "x"}),
        ("select cast(:it as text)", {"it": "\ud83d"}),
    ):
        async with crowd.place.scoped(Scope.of_agency(agency.id)) as connection:
            with pytest.raises(DBAPIError):
                await connection.execute(sa.text(statement), given)


async def test_being_cancelled_in_the_middle_of_a_statement_is_no_failure(crowd: Crowd) -> None:
    agency, clients = crowd.members[0]

    async def wait() -> None:
        async with crowd.place.scoped(Scope.of_agency(agency.id)) as connection:
            await connection.exec_driver_sql("select pg_sleep(10)")

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert [*await asyncio.gather(crowd.settings(), crowd.settings())] == [[], []]
    async with crowd.place.readings.of(a.staff_of(agency)) as reading:
        assert len(await reading.clients.get_many([client.id for client in clients])) == 2


async def test_of_two_that_wait_for_each_other_one_is_told_to_come_again(crowd: Crowd) -> None:
    turn = sa.text("select pg_advisory_xact_lock(:key)")
    async with crowd.engine.connect() as one, crowd.engine.connect() as other:
        await one.execute(turn, {"key": 1})
        await other.execute(turn, {"key": 2})
        waiting = asyncio.create_task(one.execute(turn, {"key": 2}))
        results = await asyncio.gather(waiting, other.execute(turn, {"key": 1}), return_exceptions=True)
        beaten = [result for result in results if isinstance(result, BaseException)]
        assert [type(error) for error in beaten] == [Busy]
