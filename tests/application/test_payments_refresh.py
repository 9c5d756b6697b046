"""Asking the gateway: for the page the payer comes back to, and regularly."""

import asyncio
from datetime import timedelta

import pytest

from application.access import Visitor
from domain.errors import GatewayUnavailable, NotFound, Unauthenticated
from domain.gateway_reports import ReportedState, StatusReason
from domain.invoices import InvoiceStatus
from domain.payment_intents import PaymentIntentStatus
from tests.application.payments_world import World, a_client, as_client, as_staff
from tests.fakes.payment_gateway import a_report

S = PaymentIntentStatus


async def test_coming_back_without_a_try_moves_nothing() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])

    seen = await world.refresh_payment(world.viewer, reference=intent.reference)

    assert seen.status is S.REDIRECTED
    assert world.payments == []
    assert world.invoice(world.invoices[0]).status is InvoiceStatus.ISSUED


async def test_an_approval_found_by_asking_is_booked_once_with_the_notice_that_follows() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount)])

    seen = await world.refresh_payment(world.viewer, reference=intent.reference)
    await world.notice(intent)

    assert seen.status is S.APPROVED
    assert len(world.payments) == 1
    assert world.invoice(world.invoices[0]).status is InvoiceStatus.PAID


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (ReportedState.PENDING, S.PENDING),
        (ReportedState.DECLINED, S.DECLINED),
        (ReportedState.EXPIRED, S.EXPIRED),
        (ReportedState.UNKNOWN, S.REDIRECTED),
    ],
)
async def test_what_the_gateway_says_is_shown(state: ReportedState, status: PaymentIntentStatus) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount, state=state)])
    assert (await world.refresh_payment(world.viewer, reference=intent.reference)).status is status
    assert world.payments == []


async def test_an_answer_with_another_amount_is_for_a_person() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, "1.00")])
    seen = await world.refresh_payment(world.viewer, reference=intent.reference)
    assert (seen.status, seen.status_reason, world.payments) == (S.REVIEW, StatusReason.AMOUNT_MISMATCH, [])


async def test_the_gateway_is_asked_every_few_seconds_at_most() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    for _ in range(5):
        await world.refresh_payment(world.viewer, reference=intent.reference)
    assert len(world.gateway.queried) == 1
    world.clock.advance(3)
    await world.refresh_payment(world.viewer, reference=intent.reference)
    assert len(world.gateway.queried) == 2


async def test_what_the_gateway_confirmed_is_not_asked_again_and_a_notice_alone_is() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent)
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    for _ in range(3):
        assert (await world.refresh_payment(world.viewer, reference=intent.reference)).status is S.APPROVED
        world.clock.advance(10)
    assert len(world.gateway.queried) == 1
    assert len(world.payments) == 1


async def test_a_silent_gateway_leaves_what_was_known() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.down = True
    before = repr(world.books)
    with pytest.raises(GatewayUnavailable) as refused:
        await world.refresh_payment(world.viewer, reference=intent.reference)
    assert (refused.value.intent_id, refused.value.retry_after_seconds) == (intent.id, 30)
    assert world.books.asked.pop(intent.id) == world.clock.now()
    assert repr(world.books) == before


async def test_while_a_slow_gateway_is_being_asked_nobody_else_asks() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    world.gateway.thinking.clear()
    first = asyncio.create_task(world.refresh_payment(world.viewer, reference=intent.reference))
    await world.gateway.asked.wait()

    others = await asyncio.gather(
        *(world.refresh_payment(world.viewer, reference=intent.reference) for _ in range(20)),
        *(world.reconcile_payments(world.agency.id) for _ in range(3)),
    )
    assert others == [*[world.intent(intent)] * 20, *[0] * 3]
    assert world.intent(intent).status is S.REDIRECTED
    world.clock.advance(10)
    world.gateway.thinking.set()

    assert (await first).status is S.APPROVED
    assert world.intent(intent).queried_at == world.clock.now()
    assert (await world.refresh_payment(world.viewer, reference=intent.reference)).status is S.APPROVED
    assert world.gateway.queried == [intent.reference]


