"""Receipts and the invoices they pay in Postgres, the writing side."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import (
    ClientRow,
    GatewayTransactionRow,
    InvoiceRow,
    PaymentAllocationRow,
    PaymentIntentRow,
    PaymentReversalRow,
    PaymentRow,
)
from application.ports.payments import ChargedPayment, Payments
from domain.ids import ClientId, InvoiceId, PaymentId
from domain.invoices import Invoice, InvoiceKind
from domain.payment_intents import PaymentIntent
from domain.payments import Payment, PaymentGatewayCode, PaymentReversal, Share

CLIENTS = table_of(ClientRow)
INVOICES = table_of(InvoiceRow)
PAYMENTS = table_of(PaymentRow)
ALLOCATIONS = table_of(PaymentAllocationRow)
INTENTS = table_of(PaymentIntentRow)
REVERSALS = table_of(PaymentReversalRow)
TRANSACTIONS = table_of(GatewayTransactionRow)
INVOICE = Mapper(Invoice, INVOICES)
PAYMENT = Mapper(Payment, PAYMENTS)
SHARE = Mapper(Share, ALLOCATIONS)
REVERSAL = Mapper(PaymentReversal, REVERSALS)


class PostgresPayments(ScopedRepository, Payments):
    async def lock_client(self, client_id: ClientId) -> None:
        await self.take_turn(f"money:{client_id}")

    async def lock_invoices(self, invoice_ids: Collection[InvoiceId]) -> Mapping[InvoiceId, Invoice]:
        found = await self.connection.execute(
            self.select(INVOICES).where(INVOICES.c.id.in_(invoice_ids)).order_by(INVOICES.c.id).with_for_update()
        )
        invoices = [INVOICE.entity(row._mapping) for row in found]
        return {invoice.id: invoice for invoice in invoices}

    async def lock_open_invoices(self, client_id: ClientId) -> Sequence[Invoice]:
        found = await self.connection.execute(
            self.select(INVOICES)
            .where(INVOICES.c.client_id == client_id, INVOICES.c.kind == InvoiceKind.RENT.value, INVOICES.c.balance > 0)
            .order_by(INVOICES.c.id)
            .with_for_update()
        )
        invoices = [INVOICE.entity(row._mapping) for row in found]
        return sorted(invoices, key=lambda invoice: (invoice.due_on, invoice.issued_on, invoice.number))

    async def save_invoice(self, invoice: Invoice) -> None:
        await self.write(
            sa.update(INVOICES)
            .where(INVOICES.c.agency_id == invoice.agency_id, INVOICES.c.id == invoice.id)
            .values(paid=invoice.paid, status=invoice.status.value)
        )

    async def has_receipt(self, receipt_number: str) -> bool:
        found = await self.connection.execute(
            self.select(PAYMENTS, PAYMENTS.c.id).where(PAYMENTS.c.receipt_number == receipt_number)
        )
        return found.one_or_none() is not None

    async def has_client(self, client_id: ClientId) -> bool:
        found = await self.connection.execute(self.select(CLIENTS, CLIENTS.c.id).where(CLIENTS.c.id == client_id))
        return found.one_or_none() is not None

    async def add(self, payment: Payment, shares: Sequence[tuple[InvoiceId, Decimal]]) -> None:
        await self.write(sa.insert(PAYMENTS), PAYMENT.values(payment))
        if shares:
            rows = [
                {
                    "agency_id": payment.agency_id,
                    "payment_id": payment.id,
                    "invoice_id": invoice_id,
                    "client_id": payment.client_id,
                    "position": position,
                    "amount": amount,
                }
                for position, (invoice_id, amount) in enumerate(shares, start=1)
            ]
            await self.write(sa.insert(ALLOCATIONS), rows)

    async def get(self, payment_id: PaymentId) -> Payment | None:
        return await self.one(PAYMENT, self.select(PAYMENTS).where(PAYMENTS.c.id == payment_id))

    async def by_verification_code(self, code: str) -> Payment | None:
        return await self.one(PAYMENT, sa.select(PAYMENTS).where(PAYMENTS.c.verification_code == code))

    async def made_here(self, payment_id: PaymentId) -> bool:
        found = self.select(PAYMENTS, PAYMENTS.c.import_digest.is_(None)).where(PAYMENTS.c.id == payment_id)
        return bool(await self.connection.scalar(found))

    async def of_charge(self, intent: PaymentIntent, charge_id: str) -> Payment | None:
        booked = self.select(TRANSACTIONS, TRANSACTIONS.c.payment_id).where(
            TRANSACTIONS.c.intent_id == intent.id, TRANSACTIONS.c.transaction_id == charge_id
        )
        payment_id = await self.connection.scalar(booked)
        return None if payment_id is None else await self.get(PaymentId(payment_id))

    async def charged(
        self, gateway: PaymentGatewayCode, *, since: datetime, until: datetime
    ) -> Sequence[ChargedPayment]:
        of_charge = (TRANSACTIONS.c.agency_id == PAYMENTS.c.agency_id) & (TRANSACTIONS.c.payment_id == PAYMENTS.c.id)
        of_intent = (INTENTS.c.agency_id == PAYMENTS.c.agency_id) & (INTENTS.c.id == PAYMENTS.c.intent_id)
        rows = await self.connection.execute(
            self.select(PAYMENTS, PAYMENTS, INTENTS.c.reference, TRANSACTIONS.c.transaction_id)
            .join(TRANSACTIONS, of_charge)
            .join(INTENTS, of_intent)
            .where(PAYMENTS.c.gateway == gateway.value, PAYMENTS.c.paid_at >= since, PAYMENTS.c.paid_at < until)
            .order_by(PAYMENTS.c.receipt_number)
        )
        return [ChargedPayment(PAYMENT.entity(row._mapping), row.reference, row.transaction_id) for row in rows]

    async def shares(self, payment_id: PaymentId) -> Sequence[Share]:
        found = await self.connection.execute(
            self.select(ALLOCATIONS).where(ALLOCATIONS.c.payment_id == payment_id).order_by(ALLOCATIONS.c.position)
        )
        return [SHARE.entity(row._mapping) for row in found]

    async def with_credit(self, client_id: ClientId) -> Sequence[Payment]:
        found = await self.connection.execute(
            self.select(PAYMENTS)
            .where(PAYMENTS.c.client_id == client_id, PAYMENTS.c.credit_left > 0)
            .order_by(PAYMENTS.c.paid_at, PAYMENTS.c.receipt_number)
            .with_for_update()
        )
        return [PAYMENT.entity(row._mapping) for row in found]

    async def use_credit(self, payment: Payment, shares: Sequence[Share]) -> None:
        same = {"agency_id": payment.agency_id, "payment_id": payment.id, "client_id": payment.client_id}
        await self.write(sa.insert(ALLOCATIONS), [SHARE.values(share) | same for share in shares])
        await self._save(payment)

    async def save_taken_back(self, payment: Payment, shares: Sequence[Share], reversal: PaymentReversal) -> None:
        await self.write(sa.insert(REVERSALS), REVERSAL.values(reversal))
        for share in shares:
            await self.write(
                sa.update(ALLOCATIONS)
                .where(
                    ALLOCATIONS.c.agency_id == payment.agency_id,
                    ALLOCATIONS.c.payment_id == payment.id,
                    ALLOCATIONS.c.position == share.position,
                )
                .values(reversed=share.reversed)
            )
        await self._save(payment)

    async def _save(self, payment: Payment) -> None:
        """What of a receipt may change."""
        await self.write(
            sa.update(PAYMENTS)
            .where(PAYMENTS.c.agency_id == payment.agency_id, PAYMENTS.c.id == payment.id)
            .values(status=payment.status.value, reversed=payment.reversed, credit_left=payment.credit_left)
        )
