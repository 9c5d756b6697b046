"""Many at once, on Postgres: one intent for an invoice, one payment for a notice, receipts without gaps."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.postgres.engine import create_engine
from application.access import Scope
from application.ports.payment_gateway import Reception
from application.use_cases.payments import ReceiveReturn, ReconcileDay
from domain.errors import GatewayUnavailable, IdempotencyConflict, PaymentInProgress
from domain.findings import FindingKind
from domain.gateway_reports import Hint, ReportedState
from domain.invoices import InvoiceStatus
from domain.ledger import Journal, JournalKind, LedgerAccount, received
from domain.money import ZERO
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from tests.application.payments_world import Desk, a_client, a_merchant_account, an_agency, an_invoice, as_client
from tests.fakes.payment_gateway import a_report
from tests.ports.payments_stores import InPostgres
from tests.postgres import Database

S = PaymentIntentStatus


class Office(Desk):
    """The use cases over Postgres, with ten connections for everybody."""

    def __init__(self, store: InPostgres) -> None:
        super().__init__(store.unit_of_work)
        self.store = store
        self.agency = an_agency()
        self.account = a_merchant_account(self.agency)
        self.ana = a_client(self.agency)
        self.invoices = [an_invoice(self.ana), an_invoice(self.ana), an_invoice(self.ana)]
        self.viewer = as_client(self.ana)

    async def stored(self, intent: PaymentIntent) -> PaymentIntent:
        async with self.store.unit_of_work(Scope.of_agency(self.agency.id)) as uow:
            found = await uow.intents.by_reference(intent.reference)
        assert found is not None
        return found


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    engine = create_engine(database.app_url, pool_size=10)
    office = Office(InPostgres(engine))
    await office.store.add_agency(office.agency, office.account)
    await office.store.add_client(office.ana, office.invoices)
    yield office
    await engine.dispose()


async def at_once(*work: Awaitable[object]) -> list[object]:
    """Results and refusals; no more at a time than there are connections."""
    gate = asyncio.Semaphore(10)

    async def passing(one: Awaitable[object]) -> object:
        async with gate:
            return await one

    return await asyncio.gather(*(passing(one) for one in work), return_exceptions=True)


async def test_fifty_starts_at_once_open_one_intent(office: Office) -> None:
    invoice = office.invoices[0]
    starts = [office.start(office.viewer, invoice, key=f"key-{n % 10}") for n in range(50)]

    results = await at_once(*starts)

    intents = [result for result in results if isinstance(result, PaymentIntent)]
    assert len(intents) == 50, results
    assert len({intent.id for intent in intents}) == 1
    assert all(intent.checkout == intents[0].checkout is not None for intent in intents)
    assert office.gateway.checkouts == [intents[0].reference]


async def test_starts_for_overlapping_invoices_never_hold_one_twice(office: Office) -> None:
    one, other, third = office.invoices
    wishes = [(one, other), (other, third), (third, one), (one, other, third), (other, one)]
    starts = [office.start(office.viewer, *wishes[n % 5], key=f"key-{n}") for n in range(25)]

    results = await at_once(*starts)

    refused = [result for result in results if isinstance(result, PaymentInProgress)]
    opened = {result.id: result for result in results if isinstance(result, PaymentIntent)}
    assert len(refused) + sum(isinstance(result, PaymentIntent) for result in results) == 25, results
    held = [part.invoice_id for intent in opened.values() for part in intent.invoices]
    assert len(held) == len(set(held))


async def test_twenty_identical_notices_at_once_are_one_payment(office: Office) -> None:
    one, other, _ = office.invoices
    intent = await office.start(office.viewer, one, other)

    receptions = await at_once(*(office.notice(intent) for _ in range(20)))

    assert receptions.count(Reception.PROCESSED) == 1, receptions
    assert receptions.count(Reception.DUPLICATE) == 19
    ((payment, shares),) = await office.store.payments(office.agency.id)
    assert (payment.receipt_number, payment.amount) == ("RP-000001", Decimal("2000000.00"))
    assert [invoice_id for invoice_id, _ in shares] == [one.id, other.id]
    assert (await office.store.invoice(one)).status is InvoiceStatus.PAID
    async with office.store.unit_of_work(Scope.of_agency(office.agency.id)) as uow:
        assert await uow.ledger.differences() == []
    assert await office.store.journals(office.agency.id) == [f"charge:{intent.id}:tx-1"]


async def test_notices_refreshes_and_the_regular_check_together_are_one_payment(office: Office) -> None:
    intent = await office.start(office.viewer, office.invoices[0])
    office.gateway.knows(
        [
            a_report(intent.reference, intent.amount, state=ReportedState.DECLINED, transaction_id="tx-0"),
            a_report(intent.reference, intent.amount, transaction_id="tx-1"),
        ]
    )
    office.clock.advance(60 * 40)
    work = [
        *(office.notice(intent, transaction_id="tx-1") for _ in range(6)),
        *(office.notice(intent, state=ReportedState.DECLINED, transaction_id="tx-0") for _ in range(6)),
        *(office.refresh_payment(office.viewer, reference=intent.reference) for _ in range(6)),
        *(office.reconcile_payments(office.agency.id) for _ in range(3)),
    ]

    results = await at_once(*work)

    assert not [result for result in results if isinstance(result, Exception)], results
    ((payment, _),) = await office.store.payments(office.agency.id)
    assert payment.credited == 0
    assert (await office.store.invoice(office.invoices[0])).paid == Decimal("1000000.00")


async def test_while_a_slow_gateway_is_asked_many_refreshes_and_notices_ask_no_more(office: Office) -> None:
    intent = await office.start(office.viewer, office.invoices[0])
    await office.notice(intent)
    office.gateway.knows([a_report(intent.reference, intent.amount)])
    office.gateway.thinking.clear()
    callers = [
        *(office.refresh_payment(office.viewer, reference=intent.reference) for _ in range(8)),
        *(office.notice(intent, transaction_id=f"invented-{n}") for n in range(8)),
    ]
    work = [asyncio.create_task(caller) for caller in callers]
    while sum(task.done() for task in work) < len(work) - 1:  # all but the one that asks
        await asyncio.wait([task for task in work if not task.done()], return_when=asyncio.FIRST_COMPLETED)
    assert office.gateway.queried == [intent.reference]
    office.gateway.thinking.set()

    results = await asyncio.gather(*work, return_exceptions=True)

    later = [result for result in results if isinstance(result, GatewayUnavailable)]
    assert len(later) in (7, 8)  # one of the notices may have been the one to ask
    assert [it for it in results if isinstance(it, Exception) and it not in later] == []
    assert office.gateway.queried == [intent.reference]
    assert len(await office.store.payments(office.agency.id)) == 1


async def test_a_key_that_found_an_open_intent_belongs_to_it_on_postgres(office: Office) -> None:
    one, other, _ = office.invoices
    intent = await office.start(office.viewer, one)
    again = await at_once(*(office.start(office.viewer, one, key=f"key-{n % 2 + 2}") for n in range(10)))
    assert {result.id for result in again if isinstance(result, PaymentIntent)} == {intent.id}, again
    await office.notice(intent)

    for key in ("key-2", "key-3"):
        repeated = await office.start(office.viewer, one, key=key)
        assert (repeated.id, repeated.status) == (intent.id, S.APPROVED)
        with pytest.raises(IdempotencyConflict):
            await office.start(office.viewer, other, key=key)


async def test_two_intents_for_one_invoice_paid_at_once_leave_the_second_as_credit(office: Office) -> None:
    invoice = office.invoices[0]
    first = await office.start(office.viewer, invoice)
    await office.notice(first, state=ReportedState.DECLINED, transaction_id="tx-0")
    second = await office.start(office.viewer, invoice, key="key-2")
    assert second.id != first.id

    await at_once(office.notice(first, transaction_id="tx-1"), office.notice(second, transaction_id="tx-2"))

    payments = [payment for payment, _ in await office.store.payments(office.agency.id)]
    assert [payment.receipt_number for payment in payments] == ["RP-000001", "RP-000002"]
    assert sorted(payment.credited for payment in payments) == [Decimal("0.00"), Decimal("1000000.00")]
    assert (await office.store.invoice(invoice)).paid == Decimal("1000000.00")


async def test_receipts_issued_at_once_are_numbered_without_gaps(office: Office) -> None:
    intents = [await office.start(office.viewer, invoice, key=f"key-{n}") for n, invoice in enumerate(office.invoices)]
    await at_once(*(office.notice(intent, transaction_id=f"tx-{n}") for n, intent in enumerate(intents)))
    payments = await office.store.payments(office.agency.id)
    assert [payment.receipt_number for payment, _ in payments] == ["RP-000001", "RP-000002", "RP-000003"]


async def test_the_journey_from_checkout_to_receipt_holds_on_postgres(office: Office) -> None:
    invoice = office.invoices[0]
    old = await office.start(office.viewer, invoice)
    office.clock.advance(60 * 31)
    intent = await office.start(office.viewer, invoice, key="key-2")
    assert intent.id != old.id
    office.gateway.knows([a_report(intent.reference, intent.amount, state=ReportedState.PENDING)])
    assert (await office.refresh_payment(office.viewer, reference=intent.reference)).status is S.PENDING
    with pytest.raises(PaymentInProgress):
        await office.start(office.viewer, invoice, key="key-3")

    assert await office.notice(intent) is Reception.PROCESSED

    again = await office.start(office.viewer, invoice, key="key-2")
    assert (again.id, again.status) == (intent.id, S.APPROVED)
    office.clock.advance(10)
    office.gateway.knows([a_report(old.reference, old.amount, transaction_id="tx-old")])
    assert await office.notice(old, transaction_id="tx-old") is Reception.PROCESSED
    payments = [payment for payment, _ in await office.store.payments(office.agency.id)]
    assert [payment.credited for payment in payments] == [Decimal("0.00"), Decimal("1000000.00")]


def coming_back(office: Office, intent: PaymentIntent, number: str) -> Awaitable[str]:
    return ReceiveReturn(settlement=office.settlement)(
        gateway=intent.gateway,
        account=office.account.public_key,
        hint=Hint(reference=intent.reference, transaction_id=number),
        body=number.encode(),
        ip="203.0.113.7",
    )


async def test_twenty_returns_at_once_are_one_payment_and_bring_everybody_home(office: Office) -> None:
    intent = await office.start(office.viewer, office.invoices[0])
    office.gateway.knows([a_report(intent.reference, intent.amount, transaction_id="901")])

    homes = await at_once(*(coming_back(office, intent, "901") for _ in range(20)))

    assert set(homes) == {intent.page_to_return_to}
    assert len(await office.store.payments(office.agency.id)) == 1
    stored = await office.stored(intent)
    assert (stored.status, stored.transaction_hints) == (S.APPROVED, ("901",))


async def test_a_number_handed_in_by_another_first_stays_the_number_of_its_own_payment(office: Office) -> None:
    mine = await office.start(office.viewer, office.invoices[0], key="mine")
    theirs = await office.start(office.viewer, office.invoices[1], key="theirs")
    foreign = a_report(mine.reference, mine.amount, transaction_id=f"901~{mine.reference}")
    own = a_report(theirs.reference, theirs.amount, transaction_id="901")
    office.gateway.knows([replace(foreign, is_foreign=True), own])

    await coming_back(office, mine, "901")
    for _ in range(2):
        office.clock.advance(5)
        await coming_back(office, theirs, "901")
        await office.settlement.ask(await office.stored(theirs), is_new=True)

    assert (await office.stored(mine)).status is S.REVIEW
    assert (await office.stored(theirs)).status is S.APPROVED
    assert len(await office.store.payments(office.agency.id)) == 1


async def test_the_daily_report_tells_of_differences_though_somebody_holds_those_invoices(office: Office) -> None:
    """It used to lock them one by one, in no order, beside whoever lets money in."""
    store, scope = office.store, Scope.of_agency(office.agency.id)
    stray = Journal(
        key="stray",
        kind=JournalKind.OFFICE,
        agency_id=office.agency.id,
        client_id=office.ana.id,
        at=office.clock.now(),
        entries=received(LedgerAccount.OFFICE, [(it.id, Decimal("5.00")) for it in office.invoices], ZERO),
    )
    async with store.unit_of_work(scope) as uow:
        await uow.ledger.post(stray)
        await uow.commit()
    report = ReconcileDay(unit_of_work=store.unit_of_work, clock=office.clock, ask=office.reconcile_payments)

    async with store.unit_of_work(scope) as uow:
        await uow.payments.lock_invoices([it.id for it in office.invoices])
        async with asyncio.timeout(5):
            done = await report(office.agency.id, office.clock.today())

    assert done.figures["differences"] == 3
    async with store.unit_of_work(scope) as uow:
        found = await uow.findings.open_ones([FindingKind.BOOKS], limit=10)
    assert {it.detail for it in found} == {it.number for it in office.invoices}
