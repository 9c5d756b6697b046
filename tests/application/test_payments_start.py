"""Opening a checkout: what is frozen and signed, whom it is refused, and that a refusal leaves nothing behind."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import pytest

from application.access import Visitor
from application.use_cases.payments.start import new_reference
from domain.errors import (
    AmountNotAllowed,
    DomainError,
    FieldProblemCode,
    GatewayUnavailable,
    IdempotencyConflict,
    InvalidInput,
    InvoiceNotPayable,
    NotAllowed,
    NotFound,
    PaymentInProgress,
    PaymentsDisabled,
    Unauthenticated,
)
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.payment_intents import PaymentIntent, PaymentIntentStatus, ReportedState
from domain.payments import PaymentGatewayCode
from tests.application.payments_world import RETURN_URL, World, a_client, an_invoice, as_client, as_staff
from tests.fakes.payment_gateway import a_report

S = PaymentIntentStatus
E = TypeVar("E", bound=DomainError)


async def test_a_checkout_freezes_the_balances_and_sends_the_payer_off() -> None:
    world = World()
    one, other, _ = world.invoices

    intent = await world.start(world.viewer, one, other)

    assert (intent.status, intent.amount) == (S.REDIRECTED, Decimal("1500000.00"))
    assert [(part.invoice_id, part.amount) for part in intent.invoices] == [
        (one.id, Decimal("1000000.00")),
        (other.id, Decimal("500000.00")),
    ]
    assert intent.expires_at == world.clock.now() + timedelta(minutes=30)
    assert world.intent(intent) == intent
    assert intent.checkout is not None
    assert dict(intent.checkout.fields) == {
        "reference": intent.reference,
        "amount": "1500000.00",
        "merchant": "508029",
        "key": "key",
        "payer": "Ana Peña",
        "email": "ana@example.com",
        "description": f"Inmobiliaria Andina: {one.number}, {other.number}",
        "tax": "0.00",
        "tax_base": "0.00",
        "response_url": f"{RETURN_URL}?reference={intent.reference}",
        "confirmation_url": "https://api.example/callbacks/payu/acc-andina",
    }


async def test_what_was_paid_before_is_not_asked_again() -> None:
    world = World()
    invoice = an_invoice(world.ana, vat="190000.00", paid="595000.00", status=InvoiceStatus.PARTIALLY_PAID)
    world.know(world.ana, [invoice])

    intent = await world.start(world.viewer, invoice)

    assert intent.amount == Decimal("595000.00")
    assert intent.checkout is not None
    assert dict(intent.checkout.fields)["tax"] == "95000.00"
    assert dict(intent.checkout.fields)["tax_base"] == "500000.00"


async def test_the_reference_is_added_to_a_return_page_that_has_a_query() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0], return_url=f"{RETURN_URL}?tema=oscuro")
    assert intent.checkout is not None
    assert dict(intent.checkout.fields)["response_url"] == f"{RETURN_URL}?tema=oscuro&reference={intent.reference}"


async def test_staff_who_are_clients_pay_their_own_invoices() -> None:
    world = World()
    intent = await world.start(as_staff(world.agency, world.ana), world.invoices[0])
    assert intent.client_id == world.ana.id


# --- the same again --------------------------------------------------------------------------------------------------


async def test_the_same_key_gives_the_same_intent_whatever_became_of_it() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    assert await world.start(world.viewer, world.invoices[0]) == intent

    await world.notice(intent)

    again = await world.start(world.viewer, world.invoices[0])
    assert (again.id, again.status) == (intent.id, S.APPROVED)
    assert await world.start(world.viewer, world.invoices[0], amount="1000000.00") == again
    assert len(world.books.intents) == 1


@pytest.mark.parametrize("status", [S.CREATED, S.REDIRECTED])
async def test_another_key_for_the_same_purchase_gives_the_open_intent(status: PaymentIntentStatus) -> None:
    world = World()
    one, other, _ = world.invoices
    intent = await world.start(world.viewer, one, other)
    world.books.intents[intent.id] = replace(intent, status=status)

    again = await world.start(world.viewer, other, one, key="key-2", return_url="https://app.example/vuelta")

    assert (again.id, again.checkout) == (intent.id, intent.checkout)
    assert len(world.books.intents) == 1


async def test_a_start_that_was_cut_short_is_completed_by_the_next() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.books.intents[intent.id] = replace(intent, status=S.CREATED, checkout=None)

    assert await world.start(world.viewer, world.invoices[0]) == intent


async def test_after_a_decline_a_new_try_gets_a_new_reference() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent, state=ReportedState.DECLINED)

    again = await world.start(world.viewer, world.invoices[0], key="key-2")

    assert again.reference != intent.reference
    assert again.status is S.REDIRECTED


async def test_many_starts_at_once_open_one_intent() -> None:
    world = World()
    starts = [world.start(world.viewer, world.invoices[0], key=f"key-{n % 7}") for n in range(50)]
    intents = await asyncio.gather(*starts)
    assert len({intent.id for intent in intents}) == 1
    assert {intent.status for intent in intents} == {S.REDIRECTED}
    assert len(world.books.intents) == 1


# --- time ------------------------------------------------------------------------------------------------------------


async def test_half_an_hour_without_a_try_frees_the_invoice_once_the_gateway_was_asked() -> None:
    world = World()
    old = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(minutes=30))

    new = await world.start(world.viewer, world.invoices[0], key="key-2")

    assert world.gateway.queried == [old.reference]
    assert world.intent(old).status is S.EXPIRED
    assert (new.status, new.id != old.id) == (S.REDIRECTED, True)


async def test_before_that_the_gateway_is_not_asked() -> None:
    world = World()
    old = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(minutes=29, seconds=59))

    assert (await world.start(world.viewer, world.invoices[0], key="key-2")).id == old.id
    assert world.gateway.queried == []


async def test_a_payment_found_when_its_time_is_up_is_booked_and_its_invoice_no_longer_payable() -> None:
    world = World()
    old = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(minutes=31))
    world.gateway.knows([a_report(old.reference, old.amount)])

    with pytest.raises(InvoiceNotPayable):
        await world.start(world.viewer, world.invoices[0], key="key-2")

    assert world.invoice(world.invoices[0]).status is InvoiceStatus.PAID
    assert world.intent(old).status is S.APPROVED
    assert len(world.payments) == 1


async def test_a_payment_in_process_when_its_time_is_up_still_holds_the_invoice() -> None:
    world = World()
    old = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(minutes=31))
    world.gateway.knows([a_report(old.reference, old.amount, state=ReportedState.PENDING)])

    with pytest.raises(PaymentInProgress) as refused:
        await world.start(world.viewer, world.invoices[0], key="key-2")

    assert refused.value.intent_id == old.id
    assert world.intent(old).status is S.PENDING


async def test_a_gateway_that_does_not_answer_frees_nothing() -> None:
    world = World()
    old = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(minutes=31))
    world.gateway.down = True

    start = world.start(world.viewer, world.invoices[0], key="k")
    error = await refused_without_effect(world, GatewayUnavailable, start)

    assert (error.intent_id, error.retry_after_seconds) == (old.id, 30)


# --- refusals --------------------------------------------------------------------------------------------------------


async def refused_without_effect(world: World, error: type[E], start: Awaitable[PaymentIntent]) -> E:
    """The refusal, after seeing that nothing was stored and no checkout made."""
    before, checkouts = repr(world.books), list(world.gateway.checkouts)
    with pytest.raises(error) as refused:
        await start
    assert repr(world.books) == before
    assert world.gateway.checkouts == checkouts
    return refused.value


async def test_another_clients_invoice_does_not_exist() -> None:
    world = World()
    neighbour = a_client(world.agency, "Beto")
    stranger = a_client(world.other_agency, "Carla")
    theirs = [an_invoice(neighbour), an_invoice(stranger)]
    world.know(neighbour, theirs[:1])
    world.know(stranger, theirs[1:])
    for invoice in (*theirs, an_invoice(world.ana)):
        for start in ([invoice], [world.invoices[0], invoice]):
            await refused_without_effect(world, NotFound, world.start(world.viewer, *start))
    staff = as_staff(world.agency, world.ana)
    await refused_without_effect(world, NotFound, world.start(staff, theirs[0]))


async def test_only_clients_pay() -> None:
    world = World()
    await refused_without_effect(world, NotAllowed, world.start(as_staff(world.agency), world.invoices[0]))
    visitor = Visitor(agency_id=world.agency.id)
    await refused_without_effect(world, Unauthenticated, world.start(visitor, world.invoices[0]))


async def test_invoices_that_cannot_be_paid_are_named() -> None:
    world = World()
    paid = an_invoice(world.ana, paid="1000000.00", status=InvoiceStatus.PAID)
    voided = an_invoice(world.ana, status=InvoiceStatus.VOIDED)
    commission = an_invoice(world.ana, kind=InvoiceKind.COMMISSION)
    world.know(world.ana, [paid, voided, commission])

    start = world.start(world.viewer, world.invoices[0], paid, voided, commission)
    error = await refused_without_effect(world, InvoiceNotPayable, start)

    assert error.invoice_ids == (paid.id, voided.id, commission.id)


@pytest.mark.parametrize("amount", ["999999.99", "1000000.01", "0", "-1", "1"])
async def test_another_amount_than_the_balance_is_refused_with_the_one_that_is_allowed(amount: str) -> None:
    world = World()
    start = world.start(world.viewer, world.invoices[0], amount=amount)
    error = await refused_without_effect(world, AmountNotAllowed, start)
    assert (error.minimum, error.maximum) == (Decimal("1000000.00"), Decimal("1000000.00"))


async def test_the_whole_balance_may_be_said() -> None:
    world = World()
    assert (await world.start(world.viewer, world.invoices[0], amount="1000000")).amount == Decimal("1000000.00")


@pytest.mark.parametrize("changes", [{"enabled": False}, {"secrets": None}, {"gateway": PaymentGatewayCode.ENLINEA}])
async def test_without_a_working_account_payments_are_disabled(changes: dict[str, object]) -> None:
    world = World()
    world.change_account(**changes)
    await refused_without_effect(world, PaymentsDisabled, world.start(world.viewer, world.invoices[0]))


async def test_a_gateway_that_is_not_offered_is_disabled() -> None:
    world = World()
    start = world.start(world.viewer, world.invoices[0], gateway=PaymentGatewayCode.ENLINEA)
    await refused_without_effect(world, PaymentsDisabled, start)


async def test_a_test_account_is_disabled_where_tests_are_not_allowed() -> None:
    world = World(test_allowed=False)
    await refused_without_effect(world, PaymentsDisabled, world.start(world.viewer, world.invoices[0]))


async def test_anything_different_on_a_held_invoice_is_in_progress() -> None:
    world = World()
    one, other, third = world.invoices
    intent = await world.start(world.viewer, one, other)

    for invoices in ([one], [other, third], [one, other, third]):
        error = await refused_without_effect(world, PaymentInProgress, world.start(world.viewer, *invoices, key="k"))
        assert error.intent_id == intent.id
    assert (await world.start(world.viewer, third, key="k")).status is S.REDIRECTED


async def test_a_balance_that_changed_meanwhile_is_something_different() -> None:
    world = World()
    await world.start(world.viewer, world.invoices[0])
    world.books.invoices[world.invoices[0].id].receive(Decimal("1.00"))
    await refused_without_effect(world, PaymentInProgress, world.start(world.viewer, world.invoices[0], key="k"))


async def test_a_payment_in_process_holds_its_invoice_even_for_the_same() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.books.intents[intent.id] = replace(intent, status=S.PENDING)
    await refused_without_effect(world, PaymentInProgress, world.start(world.viewer, world.invoices[0], key="k"))


async def test_a_key_used_for_something_else_is_a_conflict() -> None:
    world = World()
    one, other, _ = world.invoices
    await world.start(world.viewer, one)
    for start in (
        world.start(world.viewer, other),
        world.start(world.viewer, one, other),
        world.start(world.viewer, one, amount="1.00"),
        world.start(world.viewer, one, return_url="https://app.example/vuelta"),
    ):
        await refused_without_effect(world, IdempotencyConflict, start)


async def test_keys_are_each_clients_own() -> None:
    world = World()
    neighbour = a_client(world.agency, "Beto")
    theirs = an_invoice(neighbour)
    world.know(neighbour, [theirs])
    mine = await world.start(world.viewer, world.invoices[0])
    assert (await world.start(as_client(neighbour), theirs)).id != mine.id


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"return_url": ""}, "returnUrl", FieldProblemCode.REQUIRED),
        ({"return_url": "https://evil.example/pago"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}/"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}#x"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}.evil.example"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": "HTTPS://portal.example/pago"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}?a=b\x00"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}?a=b\r\nc"}, "returnUrl", FieldProblemCode.INVALID),
        ({"return_url": f"{RETURN_URL}?{'a' * 200}"}, "returnUrl", FieldProblemCode.TOO_LONG),
        ({"key": ""}, "idempotencyKey", FieldProblemCode.REQUIRED),
        ({"key": " "}, "idempotencyKey", FieldProblemCode.REQUIRED),
        ({"key": "k" * 256}, "idempotencyKey", FieldProblemCode.TOO_LONG),
        ({"key": "k\x00"}, "idempotencyKey", FieldProblemCode.INVALID),
    ],
)
async def test_a_field_that_cannot_stay_is_named(changes: dict[str, str], field: str, code: FieldProblemCode) -> None:
    world = World()
    error = await refused_without_effect(
        world,
        InvalidInput,
        world.start(world.viewer, world.invoices[0], **changes),  # type: ignore[arg-type]
    )
    assert [(problem.field, problem.code) for problem in error.problems] == [(field, code)]


async def test_invoices_have_to_be_named_once_each_and_not_too_many() -> None:
    world = World()
    one = world.invoices[0]
    for invoices, field in (((), "invoiceIds"), ((one, one), "invoiceIds.1")):
        error = await refused_without_effect(world, InvalidInput, world.start(world.viewer, *invoices))
        assert [problem.field for problem in error.problems] == [field]
    too_many = [an_invoice(world.ana) for _ in range(51)]
    error = await refused_without_effect(world, InvalidInput, world.start(world.viewer, *too_many))
    assert error.problems[0].limit == 50


def test_references_are_letters_and_digits_and_never_the_same() -> None:
    at = World().clock.now()
    references = {new_reference(at) for _ in range(1000)}
    assert len(references) == 1000
    assert all(reference.isalnum() and reference.isascii() and len(reference) == 18 for reference in references)
    assert all(reference.startswith("260701") for reference in references)
