"""Letters to send."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from application.ports.documents import (
    AcknowledgementView,
    Document,
    Letterhead,
    Party,
    ReceiptAllocation,
    ReceiptView,
)
from application.ports.mail import Letter, Mail
from application.ports.mail.accounts import (
    AccountActivated,
    EmailChangeNotice,
    EmailConfirmation,
    Invitation,
    PasswordChanged,
    PasswordReset,
)
from application.ports.mail.billing import (
    InvoicesIssued,
    OwedInvoice,
    PaymentsDue,
    PaymentsOverdue,
    PayoutsSent,
    SentPayout,
)
from application.ports.mail.payments import PaymentConfirmed, PaymentDeclined
from application.ports.mail.pqrs import (
    PqrsAnswered,
    PqrsDueSoon,
    PqrsExtended,
    PqrsFiled,
    PqrsReplied,
    PqrsTakenFurther,
    Said,
)
from application.ports.mail.second_factors import SecondFactorChanged
from domain.clients import IdentityDocumentType
from domain.gateway_reports import StatusReason
from domain.payments import PaymentMethod, PaymentStatus
from domain.periods import BillingPeriod
from domain.pqrs import PqrsClassification, PqrsSubject
from domain.second_factors import SecondFactorChange

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

INVOICE = OwedInvoice(
    number="FV-1024",
    period=BillingPeriod(2026, 12),
    due_on=date(2026, 12, 5),
    balance=Decimal("1850000.00"),
    place="Carrera 9 # 70-11 apto 302, Bogotá",
)
PAYOUT = SentPayout(
    number="CE-004714",
    period=BillingPeriod(2026, 11),
    paid_on=date(2026, 11, 18),
    net=Decimal("3233212.50"),
    place="Carrera 9 # 70-11 apto 302, Bogotá",
)
CASE = AcknowledgementView(
    letterhead=LETTERHEAD,
    filing_number="PQRS-2026-000017",
    filed_at=datetime(2026, 11, 5, 20, 4, tzinfo=UTC),
    client=RECEIPT.client,
    classification=PqrsClassification.CLAIM,
    subject=PqrsSubject.REPAIRS,
    start_on=date(2026, 11, 1),
    due_on=date(2026, 11, 27),
    description="La llave del lavaplatos gotea.\nYa avisé el lunes: <b>nadie</b> vino.",
)


def written(letter: Letter, *, attachment: str | None = None) -> Mail:
    """The letter to Ana, with a document of that name."""
    document = Document(attachment, "application/pdf", b"%PDF-1.7 \x00\xff") if attachment else None
    event = f"agencia {type(letter).__name__}"
    return Mail(event=event, name="Ana Peña", address="ana@correo.example", letter=letter, attachment=document)


ISSUED = written(InvoicesIssued(letterhead=LETTERHEAD, invoices=(INVOICE,)), attachment="factura-FV-1024.pdf")
SENT = written(PayoutsSent(letterhead=LETTERHEAD, payouts=(PAYOUT,)), attachment="egreso-CE-004714.pdf")
FILED = written(PqrsFiled(letterhead=LETTERHEAD, acknowledgement=CASE), attachment="constancia-PQRS-2026-000017.pdf")
_LINK = "https://clientes.example/activar?token=b64-token_"
_AT = datetime(2026, 11, 5, 20, 4, tzinfo=UTC)


def about(body: str, classification: PqrsClassification = CASE.classification) -> Said:
    """Something that somebody said about the case."""
    return Said(
        filing_number=CASE.filing_number,
        classification=classification,
        subject=CASE.subject,
        filed_at=CASE.filed_at,
        body=body,
    )


ANSWERED = written(
    PqrsAnswered(
        letterhead=LETTERHEAD,
        said=about("Señora Ana: la llave se cambió hoy.\nEl plomero <dejó> garantía de 6 meses."),
    )
)
EXTENDED = written(
    PqrsExtended(
        letterhead=LETTERHEAD,
        said=about("El informe del plomero llega la otra semana.", PqrsClassification.PETITION),
        due_on=date(2026, 12, 18),
    )
)
REPLIED = written(PqrsReplied(letterhead=LETTERHEAD, said=about("¿Puede recibirnos mañana a las 8:00 a. m.?")))
DUE_SOON = written(
    PqrsDueSoon(
        letterhead=LETTERHEAD,
        said=about(CASE.description),
        client="Ana Peña",
        due_on=date(2026, 11, 27),
        unassigned=True,
    )
)
TAKEN_FURTHER = written(
    PqrsTakenFurther(
        letterhead=LETTERHEAD,
        said=about("Volvió a gotear."),
        client="Ana Peña",
        reopened=True,
        due_on=date(2026, 12, 18),
    )
)
FACTOR = written(
    SecondFactorChanged(
        letterhead=LETTERHEAD,
        username="ana",
        change=SecondFactorChange.ON,
        at=datetime(2026, 11, 5, 20, 4, tzinfo=UTC),
    )
)
EVERY = {
    "confirmed": CONFIRMED,
    "declined": DECLINED,
    "issued": ISSUED,
    "sent": SENT,
    "filed": FILED,
    "overdue": written(PaymentsOverdue(letterhead=LETTERHEAD, invoices=(INVOICE,))),
    "due": written(PaymentsDue(letterhead=LETTERHEAD, invoices=(INVOICE,))),
    "invited": written(Invitation(letterhead=LETTERHEAD, link=_LINK, username="ana.pena", expires_at=_AT, staff=False)),
    "reset": written(PasswordReset(letterhead=LETTERHEAD, link=_LINK, username="ana.pena", expires_at=_AT)),
    "new address": written(EmailConfirmation(letterhead=LETTERHEAD, link=_LINK, expires_at=_AT)),
    "old address": written(EmailChangeNotice(letterhead=LETTERHEAD, new_email="otra@correo.example", asked_at=_AT)),
    "activated": written(AccountActivated(letterhead=LETTERHEAD, username="ana.pena", at=_AT)),
    "new password": written(PasswordChanged(letterhead=LETTERHEAD, username="ana.pena", at=_AT)),
    "answered": ANSWERED,
    "extended": EXTENDED,
    "replied": REPLIED,
    "due soon": DUE_SOON,
    "taken further": TAKEN_FURTHER,
    "factor": FACTOR,
}
"""A letter of each kind, as a client gets it."""


def from_agency(name: str) -> Mail:
    """The same in the name of another agency."""
    letterhead = Letterhead(name=name, tax_id="1")
    return replace(CONFIRMED, letter=PaymentConfirmed(letterhead=letterhead, receipt=RECEIPT))
