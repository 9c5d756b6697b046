"""Money received at the office."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from application.access import Visitor
from application.use_cases.payments.office import OfficePayment
from domain.errors import (
    FieldProblemCode,
    IdempotencyConflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unauthenticated,
)
from domain.ids import InvoiceId
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.ledger import JournalKind, LedgerAccount
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentMethod
from tests.application.payments_world import World, a_client, an_invoice, as_staff, refused
from tests.fakes.payment_gateway import a_report


def a_form(world: World, amount: str = "1200000.00", **changes: Any) -> OfficePayment:
    common: dict[str, Any] = {
        "client_id": world.ana.id,
        "amount": Decimal(amount),
        "method": PaymentMethod.BANK_TRANSFER,
    }
    return OfficePayment(**common | {"idempotency_key": "k", "bank_reference": "CONS-77"} | changes)


async def test_the_oldest_debts_are_paid_first_and_the_rest_is_credit() -> None:
    world = World()
    first, second, third = world.invoices
    world.invoice(first).due_on, world.invoice(third).due_on = date(2026, 7, 9), date(2026, 7, 4)

    payment = await world.record_payment(world.staff, a_form(world, "2600000.00"))

    assert [(key, str(amount)) for key, amount in world.books.payments[payment.id][1]] == [
        (third.id, "1000000.00"),
        (second.id, "500000.00"),
        (first.id, "1000000.00"),
    ]
    assert {world.invoice(it).status for it in world.invoices} == {InvoiceStatus.PAID}
    assert (payment.credited, payment.credit_left) == (Decimal("100000.00"), Decimal("100000.00"))
    assert (payment.receipt_number, payment.gateway, payment.gateway_reference) == ("RP-000001", None, "CONS-77")
    assert (payment.method, payment.paid_at) == (PaymentMethod.BANK_TRANSFER, world.clock.now())
    (journal,) = world.books.journals.values()
    assert (journal.kind, journal.by) == (JournalKind.OFFICE, world.staff.account_id)
    assert journal.entries[0].account is LedgerAccount.OFFICE
    await world.assert_balanced()


async def test_named_invoices_are_paid_in_their_order_and_no_other() -> None:
    world = World()
    first, second, third = world.invoices

    form = a_form(world, "1700000.00", invoice_ids=(third.id, second.id))
    payment = await world.record_payment(world.staff, form)

    assert [key for key, _ in world.books.payments[payment.id][1]] == [third.id, second.id]
    assert payment.credited == Decimal("200000.00")
    assert world.invoice(first).paid == 0
    part = await world.record_payment(
        world.staff, a_form(world, "0.01", invoice_ids=(first.id,), idempotency_key="otra", bank_reference="  ")
    )
    assert world.invoice(first).status is InvoiceStatus.PARTIALLY_PAID
    assert (part.receipt_number, part.gateway_reference) == ("RP-000002", None)
    await world.assert_balanced()


async def test_money_of_who_owes_nothing_is_credit() -> None:
    world = World()
    neighbour = a_client(world.agency, "Beto")
    world.know(neighbour)

    payment = await world.record_payment(world.staff, a_form(world, client_id=neighbour.id))

    assert (payment.credited, world.books.payments[payment.id][1]) == (payment.amount, ())
    await world.assert_balanced()


async def test_the_same_key_gives_the_same_receipt_and_another_form_is_a_conflict() -> None:
    world = World()
    form = a_form(world)
    payment = await world.record_payment(world.staff, form)

    for same in (form, replace(form, amount=Decimal(1200000))):
        assert (await world.record_payment(world.staff, same)).id == payment.id
    assert len(world.payments) == 1
    for changes in (
        {"amount": Decimal("1200000.01")},
        {"method": PaymentMethod.CASH},
        {"bank_reference": None},
        {"invoice_ids": (world.invoices[0].id,)},
        {"paid_at": world.clock.now()},
    ):
        await refused(world, IdempotencyConflict, world.record_payment(world.staff, replace(form, **changes)))
    # Of another member of the staff the key is another one.
    assert (await world.record_payment(as_staff(world.agency), form)).id != payment.id
    await world.assert_balanced()


async def test_a_payment_under_way_does_not_stand_in_the_way_and_becomes_credit() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])

    await world.record_payment(world.staff, a_form(world, "1000000.00", invoice_ids=(world.invoices[0].id,)))
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    await world.refresh_payment(world.viewer, reference=intent.reference)

    assert world.intent(intent).status is PaymentIntentStatus.APPROVED
    online = world.payments[1][0]
    assert (online.credited, online.credit_left) == (intent.amount, intent.amount)
    assert world.invoice(world.invoices[0]).paid == Decimal("1000000.00")
    await world.assert_balanced()


async def test_it_may_have_been_received_before_but_not_tomorrow_nor_long_ago() -> None:
    world = World()
    yesterday = world.clock.now() - timedelta(days=1)
    assert (await world.record_payment(world.staff, a_form(world, paid_at=yesterday))).paid_at == yesterday

    for instant, reason in (
        (world.clock.now() + timedelta(seconds=1), "future"),
        (datetime(1999, 12, 31, tzinfo=UTC), "too_early"),
        (datetime(1, 1, 1, tzinfo=UTC), "too_early"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "too_early"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=14))), "future"),
    ):
        form = a_form(world, paid_at=instant, idempotency_key="otra")
        told = await refused(world, InvalidInput, world.record_payment(world.staff, form))
        assert [(it.field, it.reason) for it in told.problems] == [("paidAt", reason)]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"amount": Decimal(0)}, [("amount", "INVALID")]),
        ({"amount": Decimal("-1.00")}, [("amount", "INVALID")]),
        ({"amount": Decimal("0.001")}, [("amount", "INVALID")]),
        ({"idempotency_key": " "}, [("idempotencyKey", "REQUIRED")]),
        ({"idempotency_key": "x" * 201}, [("idempotencyKey", "TOO_LONG")]),
        ({"bank_reference": "x" * 101}, [("bankReference", "TOO_LONG")]),
        ({"bank_reference": "a\nb"}, [("bankReference", "INVALID")]),
    ],
)
async def test_a_form_with_problems_names_them(changes: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    world = World()
    told = await refused(world, InvalidInput, world.record_payment(world.staff, a_form(world, **changes)))
    assert [(it.field, it.code.value) for it in told.problems] == problems


async def test_invoices_of_others_are_not_found_and_those_that_owe_nothing_not_allowed() -> None:
    world = World()
    neighbour, stranger = a_client(world.agency, "Beto"), a_client(world.other_agency, "Carla")
    theirs = [an_invoice(neighbour), an_invoice(stranger)]
    paid = an_invoice(world.ana, paid="1000000.00", status=InvoiceStatus.PAID)
    voided = an_invoice(world.ana, status=InvoiceStatus.VOIDED)
    commission = an_invoice(world.ana, kind=InvoiceKind.COMMISSION)
    for client, invoices in ((neighbour, theirs[:1]), (stranger, theirs[1:]), (world.ana, [paid, voided, commission])):
        world.know(client, invoices)
    unknown = an_invoice(world.ana)
    good = world.invoices[0]

    wanted = (good.id, theirs[0].id, theirs[1].id, unknown.id, good.id, paid.id, voided.id, commission.id)
    form = a_form(world, "-1.00", invoice_ids=wanted)
    told = await refused(world, InvalidInput, world.record_payment(world.staff, form))

    assert [(it.field, it.code) for it in told.problems] == [
        ("amount", FieldProblemCode.INVALID),
        *((f"invoiceIds.{place}", FieldProblemCode.NOT_FOUND) for place in (1, 2, 3)),
        ("invoiceIds.4", FieldProblemCode.DUPLICATE),
        *((f"invoiceIds.{place}", FieldProblemCode.NOT_ALLOWED) for place in (5, 6, 7)),
    ]
    form = a_form(world, invoice_ids=tuple(InvoiceId(unknown.id) for _ in range(51)))
    told = await refused(world, InvalidInput, world.record_payment(world.staff, form))
    assert ("invoiceIds", FieldProblemCode.TOO_LONG) in [(it.field, it.code) for it in told.problems]


async def test_only_staff_record_and_only_for_their_agencys_clients() -> None:
    world = World()
    stranger = a_client(world.other_agency, "Carla")
    world.know(stranger)
    for viewer, error in (
        (Visitor(agency_id=world.agency.id), Unauthenticated),
        (world.viewer, NotAllowed),
        (as_staff(world.other_agency), NotFound),
    ):
        await refused(world, error, world.record_payment(viewer, a_form(world)))
    for client_id in (stranger.id, a_client(world.agency).id):
        await refused(world, NotFound, world.record_payment(world.staff, a_form(world, client_id=client_id)))
