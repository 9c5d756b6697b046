"""Letters to send."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from application.ports.documents import Document, Letterhead, Party, ReceiptAllocation, ReceiptView
from application.ports.mail import Mail
from application.ports.mail.payments import PaymentConfirmed, PaymentDeclined
from domain.clients import IdentityDocumentType
from domain.gateway_reports import StatusReason
from domain.payments import PaymentMethod, PaymentStatus
from domain.periods import BillingPeriod

LETTERHEAD = Letterhead(
    name="Inmobiliaria Peña & Ñáñez",
    tax_id="900.123.456-8",
    address="Calle 1 # 2-3",
    city="Bogotá",
    phone="601 555 0101",
    email="pagos@inmobiliaria.example",
)
RECEIPT = ReceiptView(
    letterhead=LETTERHEAD,
    receipt_number="RP-000001",
    paid_at=datetime(2026, 11, 5, 20, 4, tzinfo=UTC),
    amount=Decimal("1850000.00"),
    method=PaymentMethod.PSE,
    client=Party(name="Ana Peña", document_type=IdentityDocumentType.CC, document_number="52123456"),
    allocations=(
        ReceiptAllocation(
            invoice_number="FV-1024",
            description="Canon",
            period=BillingPeriod(2026, 11),
            amount=Decimal("1800000.00"),
        ),
    ),
    credited=Decimal("50000.00"),
    verification_code="K7Q2-M9XD",
    status=PaymentStatus.APPLIED,
    gateway_reference="1402-778",
)
CONFIRMED = Mail(
    event="agencia payment-confirmed 1",
    name="Ana Peña",
    address="ana@correo.example",
    letter=PaymentConfirmed(letterhead=LETTERHEAD, receipt=RECEIPT),
    attachment=Document("recibo-RP-000001.pdf", "application/pdf", b"%PDF-1.7 \x00\xff recibo"),
)
DECLINED = Mail(
    event="agencia payment-declined REF 1",
    name="Ana Peña",
    address="ana@correo.example",
    letter=PaymentDeclined(
        letterhead=LETTERHEAD,
        amount=Decimal("1850000.00"),
        reference="260701ABCDEFGH",
        attempted_at=datetime(2026, 11, 5, 20, 4, tzinfo=UTC),
        invoices=("FV-1024", "FV-1025"),
        reason=StatusReason.INSUFFICIENT_FUNDS,
    ),
)


def from_agency(name: str) -> Mail:
    """The same in the name of another agency."""
    letterhead = Letterhead(name=name, tax_id="1")
    return replace(CONFIRMED, letter=PaymentConfirmed(letterhead=letterhead, receipt=RECEIPT))
