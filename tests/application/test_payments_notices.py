"""A gateway's notices: what they book, that repetitions book nothing more, and that a false one leaves no trace but
its own."""

import asyncio
import itertools
import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from application.ports.payment_gateway import NotificationRejected, Reception, Rejection
from domain.errors import GatewayUnavailable, Unavailable
from domain.invoices import InvoiceStatus
from domain.payment_intents import PaymentIntentStatus, ReportedState, StatusReason
from domain.payments import PaymentGatewayCode, PaymentMethod, PaymentStatus
from tests.application.payments_world import World, a_client, an_invoice, as_client
from tests.fakes.payment_gateway import a_notice, a_report

S = PaymentIntentStatus


async def test_an_approval_pays_the_invoices_and_gives_a_receipt() -> None:
    world = World()
    one, other, third = world.invoices
    intent = await world.start(world.viewer, one, other)

    assert await world.notice(intent) is Reception.PROCESSED

    ((payment, shares),) = world.payments
    assert shares == ((one.id, Decimal("1000000.00")), (other.id, Decimal("500000.00")))
    assert (payment.receipt_number, payment.amount, payment.credited) == ("RP-000001", intent.amount, Decimal(0))
    assert (payment.client_id, payment.intent_id, payment.gateway) == (
        world.ana.id,
        intent.id,
        PaymentGatewayCode.PAYU,
    )
    assert (payment.method, payment.gateway_reference) == (PaymentMethod.PSE, "CUS-tx-1")
    assert (payment.status, payment.paid_at) == (PaymentStatus.APPLIED, world.clock.now())
    assert len(payment.verification_code) == 16
    assert [world.invoice(it).status for it in (one, other, third)] == [
        InvoiceStatus.PAID,
        InvoiceStatus.PAID,
        InvoiceStatus.ISSUED,
    ]
    assert world.intent(intent).status is S.APPROVED
    assert world.gateway.queried == []


async def test_receipts_are_numbered_without_gaps_and_pass_over_imported_ones() -> None:
    world = World()
    for number, invoice in enumerate(world.invoices):
        intent = await world.start(world.viewer, invoice, key=f"key-{number}")
        await world.notice(intent, transaction_id=f"tx-{number}")
        if number == 0:
            ((payment, _),) = world.payments
            payment.receipt_number = "RP-000002"
    assert [payment.receipt_number for payment, _ in world.payments] == ["RP-000002", "RP-000003", "RP-000004"]


async def test_the_same_notice_again_changes_nothing() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent)
    paid = (dict(world.books.payments), world.intent(intent), dict(world.books.events))

    for _ in range(3):
        assert await world.notice(intent) is Reception.DUPLICATE

    assert repr((dict(world.books.payments), world.intent(intent), dict(world.books.events))) == repr(paid)
    assert list(world.books.deliveries.values()) == [4]


async def test_the_same_notice_many_times_at_once_is_one_payment() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    receptions = await asyncio.gather(*(world.notice(intent) for _ in range(20)))
    assert receptions.count(Reception.PROCESSED) == 1
    assert receptions.count(Reception.DUPLICATE) == 19
    assert len(world.payments) == 1


async def test_a_decline_is_told_and_a_later_approval_pays() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])

    await world.notice(intent, state=ReportedState.DECLINED, transaction_id="tx-1")
    assert (world.intent(intent).status, world.payments) == (S.DECLINED, [])

    await world.notice(intent, transaction_id="tx-2")
    assert (world.intent(intent).status, len(world.payments)) == (S.APPROVED, 1)
    assert [attempt.status for attempt in world.intent(intent).attempts] == [S.DECLINED, S.APPROVED]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_order_of_decline_approval_and_expiry_changes_no_money(order: tuple[int, ...]) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    states = [ReportedState.DECLINED, ReportedState.APPROVED, ReportedState.EXPIRED]
    world.gateway.knows(
        a_report(intent.reference, intent.amount, state=state, transaction_id=f"tx-{n}")
        for n, state in enumerate(states)
    )
    for n in order:
        await world.notice(intent, state=states[n], transaction_id=f"tx-{n}")
    assert (world.intent(intent).status, len(world.payments)) == (S.APPROVED, 1)


async def test_an_invoice_paid_at_the_office_meanwhile_leaves_the_money_as_credit() -> None:
    world = World()
    one, other, _ = world.invoices
    intent = await world.start(world.viewer, one, other)
    world.books.invoices[one.id].receive(Decimal("400000.00"))
    world.books.invoices[other.id].status = InvoiceStatus.VOIDED

    await world.notice(intent)

    ((payment, shares),) = world.payments
    assert shares == ((one.id, Decimal("600000.00")),)
    assert payment.credited == Decimal("900000.00")
    assert world.invoice(one).status is InvoiceStatus.PAID
    assert world.invoice(other).paid == 0


async def test_the_day_of_the_receipt_is_the_gateways_within_reason() -> None:
    for told, kept in (
        (datetime(2026, 7, 1, 17, 5, tzinfo=UTC), datetime(2026, 7, 1, 17, 5, tzinfo=UTC)),
        (datetime(2019, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 17, 10, tzinfo=UTC)),
        (datetime(2030, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 17, 10, tzinfo=UTC)),
    ):
        world = World()
        intent = await world.start(world.viewer, world.invoices[0])
        world.clock.advance(timedelta(minutes=10))
        world.gateway.knows([a_report(intent.reference, intent.amount, occurred_at=told)])
        await world.refresh_payment(world.viewer, reference=intent.reference)
        ((payment, _),) = world.payments
        assert payment.paid_at == kept


# --- what has to be asked back ---------------------------------------------------------------------------------------


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


# --- what a person has to look at ------------------------------------------------------------------------------------


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
    assert await world.receive(body) is Reception.DUPLICATE


# --- what proves nothing ---------------------------------------------------------------------------------------------


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


async def test_a_disabled_account_still_books_what_was_under_way() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.change_account(enabled=False)
    assert await world.notice(intent) is Reception.PROCESSED
    assert len(world.payments) == 1


async def test_a_database_that_is_down_makes_the_gateway_repeat() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.till.down = Unavailable(2)
    with pytest.raises(Unavailable):
        await world.notice(intent)
    world.till.down = None
    assert await world.notice(intent) is Reception.PROCESSED


async def test_clients_of_one_agency_share_its_receipt_series_and_nothing_else() -> None:
    world = World()
    beto = a_client(world.agency, "Beto")
    his = an_invoice(beto)
    world.know(beto, [his])
    mine = await world.start(world.viewer, world.invoices[0])
    theirs = await world.start(as_client(beto), his)
    await world.notice(theirs, transaction_id="tx-b")
    await world.notice(mine, transaction_id="tx-a")
    assert [(payment.client_id, payment.receipt_number) for payment, _ in world.payments] == [
        (beto.id, "RP-000001"),
        (world.ana.id, "RP-000002"),
    ]
