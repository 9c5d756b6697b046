"""Receipts that the staff take back."""

from decimal import Decimal

import pytest

from application.access import Visitor
from application.use_cases.payments.credit import CreditForm
from application.use_cases.payments.refunds import RefundForm
from domain.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound, Unauthenticated
from domain.invoices import InvoiceStatus
from domain.ledger import JournalKind, LedgerAccount
from domain.payments import Payment, PaymentMethod, PaymentStatus, ReversalKind
from tests.application.payments_world import World, as_staff, refused
from tests.application.test_payments_office import a_form


async def reverse(world: World, payment: Payment, reason: str = "Cheque devuelto.") -> Payment:
    return await world.reverse_payment(world.staff, payment_id=payment.id, reason=reason)


async def test_an_office_receipt_is_taken_back_whole_and_stands_as_it_was_written() -> None:
    world = World()
    payment = await world.record_payment(world.staff, a_form(world, "2600000.00"))

    done = await reverse(world, payment, " Cheque devuelto. ")

    assert (done.status, done.reversed, done.credit_left) == (PaymentStatus.REVERSED, payment.amount, Decimal(0))
    kept = world.payment(payment)
    assert (kept.amount, kept.credited, kept.receipt_number) == (payment.amount, Decimal("100000.00"), "RP-000001")
    assert {(world.invoice(it).paid, world.invoice(it).status) for it in world.invoices} == {
        (Decimal(0), InvoiceStatus.ISSUED)
    }
    (reversal,) = world.books.reversals
    assert (reversal.kind, reversal.amount, reversal.reason) == (
        ReversalKind.OFFICE,
        payment.amount,
        "Cheque devuelto.",
    )
    assert reversal.by == world.staff.account_id
    await refused(world, InvalidTransition, reverse(world, payment))
    await world.assert_balanced()


async def test_an_imported_receipt_is_taken_back_with_its_credit() -> None:
    world = World()
    payment = world.imported("1100000.00", (world.invoices[0], "1000000.00"))

    await reverse(world, payment)

    assert world.invoice(world.invoices[0]).status is InvoiceStatus.ISSUED
    assert world.payment(payment).status is PaymentStatus.REVERSED
    (journal,) = [it for it in world.books.journals.values() if it.kind is JournalKind.REVERSAL]
    assert LedgerAccount.BACK_OFFICE in {entry.account for entry in journal.entries}
    await world.assert_balanced()


async def test_credit_that_was_used_is_taken_back_from_what_it_paid() -> None:
    world = World()
    payment = world.imported("600000.00")
    await world.apply_credit(world.viewer, CreditForm(idempotency_key="k", invoice_ids=(world.invoices[1].id,)))
    assert world.invoice(world.invoices[1]).status is InvoiceStatus.PAID

    await reverse(world, payment)

    assert world.invoice(world.invoices[1]).status is InvoiceStatus.ISSUED
    assert world.payment(payment).credit_left == 0
    await world.assert_balanced()


async def test_what_came_through_a_gateway_is_taken_back_out_of_the_office() -> None:
    """PSE is not returned through it: the agency transfers the money, and at the gateway nothing changes."""
    world = World()
    payment = await world.pay(world.invoices[0])

    await reverse(world, payment, "Se le transfirió.")

    (journal,) = [it for it in world.books.journals.values() if it.kind is JournalKind.REVERSAL]
    assert {it.account for it in journal.entries} == {LedgerAccount.OFFICE, LedgerAccount.RECEIVABLE}
    assert world.invoice(world.invoices[0]).status is InvoiceStatus.ISSUED
    # The gateway goes on calling it paid, which books nothing more.
    world.clock.advance(10)
    intent = world.books.intents[payment.intent_id]  # type: ignore[index]
    await world.notice(intent, transaction_id="tx-1")
    assert len(world.payments) == 1
    assert world.invoice(world.invoices[0]).paid == 0
    await world.assert_balanced()


async def test_what_is_being_returned_through_its_gateway_is_not_taken_back_besides() -> None:
    world = World()
    payment = await world.pay(world.invoices[0], method=PaymentMethod.CREDIT_CARD)
    other = await world.pay(world.invoices[1], transaction_id="tx-2", method=PaymentMethod.CREDIT_CARD)
    world.clock.advance(3600)
    await world.refund_payment(world.staff, RefundForm(payment_id=payment.id, reason="Doble.", idempotency_key="k"))

    await refused(world, InvalidTransition, reverse(world, payment))
    assert (await reverse(world, other)).status is PaymentStatus.REVERSED
    await world.assert_balanced()


async def test_only_staff_of_the_agency_reverse_and_they_say_why() -> None:
    world = World()
    payment = await world.record_payment(world.staff, a_form(world))
    for viewer, error in (
        (Visitor(agency_id=world.agency.id), Unauthenticated),
        (world.viewer, NotAllowed),
        (as_staff(world.other_agency), NotFound),
    ):
        act = world.reverse_payment(viewer, payment_id=payment.id, reason="Sí.")
        await refused(world, error, act)
    for reason in ("", " ", "x" * 501, "a\0b"):
        told = await refused(world, InvalidInput, reverse(world, payment, reason))
        assert [it.field for it in told.problems] == ["reason"]


@pytest.mark.parametrize("voided", [True, False])
async def test_an_invoice_that_was_voided_meanwhile_owes_nothing_again(voided: bool) -> None:
    world = World()
    payment = await world.record_payment(world.staff, a_form(world, "1000000.00", invoice_ids=(world.invoices[0].id,)))
    if voided:
        world.invoice(world.invoices[0]).status = InvoiceStatus.VOIDED

    await reverse(world, payment)

    assert world.invoice(world.invoices[0]).balance == (0 if voided else Decimal("1000000.00"))
    await world.assert_balanced()
