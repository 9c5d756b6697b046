"""What lists can be narrowed by. Each filter is a value that a store translates; `today` is the Bogotá date."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.accounts import AccountRole, AccountStatus
from domain.clients import ClientProfile
from domain.contracts import ContractKind, ContractStatus
from domain.findings import FindingKind
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.payment_intents import PaymentIntentStatus
from domain.pqrs import PqrsClassification, PqrsStatus, PqrsSubject


class Parent(StrEnum):
    """Under what a list hangs: the whole scope, a client, or a contract."""

    SCOPE = "scope"
    CLIENT = "client"
    CONTRACT = "contract"


class InvoiceOrder(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    DUE_FIRST = "DUE_FIRST"


class PqrsOrder(StrEnum):
    NEWEST = "NEWEST"
    DUE_FIRST = "DUE_FIRST"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """`role` is one of those that the account has."""

    search: str = ""
    role: AccountRole | None = None
    status: AccountStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFilter:
    search: str = ""
    profile: ClientProfile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyFilter:
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFilter:
    search: str = ""
    kind: ContractKind | None = None
    status: ContractStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFilter:
    today: date
    search: str = ""
    kind: InvoiceKind | None = None
    status: tuple[InvoiceStatus, ...] | None = None
    overdue: bool | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    contract_id: UUID | None = None
    order: InvoiceOrder = InvoiceOrder.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFilter:
    """Bogotá days, both included. Of payments by the day received, of payouts by the day paid; `contract_id` is of
    the invoices paid, or of the payout."""

    search: str = ""
    from_on: date | None = None
    to_on: date | None = None
    contract_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentFilter:
    status: tuple[PaymentIntentStatus, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsFilter:
    today: date
    search: str = ""
    status: tuple[PqrsStatus, ...] | None = None
    classification: tuple[PqrsClassification, ...] | None = None
    subject: tuple[PqrsSubject, ...] | None = None
    overdue: bool | None = None
    assignee_id: UUID | None = None
    order: PqrsOrder = PqrsOrder.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """`open`: not resolved yet, or resolved; without it, both."""

    open: bool | None = None
    kind: tuple[FindingKind, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationFilter:
    """Bogotá days that were reported on, both included."""

    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """`entity`: of the acts on one thing, by the name of its type in the API and its key."""

    entity: tuple[str, UUID] | None = None
