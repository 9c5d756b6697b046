"""Looking at things: one snapshot of the database, for one viewer, in batches.

Every method answers for many parents at once, so that the number of statements of an operation does not grow with its
lists. What the viewer may not see is absent from the answers, exactly like what does not exist.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeVar
from uuid import UUID

from application.access import Viewer
from application.filters import (
    AccountFilter,
    AuditFilter,
    ClientFilter,
    ContractFilter,
    FindingFilter,
    IntentFilter,
    InvoiceFilter,
    Parent,
    PeriodFilter,
    PqrsFilter,
    PropertyFilter,
    ReconciliationFilter,
)
from application.pagination import Page, PageRequest
from application.ports.attachments import AttachmentReader
from application.ports.books import Reconciliation
from application.ports.jobs import FailedJob
from application.ports.personal_data import PersonalDataReader
from domain.accounts import Account
from domain.agencies import Agency
from domain.audit import AuditEntry, AuditHead
from domain.clients import Client, ClientProfile
from domain.contracts import Contract, ContractParty
from domain.findings import Finding
from domain.invoices import Invoice
from domain.links import AccountLink
from domain.payment_intents import GatewayAttempt, PaymentIntent
from domain.payments import Allocation, Payment, PaymentGatewayCode, PaymentReversal
from domain.payouts import Payout
from domain.periods import BillingPeriod
from domain.pqrs import Pqrs, PqrsEvent, PqrsMessage
from domain.properties import Ownership, Property
from domain.refunds import Refund
from domain.sessions import Session

E = TypeVar("E")
F_contra = TypeVar("F_contra", contravariant=True)
T = TypeVar("T")

Many = Mapping[UUID, T]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySetup:
    """How an agency's account at a gateway stands, without its credentials. `complete`: it has some."""

    gateway: PaymentGatewayCode
    public_key: str
    enabled: bool
    test: bool
    complete: bool


