"""The books as use cases write them: journals, findings for the staff, daily reports, answered requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from domain.findings import Finding, FindingKind
from domain.ids import AccountId, AgencyId, InvoiceId
from domain.ledger import Journal


@dataclass(frozen=True, slots=True)
class InvoiceDifference:
    """An invoice whose receipts say another amount than the ledger."""

    invoice_id: InvoiceId
    receipts: Decimal
    ledger: Decimal


class Ledger(Protocol):
    """Append-only. For the agency's scope."""

    async def post(self, journal: Journal) -> bool:
        """Write it, unless a journal with its key is there already: then False, and nothing is written."""
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

    async def resolve(self, finding_id: UUID, *, at: datetime, by: AccountId | None) -> None: ...

    async def resolve_about(self, intent_id: UUID, kinds: Sequence[FindingKind], *, at: datetime) -> None:
        """Open ones of these kinds about an intent, by what happened since."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The report of one day (`on`, Bogotá), made at `at`. `figures` by name: counts and amounts as text."""

    id: UUID
    agency_id: AgencyId
    on: date
    at: datetime
    figures: Mapping[str, Any]


class Reconciliations(Protocol):
    """For the agency's scope."""

    async def of_day(self, on: date) -> Reconciliation | None: ...

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
