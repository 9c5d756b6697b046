"""What is said of the repositories of payments holds in memory and in Postgres alike."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from adapters.postgres.engine import create_engine
from application.access import Scope
from application.ports.payments import GatewayAccount, GatewayEvent, InvoicesHeld
from domain.agencies import Agency
from domain.clients import Client
from domain.ids import ClientId, PaymentId, PaymentIntentId
from domain.invoices import Invoice, InvoiceStatus
from domain.payment_intents import (
    Checkout,
    Evidence,
    GatewayAttempt,
    IntentInvoice,
    PaymentIntent,
    PaymentIntentStatus,
    StatusReason,
)
from domain.payments import Payment, PaymentMethod, PaymentStatus
from tests.application.payments_world import PAYU, a_client, a_merchant_account, an_agency, an_invoice, as_client
from tests.fakes.clock import NOON_IN_BOGOTA as AT
from tests.ports.payments_stores import InMemory, InPostgres, PaymentsStore
from tests.postgres import Database

S = PaymentIntentStatus


class Place:
    """An agency with a client who has three invoices, beside another one."""

    def __init__(self, store: PaymentsStore) -> None:
        self.store = store
        mark = uuid4().hex[:8]
        self.agency, self.other = an_agency(f"a{mark}"), an_agency(f"b{mark}")
        self.account, self.other_account = a_merchant_account(self.agency), a_merchant_account(self.other)
        self.ana, self.beto = a_client(self.agency), a_client(self.agency, "Beto")
        self.invoices = [an_invoice(self.ana), an_invoice(self.ana, vat="190000.00"), an_invoice(self.ana)]
        self.staff = Scope.of_agency(self.agency.id)
        self.strangers = (
            as_client(self.beto).scope,
            Scope.of_agency(self.other.id),
            Scope(agency_id=self.agency.id),
        )

    async def fill(self) -> "Place":
        await self.store.add_agency(self.agency, self.account)
        await self.store.add_agency(self.other, self.other_account)
        await self.store.add_client(self.ana, self.invoices)
        await self.store.add_client(self.beto, [])
        return self

    @property
    def mine(self) -> Scope:
        return as_client(self.ana).scope

    def intent(self, *invoices: Invoice, status: PaymentIntentStatus = S.REDIRECTED) -> PaymentIntent:
        parts = tuple(IntentInvoice(invoice_id=it.id, amount=it.balance) for it in invoices or self.invoices[:1])
        key = uuid4()
        return PaymentIntent(
            id=PaymentIntentId(key),
            agency_id=self.agency.id,
            client_id=self.ana.id,
            gateway_account_id=self.account.id,
            gateway=PAYU,
            reference=key.hex[:20].upper(),
            amount=sum((part.amount for part in parts), Decimal(0)),
            status=status,
            created_at=AT,
            expires_at=AT + timedelta(minutes=30),
            return_url="https://portal.example/pago",
            idempotency_key=key.hex,
            request_hash="h",
            invoices=parts,
            checkout=Checkout(url="https://g.example", method="POST", fields=(("b", "1"), ("a", "ñ"))),
        )

    async def add(self, intent: PaymentIntent, scope: Scope | None = None) -> PaymentIntent:
        async with self.store.unit_of_work(scope or self.mine) as uow:
            await uow.intents.add(intent)
            await uow.commit()
        return intent

    async def save(self, intent: PaymentIntent, **booked: PaymentId) -> None:
        async with self.store.unit_of_work(self.staff) as uow:
            await uow.intents.save(intent, booked=booked)
            await uow.commit()

    async def found(self, intent: PaymentIntent, scope: Scope | None = None) -> PaymentIntent | None:
        async with self.store.unit_of_work(scope or self.staff) as uow:
            return await uow.intents.by_reference(intent.reference, for_update=True)

    def payment(self, intent: PaymentIntent, number: str = "RP-000001") -> Payment:
        return Payment(
            id=PaymentId(uuid4()),
            agency_id=self.agency.id,
            receipt_number=number,
            client_id=self.ana.id,
            paid_at=AT,
            amount=intent.amount,
            credited=Decimal("0.00"),
            method=PaymentMethod.PSE,
            status=PaymentStatus.APPLIED,
            verification_code=uuid4().hex,
            gateway=PAYU,
            gateway_reference="CUS",
            intent_id=intent.id,
        )


@pytest.fixture(params=["in_memory", "postgres"])
async def place(request: pytest.FixtureRequest, module_database: Database) -> AsyncIterator[Place]:
    if request.param == "in_memory":
        yield await Place(InMemory()).fill()
        return
    engine = create_engine(module_database.app_url, pool_size=3)
    yield await Place(InPostgres(engine)).fill()
    await engine.dispose()


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


# --- merchant accounts -----------------------------------------------------------------------------------------------


async def test_a_merchant_account_is_found_by_its_public_key_before_any_scope(place: Place) -> None:
    key = place.account.public_key
    async with place.store.unit_of_work(Scope(gateway_key=key)) as uow:
        assert await uow.gateway_accounts.by_public_key(key) == place.account
        assert await uow.gateway_accounts.by_public_key(place.other_account.public_key) is None
    async with place.store.unit_of_work(Scope(gateway_key="nobody")) as uow:
        assert await uow.gateway_accounts.by_public_key(key) is None
        assert await uow.gateway_accounts.by_public_key("nobody") is None


async def test_an_agency_has_its_own_account_whoever_of_it_asks(place: Place) -> None:
    for scope in (place.staff, place.mine, Scope(agency_id=place.agency.id)):
        async with place.store.unit_of_work(scope) as uow:
            assert await uow.gateway_accounts.get(PAYU) == place.account


async def test_an_account_is_replaced_when_it_is_saved_again(place: Place) -> None:
    changed: GatewayAccount = replace(place.account, enabled=False, merchant_id="1", test=False, secrets="other")
    async with place.store.unit_of_work(place.staff) as uow:
        await uow.gateway_accounts.save(changed)
        await uow.commit()
    async with place.store.unit_of_work(place.staff) as uow:
        assert await uow.gateway_accounts.get(PAYU) == changed


# --- intents ---------------------------------------------------------------------------------------------------------


async def test_an_intent_comes_back_as_it_was_stored(place: Place) -> None:
    intent = await place.add(place.intent(*place.invoices[::-1]))
    assert await place.found(intent) == intent
    assert await place.found(intent, place.mine) == intent


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
        assert await uow.intents.by_idempotency_key(place.ana.id, intent.idempotency_key) == intent
        assert await uow.intents.by_idempotency_key(ClientId(uuid4()), intent.idempotency_key) is None


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


async def test_the_intents_to_ask_about_come_the_longest_waiting_first(place: Place) -> None:
    later, third = AT + timedelta(hours=1), place.invoices[2]
    pending = replace(place.intent(place.invoices[0], status=S.PENDING), queried_at=AT + timedelta(minutes=20))
    opened = place.intent(place.invoices[1])
    told = place.intent(status=S.APPROVED)
    asked = replace(place.intent(status=S.APPROVED), queried_at=AT)
    fresh = replace(place.intent(third, status=S.PENDING), queried_at=later - timedelta(minutes=1))
    others = [place.intent(status=S.REVIEW), place.intent(status=S.CANCELLED)]
    for intent in (pending, opened, told, asked, fresh, *others):
        await place.add(intent)
    async with place.store.unit_of_work(place.staff) as uow:
        due = await uow.intents.due(at=later, limit=10)
        few = await uow.intents.due(at=later, limit=1)
        early = await uow.intents.due(at=AT + timedelta(minutes=1), limit=10)
    assert fresh.id not in {intent.id for intent in due}
    assert {intent.id for intent in due[:2]} == {opened.id, told.id}
    assert [intent.id for intent in due[2:]] == [pending.id]
    assert len(few) == 1
    assert [intent.id for intent in early] == [told.id]


async def test_the_payer_is_greeted_by_name(place: Place) -> None:
    async with place.store.unit_of_work(place.mine) as uow:
        payer = await uow.intents.payer(place.ana.id)
    client: Client = place.ana
    assert (payer.name, payer.email, payer.phone) == (client.name, client.email, client.phone)
    assert (payer.document_type, payer.document_number) == ("CC", client.document_number)


# --- the inbox -------------------------------------------------------------------------------------------------------


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


# --- receipts and invoices -------------------------------------------------------------------------------------------


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
