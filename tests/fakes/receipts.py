"""Receipts in memory, and the invoices they pay. A row is replaced, never changed in place."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from application.ports.payments import ChargedPayment, Payments
from domain.ids import ClientId, InvoiceId, PaymentId
from domain.invoices import Invoice, InvoiceKind
from domain.payment_intents import PaymentIntent
from domain.payments import Payment, PaymentGatewayCode, PaymentReversal, Share
from tests.fakes.books import Repository


class FakePayments(Repository, Payments):
    async def lock_client(self, client_id: ClientId) -> None:
        assert self.scope.viewer == "staff"

    async def lock_invoices(self, invoice_ids: Collection[InvoiceId]) -> Mapping[InvoiceId, Invoice]:
        found = (self.books.invoices[key] for key in sorted(invoice_ids) if key in self.books.invoices)
        return {invoice.id: copy(invoice) for invoice in found if self.sees(invoice.agency_id, invoice.client_id)}

    async def lock_open_invoices(self, client_id: ClientId) -> Sequence[Invoice]:
        owing = [
            copy(invoice)
            for invoice in self.books.invoices.values()
            if invoice.client_id == client_id
            and invoice.kind is InvoiceKind.RENT
            and invoice.balance > 0
            and self.sees(invoice.agency_id, invoice.client_id)
        ]
        return sorted(owing, key=lambda invoice: (invoice.due_on, invoice.issued_on, invoice.number))

    async def has_client(self, client_id: ClientId) -> bool:
        client = self.books.clients.get(client_id)
        return client is not None and self.sees(client.agency_id, client_id)

    async def save_invoice(self, invoice: Invoice) -> None:
        self.must_see(invoice.agency_id, invoice.client_id)
        stored = self.books.invoices[invoice.id]
        self.books.invoices[invoice.id] = replace(stored, paid=invoice.paid, status=invoice.status)

    async def has_receipt(self, receipt_number: str) -> bool:
        return receipt_number in {
            payment.receipt_number for payment, _ in self.books.payments.values() if self.sees(payment.agency_id)
        }

    async def add(self, payment: Payment, shares: Sequence[tuple[InvoiceId, Decimal]]) -> None:
        self.must_see(payment.agency_id, payment.client_id)
        assert not await self.has_receipt(payment.receipt_number)
        assert sum((amount for _, amount in shares), payment.credited) == payment.amount
        self.books.payments[payment.id] = (payment, tuple(shares))

    async def get(self, payment_id: PaymentId) -> Payment | None:
        payment, _ = self.books.payments.get(payment_id, (None, ()))
        seen = payment is not None and self.sees(payment.agency_id, payment.client_id)
        return copy(payment) if seen else None

    async def by_verification_code(self, code: str) -> Payment | None:
        found = (payment for payment, _ in self.books.payments.values() if payment.verification_code == code)
        shown = (it for it in found if code == self.scope.receipt_key or self.sees(it.agency_id, it.client_id))
        payment = next(shown, None)
        return None if payment is None else copy(payment)

    async def made_here(self, payment_id: PaymentId) -> bool:
        return payment_id not in self.books.imported

    async def of_charge(self, intent: PaymentIntent, charge_id: str) -> Payment | None:
        booked = self.books.booked.get((intent.gateway_account_id, charge_id))
        return None if booked is None else await self.get(booked)

    async def charged(
        self, gateway: PaymentGatewayCode, *, since: datetime, until: datetime
    ) -> Sequence[ChargedPayment]:
        found = []
        for (account, transaction_id), payment_id in self.books.booked.items():
            payment, _ = self.books.payments[payment_id]
            intent = self.books.intents[self.books.transactions[account, transaction_id]]
            if self.sees(payment.agency_id) and payment.gateway is gateway and since <= payment.paid_at < until:
                found.append(ChargedPayment(copy(payment), intent.reference, transaction_id))
        return sorted(found, key=lambda it: it.payment.receipt_number)

    async def shares(self, payment_id: PaymentId) -> Sequence[Share]:
        return [copy(share) for share in self.books.shares_of(payment_id)]

    async def with_credit(self, client_id: ClientId) -> Sequence[Payment]:
        own = (payment for payment, _ in self.books.payments.values() if payment.client_id == client_id)
        seen = [copy(it) for it in own if it.credit_left > 0 and self.sees(it.agency_id, it.client_id)]
        return sorted(seen, key=lambda payment: (payment.paid_at, payment.receipt_number))

    async def use_credit(self, payment: Payment, shares: Sequence[Share]) -> None:
        self.must_see(payment.agency_id, payment.client_id)
        kept = self.books.shares_of(payment.id)
        assert not {share.position for share in kept} & {share.position for share in shares}
        self.books.shares[payment.id] = [*kept, *map(copy, shares)]
        self._save(payment)

    async def save_taken_back(self, payment: Payment, shares: Sequence[Share], reversal: PaymentReversal) -> None:
        self.must_see(payment.agency_id, payment.client_id)
        self.books.reversals.append(reversal)
        newer = {share.position: share.reversed for share in shares}
        self.books.shares[payment.id] = [
            replace(share, reversed=newer.get(share.position, share.reversed))
            for share in self.books.shares_of(payment.id)
        ]
        self._save(payment)

    def _save(self, payment: Payment) -> None:
        stored, shares = self.books.payments[payment.id]
        newer = replace(stored, status=payment.status, reversed=payment.reversed, credit_left=payment.credit_left)
        self.books.payments[payment.id] = (newer, shares)
