"""Money received: cash receipts (recibos de caja) and what they were applied to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.ids import AgencyId, ClientId, InvoiceId, PaymentId, PaymentIntentId


class PaymentGatewayCode(StrEnum):
    PAYU = "PAYU"
    ENLINEA = "ENLINEA"


class PaymentMethod(StrEnum):
    CREDIT_CARD = "CREDIT_CARD"
    DEBIT_CARD = "DEBIT_CARD"
    PSE = "PSE"
    NEQUI = "NEQUI"
    CASH = "CASH"
    BANK_TRANSFER = "BANK_TRANSFER"
    OTHER = "OTHER"


class PaymentStatus(StrEnum):
    APPLIED = "APPLIED"
    REVERSED = "REVERSED"


@dataclass(slots=True, kw_only=True, eq=False)
class Payment:
    """One receipt. `credited` is the part applied to no invoice: the client's credit balance.

    `gateway` and `intent_id` are set for money that came through this portal; an imported one has neither.
    `verification_code` lets anybody check the printed receipt.
    """

    id: PaymentId
    agency_id: AgencyId
    receipt_number: str
    client_id: ClientId
    paid_at: datetime
    amount: Decimal
    credited: Decimal
    method: PaymentMethod
    status: PaymentStatus
    verification_code: str
    gateway: PaymentGatewayCode | None = None
    gateway_reference: str | None = None
    intent_id: PaymentIntentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Part of a receipt that pays (part of) an invoice; both numbers and the instant travel along for display."""

    payment_id: PaymentId
    invoice_id: InvoiceId
    client_id: ClientId
    amount: Decimal
    receipt_number: str
    invoice_number: str
    paid_at: datetime
