"""Importing invoices, receipts and payouts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from application.announcements import invoices_issued, payouts_sent
from application.ports.imports import Change, ImportStore
from application.ports.jobs import Job
from application.use_cases.imports.importer import Chunk, Importer, Record
from application.use_cases.imports.news import News
from domain.ids import AgencyId
from domain.imports.cells import Row
from domain.imports.clients import StoredClient
from domain.imports.contracts import StoredContract
from domain.imports.invoices import (
    InvoiceRecord,
    ReportedState,
    StoredInvoice,
    check_invoice,
    keep_newer_state,
    read_invoice,
)
from domain.imports.outcomes import Meeting, Outcome, Stored, StoredRow, meet
from domain.imports.payments import PaymentRecord, StoredPayment, apply_payment, check_payment, read_payment
from domain.imports.payouts import PayoutRecord, check_payout, read_payout
from domain.imports.problems import Reason
from domain.invoices import InvoiceKind


class InvoiceImporter(Importer[InvoiceRecord]):
    """Only the stored invoices that will change are locked against payments."""

    _digests: Mapping[str, StoredRow]
    _stored: Mapping[str, StoredInvoice]
    _clients: Mapping[str, StoredClient]
    _contracts: Mapping[str, StoredContract]

    def read(self, row: Row) -> InvoiceRecord:
        return read_invoice(row)

    async def load(self, chunk: Chunk[InvoiceRecord]) -> None:
        self._digests = await self.store.invoice_digests({record.number for _, record in chunk})
        changing = _changing(chunk, self._digests)
        self._stored = await self.store.invoices(self._digests.keys() & {record.number for record in changing})
        self._clients = await self.store.clients({record.client for record in changing})
        self._contracts = await self.store.contracts({record.contract for record in changing})

    def meet(self, row: Row, record: InvoiceRecord) -> Meeting[InvoiceRecord]:
        meeting = meet(record, record.digest, self._digests.get(record.number))
        if meeting.write or row.problems:
            stored = self._stored.get(record.number)
            record = keep_newer_state(row, record, stored)
            meeting = meet(record, record.digest, stored)
            check_invoice(row, record, clients=self._clients, contracts=self._contracts, stored=stored)
        return meeting

    async def put(self, changes: Sequence[Change[InvoiceRecord]]) -> None:
        await self.store.put_invoices(changes, self._stored)
        for record in (change.record for change in changes):
            owed = record.kind is InvoiceKind.RENT and record.state is ReportedState.ISSUED
            if owed and record.number not in self._digests:
                self.news.note(self._clients[record.client].id, record.number, on=record.issued_on)

    async def announcements(self, agency_id: AgencyId) -> list[Job]:
        ids = await self.store.invoice_ids(self.news.all_numbers())
        told = self.news.by_client(ids).items()
        return [job for client_id, invoices in told for job in invoices_issued(agency_id, client_id, invoices)]


class PaymentImporter(Importer[PaymentRecord]):
    """Keeps, within a chunk, what each invoice has room for; a payment made here is met, never written."""

    _by_receipt: dict[str, StoredPayment]
    _by_reference: dict[str, list[StoredPayment]]
    _clients: Collection[str]
    _invoices: Mapping[str, StoredInvoice]

    def __init__(self, store: ImportStore, news: News) -> None:
        super().__init__(store, news)
        self._touched: dict[str, StoredInvoice] = {}

    def read(self, row: Row) -> PaymentRecord:
        return read_payment(row)

    async def load(self, chunk: Chunk[PaymentRecord]) -> None:
        found = await self.store.payments(
            {record.receipt_number for _, record in chunk},
            {record.told for _, record in chunk if record.told},
        )
        self._by_receipt = {payment.receipt_number: payment for payment in found}
        self._by_reference = {}
        for payment in found:
            for reference in filter(None, {payment.reference, payment.intent_reference}):
                self._by_reference.setdefault(reference, []).append(payment)
        changing = [record for row, record in chunk if row.problems or not self._as_stored(record)]
        stored = [self._by_receipt[r.receipt_number] for r in changing if r.receipt_number in self._by_receipt]
        mentioned = {number for record in changing for number, _ in record.allocations}
        freed = {number for payment in stored for number, _ in payment.allocations}
        self._clients = await self.store.clients({record.client for record in changing})
        self._invoices = await self.store.invoices(mentioned | freed)

    def meet(self, row: Row, record: PaymentRecord) -> Meeting[PaymentRecord]:
        stored = self._by_receipt.get(record.receipt_number)
        if not row.problems and self._as_stored(record):
            self._warn(row, record)
            return Meeting(Outcome.UNCHANGED, record, record.digest, write=False)
        check_payment(row, record, clients=self._clients, invoices=self._invoices, stored=stored)
        if not row.problems:
            for invoice in apply_payment(record, invoices=self._invoices, stored=stored):
                self._touched[invoice.number] = invoice
        return meet(record, record.digest, stored)

    async def put(self, changes: Sequence[Change[PaymentRecord]]) -> None:
        await self.store.put_payments(changes, self._touched.values())
        self._touched.clear()

    def _as_stored(self, record: PaymentRecord) -> bool:
        """Nothing to do: the stored receipt says the same, or stands whatever a file says."""
        stored = self._by_receipt.get(record.receipt_number)
        if self._told(record) or (stored and stored.stands):
            return True
        return stored is not None and stored.digest == record.digest

    def _told(self, record: PaymentRecord) -> list[StoredPayment]:
        """Payments made here that the row is by its reference."""
        return [it for it in self._by_reference.get(record.told or "", ()) if it.is_told_by(record)]

    def _warn(self, row: Row, record: PaymentRecord) -> None:
        """Of a payment made here that says something else of whose money it is, or how much: a bank's number is not
        always given once, and the row is not taken."""
        stored = self._by_receipt.get(record.receipt_number)
        by_receipt = [stored] if stored is not None and stored.made_here else []
        for column, found in (("recibo", by_receipt), ("referencia", self._told(record))):
            if found and not any(payment.is_alike(record) for payment in found):
                row.warn(column, Reason.KNOWN_OTHERWISE, receipt=found[0].receipt_number)
                return


class PayoutImporter(Importer[PayoutRecord]):
    _stored: Mapping[str, StoredRow]
    _clients: Mapping[str, StoredClient]
    _contracts: Mapping[str, StoredContract]

    def read(self, row: Row) -> PayoutRecord:
        return read_payout(row)

    async def load(self, chunk: Chunk[PayoutRecord]) -> None:
        self._stored = await self.store.payouts({record.number for _, record in chunk})
        changing = _changing(chunk, self._stored)
        self._clients = await self.store.clients({record.owner for record in changing})
        self._contracts = await self.store.contracts({record.contract for record in changing})

    def meet(self, row: Row, record: PayoutRecord) -> Meeting[PayoutRecord]:
        meeting = meet(record, record.digest, self._stored.get(record.number))
        if meeting.write or row.problems:
            check_payout(row, record, clients=self._clients, contracts=self._contracts)
        return meeting

    async def put(self, changes: Sequence[Change[PayoutRecord]]) -> None:
        await self.store.put_payouts(changes)
        for record in (change.record for change in changes):
            if record.number not in self._stored and record.paid_on <= self.news.today:
                self.news.note(self._clients[record.owner].id, record.number, on=record.paid_on)

    async def announcements(self, agency_id: AgencyId) -> list[Job]:
        ids = await self.store.payout_ids(self.news.all_numbers())
        told = self.news.by_client(ids).items()
        return [job for client_id, payouts in told for job in payouts_sent(agency_id, client_id, payouts)]


class _Numbered(Record, Protocol):
    @property
    def number(self) -> str: ...


N = TypeVar("N", bound=_Numbered)


def _changing(chunk: Chunk[N], stored: Mapping[str, Stored]) -> list[N]:
    """Records that have to be checked: new, different from what is stored, or already found wanting."""
    return [
        record
        for row, record in chunk
        if row.problems or record.number not in stored or stored[record.number].digest != record.digest
    ]
