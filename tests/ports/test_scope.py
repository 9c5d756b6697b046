"""Who finds what: the same rows through the rules in memory and through SQL, and the rules said by hand."""

from collections.abc import AsyncIterator

import pytest

from adapters.postgres.engine import create_engine
from application.access import Viewer
from tests.fakes.clock import FakeClock
from tests.ports.everything import everything
from tests.ports.places import InMemory, InPostgres
from tests.ports.village import Village, two_villages
from tests.postgres import Database


def viewers(village: Village) -> dict[str, Viewer]:
    people = (village.ana, village.berta, village.ciro, village.diana, village.elias, village.felix, village.gloria)
    found: dict[str, Viewer] = {it.name: village.viewer(it) for it in people}
    return found | {"visitor": village.visitor, "staff": village.staff}


@pytest.fixture
async def postgres(module_database: Database, clock: FakeClock) -> AsyncIterator[InPostgres]:
    engine = create_engine(module_database.app_url)
    yield InPostgres(engine, clock)
    await engine.dispose()


async def test_memory_and_postgres_show_every_viewer_the_same(postgres: InPostgres, clock: FakeClock) -> None:
    one, two, both = two_villages()
    memory = InMemory(clock)
    await memory.plant(both)
    await postgres.plant(both)

    for village in (one, two):
        for name, viewer in viewers(village).items():
            async with memory.readings.of(viewer) as reading:
                said = await everything(reading, both)
            async with postgres.readings.of(viewer) as reading:
                found = await everything(reading, both)
            for question, answer in said.items():
                assert found[question] == answer, (name, question)
