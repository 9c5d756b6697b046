"""Opening a checkout: what is frozen and signed, when the same is given again, and what time does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from application.use_cases.payments.start import new_reference
from domain.errors import (
    GatewayUnavailable,
    IdempotencyConflict,
    InvoiceNotPayable,
    PaymentInProgress,
)
from domain.gateway_reports import ReportedState
from domain.invoices import InvoiceStatus
from domain.payment_intents import PaymentIntentStatus
from tests.application.payments_world import RETURN_URL, World, a_client, an_invoice, as_client, as_staff
from tests.fakes.payment_gateway import a_report

S = PaymentIntentStatus


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
        "agency_phone": "",
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


async def test_a_key_that_found_an_open_intent_belongs_to_it_for_good() -> None:
    world = World()
    one, other, third = world.invoices
    intent = await world.start(world.viewer, one)
    assert (await world.start(world.viewer, one, key="key-2")).id == intent.id
    before = repr(world.books)

    for invoices in ([other], [one, other]):
        with pytest.raises(IdempotencyConflict):
            await world.start(world.viewer, *invoices, key="key-2")
    with pytest.raises(IdempotencyConflict):
        await world.start(world.viewer, one, key="key-2", return_url="https://app.example/vuelta")
    with pytest.raises(IdempotencyConflict):
        await world.start(world.viewer, one, key="key-2", amount="1.00")
    assert repr(world.books) == before

    await world.notice(intent)
    again = await world.start(world.viewer, one, key="key-2")
    assert (again.id, again.status) == (intent.id, S.APPROVED)
    with pytest.raises(IdempotencyConflict):
        await world.start(world.viewer, third, key="key-2")
    # Keys are each client's own.
    beto = a_client(world.agency, "Beto")
    rent = an_invoice(beto)
    world.know(beto, [rent])
    assert (await world.start(as_client(beto), rent, key="key-2")).id != intent.id


async def test_a_key_that_was_refused_is_free_for_another_try() -> None:
    world = World()
    one, other, _ = world.invoices
    await world.start(world.viewer, one)
    with pytest.raises(PaymentInProgress):
        await world.start(world.viewer, one, other, key="key-2")
    assert (await world.start(world.viewer, other, key="key-2")).invoices[0].invoice_id == other.id


async def test_a_start_that_was_cut_short_is_completed_by_the_next() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.books.intents[intent.id] = replace(intent, status=S.CREATED, checkout=None)
    world.clock.advance(30)  # as long as the one that died had to open it

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


async def test_its_own_key_too_finds_it_over_when_half_an_hour_has_passed() -> None:
    world = World()
    old = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(minutes=31))

    again = await world.start(world.viewer, world.invoices[0])

    assert (again.id, again.status) == (old.id, S.EXPIRED)


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

    before = repr(world.books)

    with pytest.raises(GatewayUnavailable) as refused:
        await world.start(world.viewer, world.invoices[0], key="k")

    assert (refused.value.intent_id, refused.value.retry_after_seconds) == (old.id, 30)
    assert world.books.asked.pop(old.id) == world.clock.now()
    assert repr(world.books) == before


async def test_while_another_call_asks_about_the_old_one_nothing_is_opened() -> None:
    world = World()
    old = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(minutes=31))
    world.gateway.thinking.clear()
    first = asyncio.create_task(world.start(world.viewer, world.invoices[0], key="key-2"))
    await world.gateway.asked.wait()
    before = repr(world.books)

    with pytest.raises(GatewayUnavailable) as refused:
        await world.start(world.viewer, world.invoices[0], key="key-3")

    assert (refused.value.intent_id, refused.value.retry_after_seconds) == (old.id, 3)
    assert repr(world.books) == before
    world.gateway.thinking.set()
    assert (await first).id != old.id
    assert world.gateway.queried == [old.reference]


def test_references_are_letters_and_digits_and_never_the_same() -> None:
    at = World().clock.now()
    references = {new_reference(at) for _ in range(1000)}
    assert len(references) == 1000
    assert all(reference.isalnum() and reference.isascii() and len(reference) == 18 for reference in references)
    assert all(reference.startswith("260701") for reference in references)
