"""Rent and commission invoices: what was billed, what is still owed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from domain.ids import AgencyId, ClientId, ContractId, InvoiceId
from domain.money import ZERO
from domain.periods import BillingPeriod

_DIAN_QR = "https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey="


class InvoiceKind(StrEnum):
    RENT = "RENT"
    COMMISSION = "COMMISSION"


class InvoiceStatus(StrEnum):
    ISSUED = "ISSUED"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    VOIDED = "VOIDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """`vat_rate` in per cent; `amount` is quantity times unit price, before VAT."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    vat_rate: Decimal
    vat: Decimal
    amount: Decimal


@dataclass(slots=True, kw_only=True, eq=False)
class Invoice:
    """What a client owes for a month of a contract.

    `total` is what must be paid: subtotal + VAT − withholdings. The electronic invoice's own total (`invoiced`) is
    not reduced by withholdings (Resolución DIAN 000165 de 2023). `settled_outside` marks one that the back office
    reports as paid without telling by which receipt.
    """

    id: InvoiceId
    agency_id: AgencyId
    number: str
    kind: InvoiceKind
    contract_id: ContractId
    client_id: ClientId
    description: str
    period: BillingPeriod
    issued_on: date
    due_on: date
    status: InvoiceStatus
    subtotal: Decimal
    vat: Decimal
    withholdings: Decimal
    total: Decimal
    paid: Decimal
    settled_outside: bool = False
    lines: tuple[InvoiceLine, ...] = field(default_factory=tuple)
    cufe: str | None = None
    cufe_issued_at: datetime | None = None

    @property
    def invoiced(self) -> Decimal:
        return self.subtotal + self.vat

    @property
    def balance(self) -> Decimal:
        """What is left to pay, without late interest; a voided invoice owes nothing."""
        return ZERO if self.status is InvoiceStatus.VOIDED else self.total - self.paid

    def is_overdue(self, *, on: date) -> bool:
        """Money is owed and the due date lies before `on`, a Bogotá date."""
        return self.balance > 0 and self.due_on < on

    @property
    def is_payable_online(self) -> bool:
        """A rent invoice with a balance; commissions are settled with the owner's payout."""
        return self.kind is InvoiceKind.RENT and self.balance > 0

    @property
    def taxed_base(self) -> Decimal:
        """Sum of the lines that carry VAT: the base that gateways ask for."""
        return sum((line.amount for line in self.lines if line.vat > 0), ZERO)

    def receive(self, amount: Decimal) -> None:
        """Count money that was allocated to it; never more than the balance (ValueError)."""
        if not 0 < amount <= self.balance:
            raise ValueError(f"{amount} does not fit a balance of {self.balance}")
        self.paid += amount
        self.status = status_after(total=self.total, paid=self.paid)

    def give_back(self, amount: Decimal) -> None:
        """Money that was allocated to it was taken back: it is owed again, unless the invoice is voided."""
        if not 0 < amount <= self.paid:
            raise ValueError(f"{amount} of {self.paid}")
        self.paid -= amount
        if self.status is not InvoiceStatus.VOIDED:
            self.status = status_after(total=self.total, paid=self.paid)

    @property
    def qr_url(self) -> str | None:
        """Where the DIAN shows the electronic invoice, for the QR code."""
        return f"{_DIAN_QR}{self.cufe}" if self.cufe else None


def status_after(*, total: Decimal, paid: Decimal) -> InvoiceStatus:
    """State of an invoice that is not voided, from what was paid on it."""
    if paid >= total:
        return InvoiceStatus.PAID
    return InvoiceStatus.PARTIALLY_PAID if paid > 0 else InvoiceStatus.ISSUED
