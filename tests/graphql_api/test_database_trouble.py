"""What is told when the database is in trouble, and that the service gets over it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from tests.graphql_api.town import LOGIN, PASSWORD, Answer, Town, founded
from tests.postgres import Database

ME = "{ me { username client { name } } }"
PROFILE = 'mutation { updateProfile(input: {city: "Cali"}) { __typename } }'


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with founded(database, database_pool=2) as town:
        await town.agency("andina")
        await town.books("andina")
        await town.person("andina", "ana", client="T1")
        assert (await town.ask(ME, by="ana")).data["me"]["username"] == "ana"
        yield town


async def cut(database: Database, which: str = "true") -> int:
    """End connections of the serving role, as a restart of the server does; how many."""
    engine = create_async_engine(database.app_url, poolclass=NullPool)
    async with engine.connect() as connection:
        ended = await connection.execute(
            sa.text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                f"where usename = current_user and datname = current_database() and pid <> pg_backend_pid() and {which}"
            )
        )
        count = len(ended.all())
    await engine.dispose()
    return count


def unavailable(answer: Answer, code: str = "UNAVAILABLE") -> bool:
    """Refused as a whole, with the time to come back, and without a word about the database."""
    if answer.status != 503:
        return False
    assert answer.code == code
    assert int(answer.headers["Retry-After"]) == answer.errors[0]["extensions"]["retryAfterSeconds"] > 0
    assert "postgres" not in answer.text.lower()
    return True


@pytest.mark.parametrize("query", [ME, PROFILE, "{ agency { name } }", "{ __typename }"])
async def test_a_lost_connection_is_told_as_unavailable_and_replaced(
    town: Town, database: Database, query: str
) -> None:
    assert await cut(database) > 0

    lost = await town.ask(query, by="ana")
    again = await town.ask(query, by="ana")

    assert unavailable(lost), lost.text
    assert again.data


async def test_a_sign_in_over_a_lost_connection_is_no_wrong_password(town: Town, database: Database) -> None:
    await cut(database)

    lost = await town.ask(LOGIN, agency="andina", login="ana", password=PASSWORD)
    again = await town.ask(LOGIN, agency="andina", login="ana", password=PASSWORD)

    assert unavailable(lost)
    assert again.data["login"]["__typename"] == "SessionPayload"


async def test_a_connection_lost_between_two_statements_is_unavailable_too(town: Town, database: Database) -> None:
    """The list waits for a lock of somebody else when its connection is cut."""
    query = "{ me { username client { invoices { nodes { number } } } } }"

    answer = await asked_and_cut(town, database, query)

    assert answer.codes == ["UNAVAILABLE"]
    assert answer.body["data"]["me"] == {"username": "ana", "client": None}
    assert (await town.ask(query, by="ana")).data["me"]["client"]["invoices"]["nodes"] == []


async def test_whose_turn_comes_after_the_connection_was_lost_is_told_the_same(town: Town, database: Database) -> None:
    query = "{ a: me { client { invoices { totalCount } } } b: me { client { payments { totalCount } } } }"

    answer = await asked_and_cut(town, database, query)

    assert answer.codes == ["UNAVAILABLE", "UNAVAILABLE"]
    assert (await town.ask(query, by="ana")).data["b"]["client"]["payments"]["totalCount"] == 0


async def asked_and_cut(town: Town, database: Database, query: str) -> Answer:
    """The answer to a query whose connection is cut while it waits for somebody else's lock on the invoices."""
    owner = create_async_engine(database.owner_url, poolclass=NullPool)
    async with owner.connect() as connection:
        await connection.execute(sa.text("lock table invoices in access exclusive mode"))
        asking = asyncio.create_task(town.ask(query, by="ana"))
        for _ in range(100):
            if await cut(database, "wait_event_type = 'Lock'"):
                break
            await asyncio.sleep(0.05)
        answer = await asking
    await owner.dispose()
    return answer


async def test_who_finds_no_free_connection_is_asked_to_come_back(town: Town) -> None:
    engine = town.service.portal.engine
    async with engine.connect(), engine.connect():
        answer = await town.ask(ME, by="ana")

    assert unavailable(answer, "BUSY")
    assert (await town.ask(ME, by="ana")).data["me"]["username"] == "ana"


async def test_many_at_once_share_few_connections(town: Town) -> None:
    visitors = asyncio.gather(*(town.ask("{ agency { slug } }") for _ in range(8)))
    answers = await asyncio.gather(*(town.ask(ME, by="ana") for _ in range(8)))

    assert {answer.data["agency"]["slug"] for answer in await visitors} == {"andina"}
    assert {answer.data["me"]["username"] for answer in answers} == {"ana"}
    assert town.connections_in_use == 0


async def test_what_is_stored_wrongly_is_an_internal_error_that_tells_nothing(town: Town) -> None:
    await town.rows("update clients set kind = 'MARCIANO' where code = 'T1'")

    answer = await town.ask(ME, by="ana")

    assert answer.codes == ["INTERNAL"]
    assert answer.body["data"]["me"] == {"username": "ana", "client": None}
    assert "MARCIANO" not in answer.text
    assert town.connections_in_use == 0
