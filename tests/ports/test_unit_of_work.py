"""Work is kept whole or not at all, seen through its scope only, and numbered without gaps."""

import asyncio

import pytest

from application.access import Scope
from application.ports.unit_of_work import UnitOfWork
from domain.agencies import Agency
from domain.ids import AccountId
from tests import factories as a
from tests.fakes.store import FakeStore
from tests.ports.places import Place


class Interrupted(Exception):
    """What a use case may raise in the middle of its work."""


@pytest.fixture
async def agency(place: Place) -> Agency:
    agency, store = a.an_agency(), FakeStore()
    store.add(agency)
    await place.plant(store)
    return agency


async def write(uow: UnitOfWork, agency: Agency) -> AccountId:
    """An account, and a number for it."""
    account = a.a_staff_account(agency)
    await uow.accounts.add(account)
    await uow.counters.next("serie")
    return account.id


async def test_what_is_committed_is_found_afterwards(place: Place, agency: Agency) -> None:
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        account_id = await write(uow, agency)
        assert await uow.accounts.get(account_id) is not None
        await uow.commit()

    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        assert await uow.accounts.get(account_id) is not None
    assert await place.counters(agency.id) == {"serie": 1}


async def test_what_is_not_committed_is_lost(place: Place, agency: Agency) -> None:
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        account_id = await write(uow, agency)

    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        assert await uow.accounts.get(account_id) is None
    assert await place.counters(agency.id) == {}


@pytest.mark.parametrize("error", [Interrupted, asyncio.CancelledError])
async def test_what_an_exception_interrupts_is_lost(place: Place, agency: Agency, error: type[BaseException]) -> None:
    written: list[AccountId] = []

    async def interrupted() -> None:
        async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
            written.append(await write(uow, agency))
            raise error

    with pytest.raises(error):
        await interrupted()

    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        assert await uow.accounts.get(written[0]) is None
    assert await place.counters(agency.id) == {}


async def test_after_its_commit_nothing_can_be_done_through_it(place: Place, agency: Agency) -> None:
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        await uow.commit()
        with pytest.raises(place.ended):
            await uow.counters.next("serie")
        with pytest.raises(place.ended):
            await uow.accounts.get(a.a_staff_account(agency).id)
        with pytest.raises(RuntimeError):
            await uow.commit()

    assert await place.counters(agency.id) == {}


async def test_after_leaving_it_nothing_can_be_done_through_it(place: Place, agency: Agency) -> None:
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        pass

    with pytest.raises(place.ended):
        await uow.counters.next("serie")
    with pytest.raises(RuntimeError):
        await uow.commit()
    assert await place.counters(agency.id) == {}


async def test_nobody_sees_work_before_its_commit(place: Place, agency: Agency) -> None:
    viewer = a.staff_of(agency)
    account = a.a_staff_account(agency)
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        await uow.accounts.add(account)
        async with place.readings.of(viewer) as reading:
            assert await reading.accounts.get_many([account.id]) == {}
        await uow.commit()
    async with place.readings.of(viewer) as reading:
        assert set(await reading.accounts.get_many([account.id])) == {account.id}


async def test_counters_count_from_one_by_agency_and_name(place: Place, agency: Agency) -> None:
    other, store = a.an_agency(), FakeStore()
    store.add(other)
    await place.plant(store)

    found = []
    for scope, name in ((agency, "a"), (agency, "a"), (agency, "b"), (other, "a"), (agency, "a")):
        async with place.unit_of_work(Scope.of_agency(scope.id)) as uow:
            found.append(await uow.counters.next(name))
            await uow.commit()

    assert found == [1, 2, 1, 1, 3]
    assert await place.counters(agency.id) == {"a": 3, "b": 1}
    assert await place.counters(other.id) == {"a": 1}


async def test_counting_at_once_leaves_no_gap_even_where_some_fail(place: Place, agency: Agency) -> None:
    async def count(fails: bool) -> int | None:
        async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
            number = await uow.counters.next("serie")
            await asyncio.sleep(0)
            if fails:
                return None
            await uow.commit()
            return number

    counted = await asyncio.gather(*(count(fails=index % 3 == 0) for index in range(24)))

    assert sorted(number for number in counted if number) == list(range(1, 17))
    assert await place.counters(agency.id) == {"serie": 16}


async def test_a_visitor_takes_no_number(place: Place, agency: Agency) -> None:
    async with place.unit_of_work(Scope(agency_id=agency.id)) as uow:
        with pytest.raises(place.refused):
            await uow.counters.next("serie")

    assert await place.counters(agency.id) == {}
