"""A gateway's notices: what they book, and that repetitions book nothing more."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from application.announcements import payment_confirmed
from application.ports.jobs import JobKind
from application.ports.payment_gateway import Reception
from domain.errors import Unavailable
from domain.findings import FindingKind
from domain.gateway_reports import ReportedState
from domain.invoices import InvoiceStatus
from domain.payment_intents import PaymentIntentStatus
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


async def test_an_invoice_that_is_another_clients_by_now_is_not_paid_with_this_ones_money() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    world.invoice(world.invoices[0]).client_id = a_client(world.agency, "Beto").id

    await world.notice(intent)

    ((payment, shares),) = world.payments
    assert (payment.client_id, payment.credited, shares) == (world.ana.id, intent.amount, ())
    assert world.invoice(world.invoices[0]).paid == 0
    assert FindingKind.CREDITED in {it.kind for it in world.books.findings.values()}
    await world.assert_balanced()


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


async def test_of_notices_about_one_payment_a_hundred_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    other = await world.start(world.viewer, world.invoices[1], key="key-2")
    for n in range(100):
        await world.notice(intent, state=ReportedState.DECLINED, transaction_id=f"tx-{n}")
    before = repr(world.books)

    for n in range(5):
        assert await world.notice(intent, transaction_id=f"more-{n}") is Reception.STORED

    assert repr(world.books) == before
    assert caplog.text.count("others will be passed over") == 1
    assert await world.notice(intent, state=ReportedState.DECLINED, transaction_id="tx-3") is Reception.DUPLICATE
    assert await world.notice(other) is Reception.PROCESSED
    # What was passed over is found by asking.
    world.gateway.knows([a_report(intent.reference, intent.amount)])
    assert (await world.refresh_payment(world.viewer, reference=intent.reference)).status is S.APPROVED


async def test_of_a_long_notice_the_beginning_is_kept() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    body = a_notice(intent.reference, intent.amount) + b" " * 50_000

    assert await world.receive(body) is Reception.PROCESSED

    ((event),) = world.books.events.values()
    assert event.body.encode() == body[: 8 * 1024]


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


def letters(world: World) -> list[str]:
    """Those that were left to be written."""
    jobs = [kept.job for kept in world.books.jobs]
    assert {(job.kind, job.agency_id) for job in jobs} <= {(JobKind.SEND_MAIL, world.agency.id)}
    return [job.subject for job in jobs]


async def test_who_paid_is_written_to_once_with_the_receipt() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    for _ in range(3):
        await world.notice(intent)

    ((payment, _),) = world.payments
    assert letters(world) == [payment_confirmed(payment).subject]


async def test_each_try_that_fails_is_told_once_and_a_payment_after_it_too() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    for transaction_id in ("t1", "t1", "t2"):
        await world.notice(intent, state=ReportedState.DECLINED, transaction_id=transaction_id)
    told = [f"payment-declined {intent.reference} {transaction_id}" for transaction_id in ("t1", "t2")]
    assert letters(world) == told

    await world.notice(intent, transaction_id="t3")
    await world.notice(intent, state=ReportedState.DECLINED, transaction_id="t4")

    ((payment, _),) = world.payments
    assert letters(world) == [*told, payment_confirmed(payment).subject]


async def test_of_what_is_only_in_process_nobody_is_told() -> None:
    world = World()
    intent = await world.start(world.viewer, world.invoices[0])
    await world.notice(intent, state=ReportedState.PENDING)
    assert letters(world) == []
