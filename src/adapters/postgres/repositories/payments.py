"""Receipts and the invoices they pay in Postgres, the writing side."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import InvoiceRow, PaymentAllocationRow, PaymentRow
from application.ports.payments import Payments
from domain.ids import InvoiceId
from domain.invoices import Invoice
from domain.payments import Payment

INVOICES = table_of(InvoiceRow)
PAYMENTS = table_of(PaymentRow)
ALLOCATIONS = table_of(PaymentAllocationRow)
INVOICE = Mapper(Invoice, INVOICES)
PAYMENT = Mapper(Payment, PAYMENTS)


class PostgresPayments(ScopedRepository, Payments):
    async def lock_invoices(self, invoice_ids: Collection[InvoiceId]) -> Mapping[InvoiceId, Invoice]:
        found = await self.connection.execute(
            self.select(INVOICES).where(INVOICES.c.id.in_(invoice_ids)).order_by(INVOICES.c.id).with_for_update()
        )
        invoices = [INVOICE.entity(row._mapping) for row in found]
        return {invoice.id: invoice for invoice in invoices}

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
