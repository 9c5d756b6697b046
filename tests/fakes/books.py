"""The rows of payments in memory, and the repositories of ledger, findings, daily reports and answered requests."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from application.access import Scope
from application.ports.books import (
    OFFICE,
    AnsweredRequest,
    DayFigures,
    Figure,
    Findings,
    InvoiceDifference,
    Ledger,
    Reconciliation,
    Reconciliations,
    RequestKeys,
)
from application.ports.payments import GatewayAccount, GatewayEvent
from domain.agencies import Agency
from domain.audit import AuditEntry, AuditHead
from domain.clients import Client
from domain.findings import Finding, FindingKind
from domain.ids import AccountId, AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentId, PaymentIntentId
from domain.invoices import Invoice
from domain.ledger import RECEIPTS, Journal, JournalKind, LedgerAccount
from domain.money import ZERO
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import Payment, PaymentReversal, ReversalKind, Share
from tests.fakes.jobs import KeptJob

K = TypeVar("K")
Shares = tuple[tuple[InvoiceId, Decimal], ...]


@dataclass
class Books:
    """`asked` is when the gateway was last asked about an intent, `opening` until when somebody opens its checkout.
    `keys` are the digests of requests that were given one that was open. `transactions` says which intent a
    transaction is of, `booked` by which payment its money was booked."""

    agencies: dict[AgencyId, Agency] = field(default_factory=dict)
    clients: dict[ClientId, Client] = field(default_factory=dict)
    invoices: dict[InvoiceId, Invoice] = field(default_factory=dict)
    accounts: dict[GatewayAccountId, GatewayAccount] = field(default_factory=dict)
    intents: dict[PaymentIntentId, PaymentIntent] = field(default_factory=dict)
    asked: dict[PaymentIntentId, datetime] = field(default_factory=dict)
    opening: dict[PaymentIntentId, datetime] = field(default_factory=dict)
    keys: dict[tuple[ClientId, str, PaymentIntentId], str] = field(default_factory=dict)
    transactions: dict[tuple[GatewayAccountId, str], PaymentIntentId] = field(default_factory=dict)
    booked: dict[tuple[GatewayAccountId, str], PaymentId] = field(default_factory=dict)
    events: dict[tuple[AgencyId, str], GatewayEvent] = field(default_factory=dict)
    deliveries: dict[tuple[AgencyId, str], int] = field(default_factory=dict)
    payments: dict[PaymentId, tuple[Payment, Shares]] = field(default_factory=dict)
    counters: dict[tuple[AgencyId, str], int] = field(default_factory=dict)
    jobs: list[KeptJob] = field(default_factory=list)
    shares: dict[PaymentId, list[Share]] = field(default_factory=dict)
    imported: dict[PaymentId, bool] = field(default_factory=dict)
    reversals: list[PaymentReversal] = field(default_factory=list)
    journals: dict[tuple[AgencyId, str], Journal] = field(default_factory=dict)
    findings: dict[tuple[AgencyId, str], Finding] = field(default_factory=dict)
    reports: dict[tuple[AgencyId, date], Reconciliation] = field(default_factory=dict)
    requests: dict[tuple[AccountId, str], AnsweredRequest] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    heads: dict[AgencyId, AuditHead] = field(default_factory=dict)

    def shares_of(self, payment_id: PaymentId) -> list[Share]:
        """What a receipt pays; made of what it was added with, until that changes."""
        kept = self.shares.get(payment_id)
        if kept is not None:
            return kept
        _, added = self.payments[payment_id]
        return [
            Share(position=position, invoice_id=invoice_id, amount=amount)
            for position, (invoice_id, amount) in enumerate(added, start=1)
        ]


@dataclass
class Repository:
    books: Books
    scope: Scope

    def sees(self, agency_id: AgencyId, client_id: ClientId | None = None) -> bool:
        """What the database's policies say."""
        if agency_id != self.scope.agency_id:
            return False
        mine = client_id is not None and client_id == self.scope.client_id
        return self.scope.viewer == "staff" or (self.scope.viewer == "client" and mine)

    def must_see(self, agency_id: AgencyId, client_id: ClientId | None = None) -> None:
        if not self.sees(agency_id, client_id):
            raise PermissionError("row-level security")


class Sums(dict[K, Figure], Generic[K]):
    def add(self, key: K, amount: Decimal) -> None:
        before = self.get(key, Figure(0, ZERO))
        self[key] = Figure(before.count + 1, before.amount + amount)


class FakeLedger(Repository, Ledger):
    async def post(self, journal: Journal) -> bool:
        self.must_see(journal.agency_id)
        return self.books.journals.setdefault((journal.agency_id, journal.key), journal) is journal

    async def given_back_by_gateway(self, payment_id: PaymentId) -> Decimal:
        mine = (it for it in self.books.journals.values() if self.sees(it.agency_id) and it.payment_id == payment_id)
        entries = (entry for journal in mine for entry in journal.entries if entry.account is LedgerAccount.GATEWAY)
        return -sum((entry.amount for entry in entries if entry.amount < ZERO), ZERO)

    async def differences(self) -> Sequence[InvoiceDifference]:
        receipts: dict[InvoiceId, Decimal] = {}
        for payment, _ in self.books.payments.values():
            if self.sees(payment.agency_id):
                for share in self.books.shares_of(payment.id):
                    whole = payment.id not in self.books.imported or share.from_credit
                    counts = share.in_force if whole else -share.reversed
                    receipts[share.invoice_id] = receipts.get(share.invoice_id, ZERO) + counts
        ledger: dict[InvoiceId, Decimal] = {}
        for journal in self.books.journals.values():
            if self.sees(journal.agency_id):
                for entry in journal.entries:
                    if entry.account is LedgerAccount.RECEIVABLE and entry.invoice_id is not None:
                        ledger[entry.invoice_id] = ledger.get(entry.invoice_id, ZERO) - entry.amount
        return [
            InvoiceDifference(key, self.books.invoices[key].number, receipts.get(key, ZERO), ledger.get(key, ZERO))
            for key in sorted(receipts.keys() | ledger.keys(), key=lambda key: (self.books.invoices[key].number, key))
            if receipts.get(key, ZERO) != ledger.get(key, ZERO)
        ]


