"""Online payment attempts as they are read."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from adapters.postgres.reading.invoices import PAYMENTS
from adapters.postgres.reading.listing import Condition, Order, SnapshotListing
from adapters.postgres.reading.money import PAYMENT
from adapters.postgres.repositories.payment_intents import (
    ATTEMPT,
    INTENT,
    INTENTS,
    PART,
    PARTS,
    REFUND,
    REFUNDS,
    TRANSACTIONS,
    checkout_of,
)
from application.filters import IntentFilter, Parent
from application.ports.reading import IntentReader, Many
from domain.payment_intents import GatewayAttempt, IntentInvoice, PaymentIntent, PaymentIntentStatus
from domain.payments import Payment
from domain.refunds import Refund


class PostgresIntentReader(SnapshotListing[PaymentIntent, IntentFilter], IntentReader):
    table, mapper = INTENTS, INTENT

    def order(self, narrowed: IntentFilter) -> Order:
        return Order(INTENTS.c.created_at, INTENTS.c.reference)

    def conditions(self, narrowed: IntentFilter) -> Sequence[Condition]:
        if narrowed.status is None:
            return []
        return [INTENTS.c.status.in_([status.value for status in narrowed.status])]

    def under(self, parent: Parent, parent_id: Any) -> Condition:
        condition: Condition = INTENTS.c.client_id == parent_id
        return condition

    async def in_process(self, invoice_ids: Collection[UUID]) -> Collection[UUID]:
        same = (INTENTS.c.agency_id == PARTS.c.agency_id) & (INTENTS.c.id == PARTS.c.intent_id)
        rows = await self.source.rows(
            self.select(PARTS, PARTS.c.invoice_id)
            .join(INTENTS, same)
            .where(
                PARTS.c.invoice_id.in_(invoice_ids),
                PARTS.c.live,
                INTENTS.c.status == PaymentIntentStatus.PENDING.value,
            )
        )
        return {row.invoice_id for row in rows}

    async def by_reference(self, reference: str) -> PaymentIntent | None:
        rows = await self.source.rows(self.select(INTENTS).where(INTENTS.c.reference == reference))
        return next(iter((await self.entities(rows)).values()), None)

    async def payments(self, ids: Collection[UUID]) -> Many[Sequence[Payment]]:
        rows = await self.source.rows(
            self.select(PAYMENTS)
            .where(PAYMENTS.c.intent_id.in_(ids))
            .order_by(PAYMENTS.c.paid_at, PAYMENTS.c.receipt_number)
        )
        found: dict[UUID, list[Payment]] = {}
        for row in rows:
            found.setdefault(row.intent_id, []).append(PAYMENT.entity(row._mapping))
        return found

    async def attempts(self, ids: Collection[UUID]) -> Many[Sequence[GatewayAttempt]]:
        rows = await self.source.rows(
            self.select(TRANSACTIONS)
            .where(TRANSACTIONS.c.intent_id.in_(ids))
            .order_by(TRANSACTIONS.c.at, TRANSACTIONS.c.transaction_id)
        )
        found: dict[UUID, list[GatewayAttempt]] = {}
        for row in rows:
            attempt = ATTEMPT.entity(row._mapping, charged=row.payment_id is not None)
            found.setdefault(row.intent_id, []).append(attempt)
        return found

    async def refunds(self, ids: Collection[UUID]) -> Many[Sequence[Refund]]:
        rows = await self.source.rows(
            self.select(REFUNDS).where(REFUNDS.c.intent_id.in_(ids)).order_by(REFUNDS.c.requested_at, REFUNDS.c.id)
        )
        found: dict[UUID, list[Refund]] = {}
        for row in rows:
            found.setdefault(row.intent_id, []).append(REFUND.entity(row._mapping))
        return found

    async def entities(self, rows: Sequence[Any]) -> Many[PaymentIntent]:
        """Without their attempts and refunds, which are staff's and read apart."""
        if not rows:
            return {}
        parts = await self.source.rows(
            self.select(PARTS)
            .where(PARTS.c.intent_id.in_([row.id for row in rows]))
            .order_by(PARTS.c.intent_id, PARTS.c.position)
        )
        by_intent: dict[UUID, list[IntentInvoice]] = {}
        for part in parts:
            by_intent.setdefault(part.intent_id, []).append(PART.entity(part._mapping))
        return {
            row.id: INTENT.entity(
                row._mapping,
                checkout=checkout_of(row.checkout),
                invoices=tuple(by_intent.get(row.id, ())),
                attempts=(),
                refunds=(),
            )
            for row in rows
        }