async def test_a_question_without_an_answer_is_put_again_after_a_moment() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.down = True
    with pytest.raises(GatewayUnavailable):
        await world.refresh_payment(world.viewer, reference=intent.reference)
    world.gateway.down = False

    world.clock.advance(2)
    assert (await world.refresh_payment(world.viewer, reference=intent.reference)).queried_at is None
    world.clock.advance(1)
    answered = await world.refresh_payment(world.viewer, reference=intent.reference)
    assert answered.queried_at == world.clock.now()


async def test_credentials_that_cannot_be_read_leave_what_was_known() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.change_account(secrets="elsewhere|x")
    with pytest.raises(GatewayUnavailable):
        await world.refresh_payment(world.viewer, reference=intent.reference)
    assert world.gateway.queried == []


async def test_only_who_may_see_a_payment_refreshes_it() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    beto, carla = a_client(world.agency, "Beto"), a_client(world.other_agency, "Carla")

    for viewer in (as_client(beto), as_client(carla), as_staff(world.other_agency)):
        with pytest.raises(NotFound):
            await world.refresh_payment(viewer, reference=intent.reference)
    with pytest.raises(Unauthenticated):
        await world.refresh_payment(Visitor(agency_id=world.agency.id), reference=intent.reference)
    assert world.gateway.queried == []

    assert (await world.refresh_payment(as_staff(world.agency), reference=intent.reference)).id == intent.id


@pytest.mark.parametrize("reference", ["", "NEVERSEEN", "x" * 31, "A\x00", "á", "a-b"])
async def test_what_is_no_payments_reference_is_not_found(reference: str) -> None:
    world = World()
    with pytest.raises(NotFound):
        await world.refresh_payment(world.viewer, reference=reference)
    assert world.gateway.queried == []


async def test_the_regular_check_finds_a_payment_whose_notice_and_return_were_lost() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount)])

    assert await world.reconcile_payments(world.agency.id) == 0
    world.clock.advance(timedelta(minutes=30))
    assert await world.reconcile_payments(world.other_agency.id) == 0
    assert await world.reconcile_payments(world.agency.id) == 1

    assert (world.intent(intent).status, len(world.payments)) == (S.APPROVED, 1)
    assert await world.reconcile_payments(world.agency.id) == 0


async def test_the_regular_check_asks_about_what_a_notice_alone_has_told() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent)
    world.gateway.knows([a_report(intent.reference, intent.amount, is_test=True)])
    world.clock.advance(timedelta(minutes=2))
    assert await world.reconcile_payments(world.agency.id) == 1
    assert (world.intent(intent).status, world.intent(intent).status_reason) == (S.REVIEW, StatusReason.TEST_PAYMENT)


async def test_the_regular_check_asks_ever_more_rarely() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount, state=ReportedState.PENDING)])
    await world.refresh_payment(world.viewer, reference=intent.reference)
    asked = 0
    for _ in range(12 * 24):
        world.clock.advance(timedelta(hours=1))
        asked += await world.reconcile_payments(world.agency.id)
    # Twice while it is young, hourly for its first day, four times a day until the tenth; each a few minutes late, by
    # its reference, so that now and then two of them fall into one hour or none.
    assert abs(asked - (2 + 22 + 9 * 4)) <= 3
    assert world.intent(intent).status is S.PENDING


async def test_the_regular_check_stops_at_a_silent_gateway() -> None:
    world = World()
    for n, invoice in enumerate(world.invoices):
        await world.start(world.viewer, invoice, key=f"key-{n}")
    world.clock.advance(timedelta(hours=1))
    world.gateway.down = True
    assert await world.reconcile_payments(world.agency.id) == 0
    assert len(world.gateway.queried) == 3
    world.gateway.down = False
    world.clock.advance(timedelta(hours=1))
    assert await world.reconcile_payments(world.agency.id, limit=2) == 2


async def test_a_question_that_is_refused_keeps_no_other_from_being_asked() -> None:
    world = World()
    refused, *others = [
        await world.start(world.viewer, invoice, key=f"key-{n}") for n, invoice in enumerate(world.invoices)
    ]
    world.gateway.refused.add(refused.reference)
    world.clock.advance(timedelta(hours=1))

    assert await world.reconcile_payments(world.agency.id) == len(others)
    assert set(world.gateway.queried) == {refused.reference, *(other.reference for other in others)}
