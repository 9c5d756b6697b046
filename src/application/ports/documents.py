"""Documents that people keep: what each one says, as plain values, and who draws them.

A view holds everything its document shows, already decided; the renderer only lays it out and words it in Spanish.
Equal views give equal bytes, so a document can be drawn again at any time instead of being stored.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Protocol

from domain.agencies import Agency
from domain.clients import Client, IdentityDocumentType
from domain.errors import RetryLater
from domain.invoices import InvoiceKind, InvoiceLine, InvoiceStatus
from domain.money import ZERO
from domain.payments import PaymentMethod, PaymentStatus
from domain.payouts import PayoutLine
from domain.periods import BillingPeriod
from domain.pqrs import PqrsClassification, PqrsSubject


class DocumentUnavailable(RetryLater):
    """The document could not be drawn now: no free worker, out of time, or the worker died twice on it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A finished file. `file_name` is safe to save under: of what is drawn here, ASCII letters, digits, `-`, `_` and
    the extension; of an attachment, see `safe_file_name`."""

    file_name: str
    content_type: str
    content: bytes

    @property
    def byte_size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        """Lower-case hexadecimal digest of the content."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The agency at the head of a document.

    `tax_id` is the NIT with its check digit, with or without points. `landlord_registration` is the "matrícula de
    arrendador", which a document has to show (Ley 820 de 2003, art. 28). `logo` is a PNG or JPEG; one that cannot be
    read is left out rather than spoiling the document. `brand_color` is #rrggbb. `client_area` is where its clients'
    pages are, for letters: not a stand-in for pages that there are not.
    """

    name: str
    tax_id: str
    landlord_registration: str | None = None
    address: str | None = None
    city: str | None = None
    phone: str | None = None
    email: str | None = None
    logo: bytes | None = None
    brand_color: str | None = None
    client_area: str | None = None

    @classmethod
    def of(cls, agency: Agency) -> "Letterhead":
        return cls(
            name=agency.name,
            tax_id=agency.nit,
            landlord_registration=agency.landlord_registration,
            address=agency.address,
            city=agency.city,
            phone=agency.phone,
            email=agency.email,
            logo=agency.logo.content if agency.logo else None,
            brand_color=agency.brand_color,
            client_area=agency.link_base,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The person or company a document is made out to. `check_digit` exists for a NIT only."""

    name: str
    document_type: IdentityDocumentType
    document_number: str
    check_digit: int | None = None
    address: str | None = None
    city: str | None = None
    email: str | None = None
    phone: str | None = None

    @classmethod
    def of(cls, client: Client) -> "Party":
        return cls(
            name=client.name,
            document_type=client.document_type,
            document_number=client.document_number,
            check_digit=client.check_digit,
            address=client.address,
            city=client.city,
            email=client.email,
            phone=client.phone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicStamp:
    """What makes an invoice an electronic one: its CUFE and the address that its QR code opens.

    `issued_at` (aware) is missing where the back office did not keep the hour.
    """

    cufe: str
    qr_url: str
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceView:
    """An invoice as it is shown. Amounts in pesos; `overdue` on the day of drawing.

    `invoiced` is subtotal plus VAT, `total` what must be paid after withholdings. Without `electronic` the document
    calls itself an invoice or collection account, never an electronic invoice; a voided one says so across the page.
    """

    letterhead: Letterhead
    number: str
    kind: InvoiceKind
    description: str
    period: BillingPeriod
    issued_on: date
    due_on: date
    client: Party
    contract_number: str
    property_address: str
    property_city: str
    lines: tuple[InvoiceLine, ...]
    subtotal: Decimal
    vat: Decimal
    withholdings: Decimal
    invoiced: Decimal
    total: Decimal
    paid: Decimal
    balance: Decimal
    status: InvoiceStatus
    overdue: bool = False
    electronic: ElectronicStamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAllocation:
    """The part of a receipt that pays one invoice, with the month that it pays."""

    invoice_number: str
    description: str
    period: BillingPeriod
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """A payment receipt: date, amount and period paid (Ley 820 de 2003, art. 11).

    `paid_at` is aware. `gateway_reference` is the gateway's or the bank's own reference, in PSE the CUS. `credited`
    is what paid no invoice and stays in the client's favour; it and the allocations add up to `amount`. `reversed` is
    what was taken back of it since.
    """

    letterhead: Letterhead
    receipt_number: str
    paid_at: datetime
    amount: Decimal
    method: PaymentMethod
    client: Party
    allocations: tuple[ReceiptAllocation, ...]
    credited: Decimal
    verification_code: str
    status: PaymentStatus
    gateway_reference: str | None = None
    reversed: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherView:
    """A payout voucher (comprobante de egreso): what the owner got for a month, and out of what.

    Deductions are negative lines; `deductions` is their sum as a positive amount, `net` = `gross` − `deductions` may be
    negative.
    """

    letterhead: Letterhead
    number: str
    period: BillingPeriod
    paid_on: date
    owner: Party
    lines: tuple[PayoutLine, ...]
    gross: Decimal
    deductions: Decimal
    net: Decimal
    method: PaymentMethod | None = None
    bank_reference: str | None = None
    contract_number: str | None = None
    property_address: str | None = None
    property_city: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementView:
    """Proof that a PQRS was filed: number, date and hour, and how to follow it up (Ley 1480 de 2011, art. 50).

    `filed_at` is aware; `description` is the client's own text, kept in its paragraphs, or what the staff wrote who
    filed it for the client (`by_agency`). `attachments` are the names of the files that came with it. `due_on` is the
    last day of the term that began with the filing: whatever came later, the paper says what it said.
    """

    letterhead: Letterhead
    filing_number: str
    filed_at: datetime
    client: Party
    classification: PqrsClassification
    subject: PqrsSubject
    start_on: date
    due_on: date
    description: str
    property_address: str | None = None
    property_city: str | None = None
    contract_number: str | None = None
    by_agency: bool = False
    attachments: tuple[str, ...] = ()


class DocumentRenderer(Protocol):
    """Draws documents. Every method may raise DocumentUnavailable, and nothing else that a view could cause."""

    async def invoice(self, view: InvoiceView) -> Document: ...

    async def receipt(self, view: ReceiptView) -> Document: ...

    async def voucher(self, view: VoucherView) -> Document: ...

    async def acknowledgement(self, view: AcknowledgementView) -> Document: ...
