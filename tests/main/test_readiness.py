"""How the service tells whether it is ready, and what that costs the database."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.postgres.engine import create_engine
from main.readiness import Readiness
from tests.postgres import Database
from tests.served import served

ONCE = 3
"""The version, and the queue in its scope."""


@pytest.fixture
async def engine(module_database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database.app_url, pool_size=2)
    yield engine
    await engine.dispose()


def questions(engine: AsyncEngine) -> list[str]:
    """What is asked of the database from now on."""
    asked: list[str] = []
    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: asked.append(statement)
    )
    return asked


def client(engine: AsyncEngine, *, within_seconds: float = 1, kept_seconds: float = 30) -> httpx.AsyncClient:
    ready = Readiness(engine, within_seconds=within_seconds, kept_seconds=kept_seconds)
    app = Starlette(routes=[Route("/readyz", ready.answer)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal.example")


async def test_however_many_want_to_know_the_database_is_asked_once(engine: AsyncEngine) -> None:
    asked = questions(engine)
    async with client(engine, within_seconds=30) as http:  # three hundred at once on a busy machine
        answers = await asyncio.gather(*(http.get("/readyz") for _ in range(300)))

    assert {answer.status_code for answer in answers} == {200}
    assert answers[-1].json() == {"status": "ok", "database": "ok", "jobs": "not running"}
    assert len(asked) == ONCE


async def test_what_was_found_is_soon_asked_again(engine: AsyncEngine) -> None:
    asked = questions(engine)
    async with client(engine, kept_seconds=0.05) as http:
        await http.get("/readyz")
        await asyncio.sleep(0.06)
        await http.get("/readyz")

    assert len(asked) == 2 * ONCE


async def test_a_database_that_does_not_answer_is_found_out_within_seconds_by_all(engine: AsyncEngine) -> None:
    async with engine.connect(), engine.connect(), client(engine) as http:
        answers = await asyncio.wait_for(asyncio.gather(*(http.get("/readyz") for _ in range(20))), 3)

    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].json() == {"status": "unavailable", "database": "unreachable"}


async def test_a_database_of_another_version_is_not_ready(database: Database) -> None:
    owner = create_engine(database.owner_url)
    async with owner.begin() as connection:
        await connection.execute(sa.text("update alembic_version set version_num = 'otra'"))
    async with client(owner) as http:
        answer = await http.get("/readyz")
    await owner.dispose()

    assert (answer.status_code, answer.json()["database"]) == (503, "not migrated")


async def test_an_address_with_one_slash_too_many_is_not_found_and_sends_nobody_elsewhere(database: Database) -> None:
    async with served(database) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for method, path in (("POST", "/graphql/"), ("GET", "/graphql/"), ("GET", "/healthz/")):
            answer = await http.request(
                method, path, headers={"Host": "otra.example"}, json={"query": "{ __typename }"}
            )
            assert (answer.status_code, answer.headers.get("location")) == (404, None)
