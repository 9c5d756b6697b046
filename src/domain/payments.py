"""Money received: cash receipts (recibos de caja), what they were applied to, and what was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.ids import AccountId, AgencyId, ClientId, InvoiceId, PaymentId, PaymentIntentId, ReversalId
from domain.money import ZERO


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
    """One receipt. What it says never changes; `status`, `reversed` and `credit_left` tell what became of the money.

    `credited` is the part applied to no invoice when it was received; `credit_left` what of it is still unused: the
    client's credit balance is the sum of those. `reversed` is what was taken back so far; REVERSED means all of it.
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
    reversed: Decimal = ZERO
    credit_left: Decimal = ZERO
    gateway: PaymentGatewayCode | None = None
    gateway_reference: str | None = None
    intent_id: PaymentIntentId | None = None

    @property
    def in_force(self) -> Decimal:
        """What was received and not taken back."""
        return self.amount - self.reversed


FIRST_FROM_CREDIT = 100_000
"""Position of a receipt's first share from credit: the earlier ones belong to what the receipt itself says."""


@dataclass(slots=True, kw_only=True, eq=False)
class Share:
    """Part of a receipt that pays (part of) an invoice, from the start or later out of its credit (`from_credit`).

    `position` tells the shares of a receipt apart; those from credit come after FIRST_FROM_CREDIT, and have the
    instant when the credit was used. `reversed` is what was taken back.
    """

    position: int
    invoice_id: InvoiceId
    amount: Decimal
    reversed: Decimal = ZERO
    from_credit: bool = False
    applied_at: datetime | None = None

    @property
    def in_force(self) -> Decimal:
        return self.amount - self.reversed


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A share in force as people see it; both numbers travel along for display. `paid_at` is when the money was
    received, or when the credit was used."""

    payment_id: PaymentId
    invoice_id: InvoiceId
    client_id: ClientId
    amount: Decimal
    receipt_number: str
    invoice_number: str
    paid_at: datetime


class ReversalKind(StrEnum):
    """Why money was taken back. OFFICE: the staff corrected a receipt. REFUND: returned through the gateway.
    CHARGEBACK: the bank took it back. REVIEW: the gateway contradicted itself and a person decided."""

    OFFICE = "OFFICE"
    REFUND = "REFUND"
    CHARGEBACK = "CHARGEBACK"
    REVIEW = "REVIEW"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReversal:
    """That money of a receipt was taken back: a fact of its own, beside the receipt. `by` is the staff's account,
    nobody's where the gateway did it."""

    id: ReversalId
    agency_id: AgencyId
    payment_id: PaymentId
    client_id: ClientId
    kind: ReversalKind
    amount: Decimal
    reason: str
    at: datetime
    by: AccountId | None = None


def take_back(
    payment: Payment, shares: Sequence[Share], amount: Decimal
) -> tuple[Decimal, tuple[tuple[Share, Decimal], ...]]:
    """From where `amount` of a receipt is taken back: of its unused credit, then of its newest shares.

    Changes `payment` and `shares` accordingly and gives the part of the credit and the part of each share; the caller
    owes the invoices theirs. Never more than is in force (ValueError).
    """
    if not ZERO < amount <= payment.in_force:
        raise ValueError(f"{amount} of {payment.in_force}")
    of_credit = min(amount, payment.credit_left)
    left, parts = amount - of_credit, []
    for share in sorted(shares, key=lambda share: share.position, reverse=True):
        part = min(left, share.in_force)
        if part > 0:
            share.reversed += part
            parts.append((share, part))
            left -= part
    if left:
        raise ValueError(f"shares of {payment.receipt_number} do not cover its amount")
    payment.credit_left -= of_credit
    payment.reversed += amount
    if payment.in_force == ZERO:
        payment.status = PaymentStatus.REVERSED
    return of_credit, tuple(parts)
