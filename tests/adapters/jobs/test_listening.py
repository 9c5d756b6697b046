"""What a worker announces is heard by itself, however late it begins to listen."""

import asyncio

import asyncpg

from adapters.postgres.engine import create_engine
from adapters.postgres.jobs.library import ListeningDriver
from tests.postgres import Database


async def test_a_sign_of_life_waits_for_whoever_listens(module_database: Database) -> None:
    engine = create_engine(module_database.app_url)
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    await engine.dispose()
    heard: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    async with asyncpg.create_pool(address, min_size=2, max_size=2) as pool:
        driver = ListeningDriver(pool)
        early = asyncio.create_task(driver.notify("life", "sign"))
        await asyncio.sleep(0.2)  # long enough to be lost
        await driver.add_listener("life", heard.set_result)

        assert await asyncio.wait_for(heard, 10) == "sign"
        await early
        async with driver:
            pass  # gives the connection back
