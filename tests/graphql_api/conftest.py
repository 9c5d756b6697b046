"""Two agencies that many tests look at and none changes."""

from collections.abc import AsyncIterator

import pytest

from tests.graphql_api.neighbours import Neighbours, settled
from tests.graphql_api.surroundings import Surroundings
from tests.postgres import DatabaseServer


@pytest.fixture(scope="session")
async def neighbours(database_server: DatabaseServer) -> AsyncIterator[Neighbours]:
    database = await database_server.create()
    async with settled(database) as moved_in:
        yield moved_in
    await database_server.drop(database)


@pytest.fixture(scope="session")
async def surroundings(neighbours: Neighbours) -> Surroundings:
    return await Surroundings.of(neighbours)
