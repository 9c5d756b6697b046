"""Databases for tests: each a fresh copy of one migrated template, some 50 ms apiece.

    async def test_something(database: Database) -> None:
        engine = create_async_engine(database.app_url)

`database` is made for one test, `module_database` is shared by the tests of a file. Both have `owner_url` (migrates; no
superuser) and `app_url` (serves; row-level security holds), and need no further preparation. For tests of the
migrations themselves, `database_server.create(migrated=False)` gives an empty one.

The server is one of our own with settings for speed, in a temporary folder. With PORTAL_TEST_DATABASE_URL (or
PORTAL_DATABASE_URL) it is that one, whose role must be allowed to create databases and roles; only databases and a role
named after this run are made there, and dropped at the end.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from main.embedded_postgres import FAST, EmbeddedPostgres
from main.migrations import upgrade

_DROPPING_TRIES = 25


@dataclass(frozen=True, slots=True)
class Database:
    """Where a database is, as its owner and as the role that serves."""

    owner_url: str
    app_url: str
    app_role: str


class DatabaseServer:
    """A server on which this run makes its databases, from `template()` on."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._run = f"portal_test_{secrets.token_hex(4)}"
        self._password = secrets.token_urlsafe(16)
        self._numbers = count(1)
        self._names: list[str] = []
        self.app_role = f"{self._run}_app"

    async def template(self) -> None:
        """Migrate the database that the others are copied from."""
        self._names.append(self._run)
        await _execute(self._url, f'create database "{self._run}"')
        await upgrade(self._address(self._run), app_role=self.app_role, app_password=self._password)

    async def create(self, *, migrated: bool = True) -> Database:
        """A new database: a copy of the template or, for tests of the migrations themselves, an empty one."""
        name = f"{self._run}_{next(self._numbers)}"
        source = f'"{self._run}" strategy file_copy' if migrated else "template0"
        self._names.append(name)
        await _execute(self._url, f'create database "{name}" template {source}')
        return Database(self._address(name), self._address(name, self.app_role, self._password), self.app_role)

    async def drop(self, database: Database) -> None:
        """Remove a database, with whatever connections a test left open."""
        name = make_url(database.owner_url).database
        for tries_left in range(_DROPPING_TRIES, 0, -1):
            try:
                await _execute(self._url, f'drop database "{name}" with (force)')
                break
            except ProgrammingError:  # the server itself is vacuuming it, which an owner may not interrupt
                if tries_left == 1:
                    raise
                await asyncio.sleep(0.2)
        self._names.remove(str(name))

    async def close(self) -> None:
        """Remove what is left of this run: its databases, then its role."""
        drops = [f'drop database if exists "{name}" with (force)' for name in self._names]
        await _execute(self._url, *drops, f'drop role if exists "{self.app_role}"')

    def _address(self, database: str, user: str | None = None, password: str | None = None) -> str:
        url = self._url.set(database=database)
        return (url.set(username=user, password=password) if user else url).render_as_string(hide_password=False)


async def _execute(server: URL, *statements: str) -> None:
    """Statements that refuse to run in a transaction."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@asynccontextmanager
async def own_server() -> AsyncIterator[str]:
    """A server of this run's own, removed afterwards; the address of an owner as a hosted PostgreSQL gives it.

    That owner is no superuser, but may create databases and roles.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-test-"))
    folder.chmod(0o711)  # for root the server runs as another user, who must get through
    try:
        with EmbeddedPostgres(folder, FAST) as server:
            await _execute(make_url(server.url()), "create role portal_owner login createdb createrole")
            yield server.url(user="portal_owner")
    finally:
        shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def database_server() -> AsyncIterator[DatabaseServer]:
    async with AsyncExitStack() as stack:
        given = os.environ.get("PORTAL_TEST_DATABASE_URL") or os.environ.get("PORTAL_DATABASE_URL")
        if not given:
            given = await stack.enter_async_context(own_server())
        server = DatabaseServer(given)
        stack.push_async_callback(server.close)
        await server.template()
        yield server


@pytest.fixture(scope="module")
async def module_database(database_server: DatabaseServer) -> AsyncIterator[Database]:
    database = await database_server.create()
    yield database
    await database_server.drop(database)


@pytest.fixture
async def database(database_server: DatabaseServer) -> AsyncIterator[Database]:
    database = await database_server.create()
    yield database
    await database_server.drop(database)
