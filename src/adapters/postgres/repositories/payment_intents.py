"""Payment intents in Postgres, with the invoices they hold and the gateway's transactions, the writing side."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError

from adapters.postgres.engine import violated_constraint
from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import (
    AccountRow,
    ClientRow,
    GatewayTransactionRow,
    PaymentIntentInvoiceRow,
    PaymentIntentKeyRow,
    PaymentIntentRow,
    RefundRow,
)
from application.ports.payment_gateway import Payer
from application.ports.payments import AnsweredKey, InvoicesHeld, PaymentIntents
from domain.gateway_reports import Evidence
from domain.ids import ClientId, InvoiceId, PaymentId, PaymentIntentId
from domain.payment_intents import Checkout, GatewayAttempt, IntentInvoice, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from domain.polling import check_after_asking, next_check
from domain.refunds import Refund, RefundStatus

CLIENTS = table_of(ClientRow)
ACCOUNTS = table_of(AccountRow)
INTENTS = table_of(PaymentIntentRow)
PARTS = table_of(PaymentIntentInvoiceRow)
KEYS = table_of(PaymentIntentKeyRow)
TRANSACTIONS = table_of(GatewayTransactionRow)
REFUNDS = table_of(RefundRow)

_OF_A_REFUND = ("amount", "status", "gateway_id", "resolved_at", "resolved_by", "note")
"""What of a request may change."""
_LIVE = "uq_payment_intent_invoices_live"
INTENT = Mapper(PaymentIntent, INTENTS, apart=("checkout", "invoices", "attempts", "refunds"))
PART = Mapper(IntentInvoice, PARTS)
ATTEMPT = Mapper(GatewayAttempt, TRANSACTIONS, apart=("charged",))
REFUND = Mapper(Refund, REFUNDS)


class PostgresPaymentIntents(ScopedRepository, PaymentIntents):
    async def by_idempotency_key(self, client_id: ClientId, key: str) -> AnsweredKey | None:
        # Two starts under one key at once: the second waits here for the first, and then finds it.
        await self.take_turn(f"pay:{client_id}:{key}")
        of_client = self.select(INTENTS).where(INTENTS.c.client_id == client_id)
        for intent in await self._intents(of_client.where(INTENTS.c.idempotency_key == key)):
            return AnsweredKey(intent, intent.request_hash)
        other = self.select(KEYS).where(KEYS.c.client_id == client_id, KEYS.c.key == key)
        known = (await self.connection.execute(other)).one_or_none()
        if known is None:
            return None
        (intent,) = await self._intents(of_client.where(INTENTS.c.id == known.intent_id))
        return AnsweredKey(intent, known.request_hash)

    async def remember(self, intent: PaymentIntent, *, key: str, request_hash: str) -> None:
        row = {"agency_id": intent.agency_id, "client_id": intent.client_id, "key": key}
        await self.write(sa.insert(KEYS), row | {"request_hash": request_hash, "intent_id": intent.id})

    async def claim_question(self, intent: PaymentIntent, *, at: datetime, since: datetime) -> bool:
        # `greatest` passes over what is null. Two at once: the second waits for the row, and then finds it claimed.
        last = sa.func.greatest(INTENTS.c.asked_at, INTENTS.c.queried_at)
        mine = (INTENTS.c.agency_id == self.scope.agency) & (INTENTS.c.id == intent.id)
        claim = (
            sa.update(INTENTS)
            .where(mine, last.is_(None) | (last <= since))
            .values(asked_at=at, next_check_at=check_after_asking(intent, at=at))
        )
        return await self.write(claim) == 1

    async def claim_opening(self, intent: PaymentIntent, *, at: datetime, until: datetime) -> bool:
        mine = (INTENTS.c.agency_id == self.scope.agency) & (INTENTS.c.id == intent.id)
        unopened = INTENTS.c.status == PaymentIntentStatus.CREATED.value
        free = INTENTS.c.opening_until.is_(None) | (INTENTS.c.opening_until <= at)
        return await self.write(sa.update(INTENTS).where(mine, unopened, free).values(opening_until=until)) == 1

    async def by_reference(self, reference: str, *, for_update: bool = False) -> PaymentIntent | None:
        rows = self.select(INTENTS).where(INTENTS.c.reference == reference)
        return next(iter(await self._intents(rows.with_for_update() if for_update else rows)), None)

    async def get(self, intent_id: PaymentIntentId) -> PaymentIntent | None:
        return next(iter(await self._intents(self.select(INTENTS).where(INTENTS.c.id == intent_id))), None)

    async def by_references(self, references: Collection[str]) -> Sequence[PaymentIntent]:
        return await self._intents(
            self.select(INTENTS).where(INTENTS.c.reference == sa.any_(sa.cast(sorted(references), ARRAY(sa.Text))))
        )

    async def holding(self, invoice_ids: Collection[InvoiceId]) -> Sequence[PaymentIntent]:
        held = self.select(PARTS, PARTS.c.intent_id).where(PARTS.c.invoice_id.in_(invoice_ids), PARTS.c.live)
        rows = self.select(INTENTS).where(INTENTS.c.id.in_(held)).order_by(INTENTS.c.created_at, INTENTS.c.id)
        return await self._intents(rows)

    async def due(self, *, at: datetime, limit: int) -> Sequence[PaymentIntent]:
        rows = self.select(INTENTS).where(INTENTS.c.next_check_at <= at)
        return await self._intents(rows.order_by(INTENTS.c.next_check_at, INTENTS.c.id).limit(limit))

    async def in_process(self, *, created_before: datetime, limit: int) -> Sequence[PaymentIntent]:
        pending = (INTENTS.c.status == PaymentIntentStatus.PENDING.value) & (INTENTS.c.created_at < created_before)
        rows = self.select(INTENTS).where(pending)
        return await self._intents(rows.order_by(INTENTS.c.created_at, INTENTS.c.id).limit(limit))

    async def refunding(self, *, limit: int) -> Sequence[PaymentIntent]:
        oldest = (
            self.select(REFUNDS, REFUNDS.c.intent_id, sa.func.min(REFUNDS.c.requested_at).label("since"))
            .where(REFUNDS.c.status == RefundStatus.REQUESTED.value)
            .group_by(REFUNDS.c.intent_id)
            .subquery()
        )
        rows = self.select(INTENTS).join(oldest, oldest.c.intent_id == INTENTS.c.id)
        return await self._intents(rows.order_by(oldest.c.since, INTENTS.c.id).limit(limit))

    async def unheard(
        self, gateway: PaymentGatewayCode, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[PaymentIntent]:
        told = self.select(TRANSACTIONS, TRANSACTIONS.c.intent_id).where(TRANSACTIONS.c.intent_id == INTENTS.c.id)
        over = [status.value for status in (PaymentIntentStatus.EXPIRED, PaymentIntentStatus.CANCELLED)]
        rows = self.select(INTENTS).where(
            INTENTS.c.gateway == gateway.value,
            INTENTS.c.created_at >= since,
            INTENTS.c.created_at < until,
            INTENTS.c.status.in_(over),
            sa.func.jsonb_typeof(INTENTS.c.checkout) == "object",
            ~told.exists(),
        )
        return await self._intents(rows.order_by(INTENTS.c.created_at, INTENTS.c.id).limit(limit))

    async def add(self, intent: PaymentIntent) -> None:
        await self.write(sa.insert(INTENTS), _intent_values(intent))
        parts = [
            PART.values(part)
            | {
                "agency_id": intent.agency_id,
                "intent_id": intent.id,
                "client_id": intent.client_id,
                "position": position,
                "live": intent.status.is_live,
            }
            for position, part in enumerate(intent.invoices, start=1)
        ]
        try:
            await self.write(sa.insert(PARTS), parts)
        except IntegrityError as error:
            if violated_constraint(error) == _LIVE:
                raise InvoicesHeld from error
            raise

    async def save(self, intent: PaymentIntent, *, booked: Mapping[str, PaymentId] | None = None) -> None:
        mine = (INTENTS.c.agency_id == intent.agency_id) & (INTENTS.c.id == intent.id)
        await self.write(sa.update(INTENTS).where(mine).values(_intent_values(intent)))
        await self._hold(intent)
        for attempt in intent.attempts:
            await self._save_attempt(intent, attempt, (booked or {}).get(attempt.transaction_id))
        for refund in intent.refunds:
            values = REFUND.values(refund) | {"agency_id": intent.agency_id, "intent_id": intent.id}
            newer = {name: values[name] for name in _OF_A_REFUND}
            await self.write(insert(REFUNDS).values(values).on_conflict_do_update(index_elements=["id"], set_=newer))

    async def is_of_another(self, transaction_id: str, intent: PaymentIntent) -> bool:
        found = await self.connection.execute(
            self.select(TRANSACTIONS, TRANSACTIONS.c.intent_id).where(
                TRANSACTIONS.c.gateway_account_id == intent.gateway_account_id,
                TRANSACTIONS.c.transaction_id == transaction_id,
                TRANSACTIONS.c.intent_id != intent.id,
            )
        )
        return found.one_or_none() is not None

    async def payer(self, client_id: ClientId) -> Payer:
        row = (await self.connection.execute(self.select(CLIENTS).where(CLIENTS.c.id == client_id))).one()
        of_client = self.select(ACCOUNTS, ACCOUNTS.c.email).where(ACCOUNTS.c.client_id == client_id).limit(1)
        email = row.email or await self.connection.scalar(of_client)
        return Payer(
            name=row.name,
            email=email or "",
            phone=row.phone,
            document_type=row.document_type,
            document_number=row.document_number,
        )

    async def _intents(self, rows: sa.Select[Any]) -> list[PaymentIntent]:
        found = (await self.connection.execute(rows)).all()
        if not found:
            return []
        ids = [row.id for row in found]
        parts = await self.connection.execute(
            self.select(PARTS).where(PARTS.c.intent_id.in_(ids)).order_by(PARTS.c.intent_id, PARTS.c.position)
        )
        by_intent: dict[Any, list[IntentInvoice]] = {key: [] for key in ids}
        for row in parts:
            by_intent[row.intent_id].append(PART.entity(row._mapping))
        attempts: dict[Any, list[GatewayAttempt]] = {key: [] for key in ids}
        refunds: dict[Any, list[Refund]] = {key: [] for key in ids}
        if self.scope.viewer == "staff":
            tries = await self.connection.execute(
                self.select(TRANSACTIONS)
                .where(TRANSACTIONS.c.intent_id.in_(ids))
                .order_by(TRANSACTIONS.c.at, TRANSACTIONS.c.transaction_id)
            )
            for row in tries:
                attempts[row.intent_id].append(ATTEMPT.entity(row._mapping, charged=row.payment_id is not None))
            asked = self.select(REFUNDS).where(REFUNDS.c.intent_id.in_(ids))
            for row in await self.connection.execute(asked.order_by(REFUNDS.c.requested_at, REFUNDS.c.id)):
                refunds[row.intent_id].append(REFUND.entity(row._mapping))
        return [
            INTENT.entity(
                row._mapping,
                checkout=checkout_of(row.checkout),
                invoices=tuple(by_intent[row.id]),
                attempts=tuple(attempts[row.id]),
                refunds=tuple(refunds[row.id]),
            )
            for row in found
        ]

    async def _hold(self, intent: PaymentIntent) -> None:
        """Hold the invoices, or let them go. An intent that comes back to life finds some held by another: then it
        stays without them, and money for them becomes credit."""
        parts = (PARTS.c.agency_id == intent.agency_id) & (PARTS.c.intent_id == intent.id)
        try:
            async with self.connection.begin_nested():
                await self.write(
                    sa.update(PARTS)
                    .where(parts, PARTS.c.live != intent.status.is_live)
                    .values(live=intent.status.is_live)
                )
        except IntegrityError as error:
            if violated_constraint(error) != _LIVE:
                raise

    async def _save_attempt(self, intent: PaymentIntent, attempt: GatewayAttempt, payment_id: PaymentId | None) -> None:
        values = ATTEMPT.values(attempt) | {
            "agency_id": intent.agency_id,
            "gateway_account_id": intent.gateway_account_id,
            "intent_id": intent.id,
        }
        if payment_id is not None:
            values["payment_id"] = payment_id
        # Twice: the other intent's that was not seen, because it was being kept just then, is there the second time.
        for _ in range(2 if attempt.verified_by.is_proof else 1):
            if attempt.verified_by.is_proof:
                await self._take_id_back(intent, attempt.transaction_id)
            if await self._put_attempt(values):
                return
        await self._put_attempt(values | {"transaction_id": f"{attempt.transaction_id}~{intent.id}"})

    async def _take_id_back(self, intent: PaymentIntent, transaction_id: str) -> None:
        """A notice's transaction id is not signed: another intent may carry this one's by an invention."""
        await self.write(
            sa.update(TRANSACTIONS)
            .where(
                TRANSACTIONS.c.agency_id == intent.agency_id,
                TRANSACTIONS.c.gateway_account_id == intent.gateway_account_id,
                TRANSACTIONS.c.transaction_id == transaction_id,
                TRANSACTIONS.c.intent_id != intent.id,
                TRANSACTIONS.c.verified_by == Evidence.SIGNATURE.value,
            )
            .values(transaction_id=TRANSACTIONS.c.transaction_id + "~" + sa.cast(TRANSACTIONS.c.intent_id, sa.Text))
        )

    async def _put_attempt(self, values: Mapping[str, Any]) -> bool:
        """Whether the id was free, or this intent's."""
        key = ["agency_id", "gateway_account_id", "transaction_id"]
        newer = {name: value for name, value in values.items() if name not in (*key, "intent_id")}
        mine = TRANSACTIONS.c.intent_id == values["intent_id"]
        statement = insert(TRANSACTIONS).values(values)
        return bool(await self.write(statement.on_conflict_do_update(index_elements=key, set_=newer, where=mine)))


def _intent_values(intent: PaymentIntent) -> dict[str, Any]:
    checkout = intent.checkout
    stored = checkout and {
        "url": checkout.url,
        "method": checkout.method,
        "fields": [list(pair) for pair in checkout.fields],
    }
    return INTENT.values(intent) | {"checkout": stored, "next_check_at": next_check(intent)}


def checkout_of(stored: dict[str, Any] | None) -> Checkout | None:
    if stored is None:
        return None
    return Checkout(
        url=stored["url"],
        method=stored["method"],
        fields=tuple((name, value) for name, value in stored["fields"]),
    )
