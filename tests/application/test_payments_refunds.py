"""Returning a charge through its gateway: the request is kept first, and only the gateway's answer moves money."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.access import Visitor
from application.use_cases.payments.refunds import RefundForm
from domain.errors import (
    AmountNotAllowed,
    DomainError,
    GatewayUnavailable,
    IdempotencyConflict,
    InvalidInput,
    InvalidTransition,
    LimitReached,
    NotAllowed,
    NotFound,
    RefundNotPossible,
    RefundObstacle,
    Unauthenticated,
)
from domain.gateway_reports import GatewayReport, RefundReport, ReportedState
from domain.invoices import InvoiceStatus
from domain.ledger import JournalKind, LedgerAccount
from domain.payment_intents import DisputeStatus, PaymentIntent
from domain.payments import Payment, PaymentMethod, PaymentStatus, ReversalKind
from domain.refunds import Refund, RefundStatus
from tests.application.payments_world import World, as_staff, refused
from tests.application.test_payments_office import a_form

CARD = PaymentMethod.CREDIT_CARD


async def paid(*, method: PaymentMethod = CARD, after: timedelta = timedelta(hours=1)) -> tuple[World, Payment]:
    """Ana's first invoice, and the time that has passed since."""
    world = World()
    payment = await world.pay(world.invoices[0], method=method)
    world.clock.advance(after.total_seconds())
    return world, payment


def a_wish(payment: Payment, **changes: Any) -> RefundForm:
    common: dict[str, Any] = {"payment_id": payment.id, "reason": "Pagó dos veces.", "idempotency_key": "k"}
    return RefundForm(**common | changes)


async def refund(world: World, payment: Payment, **changes: Any) -> tuple[PaymentIntent, Refund]:
    return await world.refund_payment(world.staff, a_wish(payment, **changes))


def intent_of(world: World, payment: Payment) -> PaymentIntent:
    assert payment.intent_id is not None
    return world.books.intents[payment.intent_id]


def knows(world: World, payment: Payment, *told: RefundReport) -> None:
    """From now on the gateway tells of these refunds."""
    world.gateway.knows([replace(it, refunds=told) for it in _answer(world, payment)])


def _answer(world: World, payment: Payment) -> tuple[GatewayReport, ...]:
    return world.gateway.answers[intent_of(world, payment).reference]


async def test_a_request_is_kept_and_the_gateway_decides_later() -> None:
    world, payment = await paid()

    intent, request = await refund(world, payment)

    assert world.gateway.refunded == [("tx-1", payment.amount)]
    assert (request.status, request.amount, request.reason) == (
        RefundStatus.REQUESTED,
        payment.amount,
        "Pagó dos veces.",
    )
    assert (request.charge_id, request.requested_by) == ("tx-1", world.staff.account_id)
    assert intent_of(world, payment).refunds == intent.refunds == (request,)
    assert world.payment(payment).reversed == 0
    world.clock.advance(86400)
    knows(world, payment, RefundReport(transaction_id="r-1", state=ReportedState.APPROVED, amount=payment.amount))
    await world.refresh_payment(world.viewer, reference=intent.reference)

    assert intent_of(world, payment).refunds[0].status is RefundStatus.APPROVED
    assert world.payment(payment).status is PaymentStatus.REVERSED
    assert world.invoice(world.invoices[0]).status is InvoiceStatus.ISSUED
    (journal,) = [it for it in world.books.journals.values() if it.kind is JournalKind.REVERSAL]
    assert LedgerAccount.GATEWAY in {entry.account for entry in journal.entries}
    assert [it.kind for it in world.books.reversals] == [ReversalKind.REFUND]
    await refused(world, InvalidTransition, refund(world, payment, idempotency_key="otra"))
    await world.assert_balanced()


async def test_a_part_is_returned_and_then_the_rest() -> None:
    world, payment = await paid()
    _, request = await refund(world, payment, amount=Decimal("250000.00"))
    part = RefundReport(transaction_id="r-1", state=ReportedState.APPROVED, amount=request.amount)
    knows(world, payment, part)
    world.clock.advance(10)
    await world.refresh_payment(world.viewer, reference=intent_of(world, payment).reference)
    assert (world.payment(payment).status, world.payment(payment).in_force) == (
        PaymentStatus.APPLIED,
        Decimal("750000.00"),
    )
    assert world.invoice(world.invoices[0]).status is InvoiceStatus.PARTIALLY_PAID

    _, rest = await refund(world, payment, idempotency_key="otra")

    assert rest.amount == Decimal("750000.00")
    assert world.gateway.refunded == [("tx-1", Decimal("250000.00")), ("tx-1", Decimal("750000.00"))]
    await world.assert_balanced()


async def test_a_request_that_is_declined_at_once_changes_nothing_and_may_be_repeated() -> None:
    world, payment = await paid()
    world.gateway.on_refund = RefundReport(transaction_id="", state=ReportedState.DECLINED, amount=payment.amount)

    _, request = await refund(world, payment)

    assert (request.status, world.payment(payment).reversed) == (RefundStatus.DECLINED, Decimal(0))
    assert (await refund(world, payment))[1] == request
    assert len(world.gateway.refunded) == 1
    _, another = await refund(world, payment, idempotency_key="otra")
    assert another.id != request.id
    await world.assert_balanced()


