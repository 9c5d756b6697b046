"""One stage for all scenarios, and for each an agency of its own whose tenant owes a month's rent."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.postgres import DatabaseServer
from tests.scenarios.house import House
from tests.scenarios.stage import Stage, staged


@pytest.fixture(scope="session")
async def stage(database_server: DatabaseServer) -> AsyncIterator[Stage]:
    async with staged(database_server) as stage:
        yield stage


@pytest.fixture
async def house(stage: Stage) -> House:
    """FV-1 is owed. An hour after whatever happened before, so that nothing young is left of it."""
    await stage.passes(timedelta(hours=1))
    return await House.founded(stage)
