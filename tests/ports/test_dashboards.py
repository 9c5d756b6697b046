"""The sums of the main page, and what they are the sums of."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from application.ports.reading import OwnerSums, TenantSums
from domain.contracts import ContractStatus, PartyRole
from domain.invoices import InvoiceStatus
from domain.money import ZERO
from domain.payments import PaymentStatus
from domain.periods import BillingPeriod
from domain.pqrs import PqrsStatus
from tests import factories as a
from tests.factories import TODAY
from tests.fakes.store import FakeStore
from tests.ports.places import Place

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
D = Decimal


@dataclass
class Household:
    """A tenant with a lease on an owner's home, and nothing billed yet."""

    store: FakeStore = field(default_factory=FakeStore)

    def __post_init__(self) -> None:
        self.agency = a.an_agency()
        self.tenant, self.owner = a.a_client(self.agency, "Ana"), a.a_client(self.agency, "Berta")
        self.home = a.a_property(self.agency)
        self.lease, self.management = a.a_lease(self.home), a.a_management(self.home)
        self.store.add(self.agency, self.tenant, self.owner, self.home, self.lease, self.management)
        self.store.add(*a.owned_by(self.home, (self.owner, "100.00")))
        self.store.add(*a.parties_of(self.lease, (self.tenant, PartyRole.TENANT)))
        self.store.add(*a.parties_of(self.management, (self.owner, PartyRole.OWNER)))

    def bill(self, due_on: date, **given: Any) -> UUID:
        invoice = a.an_invoice(self.tenant, self.lease, issued_on=date(2026, 1, 1), due_on=due_on, **given)
        self.store.add(invoice)
        return invoice.id

    async def tenant_sums(self, place: Place) -> TenantSums | None:
        await place.plant(self.store)
        async with place.readings.of(a.staff_of(self.agency)) as reading:
            return (await reading.dashboards.tenants([self.tenant.id], today=TODAY)).get(self.tenant.id)

    async def owner_sums(self, place: Place) -> OwnerSums:
        await place.plant(self.store)
        async with place.readings.of(a.staff_of(self.agency)) as reading:
            return (await reading.dashboards.owners([self.owner.id], today=TODAY))[self.owner.id]

    async def next_due(self, place: Place) -> UUID | None:
        await place.plant(self.store)
        async with place.readings.of(a.staff_of(self.agency)) as reading:
            found = (await reading.invoices.next_due([self.tenant.id], today=TODAY)).get(self.tenant.id)
        return found.id if found else None


async def test_who_owes_nothing_and_is_owed_nothing_has_no_sums(place: Place) -> None:
    house = Household()
    house.bill(YESTERDAY, paid=1_000_000)
    house.bill(YESTERDAY, status=InvoiceStatus.VOIDED)

    assert await house.tenant_sums(place) is None


async def test_pending_is_the_balance_of_rent_that_is_not_voided(place: Place) -> None:
    house = Household()
    house.bill(YESTERDAY, paid=400_000)
    house.bill(TODAY, vat=190_000, withholdings=35_000)
    house.bill(TOMORROW, status=InvoiceStatus.VOIDED)
    house.bill(TOMORROW, paid=1_000_000)
    house.store.add(a.an_invoice(house.tenant, house.management, subtotal=77))  # a commission is not rent

    assert await house.tenant_sums(place) == TenantSums(
        pending=D("1755000.00"), invoices=2, overdue=D("600000.00"), credit=ZERO
    )


async def test_credit_is_what_was_applied_to_nothing_and_not_reversed(place: Place) -> None:
    house = Household()
    house.store.add(a.a_payment(house.tenant, amount=100, credited=30), a.a_payment(house.tenant, amount=5, credited=5))
    house.store.add(a.a_payment(house.tenant, amount=9, credited=9, status=PaymentStatus.REVERSED))
    house.store.add(a.a_payment(house.owner, amount=1_000, credited=1_000))

    assert await house.tenant_sums(place) == TenantSums(pending=ZERO, invoices=0, overdue=ZERO, credit=D("35.00"))


async def test_next_due_is_the_first_unpaid_rent_from_today_on(place: Place) -> None:
    house = Household()
    house.bill(YESTERDAY)
    house.bill(TODAY, paid=1_000_000)
    house.bill(TODAY, status=InvoiceStatus.VOIDED)
    house.bill(TOMORROW + timedelta(days=1))
    expected = house.bill(TOMORROW, paid=1)
    house.store.add(a.an_invoice(house.tenant, house.management, issued_on=TODAY, due_on=TODAY))

    assert await house.next_due(place) == expected


