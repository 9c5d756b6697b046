"""What lists can be narrowed by, alone and together, in the root lists and under a client or a contract."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

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
from application.pagination import PageRequest
from application.ports.reading import Listing
from domain.clients import ClientProfile
from domain.contracts import ContractKind, ContractStatus, PartyRole
from domain.findings import FindingKind
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.pqrs import PqrsClassification, PqrsStatus, PqrsSubject
from tests import factories as a
from tests.factories import TODAY
from tests.ports.places import Place
from tests.village import Village

OF_INVOICES, OF_PQRS = InvoiceFilter(today=TODAY), PqrsFilter(today=TODAY)
NOBODY = UUID(int=0)


@dataclass
class Archive:
    """A village with some more papers to look for."""

    place: Place
    village: Village

    def __post_init__(self) -> None:
        v = self.village
        self.company = a.a_company(v.agency, "Comercializadora Ñandú & Cía. S.A.S.", email="compras@nandu.example")
        self.odd = a.a_client(v.agency, "100% Real_es", code="RARO\\1")
        self.lease = a.a_lease(v.depot, number="ARR-ÑÚ-9")
        v.store.add(self.company, self.odd, self.lease)
        v.store.add(*a.parties_of(self.lease, (self.company, PartyRole.TENANT)))
        self.fv = a.an_invoice(self.company, self.lease, number="FE-Ñ-2026", due_on=TODAY)
        self.late = a.a_payment(
            self.company, paid_at=datetime(2026, 7, 2, 4, 30, tzinfo=UTC), gateway_reference="CUS-Áb12"
        )
        v.store.add(self.fv, self.late)

    async def found(self, kind: str, narrowed: Any, parent: Parent = Parent.SCOPE, *of: UUID) -> list[Any]:
        """The rows of the whole list, which must be as many as are counted."""
        async with self.place.readings.of(self.village.staff) as reading:
            listing: Listing[Any, Any] = getattr(reading, kind)
            (parent_id,) = of or (self.village.agency.id,)
            page = (await listing.pages(parent, [parent_id], narrowed, PageRequest(size=100)))[parent_id]
            counts = await listing.counts(parent, [parent_id], narrowed)
        assert counts == {parent_id: len(page.items)}
        return list(page.items)

    async def numbers(self, kind: str, narrowed: Any, *where: Any) -> list[str]:
        names = {"clients": "code", "properties": "code", "payments": "receipt_number", "pqrs": "filing_number"}
        return [getattr(row, names.get(kind, "number")) for row in await self.found(kind, narrowed, *where)]


@pytest.fixture(scope="module")
async def archive(library: Place) -> Archive:
    archive = Archive(library, Village())
    await library.plant(archive.village.store)
    return archive


@pytest.mark.parametrize(
    "search",
    [
        "ñandú",
        "NANDU",
        "nandu  comercializadora",
        "Cía.",
        "800197268-4",
        "800.197.268-4",
        "800.197.268",
        "  Ñandú   comercializadora  ",
        "COMPRAS@N",
    ],
)
async def test_clients_are_found_by_name_document_and_mail_however_typed(archive: Archive, search: str) -> None:
    assert await archive.numbers("clients", ClientFilter(search=search)) == [archive.company.code]


@pytest.mark.parametrize("search", ["100%", "%", "l_e", "_", "raro\\1", "\\"])
async def test_signs_that_sql_knows_are_letters_like_others(archive: Archive, search: str) -> None:
    assert await archive.numbers("clients", ClientFilter(search=search)) == [archive.odd.code]


@pytest.mark.parametrize("search", ["ñandú xyz", "nan%du", "'", "\ud83d", "\u0301x\u0301y\u0301z"])
async def test_what_stands_nowhere_finds_nothing(archive: Archive, search: str) -> None:
    kinds = ("clients", ClientFilter), ("properties", PropertyFilter), ("contracts", ContractFilter)
    for kind, made in (*kinds, ("payments", PeriodFilter), ("payouts", PeriodFilter)):
        assert await archive.numbers(kind, made(search=search)) == []
    assert await archive.numbers("invoices", replace(OF_INVOICES, search=search)) == []
    assert await archive.numbers("pqrs", replace(OF_PQRS, search=search)) == []


@pytest.mark.parametrize("search", ["", "   ", "\u0301"])
async def test_a_search_without_a_word_narrows_nothing(archive: Archive, search: str) -> None:
    village = archive.village
    assert len(await archive.found("clients", ClientFilter(search=search))) == len(village.store.clients)
    assert len(await archive.found("contracts", ContractFilter(search=search))) == len(village.store.contracts)
    assert len(await archive.found("invoices", replace(OF_INVOICES, search=search))) == len(village.store.invoices)


async def test_clients_by_profile_which_counts_terminated_contracts_and_no_co_debtors(archive: Archive) -> None:
    v = archive.village
    for profile, people in (
        (ClientProfile.TENANT, [v.ana, archive.company, v.felix]),
        (ClientProfile.OWNER, [v.berta, v.ciro]),
        (ClientProfile.TENANT_OWNER, [v.diana]),
        (ClientProfile.NONE, [archive.odd, v.elias, v.gloria]),
    ):
        assert await archive.numbers("clients", ClientFilter(profile=profile)) == [it.code for it in people]
    narrowed = ClientFilter(profile=ClientProfile.TENANT, search="pena")
    assert await archive.numbers("clients", narrowed) == [v.ana.code]


async def test_properties_by_address_city_and_code(archive: Archive) -> None:
    v = archive.village
    for search, home in (("calle 85", v.shop), ("MEDELLIN", v.depot), (v.flat.code.lower(), v.flat)):
        assert await archive.numbers("properties", PropertyFilter(search=search)) == [home.code]


async def test_properties_of_a_client_are_those_owned_and_those_contracted(archive: Archive) -> None:
    v = archive.village
    for client, homes in ((v.ana, [v.flat]), (v.berta, [v.flat, v.shop]), (v.diana, [v.shop, v.depot]), (v.gloria, [])):
        found = await archive.numbers("properties", PropertyFilter(), Parent.CLIENT, client.id)
        assert found == [home.code for home in homes]


async def test_contracts_by_number_property_and_party(archive: Archive) -> None:
    v = archive.village
    for search, contracts in (
        ("arr-nu-9", [archive.lease]),
        ("nandu", [archive.lease]),
        ("calle 85", [v.shop_management, v.shop_lease]),
        ("elias", [v.flat_lease]),
        ("diana calle", [v.shop_lease]),
    ):
        assert await archive.numbers("contracts", ContractFilter(search=search)) == [it.number for it in contracts]


async def test_contracts_by_kind_and_status(archive: Archive) -> None:
    v = archive.village
    terminated = ContractFilter(kind=ContractKind.LEASE, status=ContractStatus.TERMINATED)
    assert await archive.numbers("contracts", terminated) == [v.old_lease.number]
    assert len(await archive.found("contracts", ContractFilter(kind=ContractKind.MANAGEMENT))) == 3
    assert len(await archive.found("contracts", ContractFilter(status=ContractStatus.ACTIVE))) == 6


async def test_contracts_of_a_client_are_those_in_which_the_client_takes_part(archive: Archive) -> None:
    v = archive.village
    for client, contracts in (
        (v.berta, [v.shop_management, v.flat_management]),
        (v.elias, [v.flat_lease]),
        (v.diana, [v.depot_management, v.shop_lease]),
    ):
        found = await archive.numbers("contracts", ContractFilter(), Parent.CLIENT, client.id)
        assert found == [contract.number for contract in contracts]
    active = ContractFilter(status=ContractStatus.ACTIVE)
    assert await archive.numbers("contracts", active, Parent.CLIENT, v.felix.id) == []


async def test_invoices_by_kind_and_status(archive: Archive) -> None:
    v = archive.village
    commissions = replace(OF_INVOICES, kind=InvoiceKind.COMMISSION)
    assert await archive.numbers("invoices", commissions) == [v.diana_commission.number, v.commission.number]
    partly = replace(OF_INVOICES, status=(InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.VOIDED))
    assert await archive.numbers("invoices", partly) == [v.rents[1].number, v.voided.number]
    assert await archive.numbers("invoices", replace(OF_INVOICES, status=())) == []


async def test_overdue_is_a_balance_whose_due_date_lies_before_today(archive: Archive) -> None:
    v = archive.village
    overdue = replace(OF_INVOICES, overdue=True)
    due_today = v.shop_rent.number  # issued on 1 July, due on the 10th: before today

    late = await archive.numbers("invoices", overdue)
    assert set(late) == {v.rents[1].number, v.rents[2].number, due_today, v.commission.number, v.old_rent.number}
    assert archive.fv.number not in late  # due today
    calm = await archive.numbers("invoices", replace(OF_INVOICES, overdue=False))
    assert set(late) | set(calm) == {row.number for row in v.store.invoices.values()}
    assert set(late) & set(calm) == set()
    tomorrow = replace(overdue, today=date(2026, 7, 16))
    assert set(await archive.numbers("invoices", tomorrow)) == {*late, archive.fv.number}


async def test_days_of_issue_and_of_falling_due_are_included(archive: Archive) -> None:
    v = archive.village
    may, june = v.rents[0], v.rents[1]
    for narrowed in (
        replace(OF_INVOICES, issued_from=date(2026, 5, 1), issued_to=date(2026, 6, 1)),
        replace(OF_INVOICES, due_from=date(2026, 5, 10), due_to=date(2026, 6, 10)),
    ):
        assert await archive.numbers("invoices", narrowed) == [june.number, may.number]
    nothing = replace(OF_INVOICES, issued_from=date(2026, 5, 2), issued_to=date(2026, 5, 31))
    assert await archive.numbers("invoices", nothing) == []
    everything = replace(OF_INVOICES, due_from=date.min, due_to=date.max, issued_from=date.min, issued_to=date.max)
    assert len(await archive.found("invoices", everything)) == len(v.store.invoices)


async def test_invoices_of_a_contract_and_in_three_orders(archive: Archive) -> None:
    v = archive.village
    of_lease = replace(OF_INVOICES, contract_id=v.flat_lease.id, due_from=date(2026, 5, 1))
    newest = [rent.number for rent in reversed(v.rents)]
    for order, numbers in (
        (InvoiceOrder.NEWEST, newest),
        (InvoiceOrder.OLDEST, newest[::-1]),
        (InvoiceOrder.DUE_FIRST, newest[::-1]),
    ):
        assert await archive.numbers("invoices", replace(of_lease, order=order)) == numbers
    under = (Parent.CONTRACT, v.flat_lease.id)
    assert len(await archive.found("invoices", OF_INVOICES, *under)) == 5
    assert await archive.numbers("invoices", replace(OF_INVOICES, contract_id=NOBODY)) == []
    assert await archive.numbers("invoices", replace(OF_INVOICES, contract_id=v.shop_lease.id), *under) == []


@pytest.mark.parametrize("search", ["fe-n-2026", "FE-Ñ", "nandu fe-ñ", "800197268"])
async def test_invoices_by_number_and_client(archive: Archive, search: str) -> None:
    assert await archive.numbers("invoices", replace(OF_INVOICES, search=search)) == [archive.fv.number]


@pytest.mark.parametrize("search", ["cus-ab12", "ÁB12", "Ñandú"])
async def test_payments_by_reference_and_client(archive: Archive, search: str) -> None:
    assert await archive.numbers("payments", PeriodFilter(search=search)) == [archive.late.receipt_number]


async def test_payments_by_receipt_and_contract(archive: Archive) -> None:
    v = archive.village
    by_receipt = PeriodFilter(search=v.receipt.receipt_number.lower())
    assert await archive.numbers("payments", by_receipt) == [v.receipt.receipt_number]
    of_lease = PeriodFilter(contract_id=v.flat_lease.id)
    assert await archive.numbers("payments", of_lease) == [v.receipt.receipt_number]
    assert await archive.numbers("payments", PeriodFilter(contract_id=NOBODY)) == []


async def test_a_payment_late_in_the_evening_is_of_that_day_in_bogota(archive: Archive) -> None:
    # 23:30 on 1 July in Bogotá is 2 July in UTC.
    number = archive.late.receipt_number
    assert await archive.numbers("payments", PeriodFilter(from_on=date(2026, 7, 1), to_on=date(2026, 7, 1))) == [number]
    assert await archive.numbers("payments", PeriodFilter(from_on=date(2026, 7, 2), to_on=date(2026, 7, 2))) == []


async def test_the_ends_of_the_calendar_are_days_like_others(archive: Archive) -> None:
    v = archive.village
    ever = PeriodFilter(from_on=date.min, to_on=date.max)
    assert len(await archive.found("payments", ever)) == len(v.store.payments)
    assert len(await archive.found("payouts", ever)) == len(v.store.payouts)
    never = PeriodFilter(from_on=date.max, to_on=date.min)
    assert await archive.found("payments", never) == await archive.found("payouts", never) == []


async def test_payouts_by_day_contract_reference_and_owner(archive: Archive) -> None:
    v = archive.village
    july, december, january = v.payouts
    for narrowed, payouts in (
        (PeriodFilter(from_on=date(2026, 1, 2), to_on=date(2026, 7, 10)), [july, january]),
        (PeriodFilter(to_on=date(2026, 1, 1)), [december]),
        (PeriodFilter(contract_id=v.flat_management.id), [july, december]),
        (PeriodFilter(search="ach-77"), [january]),
        (PeriodFilter(search="ciro diaz"), [december]),
        (PeriodFilter(search=july.number.lower()), [july]),
    ):
        assert await archive.numbers("payouts", narrowed) == [it.number for it in payouts]


async def test_pqrs_by_state_class_subject_number_and_client(archive: Archive) -> None:
    v = archive.village
    ana, berta, diana = v.cases
    for narrowed, cases in (
        (replace(OF_PQRS, status=(PqrsStatus.CLOSED, PqrsStatus.ANSWERED)), [berta]),
        (replace(OF_PQRS, status=()), []),
        (replace(OF_PQRS, classification=(PqrsClassification.CLAIM,)), [diana]),
        (replace(OF_PQRS, subject=(PqrsSubject.LEGAL, PqrsSubject.OTHER)), [berta]),
        (replace(OF_PQRS, search=ana.filing_number.lower()), [ana]),
        (replace(OF_PQRS, search="nanez"), [diana]),
        (replace(OF_PQRS, overdue=True), [diana]),  # the term of the closed one is past too
        (replace(OF_PQRS, overdue=False), [berta, ana]),
        (replace(OF_PQRS, overdue=True, classification=(PqrsClassification.PETITION,)), []),
    ):
        assert await archive.numbers("pqrs", narrowed) == [it.filing_number for it in cases]


async def test_pqrs_in_two_orders_of_which_one_is_that_in_which_they_fall_due(archive: Archive) -> None:
    ana, berta, diana = archive.village.cases  # due on 6 August, 1 July and 14 July
    assert await archive.numbers("pqrs", OF_PQRS) == [it.filing_number for it in (diana, berta, ana)]
    due_first = replace(OF_PQRS, order=PqrsOrder.DUE_FIRST)
    assert await archive.numbers("pqrs", due_first) == [it.filing_number for it in (berta, diana, ana)]
    still_open = replace(due_first, status=(PqrsStatus.PENDING,))
    assert await archive.numbers("pqrs", still_open) == [it.filing_number for it in (diana, ana)]


async def test_filters_hold_under_a_client_too(archive: Archive) -> None:
    v = archive.village
    under = (Parent.CLIENT, v.ana.id)
    unpaid = replace(OF_INVOICES, status=(InvoiceStatus.ISSUED,))

    assert await archive.numbers("invoices", unpaid, *under) == [v.rents[3].number, v.rents[2].number]
    assert await archive.numbers("payments", PeriodFilter(to_on=date(2026, 7, 1)), *under) == [v.receipt.receipt_number]
    assert await archive.numbers("pqrs", replace(OF_PQRS, overdue=True), *under) == []
    assert await archive.numbers("invoices", OF_INVOICES, Parent.CLIENT, uuid4()) == []


@pytest.mark.parametrize(
    ("narrowed", "kinds"),
    [
        (FindingFilter(), ["DISPUTE", "CREDITED", "SLOW"]),
        (FindingFilter(open=True), ["DISPUTE", "CREDITED"]),
        (FindingFilter(open=False), ["SLOW"]),
        (FindingFilter(kind=(FindingKind.SLOW, FindingKind.CREDITED)), ["CREDITED", "SLOW"]),
        (FindingFilter(open=True, kind=(FindingKind.SLOW,)), []),
        (FindingFilter(kind=()), []),
    ],
)
async def test_findings_by_whether_they_are_open_and_by_kind(
    archive: Archive, narrowed: FindingFilter, kinds: list[str]
) -> None:
    assert sorted(finding.kind for finding in await archive.found("findings", narrowed)) == sorted(kinds)


@pytest.mark.parametrize(
    ("narrowed", "days"),
    [
        (ReconciliationFilter(), [14, 13, 12]),
        (ReconciliationFilter(from_on=date(2026, 7, 13)), [14, 13]),
        (ReconciliationFilter(to_on=date(2026, 7, 13)), [13, 12]),
        (ReconciliationFilter(from_on=date(2026, 7, 15)), []),
    ],
)
async def test_reports_by_the_day_they_are_about(
    archive: Archive, narrowed: ReconciliationFilter, days: list[int]
) -> None:
    assert [report.on.day for report in await archive.found("reconciliations", narrowed)] == days
