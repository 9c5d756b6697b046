"""An agency's books in memory, as an import finds and leaves them, and sheets without quotes or encodings."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import cast
from uuid import uuid4

from application.access import Scope
from application.ports.imports import Change, Identity, ImportStore, Sheet, SheetReader
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.audit import AuditEntry, AuditHead
from domain.contracts import ContractKind
from domain.errors import Busy
from domain.ids import AgencyId, ClientId, ContractId, InvoiceId, PaymentId, PayoutId
from domain.imports.clients import ClientRecord, StoredClient
from domain.imports.contracts import ContractRecord, StoredContract
from domain.imports.invoices import InvoiceRecord, ReportedState, StoredInvoice, state_of
from domain.imports.outcomes import StoredRow
from domain.imports.payments import PaymentRecord, StoredPayment
from domain.imports.payouts import PayoutRecord
from domain.imports.properties import PropertyRecord
from domain.imports.sheets import ImportKind
from domain.invoices import InvoiceStatus
from domain.money import ZERO
from domain.periods import bogota_date
from domain.personal_data import keep_until
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.jobs import FakeJobs, KeptJob


@dataclass
class KeptInvoice:
    id: InvoiceId
    record: InvoiceRecord
    digest: str | None
    status: InvoiceStatus
    paid: Decimal


@dataclass
class KeptPayment:
    id: PaymentId
    client: str
    amount: Decimal
    allocations: tuple[tuple[str, Decimal], ...]
    reference: str | None
    digest: str | None
    reversed: bool = False
    at_office: bool = False
    intent_reference: str | None = None
    paid_on: date | None = None


@dataclass
class Books:
    """All of one agency by the keys of its back office; `readers` are (contract or property, client, as party or
    owner), `kept` until when the names of those whose data was erased are."""

    ids: dict[str, ClientId] = field(default_factory=dict)
    clients: dict[str, Change[ClientRecord]] = field(default_factory=dict)
    with_account: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    suppressed: set[Identity] = field(default_factory=set)
    kept: dict[str, date] = field(default_factory=dict)
    properties: dict[str, Change[PropertyRecord]] = field(default_factory=dict)
    contracts: dict[str, Change[ContractRecord]] = field(default_factory=dict)
    invoices: dict[str, KeptInvoice] = field(default_factory=dict)
    payments: dict[str, KeptPayment] = field(default_factory=dict)
    payouts: dict[str, Change[PayoutRecord]] = field(default_factory=dict)
    payout_ids: dict[str, PayoutId] = field(default_factory=dict)
    contract_readers: set[tuple[str, str, bool]] = field(default_factory=set)
    property_readers: set[tuple[str, str, bool]] = field(default_factory=set)

    def allocated(self, number: str) -> Decimal:
        return sum(
            (
                amount
                for payment in self.payments.values()
                if not payment.reversed
                for found, amount in payment.allocations
                if found == number
            ),
            ZERO,
        )


class FakeImports(UnitOfWorkFactory):
    """Work on a copy of the agency's books, published by commit."""

    def __init__(self) -> None:
        self.books: dict[AgencyId, Books] = {}
        self.running: set[AgencyId] = set()
        self.audit: list[AuditEntry] = []
        self.heads: dict[AgencyId, AuditHead] = {}
        self.jobs: list[KeptJob] = []

    def of(self, agency_id: AgencyId) -> Books:
        return self.books.setdefault(agency_id, Books())

    def __call__(self, scope: Scope) -> UnitOfWork:
        return cast(UnitOfWork, FakeImportsUnit(self, scope))


class FakeImportsUnit:
    """Of a unit of work what an import needs, and no more."""

    def __init__(self, factory: FakeImports, scope: Scope) -> None:
        self._factory = factory
        self._scope = scope
        self._agency = scope.agency

    async def __aenter__(self) -> "FakeImportsUnit":
        self._work = deepcopy(self._factory.of(self._agency))
        self._queue = deepcopy(self._factory.jobs)
        self._audit, self._heads = list(self._factory.audit), dict(self._factory.heads)
        self.audit = FakeAuditTrail(self._audit, self._heads, self._scope)
        self.jobs = FakeJobs(self._queue, self._scope)
        self.imports = FakeImportStore(self._work, self._factory.running, self._agency)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.imports.begun:
            self._factory.running.discard(self._agency)

    async def commit(self) -> None:
        self._factory.books[self._agency] = deepcopy(self._work)
        self._factory.jobs = self._queue
        self._factory.audit, self._factory.heads = self._audit, self._heads


