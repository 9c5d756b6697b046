"""An agency with a client and invoices, in memory and in Postgres."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from adapters.postgres.engine import create_engine
from application.access import Scope
from domain.ids import PaymentId, PaymentIntentId
from domain.invoices import Invoice
from domain.payment_intents import (
    Checkout,
    IntentInvoice,
    PaymentIntent,
    PaymentIntentStatus,
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
