"""Payments as use cases write them: merchant accounts, intents, the inbox of gateways' notices, receipts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from application.ports.payment_gateway import Payer, SignatureAlgorithm
from domain.ids import AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentId, PaymentIntentId
from domain.invoices import Invoice
from domain.payment_intents import PaymentIntent
from domain.payments import Payment, PaymentGatewayCode, PaymentReversal, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAccount:
    """An agency's merchant account as it is stored. `public_key` is the last part of its notification address;
    `secrets` are the credentials, sealed. `dialect` names the protocol, where a gateway has several."""

    id: GatewayAccountId
    agency_id: AgencyId
    gateway: PaymentGatewayCode
    public_key: str
    enabled: bool = False
    merchant_id: str = ""
    account_id: str = ""
    signature: SignatureAlgorithm = SignatureAlgorithm.MD5
    dialect: str = ""
    test: bool = False
    secrets: str | None = field(default=None, repr=False)


class GatewayAccounts(Protocol):
    async def by_public_key(self, key: str) -> GatewayAccount | None:
        """The account whose address a gateway called; needs a scope with that `gateway_key` and nothing else."""
        ...

    async def get(self, gateway: PaymentGatewayCode) -> GatewayAccount | None:
        """The agency's account at that gateway."""
        ...

    async def save(self, account: GatewayAccount) -> None:
        """Add it, or replace the one with its id. For the agency's scope."""
        ...


class InvoicesHeld(Exception):
    """Another live intent took one of the invoices in the meantime; this work is lost and may be begun again."""


@dataclass(frozen=True, slots=True)
class AnsweredKey:
    """What an idempotency key was answered with, and the digest of the request that brought it."""

    intent: PaymentIntent
    request_hash: str