class FakeImportStore(ImportStore):
    def __init__(self, books: Books, running: set[AgencyId], agency_id: AgencyId) -> None:
        self._books = books
        self._running = running
        self._agency = agency_id
        self.begun = False

    async def begin(self) -> None:
        if self._agency in self._running:
            raise Busy(10)
        self._running.add(self._agency)
        self.begun = True

    async def clients(self, codes: Collection[str]) -> Mapping[str, StoredClient]:
        return {
            code: StoredClient(
                id=self._books.ids[code],
                digest=change.digest,
                email=change.record.email,
                phone=change.record.phone,
                address=change.record.address,
                city=change.record.city,
                has_account=code in self._books.with_account,
                erased=code in self._books.erased,
            )
            for code, change in self._books.clients.items()
            if code in codes
        }

    async def suppressed(self, documents: Collection[Identity]) -> Collection[Identity]:
        return set(documents) & self._books.suppressed

    async def properties(self, codes: Collection[str]) -> Mapping[str, StoredRow]:
        return {code: StoredRow(change.digest) for code, change in self._books.properties.items() if code in codes}

    async def payouts(self, numbers: Collection[str]) -> Mapping[str, StoredRow]:
        return {key: StoredRow(change.digest) for key, change in self._books.payouts.items() if key in numbers}

    async def contracts(self, numbers: Collection[str]) -> Mapping[str, StoredContract]:
        used = {kept.record.contract for kept in self._books.invoices.values()}
        used |= {change.record.contract for change in self._books.payouts.values()}
        return {
            number: StoredContract(
                id=ContractId(uuid4()),
                digest=change.digest,
                kind=change.record.kind,
                holders=frozenset(change.record.holders),
                in_use=number in used,
            )
            for number, change in self._books.contracts.items()
            if number in numbers
        }

    async def has_any(self, kind: ImportKind) -> bool:
        return bool({ImportKind.INVOICES: self._books.invoices, ImportKind.PAYOUTS: self._books.payouts}[kind])

    async def invoice_ids(self, numbers: Collection[str]) -> Mapping[str, InvoiceId]:
        return {number: kept.id for number, kept in self._books.invoices.items() if number in numbers}

    async def payout_ids(self, numbers: Collection[str]) -> Mapping[str, PayoutId]:
        return {number: key for number, key in self._books.payout_ids.items() if number in numbers}

    async def invoice_digests(self, numbers: Collection[str]) -> Mapping[str, StoredRow]:
        return {key: StoredRow(kept.digest) for key, kept in self._books.invoices.items() if key in numbers}

    async def invoices(self, numbers: Collection[str]) -> Mapping[str, StoredInvoice]:
        return {
            number: StoredInvoice(
                id=kept.id,
                number=number,
                digest=kept.digest,
                client=kept.record.client,
                total=kept.record.total,
                allocated=self._books.allocated(number),
                voided=kept.status is InvoiceStatus.VOIDED,
                settled_outside=kept.record.state is ReportedState.PAID,
            )
            for number, kept in self._books.invoices.items()
            if number in numbers
        }

    async def payments(self, receipts: Collection[str], references: Collection[str]) -> Sequence[StoredPayment]:
        return [
            StoredPayment(
                id=kept.id,
                receipt_number=receipt,
                client=kept.client,
                amount=kept.amount,
                at_office=kept.at_office,
                reference=kept.reference,
                intent_reference=kept.intent_reference,
                digest=kept.digest,
                reversed_here=kept.reversed,
                credit_used_here=False,
                allocations=kept.allocations,
            )
            for receipt, kept in self._books.payments.items()
            if receipt in receipts or (kept.digest is None and {kept.reference, kept.intent_reference} & {*references})
        ]

    async def put_clients(self, changes: Sequence[Change[ClientRecord]]) -> None:
        for change in changes:
            self._books.ids.setdefault(change.record.code, ClientId(uuid4()))
            self._books.clients[change.record.code] = change

    async def put_properties(self, changes: Sequence[Change[PropertyRecord]]) -> None:
        self._books.properties |= {change.record.code: change for change in changes}

    async def put_contracts(self, changes: Sequence[Change[ContractRecord]]) -> None:
        self._books.contracts |= {change.record.number: change for change in changes}

    async def put_invoices(
        self, changes: Sequence[Change[InvoiceRecord]], invoices: Mapping[str, StoredInvoice]
    ) -> None:
        for change in changes:
            record = change.record
            allocated = invoices[record.number].allocated if record.number in invoices else ZERO
            status, paid = state_of(total=record.total, allocated=allocated, reported=record.state)
            known = self._books.invoices.get(record.number)
            invoice_id = known.id if known else InvoiceId(uuid4())
            self._books.invoices[record.number] = KeptInvoice(invoice_id, record, change.digest, status, paid)

    async def put_payments(self, changes: Sequence[Change[PaymentRecord]], touched: Collection[StoredInvoice]) -> None:
        for change in changes:
            record = change.record
            self._books.payments[record.receipt_number] = KeptPayment(
                PaymentId(uuid4()),
                record.client,
                record.amount,
                record.allocations,
                record.reference,
                change.digest,
                paid_on=bogota_date(record.paid_at),
            )
        for invoice in touched:
            kept = self._books.invoices[invoice.number]
            kept.status, kept.paid = state_of(
                total=invoice.total, allocated=invoice.allocated, reported=invoice.reported
            )

    async def put_payouts(self, changes: Sequence[Change[PayoutRecord]]) -> None:
        for change in changes:
            self._books.payout_ids.setdefault(change.record.number, PayoutId(uuid4()))
            self._books.payouts[change.record.number] = change

    async def prolong_identities(self) -> None:
        books = self._books
        papers: list[tuple[str, date | None]] = [(it.client, it.paid_on) for it in books.payments.values()]
        papers += [(it.record.client, it.record.issued_on) for it in books.invoices.values()]
        papers += [(it.record.owner, it.record.paid_on) for it in books.payouts.values()]
        for code, day in papers:
            if day is not None and code in books.kept:
                books.kept[code] = max(books.kept[code], keep_until(day))

    async def rebuild_readers(self) -> None:
        books = self._books
        owners = {code: [owner for owner, _ in change.record.owners] for code, change in books.properties.items()}
        contract_readers = {(kept.record.contract, kept.record.client): False for kept in books.invoices.values()}
        contract_readers |= {(paid.record.contract, paid.record.owner): False for paid in books.payouts.values()}
        for number, change in books.contracts.items():
            if change.record.kind is ContractKind.LEASE:
                contract_readers |= {(number, owner): False for owner in owners[change.record.property_code]}
            contract_readers |= {(number, code): True for code, _ in change.record.parties}
        property_readers = {
            (books.contracts[number].record.property_code, code): False for number, code in contract_readers
        }
        property_readers |= {(code, owner): True for code, many in owners.items() for owner in many}
        books.contract_readers = {(number, code, party) for (number, code), party in contract_readers.items()}
        books.property_readers = {(code, client, owner) for (code, client), owner in property_readers.items()}


@dataclass(frozen=True)
class FakeSheet(Sheet):
    lines: tuple[tuple[int, Sequence[str]], ...]
    separator: str = ";"

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        return iter(self.lines)


class FakeSheets(SheetReader):
    """Lines of cells between semicolons, or between `separator`."""

    def __init__(self, separator: str = ";") -> None:
        self.separator = separator

    def of_text(self, text: str, columns: Collection[str]) -> Sheet:
        lines = enumerate(text.split("\n"), start=1)
        return FakeSheet(tuple((row, line.split(self.separator)) for row, line in lines if line), self.separator)

    def of_file(self, path: Path, columns: Collection[str]) -> Sheet:
        return self.of_text(path.read_text(encoding="utf-8"), columns)
