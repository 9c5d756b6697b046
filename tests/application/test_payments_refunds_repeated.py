"""What a gateway returned is taken back once, and asked for once, whatever was lost on the way."""

from decimal import Decimal

import pytest

from domain.errors import GatewayUnavailable
from domain.findings import FindingKind
from domain.gateway_reports import RefundReport, ReportedState
from domain.payments import Payment
from domain.refunds import RefundStatus
from tests.application.payments_world import World
from tests.application.test_payments_refunds import intent_of, knows, paid, refund

PART = Decimal("100000.00")


def told(state: ReportedState, number: str = "r-1") -> RefundReport:
    return RefundReport(transaction_id=number, state=state, amount=PART)


async def sent_into_silence() -> tuple[World, Payment]:
    """Whether the gateway has the request is not known."""
    world, payment = await paid()
    world.gateway.down = True
    with pytest.raises(GatewayUnavailable):
        await refund(world, payment, amount=PART)
    world.gateway.down = False
    return world, payment


async def test_what_the_gateway_has_is_not_sent_again() -> None:
    world, payment = await sent_into_silence()
    knows(world, payment, told(ReportedState.PENDING))
    world.clock.advance(10)

    _, request = await refund(world, payment, amount=PART)

    assert (request.status, request.gateway_id) == (RefundStatus.REQUESTED, "r-1")
    assert world.gateway.refunded == []


async def test_a_request_is_sent_again_only_on_an_answer_of_now() -> None:
    world, payment = await sent_into_silence()
    await world.settlement.ask(intent_of(world, payment))
    knows(world, payment, told(ReportedState.APPROVED))

    with pytest.raises(GatewayUnavailable):
        await refund(world, payment, amount=PART)

    assert world.gateway.refunded == []
    world.clock.advance(10)
    _, request = await refund(world, payment, amount=PART)
    assert (request.status, world.gateway.refunded) == (RefundStatus.APPROVED, [])
    assert world.payment(payment).reversed == PART
    await world.assert_balanced()


async def test_a_refund_without_a_number_is_for_a_person_and_not_taken_back_at_each_answer() -> None:
    world, payment = await paid()
    knows(world, payment, told(ReportedState.APPROVED, number=""))

    for _ in range(3):
        world.clock.advance(10)
        await world.settlement.ask(intent_of(world, payment))

    assert world.payment(payment).reversed == 0
    assert [it.kind for it in world.books.findings.values()] == [FindingKind.UNKNOWN_CODE]
    await world.assert_balanced()
