"""Money handed to owners: payout vouchers (comprobantes de egreso) with their settlement."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.ids import AgencyId, ClientId, ContractId, PayoutId
from domain.money import ZERO
from domain.payments import PaymentMethod
from domain.periods import BillingPeriod


class PayoutLineKind(StrEnum):
    RENT = "RENT"
    VAT = "VAT"
    COMMISSION = "COMMISSION"
    COMMISSION_VAT = "COMMISSION_VAT"
    WITHHOLDING = "WITHHOLDING"
    EXPENSE = "EXPENSE"
    ADJUSTMENT = "ADJUSTMENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutLine:
    """Deductions are negative."""

    kind: PayoutLineKind
    description: str
    amount: Decimal


@dataclass(slots=True, kw_only=True, eq=False)
class Payout:
    """`net` = `gross` − `deductions`; the lines add up to it. It may be negative when expenses pass the rent."""

    id: PayoutId
    agency_id: AgencyId
    number: str
    contract_id: ContractId
    client_id: ClientId
    period: BillingPeriod
    paid_on: date
    net: Decimal
    method: PaymentMethod | None = None
    bank_reference: str | None = None
    lines: tuple[PayoutLine, ...] = field(default_factory=tuple)

    @property
    def gross(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.amount > 0), ZERO)

    @property
    def deductions(self) -> Decimal:
        """As a positive amount."""
        return -sum((line.amount for line in self.lines if line.amount < 0), ZERO)
