"""Notices that a signature cannot vouch for, that differ, or that prove nothing at all."""

import asyncio
import logging
from datetime import timedelta
from decimal import Decimal

import pytest

from application.ports.payment_gateway import NotificationRejected, Reception, Rejection
from domain.errors import GatewayUnavailable
from domain.findings import FindingKind
from domain.gateway_reports import ReportedState, StatusReason
from domain.invoices import InvoiceStatus
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from tests.application.payments_world import World
from tests.fakes.payment_gateway import a_notice, a_report

S = PaymentIntentStatus


async def test_a_second_approval_that_the_gateway_knows_is_credit() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent, transaction_id="tx-1")
    world.gateway.knows(a_report(intent.reference, intent.amount, transaction_id=f"tx-{n}") for n in (1, 2))

    await world.notice(intent, transaction_id="tx-2")

    (_, _), (second, shares) = world.payments
    assert (second.credited, shares) == (intent.amount, ())
    assert second.gateway_reference == "CUS-tx-2"
    assert world.invoice(world.invoices[0]).paid == Decimal("1000000.00")
    assert await world.notice(intent, transaction_id="tx-2") is Reception.DUPLICATE


async def test_a_replay_under_an_invented_id_books_nothing() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent, transaction_id="tx-1")
    world.gateway.knows([a_report(intent.reference, intent.amount, transaction_id="tx-1")])

    await world.notice(intent, transaction_id="invented")

    assert len(world.payments) == 1
    assert world.gateway.queried == [intent.reference]
    (found,) = world.books.findings.values()
    assert (found.kind, found.intent_id, found.detail) == (FindingKind.REPLAYED, intent.id, "invented")


async def test_a_late_approval_is_asked_back_and_then_booked() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.clock.advance(timedelta(hours=1))
    await world.refresh_payment(world.viewer, reference=intent.reference)
    assert world.intent(intent).status is S.EXPIRED
    world.clock.advance(10)
    world.gateway.knows([a_report(intent.reference, intent.amount)])

    assert await world.notice(intent) is Reception.PROCESSED

    assert (world.intent(intent).status, len(world.payments)) == (S.APPROVED, 1)


async def test_while_the_gateway_cannot_be_asked_the_notice_waits_to_be_repeated() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent, transaction_id="tx-1")
    world.gateway.down = True

    with pytest.raises(GatewayUnavailable):
        await world.notice(intent, transaction_id="tx-2")
    assert len(world.payments) == 1

    world.gateway.down = False
    world.clock.advance(3)
    world.gateway.knows(a_report(intent.reference, intent.amount, transaction_id=f"tx-{n}") for n in (1, 2))
    assert await world.notice(intent, transaction_id="tx-2") is Reception.PROCESSED
    assert len(world.payments) == 2


async def test_invented_ids_do_not_make_us_ask_the_gateway_at_every_call() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent)
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    await world.notice(intent, transaction_id="invented-1")
    for n in range(5):
        with pytest.raises(GatewayUnavailable) as later:
            await world.notice(intent, transaction_id=f"invented-{n + 2}")
        assert later.value.retry_after_seconds == 3


async def test_notices_that_come_while_the_gateway_is_being_asked_wait_to_be_repeated() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent)
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    world.gateway.thinking.clear()
    first = asyncio.create_task(world.notice(intent, transaction_id="invented-1"))
    await world.gateway.asked.wait()
    others = await asyncio.gather(
        *(world.notice(intent, transaction_id=f"invented-{n}") for n in range(2, 9)), return_exceptions=True
    )
    assert [str(other) for other in others] == ["retry after 3 s"] * 7
    world.gateway.thinking.set()
    assert await first is Reception.PROCESSED
    assert (world.gateway.queried, len(world.payments)) == ([intent.reference], 1)
    assert len(world.gateway.queried) == 1


async def test_the_id_of_another_payment_does_not_hide_this_one() -> None:
    world = World()
    one = await world.start(world.viewer, world.invoices[0])
    other = await world.start(world.viewer, world.invoices[1], key="key-2")
    world.gateway.knows(
        [
            a_report(one.reference, one.amount, transaction_id="tx-one"),
            a_report(other.reference, other.amount, transaction_id="tx-other"),
        ]
    )

    await world.notice(one, transaction_id="tx-other")  # true but for the id, which nobody signs
    await world.notice(other, transaction_id="tx-other")
    await world.notice(one, transaction_id="tx-one")

    assert sorted(payment.amount for payment, _ in world.payments) == [Decimal("500000.00"), Decimal("1000000.00")]
    assert {world.intent(intent).status for intent in (one, other)} == {S.APPROVED}
    world.clock.advance(10)
    for intent in (one, other):
        await world.refresh_payment(world.viewer, reference=intent.reference)
    assert len(world.payments) == 2


