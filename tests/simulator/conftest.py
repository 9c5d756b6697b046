"""The simulator as an ASGI application with a clock that stands still, and a merchant's server behind it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from simulator.app import create_app
from simulator.settings import Settings
from tests.simulator.enlinea import EnLineaWorld
from tests.simulator.support import MerchantServer, World

NOON = datetime(2026, 3, 5, 18, 7, 35, tzinfo=UTC)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Notifications and pages travel in memory; only `tick` makes later things happen."""
    merchant = MerchantServer()
    app = create_app(Settings(seed=7, frozen_at=NOON), transport=httpx.ASGITransport(merchant.app))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://simulador.test") as browser:
        yield World(browser, merchant, app.state.simulation)


@pytest.fixture
def enlinea(world: World) -> EnLineaWorld:
    return EnLineaWorld(world)
