"""Lists are walked page by page in both directions, and nobody who arrives meanwhile makes a row appear twice."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.access import StaffViewer
from application.filters import (
    ClientFilter,
    ContractFilter,
    FindingFilter,
    InvoiceFilter,
    InvoiceOrder,
    Parent,
    PeriodFilter,
    PqrsFilter,
    PqrsOrder,
    PropertyFilter,
    ReconciliationFilter,
)
from application.pagination import Cursor, PageRequest
from application.ports.reading import Listing, Reading
from domain.contracts import PartyRole
from domain.errors import InvalidInput
from domain.ids import AgencyId
from tests import factories as a
from tests.factories import NOON, TODAY
from tests.fakes.store import FakeStore
from tests.ports.places import Place

AnyListing = Listing[Any, Any]


@dataclass(frozen=True)
class Kind:
    """A list: where it is read, what narrows it to nothing, which field holds what people call its rows."""

    of: Callable[[Reading], AnyListing]
    narrowed: Any
    name: str


KINDS = {
    "clients": Kind(lambda reading: reading.clients, ClientFilter(), "code"),
    "properties": Kind(lambda reading: reading.properties, PropertyFilter(), "code"),
    "contracts": Kind(lambda reading: reading.contracts, ContractFilter(), "number"),
    "invoices, newest": Kind(lambda reading: reading.invoices, InvoiceFilter(today=TODAY), "number"),
    "invoices, oldest": Kind(
        lambda reading: reading.invoices, InvoiceFilter(today=TODAY, order=InvoiceOrder.OLDEST), "number"
    ),
    "invoices, due first": Kind(
        lambda reading: reading.invoices, InvoiceFilter(today=TODAY, order=InvoiceOrder.DUE_FIRST), "number"
    ),
    "payments": Kind(lambda reading: reading.payments, PeriodFilter(), "receipt_number"),
    "payouts": Kind(lambda reading: reading.payouts, PeriodFilter(), "number"),
    "pqrs": Kind(lambda reading: reading.pqrs, PqrsFilter(today=TODAY), "filing_number"),
    "pqrs, due first": Kind(
        lambda reading: reading.pqrs, PqrsFilter(today=TODAY, order=PqrsOrder.DUE_FIRST), "filing_number"
    ),
    "findings": Kind(lambda reading: reading.findings, FindingFilter(), "key"),
    "reconciliations": Kind(lambda reading: reading.reconciliations, ReconciliationFilter(), "on"),
}


BY_ID = {"findings", "reconciliations"}
"""Lists without numbers that people use, where what is no id is no place either."""


@dataclass
class Town:
    """An agency with a dozen of everything, many of them on the same day."""

    store: FakeStore
    agency_id: AgencyId
    staff: StaffViewer


def a_town(rows: int = 12) -> Town:
    store, agency = FakeStore(), a.an_agency()
    store.add(agency)
    names = ("Ana Peña", "ana pena", "Ángela", "Zoé", "Ñato", "Óscar")
    for number in range(rows):
        client, day = a.a_client(agency, names[number % len(names)]), date(2026, 6, 1 + number % 3)
        account, home = a.an_account(client), a.a_property(agency)
        lease = a.a_lease(home, start_on=day)
        at = NOON + timedelta(microseconds=number % 2)
        case = a.a_case(client, account, filed_at=at, due_on=date(2026, 8, 6 - number % 3))
        store.add(client, account, home, lease, *a.parties_of(lease, (client, PartyRole.TENANT)))
        store.add(a.an_invoice(client, lease, issued_on=day, due_on=date(2026, 7, 3 - number % 3)))
        store.add(a.a_payment(client, paid_at=at), a.a_payout(client, lease, paid_on=day), case, a.filing_of(case))
        store.add(a.a_finding(client, at=at), a.a_report(agency, date(2026, 6, 1 + number)))
    return Town(store, agency.id, a.staff_of(agency))


async def walk(listing: AnyListing, kind: Kind, agency_id: UUID, size: int, *, backward: bool = False) -> list[Any]:
    """All rows, a page at a time, in the order of the list."""
    found: list[Any] = []
    request = PageRequest(size=size, backward=backward)
    while True:
        page = (await listing.pages(Parent.SCOPE, [agency_id], kind.narrowed, request))[agency_id]
        assert len(page.items) == len(page.cursors) <= size
        found = [*page.items, *found] if backward else [*found, *page.items]
        if not (page.has_previous if backward else page.has_next):
            return found
        cursor = page.cursors[0 if backward else -1]
        request = PageRequest(size=size, backward=backward, **{"before" if backward else "after": cursor})


def names(rows: list[Any], kind: Kind) -> list[str]:
    return [getattr(row, kind.name) for row in rows]


@pytest.mark.parametrize("name", KINDS)
async def test_forward_and_backward_walks_see_the_whole_list(place: Place, name: str) -> None:
    kind, town = KINDS[name], a_town()
    await place.plant(town.store)

    async with place.readings.of(town.staff) as reading:
        listing = kind.of(reading)
        whole = names(await walk(listing, kind, town.agency_id, 100), kind)
        walks = [
            names(await walk(listing, kind, town.agency_id, size, backward=backward), kind)
            for size in (1, 5, 12)
            for backward in (False, True)
        ]

    assert len(whole) == len(set(whole)) == 12
    assert walks == [whole] * 6


@pytest.mark.parametrize("name", KINDS)
async def test_counts_are_of_the_whole_list(place: Place, name: str) -> None:
    kind, town = KINDS[name], a_town(3)
    await place.plant(town.store)

    async with place.readings.of(town.staff) as reading:
        counts = await kind.of(reading).counts(Parent.SCOPE, [town.agency_id], kind.narrowed)

    assert counts == {town.agency_id: 3}


@pytest.mark.parametrize("name", KINDS)
async def test_a_cursor_of_another_list_or_order_is_refused(place: Place, name: str) -> None:
    kind, town = KINDS[name], a_town(2)
    await place.plant(town.store)

    async with place.readings.of(town.staff) as reading:
        for other_name, other in KINDS.items():
            page = await other.of(reading).pages(Parent.SCOPE, [town.agency_id], other.narrowed, PageRequest(size=1))
            cursor = page[town.agency_id].cursors[0]
            for request in (PageRequest(after=cursor), PageRequest(before=cursor, backward=True)):
                # Newest and oldest are the same places, looked at from either end.
                if {name, other_name} <= {"invoices, newest", "invoices, oldest"} or name == other_name:
                    await kind.of(reading).pages(Parent.SCOPE, [town.agency_id], kind.narrowed, request)
                else:
                    with pytest.raises(InvalidInput):
                        await kind.of(reading).pages(Parent.SCOPE, [town.agency_id], kind.narrowed, request)


@pytest.mark.parametrize("name", KINDS)
async def test_an_invented_cursor_is_refused_or_a_place_but_never_a_failure(place: Place, name: str) -> None:
    kind, town = KINDS[name], a_town(1)
    await place.plant(town.store)

    async with place.readings.of(town.staff) as reading:

        async def after(key: str, tie: str) -> object:
            request = PageRequest(after=Cursor(key, tie))
            return await kind.of(reading).pages(Parent.SCOPE, [town.agency_id], kind.narrowed, request)

        pages = await kind.of(reading).pages(Parent.SCOPE, [town.agency_id], kind.narrowed, PageRequest())
        (true,) = pages[town.agency_id].cursors
        order, _, _ = true.key.partition("=")
        for key in ("", "x", "2026-07-01", "9" * 400, "' or true --"):
            with pytest.raises(InvalidInput):
                await after(key, true.tie)
        for broken in ("media \ud83d", "a\0"):
            with pytest.raises(InvalidInput):
                await after(true.key, broken)
            with pytest.raises(InvalidInput):
                await after(f"{order}={broken}", true.tie)
        for tie in ("", "x", "9" * 400, "%", "' or true --"):
            with suppress(InvalidInput) if name in BY_ID else nullcontext():
                assert await after(true.key, tie)
        for value in ("", "x", "0001-01-01", "9999-12-31T23:59:59-14:00", "2026-07-01T00:00:00"):
            with suppress(InvalidInput):
                await after(f"{order}={value}", true.tie)


@pytest.mark.parametrize("backward", [False, True])
async def test_a_page_of_none_tells_whether_there_are_any(place: Place, backward: bool) -> None:
    kind, full, empty = KINDS["invoices, newest"], a_town(1), a_town(0)
    await place.plant(full.store)
    await place.plant(empty.store)

    for town in (full, empty):
        async with place.readings.of(town.staff) as reading:
            request = PageRequest(size=0, backward=backward)
            pages = await reading.invoices.pages(Parent.SCOPE, [town.agency_id], kind.narrowed, request)
        page = pages[town.agency_id]
        assert (list(page.items), list(page.cursors)) == ([], [])
        assert (page.has_previous if backward else page.has_next) is (town is full)


async def test_between_two_cursors_are_the_rows_between_them(place: Place) -> None:
    kind, town = KINDS["invoices, newest"], a_town(6)
    await place.plant(town.store)

    async with place.readings.of(town.staff) as reading:
        pages = await reading.invoices.pages(Parent.SCOPE, [town.agency_id], kind.narrowed, PageRequest())
        whole = pages[town.agency_id]
        ends = {"after": whole.cursors[0], "before": whole.cursors[5]}
        for backward, kept in ((False, whole.items[1:4]), (True, whole.items[2:5])):
            request = PageRequest(size=3, backward=backward, **ends)
            pages = await reading.invoices.pages(Parent.SCOPE, [town.agency_id], kind.narrowed, request)
            page = pages[town.agency_id]
            assert names(list(page.items), kind) == names(list(kept), kind)
            assert (page.has_previous, page.has_next) == (True, True)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.integers(1, 4), max_size=9),
    later=st.lists(st.integers(1, 4), max_size=4),
    size=st.integers(1, 4),
    backward=st.booleans(),
    order=st.sampled_from(InvoiceOrder),
)
async def test_rows_that_arrive_while_walking_neither_repeat_nor_hide_the_others(
    place: Place, days: list[int], later: list[int], size: int, backward: bool, order: InvoiceOrder
) -> None:
    town = a_town(1)
    (client,), (lease,) = town.store.clients.values(), town.store.contracts.values()
    for day in days:
        town.store.add(a.an_invoice(client, lease, issued_on=date(2026, 6, day)))
    await place.plant(town.store)
    before = set(town.store.invoices)
    arriving = [a.an_invoice(client, lease, issued_on=date(2026, 6, day)) for day in later]
    narrowed = InvoiceFilter(today=TODAY, order=order)

    seen: list[Any] = []
    request, more = PageRequest(size=size, backward=backward), True
    while more:
        async with place.readings.of(town.staff) as reading:
            page = (await reading.invoices.pages(Parent.SCOPE, [town.agency_id], narrowed, request))[town.agency_id]
        seen = [*page.items, *seen] if backward else [*seen, *page.items]
        more = page.has_previous if backward else page.has_next
        if more:
            cursor = page.cursors[0 if backward else -1]
            request = PageRequest(size=size, backward=backward, **{"before" if backward else "after": cursor})
        if arriving:
            (newcomer := FakeStore()).add(arriving.pop())
            await place.plant(newcomer)

    field = "due_on" if order is InvoiceOrder.DUE_FIRST else "issued_on"
    places = [(getattr(row, field), row.number) for row in seen]
    assert places == sorted(places, reverse=order is InvoiceOrder.NEWEST)
    assert len(seen) == len({row.id for row in seen})
    assert before <= {row.id for row in seen}
