"""What is said of the ledger, of credit and of taking back holds in memory and in Postgres alike."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from application.ports.books import AnsweredRequest, InvoiceDifference, Reconciliation
from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments.books import BookedBefore, Receipt, give_back, open_credit, receive
from domain.findings import Finding, FindingKind
from domain.ids import AccountId, ClientId, InvoiceId, PaymentId
from domain.invoices import Invoice, InvoiceStatus
from domain.ledger import (
    Journal,
    JournalKind,
    LedgerAccount,
    LedgerEntry,
    credit_used,
    received,
    returned_twice,
    taken_back,
)
from domain.payment_intents import IntentInvoice
from domain.payments import FIRST_FROM_CREDIT, Payment, PaymentMethod, PaymentStatus, ReversalKind, Share
from tests.fakes.clock import NOON_IN_BOGOTA as AT
from tests.ports.payments_place import Place, place

__all__ = ["place"]


async def paid_at_the_office(place: Place, uow: UnitOfWork, amount: str, *invoices: Invoice, key: str = "") -> Payment:
    """A receipt for these invoices, and credit for the rest."""
    receipt = Receipt(
        key=key or f"office:{uuid4()}",
        kind=JournalKind.OFFICE,
        into=LedgerAccount.OFFICE,
        agency_id=place.agency.id,
        client_id=place.ana.id,
        amount=Decimal(amount),
        method=PaymentMethod.CASH,
        paid_at=AT,
    )
    await uow.payments.lock_client(place.ana.id)
    locked = dict(await uow.payments.lock_invoices([invoice.id for invoice in invoices]))
    wanted = [IntentInvoice(invoice_id=invoice.id, amount=locked[invoice.id].balance) for invoice in invoices]
    return await receive(uow, receipt, wanted, locked, AT)


async def test_a_receipt_pays_invoices_leaves_credit_and_is_in_the_ledger(place: Place) -> None:
    invoice = place.invoices[0]
    async with place.store.unit_of_work(place.staff) as uow:
        payment = await paid_at_the_office(place, uow, "1250000.00", invoice)
        await uow.commit()

    assert (await place.store.invoice(invoice)).status is InvoiceStatus.PAID
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.ledger.differences() == []
        kept = await uow.payments.get(payment.id)
        assert kept is not None
        assert (kept.credited, kept.credit_left) == (Decimal("250000.00"), Decimal("250000.00"))
        assert [it.id for it in await uow.payments.with_credit(place.ana.id)] == [payment.id]
        (share,) = await uow.payments.shares(payment.id)
        assert (share.invoice_id, share.amount, share.from_credit) == (invoice.id, Decimal("1000000.00"), False)
        assert await uow.payments.made_here(payment.id)


async def test_the_same_fact_is_not_booked_twice(place: Place) -> None:
    async with place.store.unit_of_work(place.staff) as uow:
        await paid_at_the_office(place, uow, "10.00", place.invoices[0], key="office:one")
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        with pytest.raises(BookedBefore):
            await paid_at_the_office(place, uow, "10.00", place.invoices[0], key="office:one")
    assert len(await place.store.payments(place.agency.id)) == 1
    assert (await place.store.invoice(place.invoices[0])).paid == Decimal("10.00")


async def test_open_invoices_are_those_that_owe_the_longest_due_first(place: Place) -> None:
    async with place.store.unit_of_work(place.staff) as uow:
        await paid_at_the_office(place, uow, "1000000.00", place.invoices[0])
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        found = await uow.payments.lock_open_invoices(place.ana.id)
    owing = [invoice for invoice in place.invoices if invoice.id != place.invoices[0].id]
    assert [it.id for it in found] == [
        it.id for it in sorted(owing, key=lambda it: (it.due_on, it.issued_on, it.number))
    ]
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.payments.has_client(place.ana.id)
        assert not await uow.payments.has_client(ClientId(uuid4()))


async def test_credit_is_used_and_taking_the_receipt_back_undoes_that_too(place: Place) -> None:
    first, second = place.invoices[:2]
    async with place.store.unit_of_work(place.staff) as uow:
        payment = await paid_at_the_office(place, uow, "1100000.00", first)
        await uow.commit()
    used = Decimal("60000.00")
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.lock_client(place.ana.id)
        (holder,) = await uow.payments.with_credit(place.ana.id)
        locked = await uow.payments.lock_invoices([second.id])
        await open_credit(uow, holder, at=AT)
        holder.credit_left -= used
        share = Share(
            position=FIRST_FROM_CREDIT,
            invoice_id=second.id,
            amount=used,
            from_credit=True,
            applied_at=AT + timedelta(1),
        )
        await uow.payments.use_credit(holder, [share])
        locked[second.id].receive(used)
        await uow.payments.save_invoice(locked[second.id])
        await uow.ledger.post(a_journal(place, "credit:1", credit_used([(second.id, used)]), payment_id=holder.id))
        await uow.commit()
    assert (await place.store.invoice(second)).paid == used

    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.ledger.differences() == []
        await uow.payments.lock_client(place.ana.id)
        held = await uow.payments.get(payment.id)
        assert held is not None
        assert held.credit_left == Decimal("40000.00")
        reversal = await give_back(uow, held, amount=None, kind=ReversalKind.OFFICE, reason="Cheque devuelto", at=AT)
        await uow.commit()

    assert reversal.amount == Decimal("1100000.00")
    assert [(await place.store.invoice(invoice)).paid for invoice in (first, second)] == [Decimal("0.00")] * 2
    async with place.store.unit_of_work(place.staff) as uow:
        gone = await uow.payments.get(payment.id)
        assert gone is not None
        assert (gone.status, gone.credit_left, gone.in_force) == (PaymentStatus.REVERSED, Decimal(0), Decimal(0))
        assert [it.in_force for it in await uow.payments.shares(payment.id)] == [0, 0]
        assert await uow.payments.with_credit(place.ana.id) == []
        assert await uow.ledger.differences() == []


async def test_a_figure_that_left_the_ledger_behind_is_found(place: Place) -> None:
    invoice = place.invoices[0]
    async with place.store.unit_of_work(place.staff) as uow:
        entries = received(LedgerAccount.OFFICE, [(invoice.id, Decimal("5.00"))], Decimal("0.00"))
        assert await uow.ledger.post(a_journal(place, "stray", entries))
        assert not await uow.ledger.post(a_journal(place, "stray", entries))
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.ledger.differences() == [
            InvoiceDifference(InvoiceId(invoice.id), invoice.number, Decimal("0.00"), Decimal("5.00"))
        ]


async def test_what_left_the_gateway_again_is_summed_by_payment(place: Place) -> None:
    intent = await place.add(place.intent())
    first, second = place.payment(intent), place.payment(intent, "RP-000002")
    async with place.store.unit_of_work(place.staff) as uow:
        for payment in (first, second):
            await uow.payments.add(payment, [(place.invoices[0].id, payment.amount)])
            entries = received(LedgerAccount.GATEWAY, [], payment.amount)
            await uow.ledger.post(replace(a_journal(place, f"in {payment.id}", entries), payment_id=payment.id))
        assert await uow.ledger.given_back_by_gateway(first.id) == 0
        for name, entries in (
            ("office", taken_back(LedgerAccount.OFFICE, [], Decimal("5.00"))),
            ("refund", taken_back(LedgerAccount.GATEWAY, [], Decimal("20.00"))),
            ("twice", returned_twice(amount=Decimal("3.00"))),
        ):
            await uow.ledger.post(replace(a_journal(place, name, entries), payment_id=first.id))
        await uow.commit()

    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.ledger.given_back_by_gateway(first.id) == Decimal("23.00")
        assert await uow.ledger.given_back_by_gateway(second.id) == 0


async def test_a_finding_is_reported_once_and_resolved_once(place: Place) -> None:
    finding = Finding(
        id=uuid4(),
        agency_id=place.agency.id,
        kind=FindingKind.CREDITED,
        key="CREDITED:1",
        at=AT,
        client_id=place.ana.id,
    )
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.findings.report(finding)
        assert not await uow.findings.report(replace(finding, id=uuid4()))
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.findings.get(finding.id) == finding
        await uow.findings.resolve(finding.id, at=AT, by=None)
        await uow.findings.resolve(finding.id, at=AT + timedelta(1), by=None)
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.findings.get(finding.id) == replace(finding, resolved_at=AT)
        assert await uow.findings.get(uuid4()) is None


async def test_what_is_about_an_intent_is_resolved_by_a_person_who_says_why(place: Place) -> None:
    intent, by = await place.add(place.intent()), await place.store.add_account(place.agency)
    finding = Finding(
        id=uuid4(), agency_id=place.agency.id, kind=FindingKind.DISPUTE, key="DISPUTE:2", at=AT, intent_id=intent.id
    )
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.findings.report(finding)
        resolved = [
            await uow.findings.resolve_about(intent.id, [FindingKind.DISPUTE], at=AT, by=by, note="No hay.")
            for _ in range(2)
        ]
        await uow.commit()

    assert resolved == [1, 0]
    async with place.store.unit_of_work(place.staff) as uow:
        kept = replace(finding, resolved_at=AT, resolved_by=by, note="No hay.")
        assert await uow.findings.get(finding.id) == kept


async def test_what_is_about_an_intent_is_resolved_by_what_happens_to_it(place: Place) -> None:
    intent = await place.add(place.intent())
    findings = [
        Finding(id=uuid4(), agency_id=place.agency.id, kind=kind, key=f"{kind}:1", at=AT, intent_id=intent.id)
        for kind in (FindingKind.REVIEW, FindingKind.DISPUTE)
    ]
    async with place.store.unit_of_work(place.staff) as uow:
        for finding in findings:
            await uow.findings.report(finding)
        await uow.findings.resolve_about(intent.id, [FindingKind.REVIEW], at=AT)
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        kept = [await uow.findings.get(finding.id) for finding in findings]
    assert [it.resolved_at for it in kept if it] == [AT, None]


async def test_an_answered_request_is_found_by_its_account_and_key(place: Place) -> None:
    account = await place.store.add_account(place.agency)
    answered = AnsweredRequest(uuid4(), "hash")
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.request_keys.find(account, "k") is None
        await uow.request_keys.remember(account, "k", answered)
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.request_keys.find(account, "k") == answered
        assert await uow.request_keys.find(account, "other") is None
        assert await uow.request_keys.find(AccountId(uuid4()), "k") is None


async def test_a_day_has_one_report_the_newest(place: Place) -> None:
    first = Reconciliation(id=uuid4(), agency_id=place.agency.id, on=AT.date(), at=AT, figures={"cobros": "1"})
    second = replace(first, id=uuid4(), at=AT + timedelta(1), figures={"cobros": "2"})
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.reconciliations.of_day(first.on) is None
        await uow.reconciliations.keep(first)
        await uow.reconciliations.keep(second)
        assert await uow.reconciliations.of_day(first.on) == replace(second, id=first.id)


async def test_a_charge_leads_to_its_payment(place: Place) -> None:
    intent = await place.add(place.intent())
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.payments.of_charge(intent, "nothing") is None
        assert await uow.payments.get(PaymentId(uuid4())) is None


def a_journal(place: Place, key: str, entries: tuple[LedgerEntry, ...], payment_id: PaymentId | None = None) -> Journal:
    return Journal(
        key=key,
        kind=JournalKind.CREDIT_USED,
        agency_id=place.agency.id,
        client_id=place.ana.id,
        at=AT,
        entries=entries,
        payment_id=payment_id,
    )
