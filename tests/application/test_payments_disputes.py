"""Notices of disputes: the staff hear of them within the term, the gateway is asked, and no money moves by them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from application.ports.payment_gateway import NotificationRejected, Reception, Rejection
from application.use_cases.payments import ReceiveDisputeNotice, ReconcileDay, ReconcilePayments
from domain.errors import GatewayUnavailable, TooManyAttempts
from domain.findings import FindingKind
from domain.payment_intents import DisputeStatus, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode, PaymentMethod
from tests.application.payments_world import PAYU, World
from tests.fakes.calendar import FakeHolidays
from tests.fakes.payment_gateway import a_report
from tests.fakes.rate_limits import FakeRateLimiter
from tests.told import told

S = PaymentIntentStatus
HOLIDAY = date(2026, 7, 3)


class Office(World):
    """Ana paid by card on Wednesday, July 1st; Friday is a holiday."""

    def __init__(self) -> None:
        super().__init__()
        self.hear = ReceiveDisputeNotice(
            settlement=self.settlement, limiter=FakeRateLimiter(self.clock), calendar=FakeHolidays([HOLIDAY])
        )
        self.reconcile = ReconcileDay(
            unit_of_work=self.till, clock=self.clock, ask=ReconcilePayments(settlement=self.settlement)
        )

    async def paid(self) -> PaymentIntent:
        intent = await self.start(self.viewer, self.invoices[0])
        report = a_report(intent.reference, intent.amount, method=PaymentMethod.CREDIT_CARD)
        self.gateway.knows([report])
        await self.refresh_payment(self.viewer, reference=intent.reference)
        self.clock.advance(60)
        return self.intent(intent)

    async def told(self, body: str, *, account: str = "acc-andina", gateway: PaymentGatewayCode = PAYU) -> Reception:
        return await self.hear(gateway=gateway, account=account, body=body.encode(), headers={}, ip="203.0.113.9")

    def disputes(self) -> list[tuple[str | None, date | None]]:
        """Open ones: reference and last day."""
        found = [it for it in self.books.findings.values() if it.kind is FindingKind.DISPUTE]
        return [(it.reference, it.due_on) for it in found if it.resolved_at is None]


def form(intent: PaymentIntent, state: str = "NOTIFIED") -> str:
    return f"merchant_id=508029&reference_sale={intent.reference}&dispute_state={state}&value=1000000.00"


async def test_a_dispute_gives_the_staff_two_working_days_and_leaves_the_money_alone() -> None:
    office = Office()
    intent = await office.paid()
    payments, journals = told(office.payments), dict(office.books.journals)

    assert await office.told(form(intent)) is Reception.STORED

    assert office.disputes() == [(intent.reference, date(2026, 7, 6))]  # Thursday, and Monday after the holiday
    assert (office.intent(intent).dispute, office.intent(intent).status) == (DisputeStatus.OPEN, S.APPROVED)
    assert (told(office.payments), office.books.journals) == (payments, journals)
    assert office.gateway.queried == [intent.reference] * 2
    (event,) = office.books.events.values()
    assert (event.authentic, event.outcome, event.body) == (False, "RECORDED", form(intent))


async def test_a_notice_that_comes_again_is_known_and_a_later_one_is_of_the_same_dispute() -> None:
    office = Office()
    intent = await office.paid()
    await office.told(form(intent))
    office.clock.advance(60)

    assert await office.told(form(intent)) is Reception.DUPLICATE
    assert len(office.gateway.queried) == 2
    assert await office.told(form(intent, "REVIEW")) is Reception.STORED

    assert len(office.disputes()) == 1
    assert len(office.books.events) == 2


async def test_a_dispute_that_is_lost_is_booked_by_the_gateways_answer_and_closed() -> None:
    office = Office()
    intent = await office.paid()
    await office.told(form(intent))
    office.clock.advance(60)
    lost = a_report(intent.reference, intent.amount, method=PaymentMethod.CREDIT_CARD)
    office.gateway.knows([replace(lost, charged_back=True)])

    await office.told(form(intent, "LOST"))
    await office.reconcile(office.agency.id, date(2026, 7, 1))

    assert office.intent(intent).dispute is DisputeStatus.LOST
    assert office.invoice(office.invoices[0]).paid == 0
    assert office.disputes() == []
    assert {it.kind for it in office.books.findings.values()} == {FindingKind.DISPUTE, FindingKind.CHARGED_BACK}


async def test_a_dispute_of_which_nothing_more_is_heard_is_won_after_half_a_year() -> None:
    office = Office()
    intent = await office.paid()
    await office.told(form(intent))
    office.clock.advance(timedelta(days=180))
    await office.reconcile(office.agency.id, date(2026, 12, 27))
    assert office.intent(intent).dispute is DisputeStatus.OPEN
    office.clock.advance(timedelta(days=1))

    await office.reconcile(office.agency.id, date(2026, 12, 28))

    assert (office.intent(intent).dispute, office.disputes()) == (DisputeStatus.WON, [])
    assert office.invoice(office.invoices[0]).paid == intent.amount


async def test_the_staff_hear_of_it_though_the_gateway_is_silent_and_the_notice_may_come_again() -> None:
    office = Office()
    intent = await office.paid()
    office.gateway.down = True

    with pytest.raises(GatewayUnavailable):
        await office.told(form(intent))
    assert (len(office.disputes()), office.intent(intent).dispute) == (1, DisputeStatus.NONE)
    office.gateway.down = False
    office.clock.advance(60)

    assert await office.told(form(intent)) is Reception.STORED
    assert (len(office.disputes()), office.intent(intent).dispute) == (1, DisputeStatus.OPEN)


@pytest.mark.parametrize(
    "body", ["", "{}", "order_id=1&state=x", "reference_sale=260701NADADENADA00", "ñ\0\x00", "A" * 9000]
)
async def test_a_notice_that_names_no_payment_received_here_is_one_finding_a_day(body: str) -> None:
    office = Office()
    await office.start(office.viewer, office.invoices[0])

    for tail in ("", "&otra=1"):
        assert await office.told(body + tail) is Reception.STORED

    assert office.disputes() == [(None, date(2026, 7, 6))]
    assert office.gateway.queried == []
    assert all(len(event.body) <= 4096 for event in office.books.events.values())


async def test_a_payment_that_nobody_paid_and_one_of_another_account_are_not_disputed() -> None:
    office = Office()
    unpaid = await office.start(office.viewer, office.invoices[1], key="key-2")
    intent = await office.paid()

    await office.told(form(unpaid))
    await office.told(form(intent), account="acc-beta")

    assert office.intent(unpaid).dispute is office.intent(intent).dispute is DisputeStatus.NONE
    assert {reference for reference, _ in office.disputes()} == {None}
    assert {it.agency_id for it in office.books.findings.values()} == {office.agency.id, office.other_agency.id}


async def test_few_are_heard_in_an_hour_and_an_account_that_is_none_is_refused() -> None:
    office = Office()
    for number in range(6):
        await office.told(f"n={number}")
    with pytest.raises(TooManyAttempts):
        await office.told("n=7")
    assert len(office.books.events) == 6
    office.clock.advance(timedelta(hours=1))
    assert await office.told("n=7") is Reception.STORED

    for account, gateway in (("nobody", PAYU), ("acc-andina", PaymentGatewayCode.ENLINEA)):
        with pytest.raises(NotificationRejected) as refused:
            await office.told("n=8", account=account, gateway=gateway)
        assert refused.value.kind is Rejection.UNKNOWN_ACCOUNT
    assert office.clock.now() > datetime(2026, 7, 1, tzinfo=UTC)
