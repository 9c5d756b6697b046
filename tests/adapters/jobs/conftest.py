"""A queue of its own for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.jobs.shop import Shop, opened
from tests.postgres import Database


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    async with opened(database) as found:
        yield found
