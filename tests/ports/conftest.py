"""What suites of ports run on."""

from collections.abc import AsyncIterator

import pytest

from adapters.postgres.engine import create_engine
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.ports.places import InMemory, InPostgres, Place
from tests.postgres import Database


@pytest.fixture
def clock() -> FakeClock:
    """It is noon in Bogotá of `TODAY`."""
    return FakeClock(NOON)


@pytest.fixture(params=["in_memory", "postgres"])
async def place(request: pytest.FixtureRequest, clock: FakeClock, module_database: Database) -> AsyncIterator[Place]:
    """A place of rows: memory, or a database that the tests of a file share, each with agencies of its own."""
    if request.param == "in_memory":
        yield InMemory(clock)
        return
    engine = create_engine(module_database.app_url)
    yield InPostgres(engine, clock)
    await engine.dispose()
