"""Invoices, receipts, payouts and intents as they are read from memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from application.filters import IntentFilter, InvoiceFilter, InvoiceOrder, PeriodFilter
from application.ports.reading import IntentReader, InvoiceReader, Many, PaymentReader, PayoutInvoices, PayoutReader
from domain.contracts import ContractKind
from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.payment_intents import GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payments import Allocation, Payment, PaymentReversal
from domain.payouts import Payout
from domain.periods import bogota_date
from domain.refunds import Refund
from tests.fakes.reading.listing import FakeListing, Order
from tests.fakes.store import Sight


def within(lowest: date | None, day: date, highest: date | None) -> bool:
    return (lowest is None or lowest <= day) and (highest is None or day <= highest)


def allocations(sight: Sight, *, in_force: bool) -> list[Allocation]:
    """All that the scope sees, in the order in which they count: what pays invoices now, or what receipts said when
    they were made."""
    found = []
    for payment, _ in sight.store.payments.values():
        for share in sight.store.books.shares_of(payment.id) if sight.sees(payment) else ():
            if (share.in_force > 0) if in_force else not share.from_credit:
                allocation = Allocation(
                    payment_id=payment.id,
                    invoice_id=share.invoice_id,
                    client_id=payment.client_id,
                    amount=share.in_force if in_force else share.amount,
                    receipt_number=payment.receipt_number,
                    invoice_number=sight.store.invoices[share.invoice_id].number,
                    paid_at=share.applied_at or payment.paid_at,
                )
                found.append((share.position, allocation))
    found.sort(key=lambda it: (it[1].paid_at, it[1].receipt_number, it[0]))
    return [allocation for _, allocation in found]


def grouped(rows: Iterable[Any], field: str, ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        if getattr(row, field) in ids:
            found.setdefault(getattr(row, field), []).append(row)
    return found


class FakeInvoiceReader(FakeListing[Invoice, InvoiceFilter], InvoiceReader):
    def seen(self) -> list[Invoice]:
        return [invoice for invoice in self.store.invoices.values() if self.sight.sees(invoice)]

    def order(self, narrowed: InvoiceFilter) -> Order:
        if narrowed.order is InvoiceOrder.DUE_FIRST:
            return Order("invoices.due", lambda row: str(row.due_on), lambda row: str(row.number), descending=False)
        newest = narrowed.order is InvoiceOrder.NEWEST
        return Order("invoices.issued", lambda row: str(row.issued_on), lambda row: str(row.number), descending=newest)

    def matches(self, row: Invoice, narrowed: InvoiceFilter) -> bool:
        return (
            narrowed.kind in (None, row.kind)
            and (narrowed.status is None or row.status in narrowed.status)
            and narrowed.overdue in (None, row.is_overdue(on=narrowed.today))
            and narrowed.contract_id in (None, row.contract_id)
            and within(narrowed.issued_from, row.issued_on, narrowed.issued_to)
            and within(narrowed.due_from, row.due_on, narrowed.due_to)
            and self.found_by(narrowed.search, row, row.number)
        )

    async def allocations(self, ids: Collection[UUID]) -> Many[Sequence[Allocation]]:
        return grouped(allocations(self.sight, in_force=True), "invoice_id", ids)

    async def next_due(self, client_ids: Collection[UUID], *, today: date) -> Many[Invoice]:
        unpaid = [row for row in self.seen() if row.kind is InvoiceKind.RENT and row.balance > 0]
        unpaid.sort(key=lambda row: (row.due_on < today, row.due_on, row.number))
        return {key: rows[0] for key, rows in grouped(unpaid, "client_id", client_ids).items()}


class FakePaymentReader(FakeListing[Payment, PeriodFilter], PaymentReader):
    def seen(self) -> list[Payment]:
        return [payment for payment, _ in self.store.payments.values() if self.sight.sees(payment)]

    def order(self, narrowed: PeriodFilter) -> Order:
        return Order("payments.paid", lambda row: row.paid_at.isoformat(), lambda row: str(row.receipt_number))

    def matches(self, row: Payment, narrowed: PeriodFilter) -> bool:
        if narrowed.contract_id is not None:
            paid = (self.store.invoices[invoice_id] for invoice_id, _ in self.store.payments[row.id][1])
            if not any(invoice.contract_id == narrowed.contract_id for invoice in paid):
                return False
        return within(narrowed.from_on, bogota_date(row.paid_at), narrowed.to_on) and self.found_by(
            narrowed.search, row, row.receipt_number, row.gateway_reference
        )

    async def allocations(self, ids: Collection[UUID]) -> Many[Sequence[Allocation]]:
        return grouped(allocations(self.sight, in_force=False), "payment_id", ids)

    async def last(self, client_ids: Collection[UUID]) -> Many[Payment]:
        rows = sorted(self.seen(), key=lambda row: (row.paid_at, row.receipt_number))
        return {key: found[-1] for key, found in grouped(rows, "client_id", client_ids).items()}

    async def reversals(self, ids: Collection[UUID]) -> Many[Sequence[PaymentReversal]]:
        rows = [reversal for reversal in self.store.reversals if self.sight.sees(reversal)]
        return grouped(sorted(rows, key=lambda row: (row.at, row.id)), "payment_id", ids)


class FakePayoutReader(FakeListing[Payout, PeriodFilter], PayoutReader):
    def seen(self) -> list[Payout]:
        return [payout for payout in self.store.payouts.values() if self.sight.sees(payout)]

    def order(self, narrowed: PeriodFilter) -> Order:
        return Order("payouts.paid", lambda row: str(row.paid_on), lambda row: str(row.number))

    def matches(self, row: Payout, narrowed: PeriodFilter) -> bool:
        return (
            narrowed.contract_id in (None, row.contract_id)
            and within(narrowed.from_on, row.paid_on, narrowed.to_on)
            and self.found_by(narrowed.search, row, row.number, row.bank_reference)
        )

    async def last(self, client_ids: Collection[UUID]) -> Many[Payout]:
        rows = sorted(self.seen(), key=lambda row: (row.paid_on, row.number))
        return {key: found[-1] for key, found in grouped(rows, "client_id", client_ids).items()}

    async def invoices(self, ids: Collection[UUID]) -> Many[PayoutInvoices]:
        found = {row.id: self._invoices(row) for row in self.seen() if row.id in ids}
        return {key: pair for key, pair in found.items() if pair.rent or pair.commission}

    def _invoices(self, payout: Payout) -> PayoutInvoices:
        contracts = self.store.contracts
        home = contracts[payout.contract_id].property_id
        billed = [
            row
            for row in sorted(self.store.invoices.values(), key=lambda row: (row.issued_on, row.number))
            if self.sight.sees(row) and row.period == payout.period and row.status is not InvoiceStatus.VOIDED
        ]
        commission = [
            row
            for row in billed
            if row.kind is InvoiceKind.COMMISSION
            and (row.contract_id, row.client_id) == (payout.contract_id, payout.client_id)
        ]
        rent = [
            row
            for row in billed
            if row.kind is InvoiceKind.RENT
            and contracts[row.contract_id].kind is ContractKind.LEASE
            and contracts[row.contract_id].property_id == home
        ]
        return PayoutInvoices(rent=rent[-1] if rent else None, commission=commission[-1] if commission else None)


class FakeIntentReader(FakeListing[PaymentIntent, IntentFilter], IntentReader):
    def seen(self) -> list[PaymentIntent]:
        """Without their attempts and refunds, which are read apart."""
        return [replace(row, attempts=(), refunds=()) for row in self.store.intents.values() if self.sight.sees(row)]

    def order(self, narrowed: IntentFilter) -> Order:
        return Order("intents.created", lambda row: row.created_at.isoformat(), lambda row: str(row.reference))

    def matches(self, row: PaymentIntent, narrowed: IntentFilter) -> bool:
        return narrowed.status is None or row.status in narrowed.status

    async def in_process(self, invoice_ids: Collection[UUID]) -> Collection[UUID]:
        pending = [row for row in self.seen() if row.status is PaymentIntentStatus.PENDING]
        return {part.invoice_id for row in pending for part in row.invoices} & set(invoice_ids)

    async def by_reference(self, reference: str) -> PaymentIntent | None:
        return next((row for row in self.seen() if row.reference == reference), None)

    async def payments(self, ids: Collection[UUID]) -> Many[Sequence[Payment]]:
        rows = [payment for payment, _ in self.store.payments.values() if self.sight.sees(payment)]
        return grouped(sorted(rows, key=lambda row: (row.paid_at, row.receipt_number)), "intent_id", ids)

    async def attempts(self, ids: Collection[UUID]) -> Many[Sequence[GatewayAttempt]]:
        rows = [row for row in self.store.intents.values() if row.id in ids and row.attempts]
        seen = [row for row in rows if self.sight.is_staff and self.sight.sees(row)]
        return {row.id: sorted(row.attempts, key=lambda it: (it.at, it.transaction_id)) for row in seen}

    async def refunds(self, ids: Collection[UUID]) -> Many[Sequence[Refund]]:
        rows = [row for row in self.store.intents.values() if row.id in ids and row.refunds]
        seen = [row for row in rows if self.sight.is_staff and self.sight.sees(row)]
        return {row.id: sorted(row.refunds, key=lambda it: (it.requested_at, it.id)) for row in seen}
