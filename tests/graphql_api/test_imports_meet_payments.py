"""A payment made here comes back in the back office's export, and nothing of it is counted twice or undone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from application.use_cases.payments.books import Receipt, give_back, open_credit, receive
from domain.accounts import AccountRole
from domain.ids import PaymentId
from domain.imports.sheets import ImportKind
from domain.ledger import Journal, JournalKind, LedgerAccount, credit_used
from domain.payment_intents import IntentInvoice
from domain.payments import FIRST_FROM_CREDIT, Payment, PaymentMethod, ReversalKind, Share
from tests.application.imports_office import csv_of
from tests.graphql_api.forms import IMPORT, PAY, act, id_of, order
from tests.graphql_api.test_answers_of_payments import notice
from tests.graphql_api.town import Town, founded
from tests.postgres import Database

TOTAL, NOTHING = Decimal("1155000.00"), Decimal(0)
UNCHANGED, UPDATED, CREATED, REJECTED = (0, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1)


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    """FV-1 and FV-2 are owed by Ana."""
    async with founded(database) as town:
        await town.agency("andina", payu=True)
        await town.books("andina")
        await town.take("andina", ImportKind.INVOICES, {"numero": "FV-1"}, {"numero": "FV-2"})
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town
        # Whatever was imported, the books agree.
        assert (await town.use_cases.check_books(town.agencies["andina"].id)).agree


async def took(town: Town, kind: ImportKind, *rows: dict[str, str]) -> tuple[int, int, int, int]:
    """What a file did; checking it alone says the same."""
    form = {"kind": kind.value, "csv": csv_of(kind, *rows)}
    dry = await act(town, IMPORT, by="sara", input=form | {"dryRun": True})
    told = await act(town, IMPORT, by="sara", input=form)
    assert dry == told
    return told["created"], told["updated"], told["unchanged"], told["rejected"]


async def state(town: Town, number: str) -> tuple[str, Decimal]:
    """An invoice's, and what is owed of it."""
    query = "query Una($id: ID!) { invoice(id: $id) { status balance } }"
    found = (await town.ask(query, by="sara", id=await id_of(town, number))).data["invoice"]
    return found["status"], Decimal(found["balance"])


async def receipts(town: Town) -> list[tuple[Any, ...]]:
    return await town.rows("select receipt_number, amount, status from payments order by receipt_number")


async def paid_online(town: Town, number: str = "FV-1") -> tuple[str, str]:
    """The receipt's number and the gateway's reference of a payment through PayU."""
    started = await act(town, PAY, by="ana", input=await order(town, number))
    await notice(town, started["intent"], cus="CUS-4711", payment_method_type="4")
    ((receipt, reference),) = await town.rows("select receipt_number, gateway_reference from payments")
    assert reference
    return receipt, reference


async def at_the_office(town: Town, amount: str, *numbers: str, reference: str | None = None) -> Payment:
    """As the staff record it."""
    async with town.unit_of_work("andina") as uow:
        ((client_id,),) = await town.rows("select id from clients where code = 'T1'")
        ids = [key for (key,) in await town.rows("select id from invoices where number = any(:n)", n=list(numbers))]
        await uow.payments.lock_client(client_id)
        invoices = dict(await uow.payments.lock_invoices(ids))
        payment = await receive(
            uow,
            Receipt(
                key=f"office:{uuid4()}",
                kind=JournalKind.OFFICE,
                into=LedgerAccount.OFFICE,
                agency_id=town.agencies["andina"].id,
                client_id=client_id,
                amount=Decimal(amount),
                method=PaymentMethod.CASH,
                paid_at=town.clock.now(),
                gateway_reference=reference,
            ),
            [IntentInvoice(invoice_id=key, amount=invoices[key].balance) for key in ids],
            invoices,
            town.clock.now(),
        )
        await uow.commit()
    return payment


async def reversed_here(town: Town, receipt: str) -> None:
    ((payment_id, client_id),) = await town.rows(
        "select id, client_id from payments where receipt_number = :it", it=receipt
    )
    async with town.unit_of_work("andina") as uow:
        await uow.payments.lock_client(client_id)
        payment = await uow.payments.get(PaymentId(payment_id))
        assert payment is not None
        await give_back(
            uow, payment, amount=None, kind=ReversalKind.OFFICE, reason="Se digitó dos veces.", at=town.clock.now()
        )
        await uow.commit()


@pytest.mark.parametrize("by", ["receipt", "reference", "both"])
async def test_a_payment_through_a_gateway_comes_back_and_is_the_same_one(town: Town, by: str) -> None:
    receipt, reference = await paid_online(town)
    row = {
        "recibo": receipt if by != "reference" else "RC-500",
        "referencia": reference if by != "receipt" else "",
        "facturas": "FV-1:1155000,00",
        "valor": "1155000,00",
    }

    assert await took(town, ImportKind.PAYMENTS, row) == UNCHANGED
    assert await took(town, ImportKind.PAYMENTS, row | {"fecha": "15/07/2026", "medio": "otro"}) == UNCHANGED

    assert await receipts(town) == [(receipt, TOTAL, "APPLIED")]
    assert await state(town, "FV-1") == ("PAID", NOTHING)


