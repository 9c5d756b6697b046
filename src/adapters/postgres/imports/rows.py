"""Records as the columns of their tables; what refers to another row stays a code, for the statement to resolve."""

from typing import Any

from adapters.postgres.mapping import writer
from application.ports.imports import Change
from application.text import folded
from domain.identity import DocumentNumber
from domain.imports.cells import MAX_SHORT
from domain.imports.clients import ClientRecord
from domain.imports.contracts import ContractRecord
from domain.imports.invoices import InvoiceRecord, ReportedState, StoredInvoice, state_of
from domain.imports.payments import PaymentRecord
from domain.imports.payouts import PayoutRecord
from domain.imports.properties import PropertyRecord
from domain.invoices import InvoiceLine
from domain.money import ZERO
from domain.payments import PaymentMethod, PaymentStatus
from domain.payouts import PayoutLine

Values = dict[str, Any]
_invoice_lines = writer(tuple[InvoiceLine, ...]) or list
_payout_lines = writer(tuple[PayoutLine, ...]) or list


def client_search(code: str, name: str, document: DocumentNumber, email: str | None) -> str:
    """What a client is found by."""
    return folded(f"{code} {name} {document} {email or ''}")


def client_row(change: Change[ClientRecord]) -> Values:
    record = change.record
    return {
        "code": record.code,
        "kind": record.kind.value,
        "name": record.name,
        "document_type": record.document_type.value,
        "document_number": record.document.number,
        "check_digit": record.document.check_digit,
        "email": record.email,
        "phone": record.phone,
        "address": record.address,
        "city": record.city,
        "name_key": folded(record.name)[:MAX_SHORT],  # some letters unfold into many, and an index has a limit
        "search": client_search(record.code, record.name, record.document, record.email),
        "import_digest": change.digest,
    }


def property_row(change: Change[PropertyRecord]) -> Values:
    record = change.record
    return {
        "code": record.code,
        "address": record.address,
        "city": record.city,
        "use": record.use.value,
        "search": folded(f"{record.code} {record.address} {record.city}"),
        "import_digest": change.digest,
    }


def contract_row(change: Change[ContractRecord]) -> Values:
    record = change.record
    return {
        "number": record.number,
        "kind": record.kind.value,
        "status": record.status.value,
        "property": record.property_code,
        "start_on": record.start_on,
        "end_on": record.end_on,
        "rent": record.rent,
        "building_fee": record.building_fee,
        "commission_rate": record.commission_rate,
        "rent_vat_rate": record.rent_vat_rate,
        "last_increase_on": record.last_increase_on,
        "import_digest": change.digest,
    }


def invoice_row(change: Change[InvoiceRecord], stored: StoredInvoice | None) -> Values:
    record = change.record
    allocated = stored.allocated if stored else ZERO
    status, paid = state_of(total=record.total, allocated=allocated, reported=record.state)
    return {
        "number": record.number,
        "kind": record.kind.value,
        "contract": record.contract,
        "client": record.client,
        "description": record.description,
        "period": str(record.period),
        "issued_on": record.issued_on,
        "due_on": record.due_on,
        "status": status.value,
        "subtotal": record.subtotal,
        "vat": record.vat,
        "withholdings": record.withholdings,
        "total": record.total,
        "paid": paid,
        "settled_outside": record.state is ReportedState.PAID,
        "lines": _invoice_lines(record.lines),
        "cufe": record.cufe,
        "cufe_issued_at": record.cufe_issued_at,
        "import_digest": change.digest,
    }


def payment_row(change: Change[PaymentRecord]) -> Values:
    record = change.record
    return {
        "receipt_number": record.receipt_number,
        "client": record.client,
        "paid_at": record.paid_at,
        "amount": record.amount,
        "credited": record.credited,
        "credit_left": record.credited,
        "method": record.method.value,
        "status": PaymentStatus.APPLIED.value,
        "gateway_reference": record.reference,
        "import_digest": change.digest,
    }


def payout_row(change: Change[PayoutRecord]) -> Values:
    record = change.record
    return {
        "number": record.number,
        "contract": record.contract,
        "client": record.owner,
        "period": str(record.period),
        "paid_on": record.paid_on,
        "net": record.net,
        "method": PaymentMethod.BANK_TRANSFER.value,
        "bank_reference": record.reference,
        "lines": _payout_lines(record.lines),
        "import_digest": change.digest,
    }
