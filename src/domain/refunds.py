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
ON_ITS_WAY = timedelta(minutes=10)
"""How long a request may take to reach the gateway: until then nobody can say that it was lost."""
_UNHEARD, _UNDECIDED = timedelta(days=3), timedelta(days=15)
"""From when on the staff should look at a request of which nothing is known, and at one that the gateway has."""


class RefundStatus(StrEnum):
    """RELEASED: it never reached the gateway, as the staff found by asking it."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One request to return (part of) a charge. `charge_id` is the charge's transaction, `gateway_id` the refund's
    own, once the gateway gave it one. `requested_by` is nobody's where it was asked for in the gateway's own panel;
    `resolved_by` and `note` are of the person who released it."""

    id: RefundId
    charge_id: str
    amount: Decimal
    status: RefundStatus
    reason: str
    requested_at: datetime
    requested_by: AccountId | None = None
    gateway_id: str | None = None
    resolved_at: datetime | None = None
    resolved_by: AccountId | None = None
    note: str | None = None

    @property
    def is_open(self) -> bool:
        return self.status is RefundStatus.REQUESTED

    @property
    def is_lost(self) -> bool:
        """Whether the gateway has it is not known."""
        return self.is_open and self.gateway_id is None

    def is_slow(self, *, at: datetime) -> bool:
        """It is open for so long that somebody should look at it."""
        usual = _UNHEARD if self.is_lost else _UNDECIDED
        return self.is_open and at - self.requested_at > usual


def obstacle(method: PaymentMethod, *, charged_at: datetime, at: datetime) -> RefundObstacle | None:
    """Why a charge cannot be returned through its gateway at `at`; None where it can."""
    if method not in REFUNDABLE:
        return RefundObstacle.METHOD
    if at < charged_at + EARLIEST:
        return RefundObstacle.TOO_EARLY
    return RefundObstacle.TOO_LATE if at > charged_at + LATEST else None
