"""Everything together: the service behind a real server, PostgreSQL, and the gateway simulator as a process."""

import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from typing import Any

import pytest

from main.bootstrap import Portal
from tests.end_to_end.street import Street
from tests.postgres import Database
from tests.served import served


@pytest.fixture(scope="session")
async def simulator() -> AsyncIterator[str]:
    """Its address. It knows the public sandbox merchant, and its clock is the real one."""
    process = await create_subprocess_exec(sys.executable, "-m", "simulator", "--port", "0", stdout=PIPE)
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on http://127.0.0.1:"), line
        yield line.removeprefix("listening on ").strip()
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(scope="module")
async def street(module_database: Database, simulator: str) -> AsyncIterator[Street]:
    """A service without agencies, at which people of several may call."""
    portals: list[Portal] = []
    addresses: dict[str, Any] = {
        "payu_checkout_url": f"{simulator}/ppp-web-gateway-payu/",
        "payu_api_url": f"{simulator}/payments-api/4.0/service.cgi",
        "payu_reports_url": f"{simulator}/reports-api/4.0/service.cgi",
        "enlinea_url": simulator,
    }
    async with served(module_database, opened=portals.append, **addresses) as url:
        street = Street(url, simulator, portals[0])
        yield street
        await street.close()
