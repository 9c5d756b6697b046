"""What is said of an import's store holds in memory and in Postgres alike."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from adapters.postgres.engine import create_engine
from application.access import Scope
from domain.contracts import ContractKind
from domain.errors import Busy
from domain.ids import AgencyId
from domain.imports.sheets import ImportKind
from domain.invoices import InvoiceStatus
from tests.application.imports_office import MANAGEMENT, OWNER, ROWS, counts, errors, warnings
from tests.fakes.imports import FakeImports
from tests.ports.imported import OURS, Imported, InMemory, InPostgres
from tests.postgres import Database

ISSUED, PARTIALLY_PAID, PAID, VOIDED = InvoiceStatus
TOTAL = Decimal(1155000)


@pytest.fixture(params=["in_memory", "postgres"])
async def books(request: pytest.FixtureRequest, module_database: Database) -> AsyncIterator[Imported]:
    if request.param == "in_memory":
        yield InMemory(FakeImports(), AgencyId(uuid4()))
        return
    engine = create_engine(module_database.app_url)
    yield await InPostgres.open(engine)
    await engine.dispose()


@pytest.fixture
async def billed(books: Imported) -> Imported:
    for kind, changes in (
        (ImportKind.CLIENTS, ({}, OWNER, {"codigo": "T3"})),
        (ImportKind.PROPERTIES, ({"propietarios": "T2:60|T3:40"},)),
        (ImportKind.CONTRACTS, ({}, MANAGEMENT | {"titulares": "T2|T3"})),
        (ImportKind.INVOICES, ({}, {"numero": "FV-2"}, {"numero": "FV-3", "estado": "anulada"})),
    ):
        report = await books.take(kind, *changes)
        assert counts(report)[0] == len(changes), report.row_errors
    return books


@pytest.mark.parametrize("kind", ImportKind)
async def test_what_is_put_is_found_again_and_its_repeat_is_unchanged(billed: Imported, kind: ImportKind) -> None:
    change = {next(iter(ROWS[kind])): "NUEVO"}

    first = await billed.take(kind, change)
    again = await billed.take(kind, change)
    changed = await billed.take(
        kind, change | {"ciudad": "Pasto", "fecha": "09/01/2026", "descripcion": "x", "fin": ""}
    )

    assert [counts(report) for report in (first, again, changed)] == [(1, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0)]


async def test_work_not_committed_is_lost(books: Imported) -> None:
    tried = await books.take(ImportKind.CLIENTS, dry_run=True)
    entered = await books.take(ImportKind.CLIENTS)

    assert counts(tried) == counts(entered) == (1, 0, 0, 0)


async def test_lookups_leave_out_what_does_not_exist_or_is_another_agencys(billed: Imported) -> None:
    other = await billed.another()

    for agency_id, found in ((billed.agency_id, True), (other.agency_id, False)):
        async with billed.factory(Scope.of_agency(agency_id)) as uow:
            store = uow.imports
            assert set(await store.clients(["T1", "T9"])) == ({"T1"} if found else set())
            assert set(await store.properties(["I1", "I9"])) == ({"I1"} if found else set())
            assert set(await store.contracts(["ARR-1", "x"])) == ({"ARR-1"} if found else set())
            assert set(await store.invoice_digests(["FV-1", "x"])) == ({"FV-1"} if found else set())
            assert set(await store.invoices(["FV-1", "x"])) == ({"FV-1"} if found else set())
            assert set(await store.payouts(["x"])) == set()
            assert await store.payments(["x"], ["y"]) == []


async def test_the_same_keys_in_two_agencies_do_not_touch(billed: Imported) -> None:
    other = await billed.another()

    entered = await other.take(ImportKind.CLIENTS, {"nombre": "Otra"})
    referring = await other.take(ImportKind.PROPERTIES)
    repeated = await billed.take(ImportKind.CLIENTS)

    assert counts(entered) == (1, 0, 0, 0)
    assert errors(referring) == [(2, "propietarios", "not_found")]
    assert counts(repeated) == (0, 0, 1, 0)


async def test_a_contract_is_known_with_its_holders_and_its_use(billed: Imported) -> None:
    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        found = await uow.imports.contracts(["ARR-1", "ADM-1"])

    lease, management = found["ARR-1"], found["ADM-1"]
    assert (lease.kind, set(lease.holders), lease.in_use) == (ContractKind.LEASE, {"T1"}, True)
    assert (management.kind, set(management.holders)) == (ContractKind.MANAGEMENT, {"T2", "T3"})
    assert not management.in_use


async def test_an_invoice_is_known_with_what_receipts_put_on_it(billed: Imported) -> None:
    await billed.take(ImportKind.PAYMENTS, {"facturas": "FV-1:1000|FV-2:5"})
    await billed.pay_here(receipt="RP-1", reference="77", client="T1", shares={"FV-1": Decimal(234)})

    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        found = await uow.imports.invoices(["FV-1", "FV-2", "FV-3"])

    assert {number: invoice.allocated for number, invoice in found.items()} == {
        "FV-1": Decimal(1234),
        "FV-2": Decimal(5),
        "FV-3": Decimal(0),
    }
    assert [found[number].voided for number in ("FV-1", "FV-3")] == [False, True]
    assert (found["FV-1"].client, found["FV-1"].total) == ("T1", TOTAL)


async def test_states_follow_the_receipts_when_they_come_change_and_move(billed: Imported) -> None:
    await billed.take(ImportKind.PAYMENTS, {"facturas": "FV-1:155000"})
    partly = await billed.state("FV-1")
    await billed.take(ImportKind.PAYMENTS)
    paid = await billed.state("FV-1")
    await billed.take(ImportKind.PAYMENTS, {"facturas": "FV-2:1155000"})

    assert partly == (PARTIALLY_PAID, Decimal(155000))
    assert paid == (PAID, TOTAL)
    assert await billed.state("FV-1") == (ISSUED, Decimal(0))
    assert await billed.state("FV-2") == (PAID, TOTAL)
    assert await billed.state("FV-3") == (VOIDED, Decimal(0))


async def test_an_invoice_settled_outside_counts_as_paid_until_receipts_say_how_much(billed: Imported) -> None:
    await billed.take(ImportKind.INVOICES, {"estado": "pagada"})
    settled = await billed.state("FV-1")

    await billed.take(ImportKind.PAYMENTS, {"facturas": "FV-1:1"})

    assert settled == (PAID, TOTAL)
    assert await billed.state("FV-1") == (PARTIALLY_PAID, Decimal(1))


async def test_payments_made_here_are_met_by_receipt_or_reference_and_left_alone(billed: Imported) -> None:
    await billed.pay_here(receipt="RP-1", reference="77", client="T1", shares={"FV-1": TOTAL})

    by_reference = await billed.take(ImportKind.PAYMENTS, {"recibo": "RC-9", "referencia": "77"})
    by_ours = await billed.take(ImportKind.PAYMENTS, {"recibo": "RC-9", "referencia": f" {OURS}"})
    by_receipt = await billed.take(ImportKind.PAYMENTS, {"recibo": "RP-1", "referencia": ""})
    invoices = await billed.take(ImportKind.INVOICES, {"descripcion": "Otra"})

    assert counts(by_reference) == counts(by_ours) == counts(by_receipt) == (0, 0, 1, 0)
    assert counts(invoices) == (0, 1, 0, 0)
    assert await billed.state("FV-1") == (PAID, TOTAL)
    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        for references in (["77"], [OURS]):
            (found,) = await uow.imports.payments(["RC-9", "RP-1"], references)
            told = (found.receipt_number, found.reference, found.intent_reference)
            assert told == ("RP-1", "77", OURS)
            assert [it.id for it in await uow.imports.payments([], references)] == [found.id]


async def test_the_references_of_imported_receipts_are_not_looked_up(billed: Imported) -> None:
    await billed.take(ImportKind.PAYMENTS)

    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        assert await uow.imports.payments([], ["CUS-9"]) == []
        (payment,) = await uow.imports.payments(["RC-1"], [])

    assert (payment.reference, payment.made_here, payment.allocations) == ("CUS-9", False, (("FV-1", TOTAL),))


async def test_the_longest_texts_that_are_accepted_can_be_stored(books: Imported) -> None:
    long = {
        "codigo": "ñ" * 100,
        "nombre": "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 300,
        "direccion": "é" * 300,
    }

    assert counts(await books.take(ImportKind.CLIENTS, long)) == (1, 0, 0, 0)


async def test_contact_data_changed_here_and_accounts_are_met(billed: Imported) -> None:
    await billed.change_contact("T1", phone="6015550000")
    await billed.give_account("T1")

    report = await billed.take(ImportKind.CLIENTS, {"correo": "otra@correo.example"})

    assert counts(report) == (0, 0, 1, 0)
    assert warnings(report) == [(2, "correo", "email_waits")]
    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        found = await uow.imports.clients(["T1", "T2"])
    assert (found["T1"].phone, found["T1"].email, found["T1"].has_account) == ("6015550000", "ana@correo.example", True)
    assert not found["T2"].has_account


async def test_readers_follow_parties_and_owners_and_forget_those_that_left(billed: Imported) -> None:
    assert await billed.contract_readers() == {
        ("ARR-1", "T1", True),
        ("ARR-1", "T2", False),
        ("ARR-1", "T3", False),
        ("ADM-1", "T2", True),
        ("ADM-1", "T3", True),
    }
    assert await billed.property_readers() == {("I1", "T1", False), ("I1", "T2", True), ("I1", "T3", True)}

    await billed.take(ImportKind.PROPERTIES, {"propietarios": "T2:100"})
    await billed.take(ImportKind.CONTRACTS, {}, MANAGEMENT)

    assert await billed.contract_readers() == {("ARR-1", "T1", True), ("ARR-1", "T2", False), ("ADM-1", "T2", True)}
    assert await billed.property_readers() == {("I1", "T1", False), ("I1", "T2", True)}


async def test_who_was_billed_goes_on_reading_the_contract_after_leaving_it(billed: Imported) -> None:
    await billed.take(ImportKind.CONTRACTS, {"titulares": "T3"})

    assert ("ARR-1", "T1", False) in await billed.contract_readers()
    assert ("I1", "T1", False) in await billed.property_readers()


async def test_one_import_at_a_time_for_an_agency_and_others_meanwhile(billed: Imported) -> None:
    other = await billed.another()

    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        await uow.imports.begin()
        with pytest.raises(Busy):
            await billed.take(ImportKind.CLIENTS, {"nombre": "Otra"})
        assert counts(await other.take(ImportKind.CLIENTS)) == (1, 0, 0, 0)

    assert counts(await billed.take(ImportKind.CLIENTS)) == (0, 0, 1, 0)


async def test_documents_are_known_by_their_numbers_once_they_are_written(billed: Imported) -> None:
    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        found = await uow.imports.invoice_ids({"FV-1", "FV-3", "NADA"})
        assert set(found) == {"FV-1", "FV-3"}
        assert await uow.imports.payout_ids({"CE-1"}) == {}
        assert await uow.imports.has_any(ImportKind.INVOICES)
        assert not await uow.imports.has_any(ImportKind.PAYOUTS)
    await billed.take(ImportKind.PAYOUTS)
    async with billed.factory(Scope.of_agency(billed.agency_id)) as uow:
        assert set(await uow.imports.payout_ids({"CE-1", "FV-1"})) == {"CE-1"}
        assert await uow.imports.has_any(ImportKind.PAYOUTS)
    other = await billed.another()
    async with other.factory(Scope.of_agency(other.agency_id)) as uow:
        assert await uow.imports.invoice_ids({"FV-1"}) == {}
        assert not await uow.imports.has_any(ImportKind.INVOICES)


async def test_papers_that_come_later_prolong_as_whom_the_erased_stand_on_them(billed: Imported) -> None:
    """The books keep ten years from the end of the year of the last one, whatever brought it; never less long."""
    for code in ("T1", "T2"):
        await billed.keep_identity(code, date(2030, 12, 31))
    other = await billed.another()
    await other.take(ImportKind.CLIENTS)
    await other.keep_identity("T1", date(2030, 12, 31))

    async def kept() -> tuple[date, date]:
        return await billed.kept_until("T1"), await billed.kept_until("T2")

    await billed.take(ImportKind.CLIENTS, {"ciudad": "Pasto"})
    assert await kept() == (date(2030, 12, 31), date(2030, 12, 31))
    await billed.take(ImportKind.INVOICES, {"numero": "FV-9", "fecha_emision": "02/01/2015"})
    assert await kept() == (date(2036, 12, 31), date(2030, 12, 31))  # of an earlier one, billed in 2026
    # The last evening of 2027 in Bogotá is 2028 in UTC.
    await billed.take(ImportKind.PAYMENTS, {"fecha": "31/12/2027 23:00", "facturas": "FV-1:5"})
    assert await kept() == (date(2037, 12, 31), date(2030, 12, 31))
    await billed.take(ImportKind.PAYOUTS, {"fecha": "10/01/2029"})
    assert await kept() == (date(2037, 12, 31), date(2039, 12, 31))
    assert await other.kept_until("T1") == date(2030, 12, 31)