async def test_what_falls_due_today_is_not_overdue_but_next(place: Place) -> None:
    house = Household()
    house.bill(TOMORROW)
    expected = house.bill(TODAY)

    assert await house.next_due(place) == expected


async def test_when_nothing_is_due_from_today_on_the_oldest_overdue_one_is_next(place: Place) -> None:
    house = Household()
    house.bill(YESTERDAY)
    expected = house.bill(date(2026, 2, 1))
    house.bill(date(2026, 2, 2))
    house.bill(date(2026, 1, 31), paid=1_000_000)

    assert await house.next_due(place) == expected


async def test_of_two_that_fall_due_together_the_lower_number_is_next(place: Place) -> None:
    house = Household()
    expected = house.bill(TODAY)
    house.bill(TODAY)

    assert await house.next_due(place) == expected


async def test_nothing_unpaid_means_nothing_next(place: Place) -> None:
    house = Household()
    house.bill(TODAY, paid=1_000_000)

    assert await house.next_due(place) is None


async def test_an_owner_without_papers_has_twelve_months_of_nothing(place: Place) -> None:
    house = Household()
    house.lease.status = ContractStatus.TERMINATED

    sums = await house.owner_sums(place)

    months = tuple(BillingPeriod(2025, 7).plus(index) for index in range(12 + 1))[1:]
    assert sums.income == tuple((month, ZERO) for month in months)
    assert (months[0], months[-1]) == (BillingPeriod(2025, 8), BillingPeriod(2026, 7))
    assert (sums.rented_properties, sums.pending_commission, sums.this_year) == (0, ZERO, ZERO)


async def test_income_is_what_was_paid_out_by_the_month_of_payment(place: Place) -> None:
    house = Household()
    for paid_on, net in (
        (date(2025, 7, 31), 1),  # thirteen months ago
        (date(2025, 8, 1), 20),
        (date(2025, 12, 31), 300),
        (date(2026, 1, 1), 4_000),
        (date(2026, 7, 1), 50_000),
        (date(2026, 7, 31), -600),
        (date(2026, 8, 1), 7),
    ):
        house.store.add(a.a_payout(house.owner, house.management, net=net, paid_on=paid_on))

    sums = await house.owner_sums(place)

    assert {str(month): net for month, net in sums.income if net} == {
        "2025-08": D(20),
        "2025-12": D(300),
        "2026-01": D(4_000),
        "2026-07": D(49_400),
    }
    assert sums.this_year == D(53_400)


async def test_pending_commission_is_what_of_commissions_was_not_settled(place: Place) -> None:
    house = Household()
    for given in ({}, {"paid": 60}, {"paid": 100}, {"status": InvoiceStatus.VOIDED}):
        house.store.add(a.an_invoice(house.owner, house.management, subtotal=100, **given))
    house.store.add(a.an_invoice(house.owner, house.lease, subtotal=100))  # rent is no commission

    assert (await house.owner_sums(place)).pending_commission == D("140.00")


async def test_a_property_counts_as_rented_once_and_while_a_lease_is_active(place: Place) -> None:
    house = Household()
    other, empty = a.a_property(house.agency), a.a_property(house.agency)
    house.store.add(other, empty, a.a_management(empty))
    house.store.add(*a.owned_by(other, (house.owner, "10.00"), (house.tenant, "90.00")))
    house.store.add(*a.owned_by(empty, (house.owner, "100.00")))
    house.store.add(a.a_lease(other), a.a_lease(other), a.a_lease(empty, status=ContractStatus.TERMINATED))

    assert (await house.owner_sums(place)).rented_properties == 2


async def test_open_cases_are_neither_answered_nor_closed(place: Place) -> None:
    house = Household()
    account = a.an_account(house.tenant)
    house.store.add(account)
    for status in PqrsStatus:
        case = a.a_case(house.tenant, account, status=status)
        house.store.add(case, a.filing_of(case))
    await place.plant(house.store)

    async with place.readings.of(a.staff_of(house.agency)) as reading:
        counts = await reading.pqrs.open_counts([house.tenant.id, house.owner.id])

    assert counts == {house.tenant.id: 2}
