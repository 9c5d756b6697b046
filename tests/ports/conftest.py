"""What suites of ports run on: memory, or a database that the tests of a file share, each with agencies of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.postgres.engine import create_engine
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.ports.places import InMemory, InPostgres, Place
from tests.postgres import Database

PLACES = ["in_memory", "postgres"]


@pytest.fixture
def clock() -> FakeClock:
    """It is noon in Bogotá of `TODAY`."""
    return FakeClock(NOON)


@pytest.fixture(params=PLACES)
async def place(request: pytest.FixtureRequest, clock: FakeClock, module_database: Database) -> AsyncIterator[Place]:
    """A place for one test."""
    async with opened(request.param, clock, module_database) as found:
        yield found


@pytest.fixture(scope="module", params=PLACES)
async def library(request: pytest.FixtureRequest, module_database: Database) -> AsyncIterator[Place]:
    """A place that the tests of a file only read from."""
    async with opened(request.param, FakeClock(NOON), module_database) as found:
        yield found


@asynccontextmanager
async def opened(
    name: str, clock: FakeClock, database: Database, *, test_gateways: bool = False
) -> AsyncIterator[Place]:
    if name == "in_memory":
        yield InMemory(clock, test_gateways=test_gateways)
        return
    engine = create_engine(database.app_url)
    try:
        yield InPostgres(engine, clock, test_gateways=test_gateways)
    finally:
        await engine.dispose()