class Listing(Protocol[E, F_contra]):
    """One kind of thing: by id, and as lists under a parent."""

    async def get_many(self, ids: Collection[UUID]) -> Many[E]: ...

    async def pages(self, parent: Parent, ids: Sequence[UUID], narrowed: F_contra, page: PageRequest) -> Many[Page[E]]:
        """A page for each parent id; for Parent.SCOPE the only id is the agency's. InvalidInput for a cursor that
        is not of this list's order."""
        ...

    async def counts(self, parent: Parent, ids: Sequence[UUID], narrowed: F_contra) -> Many[int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSums:
    """Of rent invoices that are not voided; `credit` is money received and applied to none."""

    pending: Decimal
    invoices: int
    overdue: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerSums:
    """`income` by the month it was paid, the twelve last ones with the oldest first; `this_year` since January."""

    rented_properties: int
    pending_commission: Decimal
    this_year: Decimal
    income: tuple[tuple[BillingPeriod, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutInvoices:
    """Invoices that a payout settles: the owner's commission, and the tenant's rent where the viewer may see it."""

    rent: Invoice | None = None
    commission: Invoice | None = None


class AccountReader(Listing[Account, AccountFilter], Protocol):
    """Its lists are for staff."""


class ClientReader(Listing[Client, ClientFilter], Protocol):
    async def profiles(self, ids: Collection[UUID]) -> Many[ClientProfile]: ...

    async def accounts(self, ids: Collection[UUID]) -> Many[Account]:
        """By client id."""
        ...


class PropertyReader(Listing[Property, PropertyFilter], Protocol):
    async def owners(self, ids: Collection[UUID]) -> Many[Sequence[Ownership]]:
        """Absent for a property whose owners the viewer may not see."""
        ...

    async def active_contracts(self, ids: Collection[UUID]) -> Many[Sequence[Contract]]: ...


class ContractReader(Listing[Contract, ContractFilter], Protocol):
    async def parties(self, ids: Collection[UUID]) -> Many[Sequence[ContractParty]]: ...


class InvoiceReader(Listing[Invoice, InvoiceFilter], Protocol):
    async def allocations(self, ids: Collection[UUID]) -> Many[Sequence[Allocation]]:
        """What was paid on each invoice, the oldest first."""
        ...

    async def next_due(self, client_ids: Collection[UUID], *, today: date) -> Many[Invoice]:
        """Of each client the unpaid rent invoice that falls due first from today on, else the oldest overdue."""
        ...


class PaymentReader(Listing[Payment, PeriodFilter], Protocol):
    async def allocations(self, ids: Collection[UUID]) -> Many[Sequence[Allocation]]: ...

    async def last(self, client_ids: Collection[UUID]) -> Many[Payment]: ...

    async def reversals(self, ids: Collection[UUID]) -> Many[Sequence[PaymentReversal]]:
        """What was taken back of each receipt, the oldest first."""
        ...


class PayoutReader(Listing[Payout, PeriodFilter], Protocol):
    async def last(self, client_ids: Collection[UUID]) -> Many[Payout]: ...

    async def invoices(self, ids: Collection[UUID]) -> Many[PayoutInvoices]: ...


class PqrsReader(Listing[Pqrs, PqrsFilter], Protocol):
    async def events(self, ids: Collection[UUID]) -> Many[Sequence[PqrsEvent]]: ...

    async def messages(self, ids: Collection[UUID]) -> Many[Sequence[PqrsMessage]]:
        """What was written about each case, the oldest first; to clients without what the staff noted."""
        ...

    async def messages_by_id(self, ids: Collection[UUID]) -> Many[PqrsMessage]: ...

    async def open_counts(self, client_ids: Collection[UUID]) -> Many[int]:
        """How many of each client's are neither answered nor closed."""
        ...


class IntentReader(Listing[PaymentIntent, IntentFilter], Protocol):
    async def in_process(self, invoice_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of the invoices that an attempt, now in process at its gateway, is paying."""
        ...

    async def by_reference(self, reference: str) -> PaymentIntent | None: ...

    async def payments(self, ids: Collection[UUID]) -> Many[Sequence[Payment]]: ...

    async def attempts(self, ids: Collection[UUID]) -> Many[Sequence[GatewayAttempt]]: ...

    async def refunds(self, ids: Collection[UUID]) -> Many[Sequence[Refund]]:
        """For staff, like the attempts; the oldest first."""
        ...


class FindingReader(Listing[Finding, FindingFilter], Protocol):
    """For staff; to others there are none."""


class ReconciliationReader(Listing[Reconciliation, ReconciliationFilter], Protocol):
    """For staff; to others there are none."""


class AuditReader(Listing[AuditEntry, AuditFilter], Protocol):
    """For staff; to others there is nothing."""

    async def head(self) -> AuditHead | None:
        """Where the agency's chain ends; None where nothing was ever recorded."""
        ...

    async def chain(self, *, after: tuple[int, UUID] | None, limit: int) -> Sequence[AuditEntry]:
        """The next entries by number and id, from the first on; `after` is those of the last one that was read."""
        ...


class DashboardReader(Protocol):
    async def tenants(self, client_ids: Collection[UUID], *, today: date) -> Many[TenantSums]: ...

    async def owners(self, client_ids: Collection[UUID], *, today: date) -> Many[OwnerSums]: ...


class Reading(Protocol):
    """One read-only transaction. Calls made at once take turns on its one connection."""

    viewer: Viewer
    last_seen_at: datetime | None
    accounts: AccountReader
    clients: ClientReader
    properties: PropertyReader
    contracts: ContractReader
    invoices: InvoiceReader
    payments: PaymentReader
    payouts: PayoutReader
    pqrs: PqrsReader
    attachments: AttachmentReader
    intents: IntentReader
    findings: FindingReader
    reconciliations: ReconciliationReader
    audit: AuditReader
    dashboards: DashboardReader
    personal_data: PersonalDataReader

    @property
    def is_idle(self) -> bool:
        """Nothing is being read or waits for its turn."""
        ...

    async def agency(self) -> Agency: ...

    async def gateways(self) -> tuple[PaymentGatewayCode, ...]:
        """Gateways through which the agency takes payments now. For anybody."""
        ...

    async def gateway_setups(self) -> Sequence[GatewaySetup]:
        """Of all the agency's accounts at gateways. For staff; to others there are none."""
        ...

    async def links(self, ids: Collection[UUID]) -> Many[AccountLink]:
        """One-time links, as letters need them. For staff; to others there are none."""
        ...

    async def sessions(self, *, at: datetime) -> Sequence[Session]:
        """Live sessions of the viewer's own account."""
        ...

    async def recovery_codes_left(self) -> int | None:
        """How many codes on paper the viewer's own account still has; None without a second factor."""
        ...

    async def failed_jobs(self, *, first: int) -> Sequence[FailedJob]:
        """Those of the agency that failed for good, the newest first; to others than its staff none."""
        ...

    async def close(self) -> None:
        """Give the connection back before the operation ends; nothing can be read afterwards."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a request says of itself. `token_hash` is the SHA-256 of the bearer, `slug` the agency named in a header.

    With `tolerant`, a token that is no longer good makes a visitor instead of a refusal.
    """

    token_hash: str | None
    host: str
    slug: str | None = None
    tolerant: bool = False


class Readings(Protocol):
    def enter(self, entry: Entry) -> AbstractAsyncContextManager[Reading]:
        """Who asks, and a snapshot for them, in one round trip.

        Before sign-in the host names the agency, or the slug where the host is no agency's, or it is the only one
        there is; else AgencyNotFound. A token that is not good, or of another agency than host or slug name, is
        Unauthenticated.
        """
        ...

    def of(self, viewer: Viewer) -> AbstractAsyncContextManager[Reading]:
        """A fresh snapshot for a viewer already known, to show what has just been done."""
        ...