async def test_silence_leaves_the_request_open_and_the_same_key_asks_again() -> None:
    world, payment = await paid()
    world.gateway.down = True
    with pytest.raises(GatewayUnavailable) as told:
        await refund(world, payment)
    (request,) = intent_of(world, payment).refunds
    assert (told.value.intent_id, request.status) == (payment.intent_id, RefundStatus.REQUESTED)
    await refused(world, InvalidTransition, refund(world, payment, idempotency_key="otra"))

    world.gateway.down = False
    world.clock.advance(10)
    assert (await refund(world, payment))[1].id == request.id
    assert world.gateway.refunded == [("tx-1", payment.amount)]

    # The gateway has decided meanwhile: it is not asked for another one.
    knows(world, payment, RefundReport(transaction_id="r-1", state=ReportedState.APPROVED, amount=payment.amount))
    world.clock.advance(10)
    _, decided = await refund(world, payment)
    assert (decided.id, decided.status) == (request.id, RefundStatus.APPROVED)
    assert len(world.gateway.refunded) == 1
    await world.assert_balanced()


async def test_a_request_that_the_gateway_cannot_serve_is_closed_and_told() -> None:
    world, payment = await paid()
    world.gateway.refuses_refunds = True

    with pytest.raises(RefundNotPossible):
        await refund(world, payment)

    assert [it.status for it in intent_of(world, payment).refunds] == [RefundStatus.DECLINED]
    assert world.payment(payment).reversed == 0
    await world.assert_balanced()


async def test_what_only_a_notice_told_is_confirmed_before_it_is_returned() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.books.accounts[world.account.id] = replace(world.account, test=True)
    await world.notice(intent)
    ((payment, _),) = world.payments
    payment.method = CARD
    world.clock.advance(3600)
    world.gateway.down = True
    await refused(world, GatewayUnavailable, refund(world, payment), asked=True)


@pytest.mark.parametrize("method", [it for it in PaymentMethod if it not in (CARD, PaymentMethod.DEBIT_CARD)])
async def test_only_cards_are_returned(method: PaymentMethod) -> None:
    world, payment = await paid(method=method)

    told = await refused(world, RefundNotPossible, refund(world, payment))

    assert told.why is RefundObstacle.METHOD


async def test_what_came_through_no_gateway_is_not_returned_by_one() -> None:
    world = World()
    office = await world.record_payment(world.staff, a_form(world, method=CARD))
    for payment in (office, world.imported("1.00")):
        await refused(world, RefundNotPossible, refund(world, payment))


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (timedelta(minutes=9, seconds=59), RefundObstacle.TOO_EARLY),
        (timedelta(minutes=10), None),
        (timedelta(days=730), None),
        (timedelta(days=730, seconds=1), RefundObstacle.TOO_LATE),
    ],
)
async def test_there_is_a_time_for_it(after: timedelta, why: RefundObstacle | None) -> None:
    world, payment = await paid(after=after)
    if why is None:
        assert (await refund(world, payment))[1].is_open
    else:
        assert (await refused(world, RefundNotPossible, refund(world, payment))).why is why


@pytest.mark.parametrize("amount", ["99.99", "0.00", "-1.00", "1000000.01"])
async def test_there_is_a_least_and_a_most(amount: str) -> None:
    world, payment = await paid()

    told = await refused(world, AmountNotAllowed, refund(world, payment, amount=Decimal(amount)))

    assert (told.minimum, told.maximum) == (Decimal(100), payment.amount)
    assert (await refund(world, payment, amount=Decimal("100.00")))[1].is_open


async def test_no_request_besides_another_nor_in_a_dispute_nor_of_what_was_taken_back() -> None:
    world, payment = await paid()
    intent = intent_of(world, payment)
    world.books.intents[intent.id] = replace(intent, dispute=DisputeStatus.OPEN)
    await refused(world, InvalidTransition, refund(world, payment))
    world.books.intents[intent.id] = intent
    await refund(world, payment)
    await refused(world, InvalidTransition, refund(world, payment, idempotency_key="otra"))
    world, payment = await paid()
    await world.reverse_payment(world.staff, payment_id=payment.id, reason="Se transfirió.")
    await refused(world, InvalidTransition, refund(world, payment))


async def test_there_is_an_end_to_repeating_it() -> None:
    world, payment = await paid()
    world.gateway.on_refund = RefundReport(transaction_id="", state=ReportedState.DECLINED, amount=payment.amount)
    for number in range(20):
        await refund(world, payment, idempotency_key=f"k{number}")

    assert (await refused(world, LimitReached, refund(world, payment))).limit == 20


async def test_the_same_key_with_another_wish_is_a_conflict() -> None:
    world, payment = await paid()
    await refund(world, payment)

    for changes in ({"amount": Decimal("100.00")}, {"reason": "Otra."}):
        await refused(world, IdempotencyConflict, refund(world, payment, **changes))


async def test_only_staff_of_the_agency_ask_for_it_and_say_why() -> None:
    world, payment = await paid()
    kinds: list[tuple[Any, type[DomainError]]] = [
        (Visitor(agency_id=world.agency.id), Unauthenticated),
        (world.viewer, NotAllowed),
        (as_staff(world.other_agency), NotFound),
    ]
    for viewer, error in kinds:
        await refused(world, error, world.refund_payment(viewer, a_wish(payment)))
    for changes, field in (
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"idempotency_key": ""}, "idempotencyKey"),
        ({"amount": Decimal("100.001")}, "amount"),
    ):
        told = await refused(world, InvalidInput, refund(world, payment, **changes))
        assert [it.field for it in told.problems] == [field]
