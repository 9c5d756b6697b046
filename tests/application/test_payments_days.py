"""The daily report: what it says of a day, and what it brings to the staff's notice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from application.ports.books import Reconciliation
from application.ports.jobs import Job, JobKind
from application.use_cases.audit import NoteAuditHead
from application.use_cases.payments import (
    CheckBooks,
    PollAgency,
    ReconcileAgency,
    ReconcileDay,
    ReconcilePayments,
)
from application.use_cases.tidying import TidyAgency
from domain.findings import FindingKind
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode, PaymentMethod
from tests import factories as a
from tests.application.payments_world import World
from tests.fakes.payment_gateway import a_report
from tests.fakes.reading.readings import FakeReadings
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeDatabase

TODAY = date(2026, 7, 1)
S = PaymentIntentStatus


class Accountant(World):
    def __init__(self) -> None:
        super().__init__()
        self.reconcile = ReconcileDay(
            unit_of_work=self.till, clock=self.clock, ask=ReconcilePayments(settlement=self.settlement)
        )
        self.check = CheckBooks(unit_of_work=self.till, clock=self.clock)
        self.poll = PollAgency(unit_of_work=self.till, clock=self.clock)

    async def report(self, on: date = TODAY) -> Reconciliation:
        return await self.reconcile(self.agency.id, on)

    def set(self, intent: PaymentIntent, **changes: object) -> None:
        self.books.intents[intent.id] = replace(self.intent(intent), **changes)  # type: ignore[arg-type]

    def findings(self, *kinds: FindingKind) -> list[tuple[str, Decimal | None]]:
        """Open ones: their reference, or detail where they are about many, and amount."""
        mine = [it for it in self.books.findings.values() if it.kind in kinds and it.resolved_at is None]
        return [(it.reference or it.detail, it.amount) for it in mine]


async def test_a_day_says_what_was_received_credited_and_begun_and_that_the_books_agree() -> None:
    office = Accountant()
    paid = await office.start(office.viewer, office.invoices[0])
    await office.start(office.viewer, office.invoices[1], key="key-2")
    reports = [a_report(paid.reference, paid.amount, transaction_id=f"tx-{number}") for number in (1, 2)]
    office.gateway.knows(reports)
    await office.refresh_payment(office.viewer, reference=paid.reference)

    report = await office.report()

    assert report.figures["received"] == {"PAYU": {"count": 2, "amount": "2000000.00"}}
    assert report.figures["credit"] == {"GRANTED": {"count": 1, "amount": "1000000.00"}}
    assert report.figures["intents"] == {
        "APPROVED": {"count": 1, "amount": "1000000.00"},
        "REDIRECTED": {"count": 1, "amount": "500000.00"},
    }
    assert report.figures["ledger"] == {"CREDIT": "-1000000.00", "GATEWAY": "2000000.00", "RECEIVABLE": "-1000000.00"}
    assert report.figures["findings"].keys() == {"CREDITED", "DOUBLE_PAYMENT"}
    assert (report.figures["total"], report.figures["differences"]) == ("0.00", 0)
    assert (await office.check(office.agency.id)).agree
    other_day = await office.report(TODAY + timedelta(days=1))
    assert (other_day.figures["received"], other_day.figures["ledger"]) == ({}, report.figures["ledger"])
    assert (await office.reconcile(office.other_agency.id, TODAY)).figures["ledger"] == {}


async def test_a_day_reported_on_again_has_one_report_and_the_same_findings() -> None:
    office = Accountant()
    slow = await office.start(office.viewer, office.invoices[0])
    office.set(slow, status=S.PENDING)
    office.gateway.down = True
    office.clock.advance(timedelta(days=2))

    first = await office.report()
    office.clock.advance(timedelta(hours=1))
    second = await office.report()

    (kept,) = office.books.reports.values()
    assert (kept.id, kept.at) == (first.id, second.at)
    assert {name: it for name, it in first.figures.items() if name != "findings"} == {
        name: it for name, it in second.figures.items() if name != "findings"
    }
    assert office.findings(*FindingKind) == [(slow.reference, slow.amount)]


@pytest.mark.parametrize(
    ("method", "hours", "slow"),
    [
        (PaymentMethod.PSE, 24, False),
        (PaymentMethod.PSE, 25, True),
        (None, 25, True),
        (PaymentMethod.CASH, 25, False),
        (PaymentMethod.CASH, 8 * 24, False),
        (PaymentMethod.CASH, 8 * 24 + 1, True),
    ],
)
async def test_what_is_in_process_for_too_long_is_found_until_it_ends(
    method: PaymentMethod | None, hours: int, slow: bool
) -> None:
    office = Accountant()
    intent = await office.start(office.viewer, office.invoices[0])
    office.set(intent, status=S.PENDING, method=method)
    office.gateway.down = True
    office.clock.advance(timedelta(hours=hours))

    await office.report()

    assert office.findings(FindingKind.SLOW) == ([(intent.reference, intent.amount)] if slow else [])
    office.set(intent, status=S.DECLINED)
    await office.report()
    assert office.findings(FindingKind.SLOW) == []


async def test_payments_of_which_enlinea_never_told_are_one_finding_of_their_day() -> None:
    office = Accountant()
    intents = [await office.start(office.viewer, it, key=str(it.id)) for it in office.invoices]
    for intent, status in zip(intents, (S.EXPIRED, S.CANCELLED, S.EXPIRED), strict=True):
        gateway = PaymentGatewayCode.ENLINEA if intent is not intents[2] else PaymentGatewayCode.PAYU
        office.set(intent, gateway=gateway, status=status)

    await office.report()
    await office.report()
    await office.report(TODAY + timedelta(days=1))

    first, second, _ = intents
    listed = ", ".join(sorted((first.reference, second.reference), key=[it.reference for it in intents].index))
    ((named, amount),) = office.findings(FindingKind.UNCONFIRMED)
    assert (sorted(named.removeprefix("2: ").split(", ")), amount) == (
        sorted(listed.split(", ")),
        Decimal("1500000.00"),
    )


async def test_an_invoice_whose_receipts_and_ledger_disagree_is_found() -> None:
    office = Accountant()
    paid = await office.start(office.viewer, office.invoices[0])
    office.gateway.knows([a_report(paid.reference, paid.amount)])
    await office.refresh_payment(office.viewer, reference=paid.reference)
    assert (await office.check(office.agency.id)).agree
    (payment,) = office.books.payments
    (share,) = office.books.shares_of(payment)
    office.books.shares[payment] = [replace(share, reversed=Decimal("100.00"))]

    report = await office.report()

    assert report.figures["differences"] == 1
    assert office.findings(FindingKind.BOOKS) == [(office.invoices[0].number, Decimal("-100.00"))]
    checked = await office.check(office.agency.id)
    assert (checked.agree, len(checked.differences)) == (False, 1)


async def test_the_day_asks_about_what_is_due_and_stands_though_the_gateway_is_silent() -> None:
    office = Accountant()
    intent = await office.start(office.viewer, office.invoices[0])
    office.gateway.knows([a_report(intent.reference, intent.amount)])
    office.clock.advance(timedelta(hours=1))
    office.gateway.down = True
    assert (await office.report()).figures["asked"] == 0
    office.gateway.down = False
    office.clock.advance(timedelta(days=1))

    report = await office.report()

    assert report.figures["asked"] == 1
    assert office.intent(intent).status is S.APPROVED


async def test_what_a_notice_said_is_forgotten_after_half_a_year() -> None:
    office = Accountant()
    intent = await office.start(office.viewer, office.invoices[0])
    await office.notice(intent)
    office.clock.advance(timedelta(days=180))
    await office.report()
    (event,) = office.books.events.values()
    assert event.body

    office.clock.advance(timedelta(days=1))
    await office.report()

    (forgotten,) = office.books.events.values()
    assert forgotten == replace(event, body="", source_ip="")


async def test_a_day_is_put_to_be_reported_on_in_the_next_early_morning_and_once() -> None:
    office = Accountant()
    job = Job(kind=JobKind.POLL_AGENCY, agency_id=office.agency.id)
    office.clock.set(datetime(2026, 7, 2, 9, 59, tzinfo=UTC))
    await office.poll(job)
    assert [it.job.subject for it in office.books.jobs] == ["2026-06-30"]
    office.books.jobs.clear()
    office.clock.set(datetime(2026, 7, 2, 10, tzinfo=UTC))  # five in Bogotá
    for _ in range(2):
        await office.poll(job)

    (kept,) = office.books.jobs
    assert (kept.job.kind, kept.job.subject) == (JobKind.RECONCILE_AGENCY, "2026-07-01")
    office.books.jobs.clear()
    store = FakeStore()
    store.add(office.agency)
    database = FakeDatabase(store)
    note = NoteAuditHead(readings=FakeReadings(database, office.clock))
    old = office.clock.now() - timedelta(days=31)
    account = a.a_staff_account(office.agency)
    store.add(account, a.a_link(account, expires_at=old), a.a_link(account))
    tidy = TidyAgency(unit_of_work=database, clock=office.clock)
    await ReconcileAgency(reconcile_day=office.reconcile, tidy=tidy, note_audit_head=note)(kept.job)
    assert len(database.store.links) == 1
    await office.poll(job)
    assert (office.books.jobs, list(office.books.reports)) == ([], [(office.agency.id, TODAY)])
