"""Payments in memory: units of work that see what their scope sees, work on a copy, and wait for one another.

One at a time is stricter than row locks, so that a use case that opens a unit of work inside another hangs here too.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import cast

from application.access import Scope
from application.ports.agencies import Agencies, Counters
from application.ports.payment_gateway import Payer
from application.ports.payments import (
    AnsweredKey,
    GatewayAccount,
    GatewayAccounts,
    GatewayEvent,
    GatewayEvents,
    InvoicesHeld,
    PaymentIntents,
)
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.agencies import Agency
from domain.ids import AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentId, PaymentIntentId
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from domain.polling import check_after_asking, next_check
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.books import Books, FakeFindings, FakeLedger, FakeReconciliations, FakeRequestKeys, Repository
from tests.fakes.jobs import FakeJobs
from tests.fakes.receipts import FakePayments


class FakeTill(UnitOfWorkFactory):
    """`commits` counts what was kept; `down` is raised by every unit of work that is opened."""

    def __init__(self) -> None:
        self.books = Books()
        self.turn = asyncio.Lock()
        self.commits = 0
        self.down: Exception | None = None

    def __call__(self, scope: Scope) -> UnitOfWork:
        return cast(UnitOfWork, FakeTillUnit(self, scope))


class FakeTillUnit:
    """Of a unit of work what payments need, and no more."""

    def __init__(self, till: FakeTill, scope: Scope) -> None:
        self._till = till
        self._scope = scope

    async def __aenter__(self) -> "FakeTillUnit":
        if self._till.down is not None:
            raise self._till.down
        await self._till.turn.acquire()
        books = self._books = deepcopy(self._till.books)
        self.agencies = FakeAgencies(books, self._scope)
        self.audit = FakeAuditTrail(books.audit, books.heads, self._scope)
        self.counters = FakeCounters(books, self._scope)
        self.findings = FakeFindings(books, self._scope)
        self.gateway_accounts = FakeGatewayAccounts(books, self._scope)
        self.gateway_events = FakeGatewayEvents(books, self._scope)
        self.intents = FakePaymentIntents(books, self._scope)
        self.jobs = FakeJobs(books.jobs, self._scope)
        self.ledger = FakeLedger(books, self._scope)
        self.payments = FakePayments(books, self._scope)
        self.reconciliations = FakeReconciliations(books, self._scope)
        self.request_keys = FakeRequestKeys(books, self._scope)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._books
        self._till.turn.release()

    async def commit(self) -> None:
        self._till.books = deepcopy(self._books)
        self._till.commits += 1


class FakeAgencies(Repository, Agencies):
    async def by_key(self, key: str) -> AgencyId | None:
        return next((agency.id for agency in self.books.agencies.values() if agency.slug == key), None)

    async def knows_origin(self, origin: str) -> bool:
        return any(origin in agency.origins for agency in self.books.agencies.values())

    async def ids(self) -> Sequence[AgencyId]:
        return sorted(self.books.agencies) if self.scope.work else []

    async def get(self, agency_id: AgencyId, *, for_update: bool = False) -> Agency | None:
        return self.books.agencies.get(agency_id) if agency_id == self.scope.agency_id else None

    async def add(self, agency: Agency, *, hosts: tuple[str, ...]) -> None:
        self.books.agencies[agency.id] = agency

    async def save(self, agency: Agency) -> None:
        self.books.agencies[agency.id] = agency


class FakeCounters(Repository, Counters):
    async def next(self, name: str) -> int:
        key = (self.scope.agency, name)
        self.books.counters[key] = self.books.counters.get(key, 0) + 1
        return self.books.counters[key]


class FakeGatewayAccounts(Repository, GatewayAccounts):
    async def by_public_key(self, key: str) -> GatewayAccount | None:
        found = (account for account in self.books.accounts.values() if account.public_key == key)
        return next(found, None) if key == self.scope.gateway_key else None

    async def get(self, gateway: PaymentGatewayCode) -> GatewayAccount | None:
        if self.scope.viewer == "visitor":
            return None
        mine = (account for account in self.books.accounts.values() if account.agency_id == self.scope.agency)
        return next((account for account in mine if account.gateway is gateway), None)

    async def save(self, account: GatewayAccount) -> None:
        self.must_see(account.agency_id)
        self.books.accounts[account.id] = account


class FakePaymentIntents(Repository, PaymentIntents):
    async def by_idempotency_key(self, client_id: ClientId, key: str) -> AnsweredKey | None:
        for intent in self._seen():
            if (intent.client_id, intent.idempotency_key) == (client_id, key):
                return AnsweredKey(intent, intent.request_hash)
            if (client_id, key, intent.id) in self.books.keys:
                return AnsweredKey(intent, self.books.keys[client_id, key, intent.id])
        return None

    async def remember(self, intent: PaymentIntent, *, key: str, request_hash: str) -> None:
        self.must_see(intent.agency_id, intent.client_id)
        assert await self.by_idempotency_key(intent.client_id, key) is None
        self.books.keys[intent.client_id, key, intent.id] = request_hash

    async def claim_question(self, intent: PaymentIntent, *, at: datetime, since: datetime) -> bool:
        if not self.sees(intent.agency_id, intent.client_id):
            return False
        last = [self.books.asked.get(intent.id), self.books.intents[intent.id].queried_at]
        if any(instant is not None and instant > since for instant in last):
            return False
        self.books.asked[intent.id] = at
        return True

    async def claim_opening(self, intent: PaymentIntent, *, at: datetime, until: datetime) -> bool:
        if not self.sees(intent.agency_id, intent.client_id):
            return False
        unopened = self.books.intents[intent.id].status is PaymentIntentStatus.CREATED
        if not unopened or self.books.opening.get(intent.id, at) > at:
            return False
        self.books.opening[intent.id] = until
        return True

    async def by_reference(self, reference: str, *, for_update: bool = False) -> PaymentIntent | None:
        return next((intent for intent in self._seen() if intent.reference == reference), None)

    async def get(self, intent_id: PaymentIntentId) -> PaymentIntent | None:
        return next((intent for intent in self._seen() if intent.id == intent_id), None)

    async def by_references(self, references: Collection[str]) -> Sequence[PaymentIntent]:
        return [intent for intent in self._seen() if intent.reference in references]

    async def holding(self, invoice_ids: Collection[InvoiceId]) -> Sequence[PaymentIntent]:
        wanted = set(invoice_ids)
        held = [it for it in self._seen() if it.status.is_live and wanted & _invoices_of(it)]
        return sorted(held, key=lambda intent: (intent.created_at, intent.id))

    async def due(self, *, at: datetime, limit: int) -> Sequence[PaymentIntent]:
        moments = {intent.id: self._next_check(intent) for intent in self._seen()}
        due = [intent for intent in self._seen() if (moments[intent.id] or at) <= at and moments[intent.id]]
        return sorted(due, key=lambda intent: (moments[intent.id] or at, intent.id))[:limit]

    async def in_process(self, *, created_before: datetime, limit: int) -> Sequence[PaymentIntent]:
        pending = [it for it in self._seen() if it.status is PaymentIntentStatus.PENDING]
        return self._oldest([it for it in pending if it.created_at < created_before], limit)

    async def refunding(self, *, limit: int) -> Sequence[PaymentIntent]:
        waiting = {it.id: [refund.requested_at for refund in it.refunds if refund.is_open] for it in self._seen()}
        found = [it for it in self._seen() if waiting[it.id]]
        return sorted(found, key=lambda intent: (min(waiting[intent.id]), intent.id))[:limit]

    async def unheard(
        self, gateway: PaymentGatewayCode, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[PaymentIntent]:
        over = (PaymentIntentStatus.EXPIRED, PaymentIntentStatus.CANCELLED)
        begun = [it for it in self._seen() if it.gateway is gateway and since <= it.created_at < until]
        silent = [it for it in begun if it.status in over and it.checkout is not None and not it.attempts]
        return self._oldest(silent, limit)

    def _next_check(self, intent: PaymentIntent) -> datetime | None:
        asked_at = self.books.asked.get(intent.id)
        if asked_at is None or (intent.queried_at is not None and intent.queried_at >= asked_at):
            return next_check(intent, asked_at=asked_at)
        return check_after_asking(intent, at=asked_at)

    async def add(self, intent: PaymentIntent) -> None:
        self.must_see(intent.agency_id, intent.client_id)
        if intent.status.is_live and await self.holding(_invoices_of(intent)):
            raise InvoicesHeld
        self.books.intents[intent.id] = intent

    async def save(self, intent: PaymentIntent, *, booked: Mapping[str, PaymentId] | None = None) -> None:
        self.must_see(intent.agency_id, intent.client_id)
        stored = self.books.intents[intent.id]
        if self.scope.viewer != "staff":
            intent = replace(intent, attempts=stored.attempts, refunds=stored.refunds)
        kept = []
        for attempt in intent.attempts:
            key = (intent.gateway_account_id, attempt.transaction_id)
            owner = self.books.transactions.get(key, intent.id)
            if owner != intent.id and attempt.verified_by.is_proof:
                self._rename(key, owner)
            elif owner != intent.id:
                key = (intent.gateway_account_id, f"{attempt.transaction_id}~{intent.id}")
            self.books.transactions.setdefault(key, intent.id)
            if attempt.transaction_id in (booked or {}):
                assert (booked or {})[attempt.transaction_id] in self.books.payments
                self.books.booked[key] = (booked or {})[attempt.transaction_id]
            kept.append(replace(attempt, transaction_id=key[1]))
        self.books.intents[intent.id] = replace(intent, attempts=tuple(kept))

    def _rename(self, key: tuple[GatewayAccountId, str], owner: PaymentIntentId) -> None:
        """The other intent had the id by an invention."""
        account, name = key
        other, invented = self.books.intents[owner], f"{name}~{owner}"
        self.books.intents[owner] = replace(
            other,
            attempts=tuple(
                replace(a, transaction_id=invented) if a.transaction_id == name else a for a in other.attempts
            ),
        )
        self.books.transactions[account, invented] = self.books.transactions.pop(key)
        if key in self.books.booked:
            self.books.booked[account, invented] = self.books.booked.pop(key)

    async def is_of_another(self, transaction_id: str, intent: PaymentIntent) -> bool:
        owner = self.books.transactions.get((intent.gateway_account_id, transaction_id), intent.id)
        return owner != intent.id

    async def payer(self, client_id: ClientId) -> Payer:
        client = self.books.clients[client_id]
        self.must_see(client.agency_id, client.id)
        return Payer(
            name=client.name,
            email=client.email or "",
            phone=client.phone,
            document_type=client.document_type.value,
            document_number=client.document_number,
        )

    def _oldest(self, intents: Sequence[PaymentIntent], limit: int) -> Sequence[PaymentIntent]:
        return sorted(intents, key=lambda intent: (intent.created_at, intent.id))[:limit]

    def _seen(self) -> list[PaymentIntent]:
        seen = [intent for intent in self.books.intents.values() if self.sees(intent.agency_id, intent.client_id)]
        return seen if self.scope.viewer == "staff" else [replace(it, attempts=(), refunds=()) for it in seen]


class FakeGatewayEvents(Repository, GatewayEvents):
    async def receive(self, event: GatewayEvent) -> str | None:
        self.must_see(event.agency_id)
        key = (event.agency_id, event.dedup_key)
        self.books.deliveries[key] = self.books.deliveries.get(key, 0) + 1
        return self.books.events.setdefault(key, event).outcome

    async def knows(self, dedup_key: str) -> bool:
        return (self.scope.agency, dedup_key) in self.books.events

    async def count(self, reference: str) -> int:
        mine = (event for event in self.books.events.values() if self.sees(event.agency_id))
        return sum(event.reference == reference for event in mine)

    async def outcome(self, dedup_key: str) -> str | None:
        event = self.books.events.get((self.scope.agency, dedup_key))
        return event.outcome if event else None

    async def conclude(self, dedup_key: str, outcome: str) -> None:
        key = (self.scope.agency, dedup_key)
        self.books.events[key] = replace(self.books.events[key], outcome=outcome)

    async def forget(self, *, before: datetime) -> int:
        old = [
            (key, event)
            for key, event in self.books.events.items()
            if self.sees(event.agency_id) and event.received_at < before and (event.body or event.source_ip)
        ]
        self.books.events |= {key: replace(event, body="", source_ip="") for key, event in old}
        return len(old)

    async def left(self, *, since: datetime, until: datetime, limit: int) -> Sequence[str]:
        events = sorted(self.books.events.values(), key=lambda it: (it.received_at, it.reference or ""))
        left = (
            event.reference
            for event in events
            if self.sees(event.agency_id) and event.authentic and event.outcome is None
            if since <= event.received_at <= until and event.reference is not None
        )
        return list(dict.fromkeys(left))[:limit]

    async def conclude_about(self, reference: str, *, until: datetime, outcome: str) -> None:
        for event in list(self.books.events.values()):
            waits = event.outcome is None and event.received_at <= until
            if event.reference == reference and waits and self.sees(event.agency_id):
                await self.conclude(event.dedup_key, outcome)


def _invoices_of(intent: PaymentIntent) -> set[InvoiceId]:
    return {part.invoice_id for part in intent.invoices}