async def test_an_unknown_code_is_asked_back() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount, state=ReportedState.PENDING)])

    await world.notice(intent, state=ReportedState.UNKNOWN)

    assert (world.intent(intent).status, world.gateway.queried) == (S.PENDING, [intent.reference])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": "999999.00"}, StatusReason.AMOUNT_MISMATCH),
        ({"amount": "1000001.00"}, StatusReason.AMOUNT_MISMATCH),
        ({"currency": "USD"}, StatusReason.CURRENCY_MISMATCH),
    ],
)
async def test_an_approval_that_differs_is_stored_for_review_and_books_nothing(
    changes: dict[str, str], reason: StatusReason, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])

    with caplog.at_level(logging.WARNING):
        assert await world.notice(intent, **changes) is Reception.STORED  # type: ignore[arg-type]

    assert (world.intent(intent).status, world.intent(intent).status_reason) == (S.REVIEW, reason)
    assert world.payments == []
    assert world.invoice(world.invoices[0]).status is InvoiceStatus.ISSUED
    assert intent.reference in caplog.text


async def test_a_test_payment_on_a_live_account_books_nothing() -> None:
    world = World()
    world.change_account(test=False)
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent, test=True)
    assert (world.intent(intent).status_reason, world.payments) == (StatusReason.TEST_PAYMENT, [])


async def test_a_live_account_books_an_approval_only_when_the_gateway_confirms_it() -> None:
    """The mark of a test is not signed, so a notice without it could be a test payment's, sent again by the payer."""
    world = World()
    world.change_account(test=False)
    intent = await world.start(world.viewer, world.invoices[0])
    world.gateway.knows([a_report(intent.reference, intent.amount, is_test=True)])
    await world.notice(intent)
    assert (world.intent(intent).status_reason, world.payments) == (StatusReason.TEST_PAYMENT, [])

    genuine = await world.start(world.viewer, world.invoices[1], key="another")
    world.gateway.knows([a_report(genuine.reference, genuine.amount)])
    assert await world.notice(genuine) is Reception.PROCESSED
    ((payment, _),) = world.payments
    assert payment.amount == genuine.amount


async def test_where_tests_are_not_allowed_a_test_account_books_nothing() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    production = World(test_allowed=False)
    production.till.books = world.books
    await production.notice(intent, test=True)
    assert production.intent(intent).status_reason is StatusReason.TEST_PAYMENT
    assert production.payments == []


async def test_an_unknown_reference_is_stored_and_accepted(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    with caplog.at_level(logging.WARNING):
        body = a_notice("NEVERSEEN1", "1.00")
        assert await world.receive(body) is Reception.STORED
    (event,) = world.books.events.values()
    assert (event.reference, event.outcome, event.authentic) == ("NEVERSEEN1", "UNKNOWN_REFERENCE", True)
    assert "unknown reference" in caplog.text
    (found,) = world.books.findings.values()
    assert (found.kind, found.reference, found.amount) == (FindingKind.UNKNOWN_REFERENCE, "NEVERSEEN1", Decimal("1.00"))
    assert await world.receive(body) is Reception.DUPLICATE


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"key": "stolen"}, Rejection.BAD_SIGNATURE),
        ({"key": "key-beta"}, Rejection.BAD_SIGNATURE),
        ({"merchant_id": "1"}, Rejection.WRONG_MERCHANT),
        ({"account": "acc-nobody"}, Rejection.UNKNOWN_ACCOUNT),
        ({"account": ""}, Rejection.UNKNOWN_ACCOUNT),
    ],
)
async def test_a_forged_notice_moves_nothing(changes: dict[str, str], kind: Rejection) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    before = world.intent(intent)

    with pytest.raises(NotificationRejected) as rejected:
        await world.notice(intent, **changes)  # type: ignore[arg-type]

    assert rejected.value.kind is kind
    assert (world.intent(intent), world.payments) == (before, [])
    assert world.gateway.queried == []


async def test_forged_notices_are_kept_once_an_hour_and_counted() -> None:
    world = World()
    for n in range(10):
        with pytest.raises(NotificationRejected):
            await world.receive(a_notice(f"X{n}", "1.00", key="stolen") + b" " * 10_000)
    with pytest.raises(NotificationRejected):
        await world.receive(b"no notice \x00 at all")
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(NotificationRejected):
        await world.receive(a_notice("Y", "1.00", key="stolen"))

    events = list(world.books.events.values())
    assert [(event.authentic, event.outcome) for event in events] == [(False, "REJECTED")] * 3
    assert list(world.books.deliveries.values()) == [10, 1, 1]
    assert all(len(event.body) <= 4096 and "\x00" not in event.body for event in events)


async def test_one_agencys_key_never_touches_another_agencys_payment() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])

    assert await world.notice(intent, account="acc-beta", key="key-beta") is Reception.STORED

    assert world.intent(intent).status is S.REDIRECTED
    assert world.payments == []
    (event,) = world.books.events.values()
    assert (event.agency_id, event.outcome) == (world.other_agency.id, "UNKNOWN_REFERENCE")


async def test_another_gateways_address_is_unknown() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    body = a_notice(intent.reference, intent.amount)
    with pytest.raises(NotificationRejected) as rejected:
        await world.receive(body, gateway=PaymentGatewayCode.ENLINEA)
    assert rejected.value.kind is Rejection.UNKNOWN_ACCOUNT
