"""What is said of merchant accounts, the inbox and receipts holds in memory and in Postgres alike."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from application.access import Scope
from application.ports.payments import GatewayAccount, GatewayEvent
from domain.agencies import Agency
from domain.invoices import InvoiceStatus
from tests.application.payments_world import PAYU
from tests.fakes.clock import NOON_IN_BOGOTA as AT
from tests.ports.payments_place import Place, place

__all__ = ["place"]


async def test_a_merchant_account_is_found_by_its_public_key_before_any_scope(place: Place) -> None:
    key = place.account.public_key
    async with place.store.unit_of_work(Scope(gateway_key=key)) as uow:
        assert await uow.gateway_accounts.by_public_key(key) == place.account
        assert await uow.gateway_accounts.by_public_key(place.other_account.public_key) is None
    async with place.store.unit_of_work(Scope(gateway_key="nobody")) as uow:
        assert await uow.gateway_accounts.by_public_key(key) is None
        assert await uow.gateway_accounts.by_public_key("nobody") is None


async def test_an_agency_has_its_own_account_for_whoever_signed_in(place: Place) -> None:
    for scope in (place.staff, place.mine):
        async with place.store.unit_of_work(scope) as uow:
            assert await uow.gateway_accounts.get(PAYU) == place.account
    async with place.store.unit_of_work(Scope(agency_id=place.agency.id)) as uow:
        assert await uow.gateway_accounts.get(PAYU) is None


async def test_an_account_is_replaced_when_it_is_saved_again(place: Place) -> None:
    changed: GatewayAccount = replace(
        place.account, enabled=False, merchant_id="1", dialect="webcheckout_rest", test=False, secrets="other"
    )
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.gateway_accounts.save(changed)
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.gateway_accounts.get(PAYU) == changed


async def test_a_notice_is_stored_once_and_its_outcome_told_to_repetitions(place: Place) -> None:
    agency: Agency = place.agency
    event = GatewayEvent(
        id=uuid4(),
        agency_id=agency.id,
        gateway_account_id=place.account.id,
        dedup_key=uuid4().hex,
        reference="REFERENCE1",
        received_at=AT,
        source_ip="203.0.113.7",
        body="a=ñ",
        authentic=True,
    )
    for _ in range(2):
        async with place.store.unit_of_work(place.staff) as uow:
            assert await uow.gateway_events.receive(replace(event, id=uuid4())) is None
            assert await uow.gateway_events.outcome(event.dedup_key) is None
            await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.gateway_events.conclude(event.dedup_key, "T5 APPROVED")
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.gateway_events.receive(event) == "T5 APPROVED"
        assert await uow.gateway_events.outcome("another") is None


async def test_what_an_answer_covers_is_dealt_with_and_nothing_else(place: Place) -> None:
    def told(key: str, reference: str, *, minute: int = 0, outcome: str | None = None) -> GatewayEvent:
        return GatewayEvent(
            id=uuid4(),
            agency_id=place.agency.id,
            gateway_account_id=place.account.id,
            dedup_key=f"{key}-{mark}",
            reference=reference,
            received_at=AT + timedelta(minutes=minute),
            source_ip="",
            body="",
            authentic=True,
            outcome=outcome,
        )

    mark = uuid4().hex
    events = [
        told("left", mark),
        told("done", mark, outcome="T4 PENDING"),
        told("later", mark, minute=2),
        told("other", f"{mark}2"),
    ]
    async with place.store.unit_of_work(place.staff) as uow:
        for event in events:
            await uow.gateway_events.receive(event)
        await uow.commit()
    until = AT + timedelta(minutes=1)
    async with place.store.unit_of_work(Scope.of_agency(place.other.id)) as uow:
        await uow.gateway_events.conclude_about(mark, until=until, outcome="T13 APPROVED")
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.gateway_events.outcome(events[0].dedup_key) is None
        await uow.gateway_events.conclude_about(mark, until=until, outcome="T5 APPROVED")
        await uow.commit()

    async with place.store.unit_of_work(place.staff) as uow:
        outcomes = [await uow.gateway_events.outcome(event.dedup_key) for event in events]
    assert outcomes == ["T5 APPROVED", "T4 PENDING", None, None]


async def test_notices_that_were_left_are_told_once_for_each_payment(place: Place) -> None:
    mark = uuid4().hex[:8]

    def told(reference: str, minute: int, outcome: str | None = None, *, authentic: bool = True) -> GatewayEvent:
        return GatewayEvent(
            id=uuid4(),
            agency_id=place.agency.id,
            gateway_account_id=place.account.id,
            dedup_key=uuid4().hex,
            reference=f"{mark}{reference}",
            received_at=AT - timedelta(days=400) + timedelta(minutes=minute),
            source_ip="",
            body="",
            authentic=authentic,
            outcome=outcome,
        )

    async with place.store.unit_of_work(place.staff) as uow:
        for event in (
            told("EARLY", 0),
            told("TWICE", 3),
            told("FIRST", 2),
            told("TWICE", 4),
            told("DONE", 2, "T5 APPROVED"),
            told("FALSE", 2, authentic=False),
            told("LATE", 6),
        ):
            await uow.gateway_events.receive(event)
        await uow.commit()

    since, until = (AT - timedelta(days=400) + timedelta(minutes=minute) for minute in (1, 5))
    async with place.store.unit_of_work(place.staff) as uow:
        left = await uow.gateway_events.left(since=since, until=until, limit=9)
        assert left == [f"{mark}FIRST", f"{mark}TWICE"]
        assert await uow.gateway_events.left(since=since, until=until, limit=1) == left[:1]
    async with place.store.unit_of_work(Scope.of_agency(place.other.id)) as uow:
        assert await uow.gateway_events.left(since=since, until=until, limit=9) == []


async def test_invoices_are_locked_within_the_scope_only(place: Place) -> None:
    wanted = [invoice.id for invoice in place.invoices]
    for scope in (place.staff, place.mine):
        async with place.store.unit_of_work(scope) as uow:
            assert set(await uow.payments.lock_invoices(wanted)) == set(wanted)
    for scope in place.strangers:
        async with place.store.unit_of_work(scope) as uow:
            assert await uow.payments.lock_invoices(wanted) == {}


async def test_a_receipt_and_what_it_paid_are_kept(place: Place) -> None:
    intent = await place.add(place.intent())
    payment = place.payment(intent)
    async with place.store.unit_of_work(place.staff) as uow:
        (invoice,) = (await uow.payments.lock_invoices([place.invoices[0].id])).values()
        invoice.receive(Decimal("400000.00"))
        await uow.payments.save_invoice(invoice)
        assert not await uow.payments.has_receipt("RP-000001")
        await uow.payments.add(payment, [(invoice.id, intent.amount)])
        assert await uow.payments.has_receipt("RP-000001")
        await uow.commit()

    stored = await place.store.invoice(place.invoices[0])
    assert (stored.paid, stored.status) == (Decimal("400000.00"), InvoiceStatus.PARTIALLY_PAID)
    assert stored.lines == place.invoices[0].lines
    ((kept, shares),) = await place.store.payments(place.agency.id)
    assert (kept.id, kept.receipt_number, kept.intent_id) == (payment.id, "RP-000001", intent.id)
    assert shares == ((place.invoices[0].id, intent.amount),)
    async with place.store.unit_of_work(Scope.of_agency(place.other.id)) as uow:
        assert not await uow.payments.has_receipt("RP-000001")
