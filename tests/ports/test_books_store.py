"""What is said of findings, daily figures and the inbox's memory holds in memory and in Postgres alike."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from application.access import Scope
from application.ports.books import Figure
from application.ports.payments import GatewayEvent
from domain.findings import Finding, FindingKind
from domain.gateway_reports import Evidence
from domain.ids import ReversalId
from domain.ledger import Journal, JournalKind, LedgerAccount, credit_used, received, taken_back
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntentStatus
from domain.payments import PaymentGatewayCode, PaymentReversal, ReversalKind, Share
from tests.application.payments_world import PAYU
from tests.fakes.clock import NOON_IN_BOGOTA as AT
from tests.ports.payments_place import Place, place

__all__ = ["place"]
S = PaymentIntentStatus
DAY = timedelta(days=1)


def a_finding(place: Place, **given: object) -> Finding:
    finding = Finding(id=uuid4(), agency_id=place.agency.id, kind=FindingKind.SLOW, key=uuid4().hex, at=AT)
    return replace(finding, **given)  # type: ignore[arg-type]


async def test_the_same_thing_is_found_once_and_resolved_once(place: Place) -> None:
    finding = a_finding(place)
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.findings.report(finding)
        assert not await uow.findings.report(replace(finding, id=uuid4()))
        assert await uow.findings.resolve(finding.id, at=AT, by=None, note="Ya se habló.")
        assert not await uow.findings.resolve(finding.id, at=AT + DAY, by=None, note="Otra vez.")
        assert not await uow.findings.resolve(uuid4(), at=AT, by=None)
        assert await uow.findings.resolve_keys([finding.key], at=AT + DAY) == 0
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.findings.get(finding.id) == replace(finding, resolved_at=AT, note="Ya se habló.")
        assert not await uow.findings.report(replace(finding, id=uuid4()))


async def test_open_findings_of_some_kinds_are_the_oldest_first(place: Place) -> None:
    older, newer = a_finding(place, at=AT - DAY), a_finding(place)
    other, closed = a_finding(place, kind=FindingKind.BOOKS), a_finding(place)
    async with place.store.unit_of_work(place.staff) as uow:
        for finding in (newer, older, other, closed):
            await uow.findings.report(finding)
        assert await uow.findings.resolve_keys([closed.key, "nothing"], at=AT) == 1
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.findings.open_ones([FindingKind.SLOW], limit=9) == [older, newer]
        assert await uow.findings.open_ones([FindingKind.SLOW], limit=1) == [older]
        assert len(await uow.findings.open_ones([FindingKind.SLOW, FindingKind.BOOKS], limit=9)) == 3
    async with place.store.unit_of_work(Scope.of_agency(place.other.id)) as uow:
        assert await uow.findings.open_ones(list(FindingKind), limit=9) == []
        assert await uow.findings.get(older.id) is None
        assert await uow.findings.resolve_keys([older.key], at=AT) == 0
        assert await uow.findings.of_keys([older.key]) == []


async def test_findings_of_some_keys_are_found_open_or_not_the_oldest_first(place: Place) -> None:
    older, newer, other = a_finding(place, at=AT - DAY), a_finding(place), a_finding(place)
    async with place.store.unit_of_work(place.staff) as uow:
        for finding in (newer, older, other):
            await uow.findings.report(finding)
        await uow.findings.resolve_keys([older.key], at=AT)
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        found = await uow.findings.of_keys({newer.key, older.key, "nothing"})
        assert found == [replace(older, resolved_at=AT), newer]
        assert await uow.findings.of_keys([]) == []


async def test_a_days_figures_are_of_that_day_and_balances_of_its_end(place: Place) -> None:
    intent = await place.add(place.intent())
    invoice = place.invoices[0]
    online = place.payment(intent)
    office = place.payment(intent, "RP-000002")
    office.gateway = office.gateway_reference = office.intent_id = None
    whole = online.amount
    online.credited, office.credited = Decimal("10.00"), whole
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.add(online, [(invoice.id, whole - 10)])
        await uow.payments.add(office, [])
        common: Any = {"agency_id": place.agency.id, "client_id": place.ana.id}
        shares = [(invoice.id, whole - 10)]
        for journal in (
            Journal(
                key="c",
                kind=JournalKind.CHARGE,
                at=AT,
                payment_id=online.id,
                **common,
                entries=received(LedgerAccount.GATEWAY, shares, Decimal("10.00")),
            ),
            Journal(
                key="o",
                kind=JournalKind.OFFICE,
                at=AT + DAY,
                payment_id=office.id,
                **common,
                entries=received(LedgerAccount.OFFICE, [], office.amount),
            ),
            Journal(
                key="u",
                kind=JournalKind.CREDIT_USED,
                at=AT,
                **common,
                entries=credit_used([(invoice.id, Decimal("4.00"))]),
            ),
            Journal(
                key="r",
                kind=JournalKind.REVERSAL,
                at=AT,
                **common,
                entries=taken_back(LedgerAccount.GATEWAY, [], Decimal("3.00")),
            ),
        ):
            assert await uow.ledger.post(journal)
        await uow.findings.report(a_finding(place, amount=Decimal("7.00")))
        await uow.findings.report(a_finding(place))
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        today = await uow.reconciliations.figures(since=AT, until=AT + DAY)
        tomorrow = await uow.reconciliations.figures(since=AT + DAY, until=AT + 2 * DAY)

    assert today.received == {"PAYU": Figure(1, whole)}
    assert tomorrow.received == {"OFFICE": Figure(1, office.amount)}
    assert today.credit == {
        JournalKind.CHARGE: Figure(1, Decimal("10.00")),
        JournalKind.CREDIT_USED: Figure(1, Decimal("-4.00")),
        JournalKind.REVERSAL: Figure(1, Decimal("-3.00")),
    }
    assert tomorrow.credit == {JournalKind.OFFICE: Figure(1, office.amount)}
    assert today.intents == {S.REDIRECTED: Figure(1, intent.amount)}
    assert tomorrow.intents == {}
    assert today.findings == {FindingKind.SLOW: Figure(2, Decimal("7.00"))}
    assert today.ledger[LedgerAccount.CREDIT] == Decimal("-3.00")
    assert today.ledger[LedgerAccount.GATEWAY] == whole - 3
    assert tomorrow.ledger[LedgerAccount.OFFICE] == office.amount
    assert sum(today.ledger.values()) == sum(tomorrow.ledger.values()) == 0
    async with place.store.unit_of_work(Scope.of_agency(place.other.id)) as uow:
        nothing = await uow.reconciliations.figures(since=AT - 9 * DAY, until=AT + 9 * DAY)
    assert (nothing.received, nothing.intents, nothing.findings, nothing.ledger) == ({}, {}, {}, {})


async def test_what_was_taken_back_is_counted_by_kind(place: Place) -> None:
    intent = await place.add(place.intent())
    payment = place.payment(intent)
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.add(payment, [(place.invoices[0].id, payment.amount)])
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        stored = await uow.payments.get(payment.id)
        assert stored is not None
        stored.reversed += 5
        shares = [Share(position=1, invoice_id=place.invoices[0].id, amount=payment.amount, reversed=Decimal(5))]
        reversal = PaymentReversal(
            id=ReversalId(uuid4()),
            agency_id=place.agency.id,
            payment_id=payment.id,
            client_id=place.ana.id,
            kind=ReversalKind.REFUND,
            amount=Decimal("5.00"),
            reason="",
            at=AT,
        )
        await uow.payments.save_taken_back(stored, shares, reversal)
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        figures = await uow.reconciliations.figures(since=AT, until=AT + DAY)
        before = await uow.reconciliations.figures(since=AT - DAY, until=AT)
    assert figures.taken_back == {ReversalKind.REFUND: Figure(1, Decimal("5.00"))}
    assert before.taken_back == {}


async def test_payments_in_process_since_before_a_moment_are_found(place: Place) -> None:
    pending = await place.add(place.intent(place.invoices[0], status=S.PENDING))
    await place.add(place.intent(place.invoices[1]))
    async with place.store.unit_of_work(place.staff) as uow:
        late = await uow.intents.in_process(created_before=pending.created_at + DAY, limit=9)
        assert [it.id for it in late] == [pending.id]
        assert await uow.intents.in_process(created_before=pending.created_at, limit=9) == []
        assert await uow.intents.in_process(created_before=pending.created_at + DAY, limit=0) == []


@pytest.mark.parametrize(
    ("status", "opened", "tried", "unheard"),
    [
        (S.EXPIRED, True, False, True),
        (S.CANCELLED, True, False, True),
        (S.CANCELLED, False, False, False),
        (S.EXPIRED, True, True, False),
        (S.PENDING, True, False, False),
        (S.APPROVED, True, False, False),
    ],
)
async def test_what_ended_without_the_gateway_telling_is_found_by_the_day_it_began(
    place: Place, status: S, opened: bool, tried: bool, unheard: bool
) -> None:
    intent = await place.add(place.intent(status=status))
    attempt = GatewayAttempt(
        transaction_id="1", status=S.DECLINED, amount=intent.amount, currency="COP", verified_by=Evidence.QUERY, at=AT
    )
    checkout = Checkout(url="https://x.example", method="GET") if opened else None
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.intents.save(replace(intent, checkout=checkout, attempts=(attempt,) if tried else ()))
        await uow.commit()
    since = intent.created_at
    async with place.store.unit_of_work(place.staff) as uow:
        found = await uow.intents.unheard(PAYU, since=since, until=since + DAY, limit=9)
        assert [it.id for it in found] == ([intent.id] if unheard else [])
        assert await uow.intents.unheard(PAYU, since=since - DAY, until=since, limit=9) == []
        assert await uow.intents.unheard(PaymentGatewayCode.ENLINEA, since=since, until=since + DAY, limit=9) == []


async def test_the_text_of_old_notices_is_forgotten_and_nothing_else(place: Place) -> None:
    event = GatewayEvent(
        id=uuid4(),
        agency_id=place.agency.id,
        gateway_account_id=place.account.id,
        dedup_key=uuid4().hex,
        reference=f"R{uuid4().hex[:12].upper()}",
        received_at=AT,
        source_ip="203.0.113.7",
        body="email_buyer=ana%40example.com",
        authentic=True,
        outcome="T5 APPROVED",
    )
    assert event.reference
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.gateway_events.receive(event)
        await uow.commit()
    async with place.store.unit_of_work(Scope.of_agency(place.other.id)) as uow:
        assert await uow.gateway_events.forget(before=AT + DAY) == 0
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.gateway_events.forget(before=AT) == 0
        assert await uow.gateway_events.forget(before=AT + DAY) == 1
        assert await uow.gateway_events.forget(before=AT + DAY) == 0
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.gateway_events.outcome(event.dedup_key) == "T5 APPROVED"
        assert await uow.gateway_events.count(event.reference) == 1


async def test_what_was_paid_through_a_gateway_is_found_with_its_transaction(place: Place) -> None:
    intent = await place.add(place.intent())
    payment = place.payment(intent)
    attempt = GatewayAttempt(
        transaction_id="tx-9",
        status=S.APPROVED,
        amount=intent.amount,
        currency="COP",
        verified_by=Evidence.QUERY,
        at=AT,
        charged=True,
    )
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.add(payment, [(place.invoices[0].id, payment.amount)])
        await uow.intents.save(replace(intent, attempts=(attempt,)), booked={"tx-9": payment.id})
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        (found,) = await uow.payments.charged(PAYU, since=AT, until=AT + DAY)
        assert (found.payment.id, found.reference, found.transaction_id) == (payment.id, intent.reference, "tx-9")
        assert await uow.payments.charged(PAYU, since=AT - DAY, until=AT) == []
        assert await uow.payments.charged(PaymentGatewayCode.ENLINEA, since=AT, until=AT + DAY) == []
        (seen,) = await uow.intents.by_references({intent.reference, "NADA"})
        assert (seen.id, [it.charged for it in seen.attempts]) == (intent.id, [True])
        assert await uow.intents.by_references(set()) == []
    async with place.store.unit_of_work(Scope.of_agency(place.other.id)) as uow:
        assert await uow.payments.charged(PAYU, since=AT, until=AT + DAY) == []
        assert await uow.intents.by_references({intent.reference}) == []
