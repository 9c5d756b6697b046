"""The books as use cases write them: journals, findings for the staff, daily reports, answered requests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from domain.findings import Finding, FindingKind
from domain.ids import AccountId, AgencyId, InvoiceId, PaymentId
from domain.ledger import Journal, JournalKind, LedgerAccount
from domain.payment_intents import PaymentIntentStatus
from domain.payments import ReversalKind


@dataclass(frozen=True, slots=True)
class InvoiceDifference:
    """An invoice whose receipts say another amount than the ledger."""

    invoice_id: InvoiceId
    number: str
    receipts: Decimal
    ledger: Decimal


class Ledger(Protocol):
    """Append-only. For the agency's scope."""

    async def post(self, journal: Journal) -> bool:
        """Write it, unless a journal with its key is there already: then False, and nothing is written."""
        ...

    async def given_back_by_gateway(self, payment_id: PaymentId) -> Decimal:
        """How much of a payment's money left the gateway again."""
        ...

    async def differences(self) -> Sequence[InvoiceDifference]:
        """Invoices of which what receipts made or changed here say does not agree with the ledger; none, always."""
        ...


class Findings(Protocol):
    """For the agency's scope."""

    async def report(self, finding: Finding) -> bool:
        """Keep it, unless one with its key is there already: then False."""
        ...

    async def get(self, finding_id: UUID) -> Finding | None: ...

    async def of_keys(self, keys: Collection[str]) -> Sequence[Finding]:
        """Those of these keys, open or not, the oldest first."""
        ...

    async def resolve(self, finding_id: UUID, *, at: datetime, by: AccountId | None, note: str | None = None) -> bool:
        """False if it was resolved before, or does not exist."""
        ...

    async def resolve_keys(self, keys: Collection[str], *, at: datetime) -> int:
        """Open ones of these keys, by what happened since; how many they were."""
        ...

    async def open_ones(self, kinds: Collection[FindingKind], *, limit: int) -> Sequence[Finding]:
        """Of these kinds, the oldest first."""
        ...

    async def resolve_about(
        self,
        intent_id: UUID,
        kinds: Sequence[FindingKind],
        *,
        at: datetime,
        by: AccountId | None = None,
        note: str | None = None,
    ) -> int:
        """Open ones of these kinds about an intent, by what happened since or by a person; how many they were."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The report of one day (`on`, Bogotá), made at `at`. `figures` by name: counts and amounts as text."""

    id: UUID
    agency_id: AgencyId
    on: date
    at: datetime
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """How many, and how much together."""

    count: int
    amount: Decimal


OFFICE = "OFFICE"
"""Where money was received that came through no gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """Of what was booked within a day: `received` by gateway's code or OFFICE, `taken_back` by kind, `credit` by the
    kind of journal, as what was added to clients' credit. `intents` are those begun within the day, by the state they
    are in now. As things stand: `findings`, the open ones; `ledger`, balances at the end of the day, debits positive.
    """

    received: Mapping[str, Figure]
    taken_back: Mapping[ReversalKind, Figure]
    credit: Mapping[JournalKind, Figure]
    intents: Mapping[PaymentIntentStatus, Figure]
    findings: Mapping[FindingKind, Figure]
    ledger: Mapping[LedgerAccount, Decimal]


class Reconciliations(Protocol):
    """For the agency's scope."""

    async def of_day(self, on: date) -> Reconciliation | None: ...

    async def figures(self, *, since: datetime, until: datetime) -> DayFigures:
        """From `since` until before `until`."""
        ...

    async def keep(self, report: Reconciliation) -> None:
        """Add it, or put it in place of the one of the same day."""
        ...


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """What an account's key was answered with, and the digest of the request that brought it."""

    result_id: UUID
    request_hash: str


class RequestKeys(Protocol):
    """For the agency's scope."""

    async def find(self, account_id: AccountId, key: str) -> AnsweredRequest | None:
        """Who asks for the same key meanwhile waits until this work ends."""
        ...

    async def remember(self, account_id: AccountId, key: str, answered: AnsweredRequest) -> None: ...
