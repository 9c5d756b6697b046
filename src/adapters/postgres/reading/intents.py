"""Online payment attempts as they are read."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.reading.invoices import PAYMENTS
from adapters.postgres.reading.listing import SnapshotReader
from adapters.postgres.reading.money import PAYMENT
from adapters.postgres.repositories.payment_intents import (
    ATTEMPT,
    INTENT,
    INTENTS,
    PART,
    PARTS,
    TRANSACTIONS,
    checkout_of,
)
from application.ports.reading import IntentReader, Many
from domain.payment_intents import GatewayAttempt, IntentInvoice, PaymentIntent, PaymentIntentStatus
from domain.payments import Payment


class PostgresIntentReader(SnapshotReader, IntentReader):
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

    async def get_many(self, ids: Collection[UUID]) -> Many[PaymentIntent]:
        found = await self._intents(INTENTS.c.id.in_(ids))
        return {intent.id: intent for intent in found}

    async def by_reference(self, reference: str) -> PaymentIntent | None:
        return next(iter(await self._intents(INTENTS.c.reference == reference)), None)

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

    async def _intents(self, wanted: sa.ColumnElement[bool]) -> list[PaymentIntent]:
        """Without their attempts, which are staff's and read apart."""
        rows = await self.source.rows(self.select(INTENTS).where(wanted))
        if not rows:
            return []
        parts = await self.source.rows(
            self.select(PARTS)
            .where(PARTS.c.intent_id.in_([row.id for row in rows]))
            .order_by(PARTS.c.intent_id, PARTS.c.position)
        )
        by_intent: dict[Any, list[IntentInvoice]] = {}
        for part in parts:
            by_intent.setdefault(part.intent_id, []).append(PART.entity(part._mapping))
        return [
            INTENT.entity(
                row._mapping,
                checkout=checkout_of(row.checkout),
                invoices=tuple(by_intent.get(row.id, ())),
                attempts=(),
                refunds=(),
            )
            for row in rows
        ]
