"""A refund that was lost on its way is given up by the staff, once the gateway was asked and knows of none."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from application.access import Visitor
from application.use_cases.payments import ReconcileDay, ReleaseRefund
from domain.audit import AuditAction, AuditEntry
from domain.errors import GatewayUnavailable, InvalidInput, InvalidTransition, NotAllowed, NotFound, Unauthenticated
from domain.findings import FindingKind
from domain.gateway_reports import ReportedState
from domain.payments import Payment, PaymentStatus
from domain.refunds import Refund, RefundStatus
from tests.application.payments_world import World, as_staff, refused
from tests.application.test_payments_office import a_form
from tests.application.test_payments_refunds import intent_of, knows, paid, refund
from tests.application.test_payments_refunds_repeated import PART, sent_into_silence, told
from tests.application.test_payments_reversed import reverse

NOTE = "PayU no la tiene."


async def lost(after: timedelta = timedelta(minutes=11)) -> tuple[World, Payment]:
    world, payment = await sent_into_silence()
    world.clock.advance(after.total_seconds())
    return world, payment


async def release(world: World, payment: Payment, note: str = NOTE) -> Refund:
    _, request = await ReleaseRefund(settlement=world.settlement)(world.staff, payment_id=payment.id, note=note)
    return request


async def report(world: World) -> list[tuple[str, Decimal | None, str]]:
    """What of refunds stands among the open findings after the daily report."""
    day = ReconcileDay(unit_of_work=world.till, clock=world.clock, ask=world.reconcile_payments)
    await day(world.agency.id, world.clock.today())
    found = [it for it in world.books.findings.values() if it.kind is FindingKind.REFUND_UNDECIDED]
    return [(it.reference or "", it.amount, it.detail) for it in found if it.resolved_at is None]


def released(world: World) -> list[AuditEntry]:
    """What the record says of refunds that were given up."""
    return [entry for entry in world.books.audit if entry.action == AuditAction.REFUND_RELEASED]


async def test_what_the_gateway_does_not_know_of_is_given_up_by_anybody_of_the_staff() -> None:
    world, payment = await lost()
    world.staff = as_staff(world.agency)
    await refused(world, InvalidTransition, refund(world, payment, idempotency_key="otra"))
    await refused(world, InvalidTransition, reverse(world, payment))

    request = await release(world, payment, f" {NOTE} ")

    assert (request.status, request.resolved_by, request.note) == (RefundStatus.RELEASED, world.staff.account_id, NOTE)
    assert intent_of(world, payment).refunds == (request,)
    (entry,) = released(world)
    assert (entry.action, entry.account_id, entry.entity_id) == (
        AuditAction.REFUND_RELEASED,
        world.staff.account_id,
        payment.id,
    )
    assert NOTE not in entry.changes
    assert (await reverse(world, payment)).status is PaymentStatus.REVERSED
    await world.assert_balanced()


async def test_it_can_be_asked_for_anew_and_its_own_key_sends_nothing_more() -> None:
    world, payment = await lost()
    await release(world, payment)
    world.clock.advance(10)

    _, same = await refund(world, payment, amount=PART)
    assert (same.status, world.gateway.refunded) == (RefundStatus.RELEASED, [])
    _, other = await refund(world, payment, amount=PART, idempotency_key="otra")

    assert (other.status, world.gateway.refunded) == (RefundStatus.REQUESTED, [("tx-1", PART)])


async def test_what_the_gateway_has_is_never_given_up() -> None:
    for state in (ReportedState.PENDING, ReportedState.APPROVED, ReportedState.DECLINED):
        world, payment = await lost()
        knows(world, payment, told(state))

        world.clock.advance(10)
        with pytest.raises(InvalidTransition):
            await release(world, payment)

        (request,) = intent_of(world, payment).refunds
        assert (request.status is RefundStatus.RELEASED, request.gateway_id) == (False, "r-1")
        assert not released(world)
        assert world.payment(payment).reversed == (PART if state is ReportedState.APPROVED else 0)


async def test_a_gateway_that_does_not_say_leaves_it_as_it_is() -> None:
    world, payment = await lost()
    world.gateway.down = True
    await refused(world, GatewayUnavailable, release(world, payment), asked=True)
    world.gateway.down = False
    world.clock.advance(10)
    await world.settlement.ask(intent_of(world, payment))  # somebody else asks, and this one cannot
    await refused(world, GatewayUnavailable, release(world, payment))
    reference = intent_of(world, payment).reference
    (known,) = world.gateway.answers[reference]
    for answer in ((), (replace(known, refunds=(told(ReportedState.PENDING, ""),)),)):
        world.clock.advance(10)
        world.gateway.answers[reference] = answer
        with pytest.raises(GatewayUnavailable):
            await release(world, payment)
        assert [it.status for it in intent_of(world, payment).refunds] == [RefundStatus.REQUESTED]
    assert not released(world)


async def test_one_that_may_be_on_its_way_and_one_that_there_is_none_of_are_not_given_up() -> None:
    world, payment = await lost(timedelta(minutes=9))
    await refused(world, InvalidTransition, release(world, payment))
    world.clock.advance(120)
    await release(world, payment)
    await refused(world, InvalidTransition, release(world, payment))
    world, payment = await paid()
    await refused(world, InvalidTransition, release(world, payment))
    office = await world.record_payment(world.staff, a_form(world))
    await refused(world, InvalidTransition, release(world, office))


async def test_only_staff_of_the_agency_give_it_up_and_they_say_why() -> None:
    world, payment = await lost()
    use_case = ReleaseRefund(settlement=world.settlement)
    for viewer, error in (
        (Visitor(agency_id=world.agency.id), Unauthenticated),
        (world.viewer, NotAllowed),
        (as_staff(world.other_agency), NotFound),
    ):
        await refused(world, error, use_case(viewer, payment_id=payment.id, note=NOTE))
    for note in ("", " ", "x" * 501, "a\0b"):
        wrong = await refused(world, InvalidInput, release(world, payment, note))
        assert [it.field for it in wrong.problems] == ["note"]


async def test_one_that_arrived_after_all_is_open_again_and_what_it_returns_is_booked() -> None:
    world, payment = await lost()
    await release(world, payment)
    knows(world, payment, told(ReportedState.PENDING))
    world.clock.advance(86400)

    await world.reconcile_payments(world.agency.id)

    (request,) = intent_of(world, payment).refunds
    assert (request.status, request.gateway_id, request.note) == (RefundStatus.REQUESTED, "r-1", NOTE)
    await refused(world, InvalidTransition, reverse(world, payment))
    knows(world, payment, told(ReportedState.APPROVED))
    world.clock.advance(86400)
    await world.reconcile_payments(world.agency.id)
    assert world.payment(payment).reversed == PART
    assert [it.status for it in intent_of(world, payment).refunds] == [RefundStatus.APPROVED]
    await world.assert_balanced()


async def test_a_refund_of_which_nothing_is_heard_for_days_is_found_until_it_ends() -> None:
    world, payment = await lost(timedelta(days=3, minutes=-5))
    assert await report(world) == []
    world.clock.advance(600)
    found = [(intent_of(world, payment).reference, PART, "")]
    assert await report(world) == found
    assert await report(world) == found

    await release(world, payment)

    assert await report(world) == []
    (closed,) = [it for it in world.books.findings.values() if it.kind is FindingKind.REFUND_UNDECIDED]
    assert closed.resolved_at is not None


async def test_one_that_the_gateway_has_takes_longer_to_be_found() -> None:
    world, payment = await sent_into_silence()
    knows(world, payment, told(ReportedState.PENDING))
    world.clock.advance(timedelta(days=15).total_seconds())
    assert await report(world) == []
    world.clock.advance(60)
    assert await report(world) == [(intent_of(world, payment).reference, PART, "r-1")]
    assert date(2026, 7, 16) == world.clock.today()

    knows(world, payment, told(ReportedState.DECLINED))
    world.clock.advance(86400)

    assert await report(world) == []
