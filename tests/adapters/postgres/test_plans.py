"""Lists are read along an index that has their order, as the database itself says it would."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.engine import create_engine
from application.filters import Parent, PqrsFilter, PqrsOrder
from application.pagination import Cursor, PageRequest
from tests.factories import NOON, TODAY
from tests.fakes.clock import FakeClock
from tests.ports.places import InPostgres
from tests.postgres import Database
from tests.village import Village


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database.app_url)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("overdue", [True, None])
@pytest.mark.parametrize("after", [None, Cursor("pqrs.due_on=2026-07-01", "PQRS-2026-000001")])
async def test_cases_are_read_in_the_order_in_which_they_fall_due(
    engine: AsyncEngine, overdue: bool | None, after: Cursor | None
) -> None:
    place, village, asked = InPostgres(engine, FakeClock(NOON)), Village(), list[tuple[str, Any]]()
    await place.plant(village.store)
    narrowed = PqrsFilter(today=TODAY, overdue=overdue, order=PqrsOrder.DUE_FIRST)

    @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    async with place.readings.of(village.staff) as reading:
        await reading.pqrs.pages(Parent.SCOPE, [village.agency.id], narrowed, PageRequest(after=after))
    statement, parameters = asked[-1]
    assert "FROM pqrs" in statement
    async with place.scoped(village.staff.scope) as connection:
        # A dozen rows are sooner sorted than looked up: what is asked is whether they could be looked up.
        for way in ("seqscan", "sort"):
            await connection.execute(sa.text(f"set local enable_{way} = off"))
        plan = (await connection.exec_driver_sql(f"explain {statement}", parameters)).scalars().all()

    assert any("Index Scan using ix_pqrs_agency_id_due_on_filing_number" in line for line in plan), plan
    assert not any("Sort" in line for line in plan), plan
