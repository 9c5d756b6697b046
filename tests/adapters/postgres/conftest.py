"""What tests of row-level security look at."""

from collections.abc import AsyncIterator

import pytest

from adapters.postgres.engine import create_engine
from tests.adapters.postgres.land import Land, settle
from tests.postgres import Database


@pytest.fixture(scope="module")
async def land(module_database: Database) -> AsyncIterator[Land]:
    """Two agencies that the tests of a file share."""
    engine = create_engine(module_database.app_url)
    try:
        yield await settle(engine)
    finally:
        await engine.dispose()
