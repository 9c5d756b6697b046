"""Returning a charge through the gateway (reembolso).

Source: PayU, «Refunds API»: cards only, from COP 100, one open request per transaction; decided days later, without
notice, so that the gateway has to be asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.errors import RefundObstacle
from domain.ids import AccountId, RefundId
from domain.payments import PaymentMethod

SMALLEST_REFUND = Decimal(100)
REFUNDABLE = frozenset({PaymentMethod.CREDIT_CARD, PaymentMethod.DEBIT_CARD})
"""PSE, cash and wallets cannot be returned through the gateway: the money is credit, or the agency transfers it."""
EARLIEST = timedelta(minutes=10)
LATEST = timedelta(days=2 * 365)
"""How long after the charge a return may be asked for."""


class RefundStatus(StrEnum):
    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One request to return (part of) a charge. `charge_id` is the charge's transaction, `gateway_id` the refund's
    own, once the gateway gave it one. `requested_by` is nobody's where it was asked for in the gateway's own panel."""

    id: RefundId
    charge_id: str
    amount: Decimal
    status: RefundStatus
    reason: str
    requested_at: datetime
    requested_by: AccountId | None = None
    gateway_id: str | None = None
    resolved_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status is RefundStatus.REQUESTED


def obstacle(method: PaymentMethod, *, charged_at: datetime, at: datetime) -> RefundObstacle | None:
    """Why a charge cannot be returned through its gateway at `at`; None where it can."""
    if method not in REFUNDABLE:
        return RefundObstacle.METHOD
    if at < charged_at + EARLIEST:
        return RefundObstacle.TOO_EARLY
    return RefundObstacle.TOO_LATE if at > charged_at + LATEST else None