class FakeFindings(Repository, Findings):
    async def report(self, finding: Finding) -> bool:
        self.must_see(finding.agency_id)
        return self.books.findings.setdefault((finding.agency_id, finding.key), finding) is finding

    async def get(self, finding_id: UUID) -> Finding | None:
        return next((it for it in self._seen() if it.id == finding_id), None)

    async def of_keys(self, keys: Collection[str]) -> Sequence[Finding]:
        wanted = [finding for finding in self._seen() if finding.key in keys]
        return sorted(wanted, key=lambda finding: (finding.at, str(finding.id)))

    async def resolve(self, finding_id: UUID, *, at: datetime, by: AccountId | None, note: str | None = None) -> bool:
        wanted = [finding for finding in self._open() if finding.id == finding_id]
        for finding in wanted:
            self._close(finding, at=at, by=by, note=note)
        return bool(wanted)

    async def resolve_keys(self, keys: Collection[str], *, at: datetime) -> int:
        wanted = [finding for finding in self._open() if finding.key in keys]
        for finding in wanted:
            self._close(finding, at=at, by=None)
        return len(wanted)

    async def open_ones(self, kinds: Collection[FindingKind], *, limit: int) -> Sequence[Finding]:
        wanted = [finding for finding in self._open() if finding.kind in kinds]
        return sorted(wanted, key=lambda finding: (finding.at, str(finding.id)))[:limit]

    async def resolve_about(
        self,
        intent_id: UUID,
        kinds: Sequence[FindingKind],
        *,
        at: datetime,
        by: AccountId | None = None,
        note: str | None = None,
    ) -> int:
        wanted = [it for it in self._open() if it.intent_id == intent_id and it.kind in kinds]
        for finding in wanted:
            self._close(finding, at=at, by=by, note=note)
        return len(wanted)

    def _seen(self) -> list[Finding]:
        return [finding for finding in self.books.findings.values() if self.sees(finding.agency_id)]

    def _open(self) -> list[Finding]:
        return [finding for finding in self._seen() if finding.resolved_at is None]

    def _close(self, finding: Finding, *, at: datetime, by: AccountId | None, note: str | None = None) -> None:
        closed = replace(finding, resolved_at=at, resolved_by=by, note=note)
        self.books.findings[finding.agency_id, finding.key] = closed


class FakeReconciliations(Repository, Reconciliations):
    async def of_day(self, on: date) -> Reconciliation | None:
        return self.books.reports.get((self.scope.agency, on))

    async def figures(self, *, since: datetime, until: datetime) -> DayFigures:
        received, taken_back, credit = Sums[str](), Sums[ReversalKind](), Sums[JournalKind]()
        intents, findings, ledger = Sums[PaymentIntentStatus](), Sums[FindingKind](), Sums[LedgerAccount]()
        for journal in self.books.journals.values():
            if not self.sees(journal.agency_id) or journal.at >= until:
                continue
            for entry in journal.entries:
                ledger.add(entry.account, entry.amount)
                if entry.account is LedgerAccount.CREDIT and journal.at >= since:
                    credit.add(journal.kind, -entry.amount)
            if journal.kind in RECEIPTS and journal.at >= since and journal.payment_id is not None:
                payment, _ = self.books.payments[journal.payment_id]
                received.add(payment.gateway.value if payment.gateway else OFFICE, payment.amount)
        for reversal in self.books.reversals:
            if self.sees(reversal.agency_id) and since <= reversal.at < until:
                taken_back.add(reversal.kind, reversal.amount)
        for intent in self.books.intents.values():
            if self.sees(intent.agency_id) and since <= intent.created_at < until:
                intents.add(intent.status, intent.amount)
        for finding in self.books.findings.values():
            if self.sees(finding.agency_id) and finding.resolved_at is None:
                findings.add(finding.kind, finding.amount or ZERO)
        return DayFigures(
            received=received,
            taken_back=taken_back,
            credit=credit,
            intents=intents,
            findings=findings,
            ledger={account: figure.amount for account, figure in ledger.items()},
        )

    async def keep(self, report: Reconciliation) -> None:
        self.must_see(report.agency_id)
        before = self.books.reports.get((report.agency_id, report.on), report)
        self.books.reports[report.agency_id, report.on] = replace(report, id=before.id)


class FakeRequestKeys(Repository, RequestKeys):
    async def find(self, account_id: AccountId, key: str) -> AnsweredRequest | None:
        return self.books.requests.get((account_id, key))

    async def remember(self, account_id: AccountId, key: str, answered: AnsweredRequest) -> None:
        assert (account_id, key) not in self.books.requests
        self.books.requests[account_id, key] = answered
