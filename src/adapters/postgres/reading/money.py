"""Receipts and payouts as they are read."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.postgres.mapping import Mapper
from adapters.postgres.reading.invoices import (
    ALLOCATIONS,
    INVOICE,
    INVOICES,
    PAYMENTS,
    matching_clients,
    read_allocations,
)
from adapters.postgres.reading.listing import Condition, Order, SnapshotListing, fold
from adapters.postgres.reading.people import CONTRACTS
from adapters.postgres.scoping import table_of
from adapters.postgres.tables import PaymentReversalRow, PayoutRow
from application.filters import Parent, PeriodFilter
from application.ports.reading import Many, PaymentReader, PayoutInvoices, PayoutReader
from domain.contracts import ContractKind
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.payments import Allocation, Payment, PaymentReversal
from domain.payouts import Payout
from domain.periods import midnight

PAYOUTS = table_of(PayoutRow)
REVERSALS = table_of(PaymentReversalRow)
PAYMENT = Mapper(Payment, PAYMENTS)
PAYOUT = Mapper(Payout, PAYOUTS)
REVERSAL = Mapper(PaymentReversal, REVERSALS)


class PostgresPaymentReader(SnapshotListing[Payment, PeriodFilter], PaymentReader):
    table, mapper = PAYMENTS, PAYMENT

    def order(self, narrowed: PeriodFilter) -> Order:
        return Order(PAYMENTS.c.paid_at, PAYMENTS.c.receipt_number)

    def conditions(self, narrowed: PeriodFilter) -> Sequence[Condition]:
        found: list[Condition] = []
        if narrowed.search:
            found += matching_clients(
                self,
                PAYMENTS,
                narrowed.search,
                fold(PAYMENTS.c.receipt_number),
                fold(sa.func.coalesce(PAYMENTS.c.gateway_reference, "")),
            )
        if narrowed.from_on is not None:
            found.append(PAYMENTS.c.paid_at >= midnight(narrowed.from_on))
        if narrowed.to_on is not None and narrowed.to_on != date.max:  # after which there is no day to stop before
            found.append(PAYMENTS.c.paid_at < midnight(narrowed.to_on) + timedelta(days=1))
        if narrowed.contract_id is not None:
            same = (INVOICES.c.agency_id == ALLOCATIONS.c.agency_id) & (INVOICES.c.id == ALLOCATIONS.c.invoice_id)
            paid = (
                self.select(ALLOCATIONS, ALLOCATIONS.c.payment_id)
                .join(INVOICES, same)
                .where(INVOICES.c.contract_id == narrowed.contract_id)
            )
            found.append(PAYMENTS.c.id.in_(paid))
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        condition: Condition = PAYMENTS.c.client_id == parent_id
        return condition

    async def allocations(self, ids: Collection[UUID]) -> Many[Sequence[Allocation]]:
        """What the receipts said when they were made."""
        return await read_allocations(self, ALLOCATIONS.c.payment_id, ids, ~ALLOCATIONS.c.from_credit)

    async def last(self, client_ids: Collection[UUID]) -> Many[Payment]:
        rows = await self.source.rows(
            self.select(PAYMENTS)
            .where(PAYMENTS.c.client_id.in_(client_ids))
            .ext(distinct_on(PAYMENTS.c.client_id))
            .order_by(PAYMENTS.c.client_id, PAYMENTS.c.paid_at.desc(), PAYMENTS.c.receipt_number.desc())
        )
        return {row.client_id: PAYMENT.entity(row._mapping) for row in rows}

    async def reversals(self, ids: Collection[UUID]) -> Many[Sequence[PaymentReversal]]:
        rows = await self.source.rows(
            self.select(REVERSALS).where(REVERSALS.c.payment_id.in_(ids)).order_by(REVERSALS.c.at, REVERSALS.c.id)
        )
        found: dict[UUID, list[PaymentReversal]] = {}
        for row in rows:
            found.setdefault(row.payment_id, []).append(REVERSAL.entity(row._mapping))
        return found


class PostgresPayoutReader(SnapshotListing[Payout, PeriodFilter], PayoutReader):
    table, mapper = PAYOUTS, PAYOUT

    def order(self, narrowed: PeriodFilter) -> Order:
        return Order(PAYOUTS.c.paid_on, PAYOUTS.c.number)

    def conditions(self, narrowed: PeriodFilter) -> Sequence[Condition]:
        found: list[Condition] = []
        if narrowed.search:
            found += matching_clients(
                self,
                PAYOUTS,
                narrowed.search,
                fold(PAYOUTS.c.number),
                fold(sa.func.coalesce(PAYOUTS.c.bank_reference, "")),
            )
        if narrowed.from_on is not None:
            found.append(PAYOUTS.c.paid_on >= narrowed.from_on)
        if narrowed.to_on is not None:
            found.append(PAYOUTS.c.paid_on <= narrowed.to_on)
        if narrowed.contract_id is not None:
            found.append(PAYOUTS.c.contract_id == narrowed.contract_id)
        return found

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        condition: Condition = PAYOUTS.c.client_id == parent_id
        return condition

    async def last(self, client_ids: Collection[UUID]) -> Many[Payout]:
        rows = await self.source.rows(
            self.select(PAYOUTS)
            .where(PAYOUTS.c.client_id.in_(client_ids))
            .ext(distinct_on(PAYOUTS.c.client_id))
            .order_by(PAYOUTS.c.client_id, PAYOUTS.c.paid_on.desc(), PAYOUTS.c.number.desc())
        )
        return {row.client_id: PAYOUT.entity(row._mapping) for row in rows}

    async def invoices(self, ids: Collection[UUID]) -> Many[PayoutInvoices]:
        """Of the payout's month: the commission billed to the owner under its contract, and the rent billed for the
        property of that contract. Both through the viewer's scope, so the tenant's stays hidden from the owner."""
        leases = CONTRACTS.alias("leases")
        commission = (
            (INVOICES.c.kind == InvoiceKind.COMMISSION.value)
            & (INVOICES.c.contract_id == PAYOUTS.c.contract_id)
            & (INVOICES.c.client_id == PAYOUTS.c.client_id)
        )
        rent = (INVOICES.c.kind == InvoiceKind.RENT.value) & INVOICES.c.contract_id.in_(
            sa.select(leases.c.id)
            .where(
                leases.c.agency_id == CONTRACTS.c.agency_id,
                leases.c.property_id == CONTRACTS.c.property_id,
                leases.c.kind == ContractKind.LEASE.value,
            )
            .correlate(CONTRACTS)
        )
        rows = await self.source.rows(
            self.select(INVOICES, PAYOUTS.c.id.label("payout_id"), INVOICES)
            .join(PAYOUTS, (PAYOUTS.c.agency_id == INVOICES.c.agency_id) & (PAYOUTS.c.period == INVOICES.c.period))
            .join(
                CONTRACTS,
                (CONTRACTS.c.agency_id == PAYOUTS.c.agency_id) & (CONTRACTS.c.id == PAYOUTS.c.contract_id),
            )
            .where(
                PAYOUTS.c.agency_id == self.scope.agency,
                PAYOUTS.c.id.in_(ids),
                INVOICES.c.status != InvoiceStatus.VOIDED.value,
                commission | rent,
            )
            .order_by(INVOICES.c.issued_on, INVOICES.c.number)
        )
        found: dict[UUID, dict[str, Any]] = {}
        for row in rows:
            invoice = INVOICE.entity(row._mapping)
            found.setdefault(row.payout_id, {})[invoice.kind.value.lower()] = invoice
        return {payout_id: PayoutInvoices(**pair) for payout_id, pair in found.items()}
