"""Documents drawn for whoever may see what they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from application.ports.documents import (
    AcknowledgementView,
    Document,
    DocumentRenderer,
    ElectronicStamp,
    InvoiceView,
    Letterhead,
    Party,
    ReceiptAllocation,
    ReceiptView,
    VoucherView,
)
from application.ports.reading import Reading
from domain.clients import Client
from domain.errors import NotFound
from domain.ids import ClientId
from domain.invoices import Invoice
from domain.payments import Payment
from domain.payouts import Payout
from domain.pqrs import Pqrs, PqrsActor

View = InvoiceView | ReceiptView | VoucherView | AcknowledgementView | Document
"""What is drawn of it, or, of an attachment, the file itself."""


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    RECEIPT = "receipt"
    VOUCHER = "voucher"
    ACKNOWLEDGEMENT = "acknowledgement"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawDocuments:
    """First `views` reads what the documents say, for all of them together; then each is drawn without a connection.

    For everybody who finds the invoice, payment, payout, PQRS or attachment in the snapshot; NotFound for anybody else.
    """

    renderer: DocumentRenderer

    async def __call__(self, view: View) -> Document:
        """Draws one; raises DocumentUnavailable."""
        match view:
            case Document():
                return view
            case InvoiceView():
                return await self.renderer.invoice(view)
            case ReceiptView():
                return await self.renderer.receipt(view)
            case VoucherView():
                return await self.renderer.voucher(view)
            case AcknowledgementView():
                return await self.renderer.acknowledgement(view)

    async def views(self, reading: Reading, keys: Sequence[tuple[DocumentKind, UUID]], *, today: date) -> list[View]:
        """What each document says, in the order of the keys; `today` is the Bogotá date."""
        wanted: dict[DocumentKind, list[UUID]] = {kind: [] for kind in DocumentKind}
        for kind, key in keys:
            wanted[kind].append(key)
        letterhead = Letterhead.of(await reading.agency())
        found: dict[tuple[DocumentKind, UUID], View] = {}
        for kind, read in (
            (DocumentKind.INVOICE, _invoices),
            (DocumentKind.RECEIPT, _receipts),
            (DocumentKind.VOUCHER, _vouchers),
            (DocumentKind.ACKNOWLEDGEMENT, _acknowledgements),
            (DocumentKind.ATTACHMENT, _attachments),
        ):
            if wanted[kind]:
                views = await read(reading, letterhead, wanted[kind], today)
                found |= {(kind, key): view for key, view in views.items()}
        missing = [key for key in keys if key not in found]
        if missing:
            raise NotFound
        return [found[key] for key in keys]


async def _invoices(reading: Reading, letterhead: Letterhead, ids: list[UUID], today: date) -> dict[UUID, View]:
    invoices = await reading.invoices.get_many(ids)
    clients = await _on_papers(reading, {invoice.client_id for invoice in invoices.values()})
    contracts = await reading.contracts.get_many({invoice.contract_id for invoice in invoices.values()})
    properties = await reading.properties.get_many({contract.property_id for contract in contracts.values()})

    def view(invoice: Invoice) -> InvoiceView:
        contract = contracts[invoice.contract_id]
        place = properties[contract.property_id]
        stamp = None
        if invoice.cufe and invoice.qr_url:
            stamp = ElectronicStamp(cufe=invoice.cufe, qr_url=invoice.qr_url, issued_at=invoice.cufe_issued_at)
        return InvoiceView(
            letterhead=letterhead,
            number=invoice.number,
            kind=invoice.kind,
            description=invoice.description,
            period=invoice.period,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            client=Party.of(clients[invoice.client_id]),
            contract_number=contract.number,
            property_address=place.address,
            property_city=place.city,
            lines=invoice.lines,
            subtotal=invoice.subtotal,
            vat=invoice.vat,
            withholdings=invoice.withholdings,
            invoiced=invoice.invoiced,
            total=invoice.total,
            paid=invoice.paid,
            balance=invoice.balance,
            status=invoice.status,
            overdue=invoice.is_overdue(on=today),
            electronic=stamp,
        )

    return {key: view(invoice) for key, invoice in invoices.items()}


async def _receipts(reading: Reading, letterhead: Letterhead, ids: list[UUID], today: date) -> dict[UUID, View]:
    payments = await reading.payments.get_many(ids)
    clients = await _on_papers(reading, {payment.client_id for payment in payments.values()})
    allocations = await reading.payments.allocations(ids)
    paid = {part.invoice_id for parts in allocations.values() for part in parts}
    invoices = await reading.invoices.get_many(paid)

    def view(payment: Payment) -> ReceiptView:
        return ReceiptView(
            letterhead=letterhead,
            receipt_number=payment.receipt_number,
            paid_at=payment.paid_at,
            amount=payment.amount,
            method=payment.method,
            client=Party.of(clients[payment.client_id]),
            allocations=tuple(
                ReceiptAllocation(
                    invoice_number=part.invoice_number,
                    description=invoices[part.invoice_id].description,
                    period=invoices[part.invoice_id].period,
                    amount=part.amount,
                )
                for part in allocations.get(payment.id, ())
            ),
            credited=payment.credited,
            verification_code=payment.verification_code,
            status=payment.status,
            gateway_reference=payment.gateway_reference,
            reversed=payment.reversed,
        )

    return {key: view(payment) for key, payment in payments.items()}


async def _vouchers(reading: Reading, letterhead: Letterhead, ids: list[UUID], today: date) -> dict[UUID, View]:
    payouts = await reading.payouts.get_many(ids)
    clients = await _on_papers(reading, {payout.client_id for payout in payouts.values()})
    contracts = await reading.contracts.get_many({payout.contract_id for payout in payouts.values()})
    properties = await reading.properties.get_many({contract.property_id for contract in contracts.values()})

    def view(payout: Payout) -> VoucherView:
        contract = contracts.get(payout.contract_id)
        place = properties.get(contract.property_id) if contract else None
        return VoucherView(
            letterhead=letterhead,
            number=payout.number,
            period=payout.period,
            paid_on=payout.paid_on,
            owner=Party.of(clients[payout.client_id]),
            lines=payout.lines,
            gross=payout.gross,
            deductions=payout.deductions,
            net=payout.net,
            method=payout.method,
            bank_reference=payout.bank_reference,
            contract_number=contract.number if contract else None,
            property_address=place.address if place else None,
            property_city=place.city if place else None,
        )

    return {key: view(payout) for key, payout in payouts.items()}


async def _acknowledgements(reading: Reading, letterhead: Letterhead, ids: list[UUID], today: date) -> dict[UUID, View]:
    cases = await reading.pqrs.get_many(ids)
    clients = await reading.clients.get_many({case.client_id for case in cases.values()})
    contracts = await reading.contracts.get_many({case.contract_id for case in cases.values() if case.contract_id})
    properties = await reading.properties.get_many({case.property_id for case in cases.values() if case.property_id})
    histories = await reading.pqrs.events(cases.keys())
    files = await reading.attachments.of_cases(cases.keys())

    def view(case: Pqrs) -> AcknowledgementView:
        filing = histories[case.id][0]
        contract = contracts.get(case.contract_id) if case.contract_id else None
        place = properties.get(case.property_id) if case.property_id else None
        return AcknowledgementView(
            letterhead=letterhead,
            filing_number=case.filing_number,
            filed_at=case.filed_at,
            client=Party.of(clients[case.client_id]),
            classification=case.classification,
            subject=case.subject,
            start_on=case.start_on,
            due_on=filing.due_on or case.due_on,
            description=case.description,
            property_address=place.address if place else None,
            property_city=place.city if place else None,
            contract_number=contract.number if contract else None,
            by_agency=filing.by is PqrsActor.AGENCY,
            attachments=tuple(file.file_name for file in files.get(case.id, ()) if not file.internal),
        )

    return {key: view(case) for key, case in cases.items()}


async def _attachments(reading: Reading, letterhead: Letterhead, ids: list[UUID], today: date) -> dict[UUID, View]:
    files = await reading.attachments.get_many(ids)
    contents = await reading.attachments.contents(files)
    return {key: Document(file.file_name, file.content_type.value, contents[key]) for key, file in files.items()}


async def _on_papers(reading: Reading, ids: set[ClientId]) -> dict[UUID, Client]:
    """Clients as they stand on papers of the books, which keep the name and number of those who were forgotten."""
    clients = dict(await reading.clients.get_many(ids))
    erased = [key for key, client in clients.items() if client.erased_at is not None]
    if erased:
        for key, kept in (await reading.personal_data.on_papers(erased)).items():
            clients[key] = replace(
                clients[key],
                name=kept.name,
                document_type=kept.document_type,
                document_number=kept.document_number,
                check_digit=kept.check_digit,
            )
    return clients
