"""Many filings at once on Postgres: no gap, no double, no more than a day allows."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from adapters.postgres.engine import create_engine
from application.access import SignedIn
from application.attachments import CheckFiles
from application.filters import Parent, PqrsFilter
from application.pagination import PageRequest
from application.use_cases.pqrs import FilePqrs, PqrsForm
from domain.errors import IdempotencyConflict, LimitReached
from domain.pqrs import Pqrs, PqrsClassification, PqrsSubject
from tests.factories import NOON, TODAY
from tests.fakes.attachments import FakeFileInspector
from tests.fakes.calendar import FakeHolidays
from tests.fakes.clock import FakeClock
from tests.ports.places import InPostgres
from tests.postgres import Database
from tests.village import Village


class Torn(Exception):
    """The calendar could not be read."""


class TornCalendar(FakeHolidays):
    """Fails some who ask, by which time their cases have numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def is_holiday(self, on: date) -> bool:
        self.asked += 1
        if self.asked % 40 == 0:
            raise Torn
        return super().is_holiday(on)


@dataclass
class Office:
    place: InPostgres
    village: Village
    calendar: FakeHolidays = field(default_factory=FakeHolidays)

    async def file(self, viewer: SignedIn, **given: Any) -> Pqrs:
        common: dict[str, Any] = {"subject": PqrsSubject.OTHER, "description": "Texto.", "idempotency_key": "clave"}
        form = PqrsForm(classification=PqrsClassification.CLAIM, **(common | given))
        filing = FilePqrs(
            unit_of_work=self.place.unit_of_work,
            check_files=CheckFiles(inspector=FakeFileInspector()),
            calendar=self.calendar,
            clock=FakeClock(NOON),
        )
        return await filing(viewer, form)

    async def numbers(self) -> list[int]:
        """Those of all cases that were kept, in order."""
        agency_id = self.village.agency.id
        async with self.place.readings.of(self.village.staff) as reading:
            request = PageRequest(size=100)
            pages = await reading.pqrs.pages(Parent.SCOPE, [agency_id], PqrsFilter(today=TODAY), request)
        return sorted(int(case.filing_number.rpartition("-")[2]) for case in pages[agency_id].items)


@pytest.fixture
async def office(module_database: Database) -> AsyncIterator[Office]:
    engine = create_engine(module_database.app_url)
    office = Office(InPostgres(engine, FakeClock(NOON)), Village())
    office.village.store.pqrs.clear()
    office.village.store.pqrs_messages.clear()
    office.village.store.attachments.clear()
    await office.place.plant(office.village.store)
    yield office
    await engine.dispose()


def outcomes(results: list[Any]) -> dict[type[Any], int]:
    return dict(Counter(type(result) for result in results))


async def test_filings_at_once_leave_no_gap_even_where_some_fail(office: Office) -> None:
    office.calendar = TornCalendar()
    v = office.village
    people = [v.viewer(client) for client in (v.ana, v.berta, v.ciro, v.diana)]

    results = await asyncio.gather(
        *(office.file(people[index % 4], idempotency_key=str(index)) for index in range(20)), return_exceptions=True
    )

    kept = [result for result in results if isinstance(result, Pqrs)]
    assert outcomes(results).keys() == {Pqrs, Torn}
    assert await office.numbers() == list(range(1, len(kept) + 1))
    assert len({case.filing_number for case in kept}) == len(kept)
    assert await office.place.counters(v.agency.id) == {"pqrs:2026": len(kept)}


async def test_repeats_at_once_are_one_case(office: Office) -> None:
    viewer = office.village.viewer(office.village.ana)

    cases = await asyncio.gather(*(office.file(viewer) for _ in range(8)))

    assert len({case.id for case in cases}) == 1
    assert await office.numbers() == [1]


async def test_of_different_forms_under_one_key_at_once_one_is_filed(office: Office) -> None:
    viewer = office.village.viewer(office.village.ana)

    results = await asyncio.gather(
        *(office.file(viewer, description=f"Texto {index}.") for index in range(6)), return_exceptions=True
    )

    assert outcomes(results) == {Pqrs: 1, IdempotencyConflict: 5}
    assert await office.numbers() == [1]


async def test_the_days_limit_holds_for_filings_at_once(office: Office) -> None:
    viewer = office.village.viewer(office.village.ana)
    for index in range(15):
        await office.file(viewer, idempotency_key=f"antes {index}")

    results = await asyncio.gather(
        *(office.file(viewer, idempotency_key=str(index)) for index in range(10)), return_exceptions=True
    )

    assert outcomes(results) == {Pqrs: 5, LimitReached: 5}
    assert await office.numbers() == list(range(1, 21))
