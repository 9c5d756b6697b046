"""What is said of the repository of intents holds in memory and in Postgres alike."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from application.access import Scope
from application.ports.payments import AnsweredKey, InvoicesHeld
from domain.clients import Client
from domain.gateway_reports import Evidence, Hint, StatusReason
from domain.ids import ClientId, PaymentIntentId, RefundId
from domain.payment_intents import GatewayAttempt, PaymentIntentStatus
from domain.payments import PaymentMethod
from domain.refunds import Refund, RefundStatus
from tests.fakes.clock import NOON_IN_BOGOTA as AT
from tests.ports.payments_place import Place, place

__all__ = ["place"]

S = PaymentIntentStatus


def an_attempt(name: str, status: PaymentIntentStatus = S.DECLINED, **changes: object) -> GatewayAttempt:
    attempt = GatewayAttempt(
        transaction_id=name,
        status=status,
        amount=Decimal("1000000.00"),
        currency="COP",
        verified_by=Evidence.SIGNATURE,
        at=AT,
        message="ENTITY_DECLINED",
        method=PaymentMethod.PSE,
        gateway_reference="CUS",
    )
    return replace(attempt, **changes)  # type: ignore[arg-type]


async def test_an_intent_comes_back_as_it_was_stored(place: Place) -> None:
    intent = await place.add(place.intent(*place.invoices[::-1]))
    assert await place.found(intent) == intent
    assert await place.found(intent, place.mine) == intent


async def test_numbers_to_ask_by_are_kept_in_their_order(place: Place) -> None:
    intent = await place.add(place.intent())
    for number in ("902", "901"):
        async with place.store.unit_of_work(place.staff) as uow:
            stored = await uow.intents.by_reference(intent.reference, for_update=True)
            assert stored is not None
            await uow.intents.save(stored.hinted(Hint(reference=intent.reference, transaction_id=number)))
            await uow.commit()
    found = await place.found(intent)
    assert found is not None
    assert found.transaction_hints == ("902", "901")


async def test_an_intent_of_another_does_not_exist(place: Place) -> None:
    intent = await place.add(place.intent())
    for scope in place.strangers:
        assert await place.found(intent, scope) is None
        async with place.store.unit_of_work(scope) as uow:
            assert await uow.intents.by_idempotency_key(place.ana.id, intent.idempotency_key) is None
            assert list(await uow.intents.holding([place.invoices[0].id])) == []


async def test_a_key_finds_its_clients_intent(place: Place) -> None:
    intent = await place.add(place.intent())
    async with place.store.unit_of_work(place.mine) as uow:
        found = await uow.intents.by_idempotency_key(place.ana.id, intent.idempotency_key)
        assert found == AnsweredKey(intent, intent.request_hash)
        assert await uow.intents.by_idempotency_key(ClientId(uuid4()), intent.idempotency_key) is None


async def test_another_key_that_was_given_an_intent_finds_it_with_what_was_asked_for(place: Place) -> None:
    intent, key = await place.add(place.intent()), uuid4().hex
    async with place.store.unit_of_work(place.mine) as uow:
        await uow.intents.remember(intent, key=key, request_hash="otra")
        await uow.commit()
    await place.save(replace(intent, status=S.EXPIRED))

    async with place.store.unit_of_work(place.mine) as uow:
        found = await uow.intents.by_idempotency_key(place.ana.id, key)
        assert found == AnsweredKey(replace(intent, status=S.EXPIRED), "otra")
        assert await uow.intents.by_idempotency_key(place.beto.id, key) is None
    for scope in place.strangers:
        async with place.store.unit_of_work(scope) as uow:
            assert await uow.intents.by_idempotency_key(place.ana.id, key) is None


async def test_a_question_is_claimed_by_one_until_it_has_aged(place: Place) -> None:
    intent, pause = await place.add(place.intent()), timedelta(seconds=3)

    async def claimed(at: datetime, scope: Scope | None = None) -> bool:
        async with place.store.unit_of_work(scope or place.staff) as uow:
            mine = await uow.intents.claim_question(intent, at=at, since=at - pause)
            await uow.commit()
        return mine

    assert not await claimed(AT, Scope.of_agency(place.other.id))
    assert await claimed(AT)
    assert not await claimed(AT + timedelta(seconds=2))
    assert await place.found(intent) == intent  # nothing was answered
    assert await claimed(AT + pause)
    # An answer that took long counts from when it came, and saving it leaves the claim.
    await place.save(replace(intent, queried_at=AT + timedelta(seconds=15)))
    assert not await claimed(AT + timedelta(seconds=17))
    assert await claimed(AT + timedelta(seconds=18))
    await place.save(replace(intent, queried_at=None))
    assert not await claimed(AT + timedelta(seconds=20))


async def test_opening_a_checkout_is_claimed_by_one_until_its_time_is_over(place: Place) -> None:
    intent = await place.add(place.intent(status=S.CREATED))
    later = AT + timedelta(seconds=30)

    async def claims(scope: Scope, at: datetime) -> bool:
        async with place.store.unit_of_work(scope) as uow:
            claimed = await uow.intents.claim_opening(intent, at=at, until=at + timedelta(seconds=30))
            await uow.commit()
        return claimed

    for stranger in place.strangers:
        assert not await claims(stranger, AT)
    assert [await claims(place.mine, at) for at in (AT, AT, later - timedelta(seconds=1), later, later)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    await place.save(replace(intent, status=S.REDIRECTED))
    assert not await claims(place.mine, later + timedelta(hours=1))


@pytest.mark.parametrize("status", list(S))
async def test_an_invoice_has_one_live_intent(place: Place, status: PaymentIntentStatus) -> None:
    first = await place.add(place.intent(*place.invoices, status=status))
    second = place.intent(place.invoices[1])
    async with place.store.unit_of_work(place.mine) as uow:
        held = await uow.intents.holding([invoice.id for invoice in place.invoices])
    if status.is_live:
        assert [intent.id for intent in held] == [first.id]
        with pytest.raises(InvoicesHeld):
            await place.add(second)
        assert await place.found(second) is None
    else:
        assert list(held) == []
        await place.add(second)


async def test_an_intent_that_ends_lets_its_invoices_go(place: Place) -> None:
    intent = await place.add(place.intent())
    await place.save(replace(intent, status=S.EXPIRED, status_reason=StatusReason.NOT_COMPLETED))
    await place.add(place.intent())
    stored = await place.found(intent)
    assert stored is not None
    assert (stored.status, stored.status_reason) == (S.EXPIRED, StatusReason.NOT_COMPLETED)


async def test_an_intent_that_comes_back_to_life_leaves_the_invoice_to_the_newer_one(place: Place) -> None:
    old = await place.add(place.intent(status=S.DECLINED))
    new = await place.add(place.intent())
    await place.save(replace(old, status=S.PENDING))
    stored = await place.found(old)
    assert stored is not None
    assert stored.status is S.PENDING
    async with place.store.unit_of_work(place.staff) as uow:
        assert new.id in {intent.id for intent in await uow.intents.holding([place.invoices[0].id])}


async def test_work_not_committed_is_lost(place: Place) -> None:
    intent = place.intent()
    async with place.store.unit_of_work(place.mine) as uow:
        await uow.intents.add(intent)
    assert await place.found(intent) is None


async def test_attempts_are_kept_with_what_was_booked_and_only_staff_see_them(place: Place) -> None:
    intent = await place.add(place.intent())
    payment = place.payment(intent)
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.add(payment, [(place.invoices[0].id, intent.amount)])
        tried = replace(
            intent,
            status=S.APPROVED,
            method=PaymentMethod.PSE,
            gateway_reference="CUS",
            queried_at=AT,
            attempts=(
                an_attempt("a"),
                an_attempt("b", S.APPROVED, at=AT + timedelta(seconds=1), charged=True, verified_by=Evidence.QUERY),
            ),
        )
        await uow.intents.save(tried, booked={"b": payment.id})
        await uow.commit()

    assert await place.found(intent) == tried
    seen = await place.found(intent, place.mine)
    assert seen == replace(tried, attempts=())
    await place.save(replace(tried, attempts=(an_attempt("a", S.EXPIRED), tried.attempts[1])))
    later = await place.found(intent)
    assert later is not None
    assert [(attempt.status, attempt.charged) for attempt in later.attempts] == [(S.EXPIRED, False), (S.APPROVED, True)]


async def test_a_client_saves_the_state_and_leaves_the_attempts(place: Place) -> None:
    intent = await place.add(place.intent())
    await place.save(replace(intent, attempts=(an_attempt("a"),)))
    async with place.store.unit_of_work(place.mine) as uow:
        await uow.intents.save(replace(intent, status=S.CANCELLED))
        await uow.commit()
    stored = await place.found(intent)
    assert stored == replace(intent, status=S.CANCELLED, attempts=(an_attempt("a"),))


async def test_a_transaction_announced_by_an_invention_gives_its_id_back(place: Place) -> None:
    forged = await place.add(place.intent(place.invoices[0]))
    real = await place.add(place.intent(place.invoices[1]))
    payment = place.payment(forged)
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.add(payment, [(place.invoices[0].id, forged.amount)])
        tried = replace(forged, attempts=(an_attempt("tx", S.APPROVED, charged=True),))
        await uow.intents.save(tried, booked={"tx": payment.id})
        assert await uow.intents.is_of_another("tx", real)
        assert not await uow.intents.is_of_another("tx", forged)
        assert not await uow.intents.is_of_another("unseen", real)
        await uow.commit()

    await place.save(replace(real, attempts=(an_attempt("tx", S.DECLINED, verified_by=Evidence.QUERY),)))

    mine, theirs = await place.found(real), await place.found(forged)
    assert mine is not None
    assert theirs is not None
    assert [(attempt.transaction_id, attempt.charged) for attempt in mine.attempts] == [("tx", False)]
    assert [(attempt.transaction_id, attempt.charged) for attempt in theirs.attempts] == [(f"tx~{forged.id}", True)]


async def test_a_transaction_that_a_notice_announces_under_anothers_id_is_kept_beside_it(place: Place) -> None:
    real = await place.add(place.intent(place.invoices[0]))
    forged = await place.add(place.intent(place.invoices[1]))
    await place.save(replace(real, attempts=(an_attempt("tx", S.APPROVED),)))
    payment = place.payment(forged)
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.payments.add(payment, [(place.invoices[1].id, forged.amount)])
        tried = replace(forged, attempts=(an_attempt("tx", S.APPROVED, charged=True),))
        await uow.intents.save(tried, booked={"tx": payment.id})
        await uow.commit()

    mine, theirs = await place.found(forged), await place.found(real)
    assert mine is not None
    assert theirs is not None
    assert [(attempt.transaction_id, attempt.charged) for attempt in mine.attempts] == [(f"tx~{forged.id}", True)]
    assert [(attempt.transaction_id, attempt.charged) for attempt in theirs.attempts] == [("tx", False)]


def a_refund(charge: str = "tx", **changes: object) -> Refund:
    refund = Refund(
        id=RefundId(uuid4()),
        charge_id=charge,
        amount=Decimal("5000.00"),
        status=RefundStatus.REQUESTED,
        reason="Pagó dos veces",
        requested_at=AT,
    )
    return replace(refund, **changes)  # type: ignore[arg-type]


async def test_of_a_refund_is_kept_what_may_change_and_only_staff_see_it(place: Place) -> None:
    intent = await place.add(place.intent())
    refund = a_refund(requested_by=await place.store.add_account(place.agency))
    await place.save(replace(intent, refunds=(refund,)))
    later = replace(
        refund,
        amount=Decimal("4000.00"),
        status=RefundStatus.RELEASED,
        gateway_id="r-1",
        resolved_at=AT + timedelta(hours=1),
        resolved_by=refund.requested_by,
        note="No llegó.",
    )

    await place.save(replace(intent, refunds=(later,)))

    assert await place.found(intent) == replace(intent, refunds=(later,))
    assert await place.found(intent, place.mine) == intent


async def test_intents_of_which_a_refund_is_open_come_the_oldest_request_first(place: Place) -> None:
    new, old, done = [await place.add(place.intent(invoice)) for invoice in place.invoices]
    await place.save(replace(new, refunds=(a_refund(), a_refund("other"))))
    await place.save(replace(old, refunds=(a_refund(requested_at=AT - timedelta(days=1)),)))
    await place.save(replace(done, refunds=(a_refund(status=RefundStatus.RELEASED, resolved_at=AT),)))

    async with place.store.unit_of_work(place.staff) as uow:
        assert [it.id for it in await uow.intents.refunding(limit=9)] == [old.id, new.id]
        assert [it.id for it in await uow.intents.refunding(limit=1)] == [old.id]
    for stranger in place.strangers:
        async with place.store.unit_of_work(stranger) as uow:
            assert await uow.intents.refunding(limit=9) == []


async def test_the_intents_to_ask_about_come_the_longest_waiting_first(place: Place) -> None:
    later = AT + timedelta(hours=1, minutes=10)
    pending = replace(place.intent(place.invoices[0], status=S.PENDING), queried_at=AT + timedelta(minutes=20))
    opened = place.intent(place.invoices[1])
    told = place.intent(status=S.APPROVED)
    fresh = replace(place.intent(place.invoices[2], status=S.PENDING), queried_at=later - timedelta(minutes=1))
    others = [replace(place.intent(status=S.APPROVED), queried_at=AT)]
    for intent in (pending, opened, told, fresh, *others):
        await place.add(intent)

    async def due(at: datetime, limit: int = 10) -> list[PaymentIntentId]:
        async with place.store.unit_of_work(place.staff) as uow:
            return [intent.id for intent in await uow.intents.due(at=at, limit=limit)]

    assert await due(later) == [told.id, opened.id, pending.id]
    assert await due(later, limit=1) == [told.id]
    assert await due(AT + timedelta(minutes=2)) == [told.id]
    assert await due(AT) == []


async def test_an_intent_that_was_asked_about_or_changed_waits_for_its_next_time(place: Place) -> None:
    intent = await place.add(place.intent(status=S.PENDING))
    at = AT + timedelta(minutes=9)

    async def is_due(at: datetime) -> bool:
        async with place.store.unit_of_work(place.staff) as uow:
            return bool(await uow.intents.due(at=at, limit=10))

    assert await is_due(at)
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.intents.claim_question(intent, at=at, since=at - timedelta(seconds=3))
        await uow.commit()
    assert not await is_due(at)
    assert await is_due(at + timedelta(minutes=10))
    await place.save(replace(intent, status=S.APPROVED, queried_at=at))
    assert not await is_due(at + timedelta(hours=12))
    assert await is_due(at + timedelta(days=1))


async def test_the_payer_is_greeted_by_name(place: Place) -> None:
    async with place.store.unit_of_work(place.mine) as uow:
        payer = await uow.intents.payer(place.ana.id)
    client: Client = place.ana
    assert (payer.name, payer.email, payer.phone) == (client.name, client.email, client.phone)
    assert (payer.document_type, payer.document_number) == ("CC", client.document_number)
