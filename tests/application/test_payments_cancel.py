"""Giving up a payment: the gateway is asked first, and what it knows is kept."""

from datetime import timedelta

import pytest

from application.access import Visitor
from domain.errors import GatewayUnavailable, InvalidTransition, NotFound, Unauthenticated
from domain.gateway_reports import ReportedState
from domain.payment_intents import PaymentIntentStatus
from tests.application.payments_world import World, a_client, as_client, as_staff, refused
from tests.fakes.payment_gateway import a_report

S = PaymentIntentStatus


@pytest.mark.parametrize("by", ["its client", "staff"])
async def test_a_payment_that_nobody_paid_is_closed_and_its_invoice_is_free(by: str) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    viewer = world.viewer if by == "its client" else world.staff

    closed = await world.cancel_payment(viewer, reference=intent.reference)

    assert closed.status is world.intent(intent).status is S.CANCELLED
    assert world.gateway.queried == [intent.reference]
    assert (await world.start(world.viewer, world.invoices[0], key="otra")).id != intent.id
    await world.assert_balanced()


async def test_a_declined_one_is_closed_too() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount, state=ReportedState.DECLINED)])
    await world.refresh_payment(world.viewer, reference=intent.reference)
    world.clock.advance(10)

    assert (await world.cancel_payment(world.viewer, reference=intent.reference)).status is S.CANCELLED


async def test_one_whose_time_is_over_is_closed_as_expired() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(hours=1))

    assert (await world.cancel_payment(world.viewer, reference=intent.reference)).status is S.EXPIRED


@pytest.mark.parametrize(
    ("state", "becomes"), [(ReportedState.APPROVED, S.APPROVED), (ReportedState.PENDING, S.PENDING)]
)
async def test_what_the_gateway_has_is_kept_and_not_cancelled(
    state: ReportedState, becomes: PaymentIntentStatus
) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount, state=state)])

    with pytest.raises(InvalidTransition):
        await world.cancel_payment(world.viewer, reference=intent.reference)

    assert world.intent(intent).status is becomes
    assert len(world.payments) == (becomes is S.APPROVED)
    # What is known to be so is refused without asking again.
    await refused(world, InvalidTransition, world.cancel_payment(world.viewer, reference=intent.reference))
    await world.assert_balanced()


async def test_a_closed_one_is_not_closed_again() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.cancel_payment(world.viewer, reference=intent.reference)

    await refused(world, InvalidTransition, world.cancel_payment(world.viewer, reference=intent.reference))


async def test_while_the_gateway_is_silent_nothing_is_closed() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.down = True

    told = await refused(
        world, GatewayUnavailable, world.cancel_payment(world.viewer, reference=intent.reference), asked=True
    )
    assert told.intent_id == intent.id
    # Who comes while another question is under way waits.
    told = await refused(world, GatewayUnavailable, world.cancel_payment(world.viewer, reference=intent.reference))
    assert told.intent_id == intent.id


async def test_another_cancels_it_like_one_that_does_not_exist() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    neighbour = a_client(world.agency, "Beto")
    world.know(neighbour)

    for viewer in (as_client(neighbour), as_staff(world.other_agency)):
        await refused(world, NotFound, world.cancel_payment(viewer, reference=intent.reference))
    for reference in ("260715ABCDEFGHJKLM", "", "ñ", "x" * 500):
        await refused(world, NotFound, world.cancel_payment(world.viewer, reference=reference))
    visitor = Visitor(agency_id=world.agency.id)
    await refused(world, Unauthenticated, world.cancel_payment(visitor, reference=intent.reference))


async def test_money_that_comes_after_all_is_booked() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.cancel_payment(world.viewer, reference=intent.reference)
    world.clock.advance(10)
    world.gateway.knows([a_report(intent.reference, intent.amount)])

    await world.notice(intent)

    assert (world.intent(intent).status, len(world.payments)) == (S.APPROVED, 1)
    await world.assert_balanced()
