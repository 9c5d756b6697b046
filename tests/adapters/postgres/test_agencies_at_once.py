"""Agencies that are added at once: each is there, and none is the only one."""

import asyncio

from adapters.postgres.engine import create_engine
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from domain.agencies import Agency
from domain.errors import InvalidInput
from tests import factories as a
from tests.fakes.audit import KEYS
from tests.postgres import Database


async def test_the_first_agencies_of_all_may_be_added_at_once(database: Database) -> None:
    engine = create_engine(database.app_url)
    units = PostgresUnitOfWorkFactory(engine, KEYS)

    async def add(agency: Agency) -> None:
        async with units(Scope.of_agency(agency.id)) as uow:
            await uow.agencies.add(agency, hosts=(f"{agency.slug}.example",))
            await asyncio.sleep(0.01)
            await uow.commit()

    agencies = [a.an_agency() for _ in range(4)]
    twin = a.an_agency(slug=agencies[0].slug)
    results = await asyncio.gather(*map(add, [*agencies, twin]), return_exceptions=True)

    assert [type(result) for result in results].count(InvalidInput) == 1
    assert [result for result in results if result is None] == [None] * 4
    async with units(Scope(agency_key="*")) as uow:
        assert await uow.agencies.by_key("*") is None
    for agency in agencies[1:]:
        async with units(Scope(agency_key=agency.slug)) as uow:
            assert await uow.agencies.by_key(agency.slug) == agency.id
    await engine.dispose()