async def test_an_invoice_that_comes_again_as_billed_stays_paid(town: Town) -> None:
    receipt, _ = await paid_online(town)

    assert await took(town, ImportKind.INVOICES, {"numero": "FV-1"}) == UNCHANGED
    assert await took(town, ImportKind.INVOICES, {"numero": "FV-1", "descripcion": "Canon de enero"}) == UPDATED
    assert await took(town, ImportKind.INVOICES, {"numero": "FV-1", "estado": "pagada"}) == UPDATED
    assert await took(town, ImportKind.INVOICES, {"numero": "FV-1"}) == UNCHANGED  # an older state is not put back

    assert await state(town, "FV-1") == ("PAID", NOTHING)
    assert await receipts(town) == [(receipt, TOTAL, "APPLIED")]


async def test_another_receipt_for_what_was_paid_here_is_told_to_the_back_office(town: Town) -> None:
    """Without reference and number nobody can tell whether it is the same money: it does not enter in silence."""
    receipt, _ = await paid_online(town)

    assert await took(town, ImportKind.PAYMENTS, {"recibo": "RC-9", "referencia": "otra"}) == REJECTED

    assert await receipts(town) == [(receipt, TOTAL, "APPLIED")]


async def test_a_payment_at_the_office_comes_back_by_its_receipt_or_by_reference_client_and_amount(town: Town) -> None:
    payment = await at_the_office(town, "1155000.00", "FV-1", reference="CONSIGNACION 12")
    row = {"facturas": "FV-1:1155000,00"}

    by_receipt = await took(town, ImportKind.PAYMENTS, row | {"recibo": payment.receipt_number, "referencia": ""})
    by_reference = await took(town, ImportKind.PAYMENTS, row | {"recibo": "RC-5", "referencia": "CONSIGNACION 12"})
    other = {"recibo": "RC-6", "referencia": "CONSIGNACION 12", "valor": "300000,00", "facturas": "FV-2:300000,00"}

    assert (by_receipt, by_reference) == (UNCHANGED, UNCHANGED)
    assert await state(town, "FV-1") == ("PAID", NOTHING)
    # Another consignment under the same words is another payment.
    assert await took(town, ImportKind.PAYMENTS, other) == CREATED
    assert await state(town, "FV-2") == ("PARTIALLY_PAID", TOTAL - 300000)


@pytest.mark.parametrize("imported", [False, True])
async def test_a_receipt_that_was_reversed_here_stays_reversed(town: Town, *, imported: bool) -> None:
    row = {"recibo": "RC-1", "referencia": "CUS-9"}
    if imported:
        assert await took(town, ImportKind.PAYMENTS, row) == CREATED
    else:
        receipt, reference = await paid_online(town)
        row = {"recibo": receipt, "referencia": reference}
    await reversed_here(town, row["recibo"])
    assert await state(town, "FV-1") == ("ISSUED", TOTAL)

    for change in ({}, {"valor": "2000000,00"}, {"facturas": ""}, {"fecha": "16/07/2026"}):
        assert await took(town, ImportKind.PAYMENTS, row | change) == UNCHANGED
    await took(town, ImportKind.INVOICES, {"numero": "FV-1"})

    assert await receipts(town) == [(row["recibo"], TOTAL, "REVERSED")]
    assert await state(town, "FV-1") == ("ISSUED", TOTAL)


async def test_an_imported_receipt_whose_credit_was_used_here_stands(town: Town) -> None:
    row = {"recibo": "RC-1", "valor": "1655000,00", "facturas": "FV-1:1155000,00", "referencia": ""}
    assert await took(town, ImportKind.PAYMENTS, row) == CREATED
    await use_credit(town, "500000.00", "FV-2")
    assert await state(town, "FV-2") == ("PARTIALLY_PAID", TOTAL - 500000)

    for change in ({}, {"valor": "1155000,00"}, {"facturas": "FV-1:1155000,00|FV-2:500000,00"}):
        assert await took(town, ImportKind.PAYMENTS, row | change) == UNCHANGED
    await took(town, ImportKind.INVOICES, {"numero": "FV-1"}, {"numero": "FV-2"})

    assert await receipts(town) == [("RC-1", Decimal("1655000.00"), "APPLIED")]
    assert (await state(town, "FV-1"), await state(town, "FV-2")) == (
        ("PAID", NOTHING),
        ("PARTIALLY_PAID", TOTAL - 500000),
    )


async def use_credit(town: Town, amount: str, number: str) -> None:
    """As credit pays an invoice here."""
    at, used = town.clock.now() + timedelta(minutes=1), Decimal(amount)
    ((client_id,),) = await town.rows("select id from clients where code = 'T1'")
    ((invoice_id,),) = await town.rows("select id from invoices where number = :it", it=number)
    async with town.unit_of_work("andina") as uow:
        await uow.payments.lock_client(client_id)
        invoices = await uow.payments.lock_invoices([invoice_id])
        (payment,) = await uow.payments.with_credit(client_id)
        await open_credit(uow, payment, at=at)
        invoices[invoice_id].receive(used)
        await uow.payments.save_invoice(invoices[invoice_id])
        payment.credit_left -= used
        share = Share(position=FIRST_FROM_CREDIT, invoice_id=invoice_id, amount=used, from_credit=True, applied_at=at)
        await uow.payments.use_credit(payment, [share])
        await uow.ledger.post(
            Journal(
                key=f"credit:{uuid4()}",
                kind=JournalKind.CREDIT_USED,
                agency_id=payment.agency_id,
                client_id=client_id,
                at=at,
                entries=credit_used([(invoice_id, used)]),
                payment_id=payment.id,
            )
        )
        await uow.commit()
