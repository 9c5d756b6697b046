"""Paying with credit."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.access import Visitor
from application.use_cases.payments.credit import CreditForm
from domain.errors import (
    FieldProblemCode,
    IdempotencyConflict,
    InvalidInput,
    InvalidTransition,
    InvoiceNotPayable,
    NotFound,
    PaymentInProgress,
    Unauthenticated,
)
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.ledger import JournalKind
from domain.payments import FIRST_FROM_CREDIT
from tests.application.payments_world import World, a_client, an_invoice, as_client, as_staff, refused
from tests.application.test_payments_office import a_form


def a_wish(**changes: Any) -> CreditForm:
    return CreditForm(**{"idempotency_key": "k"} | changes)


async def test_the_oldest_credit_pays_the_oldest_debts_first() -> None:
    world = World()
    first, second, third = world.invoices
    world.invoice(second).due_on = date(2026, 7, 1)
    older, newer = world.imported("300000.00"), world.imported("900000.00", number="RC-2")
    older.paid_at -= timedelta(days=9)

    assert await world.apply_credit(world.viewer, a_wish()) == world.ana.id

    assert [(it.invoice_id, str(it.amount)) for it in world.books.shares_of(older.id)] == [(second.id, "300000.00")]
    assert sorted(str(it.amount) for it in world.books.shares_of(newer.id)) == ["200000.00", "700000.00"]
    assert world.invoice(second).status is InvoiceStatus.PAID
    assert sum(world.invoice(it).paid for it in (first, third)) == Decimal("700000.00")
    share = world.books.shares_of(older.id)[0]
    assert (share.position, share.from_credit, share.applied_at) == (FIRST_FROM_CREDIT, True, world.clock.now())
    assert {world.payment(it).credit_left for it in (older, newer)} == {0}
    used = [it for it in world.books.journals.values() if it.kind is JournalKind.CREDIT_USED]
    assert {it.by for it in used} == {world.viewer.account_id}
    assert sum(it.kind is JournalKind.CREDIT_OPENED for it in world.books.journals.values()) == 2
    await world.assert_balanced()


async def test_named_invoices_are_paid_in_their_order_and_what_is_left_stays_credit() -> None:
    world = World()
    receipt = await world.record_payment(world.staff, a_form(world, "4000000.00"))
    more = [an_invoice(world.ana), an_invoice(world.ana, subtotal="700000.00")]
    world.know(world.ana, more)

    form = a_wish(client_id=world.ana.id, invoice_ids=(more[1].id, more[0].id))
    await world.apply_credit(world.staff, form)

    assert [world.invoice(it).paid for it in more] == [Decimal("800000.00"), Decimal("700000.00")]
    again = world.books.shares_of(receipt.id)
    assert [it.position for it in again if it.from_credit] == [FIRST_FROM_CREDIT, FIRST_FROM_CREDIT + 1]
    assert world.payment(receipt).credit_left == 0
    await world.assert_balanced()


async def test_credit_is_used_bit_by_bit_and_once_for_each_key() -> None:
    world = World()
    receipt = world.imported("600000.00")
    form = a_wish(invoice_ids=(world.invoices[1].id,))
    await world.apply_credit(world.viewer, form)

    await world.apply_credit(world.viewer, form)
    assert world.payment(receipt).credit_left == Decimal("100000.00")
    await refused(world, IdempotencyConflict, world.apply_credit(world.viewer, a_wish()))
    await world.apply_credit(world.viewer, a_wish(idempotency_key="otra"))

    assert world.payment(receipt).credit_left == 0
    assert sum(it.kind is JournalKind.CREDIT_OPENED for it in world.books.journals.values()) == 1
    await world.assert_balanced()


async def test_there_has_to_be_credit_and_debt() -> None:
    world = World()
    await refused(world, InvalidTransition, world.apply_credit(world.viewer, a_wish()))
    neighbour = a_client(world.agency, "Beto")
    world.know(neighbour)
    await world.record_payment(world.staff, a_form(world, client_id=neighbour.id))
    # Of his own he owes nothing, and with his money nobody else pays.
    await refused(world, InvalidTransition, world.apply_credit(as_client(neighbour), a_wish()))
    await refused(world, InvalidTransition, world.apply_credit(world.viewer, a_wish()))
    await world.assert_balanced()


async def test_what_an_online_payment_holds_is_left_to_it() -> None:
    world = World()
    world.imported("1200000.00")
    intent = await world.start(world.viewer, world.invoices[0])

    form = a_wish(invoice_ids=(world.invoices[1].id, world.invoices[0].id))
    told = await refused(world, PaymentInProgress, world.apply_credit(world.viewer, form))
    assert told.intent_id == intent.id

    await world.apply_credit(world.viewer, a_wish())
    assert world.invoice(world.invoices[0]).paid == 0
    world.imported("1000000.00", number="RC-2")
    await world.apply_credit(world.viewer, a_wish(idempotency_key="otra"))
    world.imported("5.00", number="RC-3")
    await refused(world, PaymentInProgress, world.apply_credit(world.viewer, a_wish(idempotency_key="tercera")))
    await world.assert_balanced()


async def test_what_owes_nothing_or_is_a_commission_is_named() -> None:
    world = World()
    world.imported("1000000.00")
    paid = an_invoice(world.ana, paid="1000000.00", status=InvoiceStatus.PAID)
    voided = an_invoice(world.ana, status=InvoiceStatus.VOIDED)
    commission = an_invoice(world.ana, kind=InvoiceKind.COMMISSION)
    world.know(world.ana, [paid, voided, commission])

    form = a_wish(invoice_ids=(world.invoices[0].id, paid.id, voided.id, commission.id))
    told = await refused(world, InvoiceNotPayable, world.apply_credit(world.viewer, form))

    assert told.invoice_ids == (paid.id, voided.id, commission.id)


async def test_a_client_uses_only_own_credit_for_own_invoices() -> None:
    world = World()
    world.imported("1000000.00")
    neighbour, stranger = a_client(world.agency, "Beto"), a_client(world.other_agency, "Carla")
    theirs = [an_invoice(neighbour), an_invoice(stranger)]
    world.know(neighbour, theirs[:1])
    world.know(stranger, theirs[1:])

    for viewer, changes, problems in (
        (world.viewer, {"client_id": world.ana.id}, [("clientId", FieldProblemCode.NOT_ALLOWED)]),
        (world.viewer, {"client_id": neighbour.id}, [("clientId", FieldProblemCode.NOT_ALLOWED)]),
        (world.staff, {}, [("clientId", FieldProblemCode.REQUIRED)]),
        (world.viewer, {"idempotency_key": ""}, [("idempotencyKey", FieldProblemCode.REQUIRED)]),
        (world.viewer, {"invoice_ids": (theirs[0].id,)}, [("invoiceIds.0", FieldProblemCode.NOT_FOUND)]),
        (
            world.viewer,
            {"invoice_ids": (world.invoices[0].id, theirs[1].id)},
            [("invoiceIds.1", FieldProblemCode.NOT_FOUND)],
        ),
        (world.viewer, {"invoice_ids": (world.invoices[0].id,) * 2}, [("invoiceIds.1", FieldProblemCode.DUPLICATE)]),
        (world.viewer, {"invoice_ids": (world.invoices[0].id,) * 51}, [("invoiceIds", FieldProblemCode.TOO_LONG)]),
        (
            world.staff,
            {"client_id": neighbour.id, "invoice_ids": (world.invoices[0].id,)},
            [("invoiceIds.0", FieldProblemCode.NOT_FOUND)],
        ),
    ):
        told = await refused(world, InvalidInput, world.apply_credit(viewer, a_wish(**changes)))
        assert [(it.field, it.code) for it in told.problems] == problems
    for client in (stranger, a_client(world.agency)):
        await refused(world, NotFound, world.apply_credit(world.staff, a_wish(client_id=client.id)))
    visitor = Visitor(agency_id=world.agency.id)
    await refused(world, Unauthenticated, world.apply_credit(visitor, a_wish()))


@pytest.mark.parametrize("named", [True, False])
async def test_staff_who_are_a_client_too_use_their_own_unless_they_name_another(named: bool) -> None:
    world = World()
    receipt = world.imported("1000000.00")
    staff = as_staff(world.agency, world.ana)

    await world.apply_credit(staff, a_wish(client_id=world.ana.id if named else None))

    assert world.payment(receipt).credit_left == 0
    await world.assert_balanced()