class PaymentIntents(Protocol):
    async def by_idempotency_key(self, client_id: ClientId, key: str) -> AnsweredKey | None:
        """What the client began under that key, or was given for it by `remember`. Who asks for the same key
        meanwhile waits until this work ends."""
        ...

    async def remember(self, intent: PaymentIntent, *, key: str, request_hash: str) -> None:
        """That its client sent this other key too and was given the same intent. The key has to be unused."""
        ...

    async def claim_question(self, intent: PaymentIntent, *, at: datetime, since: datetime) -> bool:
        """Whether the caller is the one to ask the gateway now: False if somebody asked or was answered after
        `since`. Of many at once one gets True. For the agency's scope; counts from the commit on."""
        ...

    async def claim_opening(self, intent: PaymentIntent, *, at: datetime, until: datetime) -> bool:
        """Whether the caller is the one to open its checkout now, with time until `until`: False while another's time
        runs, and for an intent that is CREATED no more. Of many at once one gets True. Counts from the commit on."""
        ...

    async def by_reference(self, reference: str, *, for_update: bool = False) -> PaymentIntent | None:
        """With `for_update` nobody else changes it until this work ends. Its attempts and refunds are there for staff
        only."""
        ...

    async def by_references(self, references: Collection[str]) -> Sequence[PaymentIntent]:
        """Those of these references, in no order."""
        ...

    async def holding(self, invoice_ids: Collection[InvoiceId]) -> Sequence[PaymentIntent]:
        """The live intents that hold any of these invoices."""
        ...

    async def due(self, *, at: datetime, limit: int) -> Sequence[PaymentIntent]:
        """Those about which the gateway is to be asked by now (`domain.polling`), the longest waiting first. Asking,
        and whatever is kept about an intent, sets when that is next."""
        ...

    async def in_process(self, *, created_before: datetime, limit: int) -> Sequence[PaymentIntent]:
        """PENDING ones, the oldest first."""
        ...

    async def refunding(self, *, limit: int) -> Sequence[PaymentIntent]:
        """Those of which a refund is open, the oldest request first."""
        ...

    async def unheard(
        self, gateway: PaymentGatewayCode, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[PaymentIntent]:
        """Begun from `since` until before `until`, opened at that gateway, and EXPIRED or CANCELLED without it having
        told of any transaction; the oldest first."""
        ...

    async def add(self, intent: PaymentIntent) -> None:
        """Raises InvoicesHeld."""
        ...

    async def get(self, intent_id: PaymentIntentId) -> PaymentIntent | None: ...

    async def save(self, intent: PaymentIntent, *, booked: Mapping[str, PaymentId] | None = None) -> None:
        """State, checkout, hints, attempts and refunds. `booked` tells by which payment each newly charged transaction
        was booked; it has to be stored before. A transaction that another intent has is kept as `<id>~<intent's id>`,
        unless it is proved and the other's is not: then that one is named so."""
        ...

    async def is_of_another(self, transaction_id: str, intent: PaymentIntent) -> bool:
        """Whether that transaction of the merchant account is known as another intent's."""
        ...

    async def payer(self, client_id: ClientId) -> Payer:
        """The client as the gateway should greet them; the account's e-mail where the client has none."""
        ...


class EventOutcome(StrEnum):
    """What became of a stored notice, besides the name of the transition it caused."""

    REJECTED = "REJECTED"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    RECORDED = "RECORDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayEvent:
    """A notice as it came. `dedup_key` is equal for repetitions; `outcome` is empty until it was dealt with."""

    id: UUID
    agency_id: AgencyId
    gateway_account_id: GatewayAccountId
    dedup_key: str
    reference: str | None
    received_at: datetime
    source_ip: str
    body: str
    authentic: bool
    outcome: str | None = None


class GatewayEvents(Protocol):
    """The inbox: a notice is stored before anything is done about it."""

    async def receive(self, event: GatewayEvent) -> str | None:
        """Store it, or count one more delivery of the one with its key; that one's outcome so far."""
        ...

    async def knows(self, dedup_key: str) -> bool: ...

    async def count(self, reference: str) -> int:
        """How many different notices about that reference are stored."""
        ...

    async def outcome(self, dedup_key: str) -> str | None: ...

    async def conclude(self, dedup_key: str, outcome: str) -> None: ...

    async def forget(self, *, before: datetime) -> int:
        """Take the text and the sender's address out of notices received before then; how many had them. That they
        came, and what became of them, stays."""
        ...

    async def left(self, *, since: datetime, until: datetime, limit: int) -> Sequence[str]:
        """References of authentic notices that came in that time, both ends included, and were not dealt with; those
        that came first before others, each once."""
        ...

    async def conclude_about(self, reference: str, *, until: datetime, outcome: str) -> None:
        """The same for all about that reference that came until then and were not dealt with."""
        ...


@dataclass(frozen=True, slots=True)
class ChargedPayment:
    """A receipt for money that came through a gateway: by which reference, and which transaction."""

    payment: Payment
    reference: str
    transaction_id: str


class Payments(Protocol):
    """Receipts, and the invoices they pay. Who locks an intent does that first, then the client, then invoices."""

    async def lock_client(self, client_id: ClientId) -> None:
        """Nobody else moves money of that client until this work ends. For the agency's scope."""
        ...

    async def lock_invoices(self, invoice_ids: Collection[InvoiceId]) -> Mapping[InvoiceId, Invoice]:
        """Those in the scope, locked in the order of their ids until this work ends."""
        ...

    async def lock_open_invoices(self, client_id: ClientId) -> Sequence[Invoice]:
        """The client's rent invoices that owe something, locked likewise; those due longest ago first."""
        ...

    async def save_invoice(self, invoice: Invoice) -> None:
        """What was paid on it, and its state."""
        ...

    async def has_receipt(self, receipt_number: str) -> bool: ...

    async def has_client(self, client_id: ClientId) -> bool: ...

    async def add(self, payment: Payment, shares: Sequence[tuple[InvoiceId, Decimal]]) -> None:
        """The receipt and what it was applied to, in that order."""
        ...

    async def get(self, payment_id: PaymentId) -> Payment | None: ...

    async def by_verification_code(self, code: str) -> Payment | None:
        """The receipt of any agency with that code; needs a scope with that `receipt_key` and nothing else."""
        ...

    async def made_here(self, payment_id: PaymentId) -> bool:
        """Whether no import wrote it."""
        ...

    async def of_charge(self, intent: PaymentIntent, charge_id: str) -> Payment | None:
        """By which payment the gateway's transaction was booked."""
        ...

    async def charged(
        self, gateway: PaymentGatewayCode, *, since: datetime, until: datetime
    ) -> Sequence[ChargedPayment]:
        """What was paid through that gateway from `since` until before `until`, by receipt number."""
        ...

    async def shares(self, payment_id: PaymentId) -> Sequence[Share]:
        """What it pays, in order, also what was taken back of it. For a client that was locked before."""
        ...

    async def with_credit(self, client_id: ClientId) -> Sequence[Payment]:
        """The client's receipts that have unused credit, the oldest first. For a client that was locked before."""
        ...

    async def use_credit(self, payment: Payment, shares: Sequence[Share]) -> None:
        """Keep its new shares from credit, and how much is left."""
        ...

    async def save_taken_back(self, payment: Payment, shares: Sequence[Share], reversal: PaymentReversal) -> None:
        """The reversal, and what is left of the payment and of these shares."""
        ...
