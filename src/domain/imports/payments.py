"""pagos.csv: receipts, and what of them goes to which invoice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.ids import PaymentId
from domain.imports.cells import Row
from domain.imports.digests import digest
from domain.imports.invoices import StoredInvoice
from domain.imports.parts import read_allocations
from domain.imports.problems import Reason
from domain.money import ZERO
from domain.payments import PaymentMethod

_METHODS = {
    "pse": PaymentMethod.PSE,
    "tarjeta_credito": PaymentMethod.CREDIT_CARD,
    "tarjeta_debito": PaymentMethod.DEBIT_CARD,
    "transferencia": PaymentMethod.BANK_TRANSFER,
    "efectivo": PaymentMethod.CASH,
    "nequi": PaymentMethod.NEQUI,
    "otro": PaymentMethod.OTHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """`client` is a code; `allocations` are numbers of invoices with amounts, in the order of the file."""

    receipt_number: str
    client: str
    paid_at: datetime
    amount: Decimal
    method: PaymentMethod
    allocations: tuple[tuple[str, Decimal], ...]
    reference: str | None

    @property
    def credited(self) -> Decimal:
        """What goes to no invoice."""
        return self.amount - sum((amount for _, amount in self.allocations), ZERO)

    @property
    def told(self) -> str | None:
        """The reference as it is compared: a back office may pad its columns."""
        return None if self.reference is None else self.reference.strip()

    @property
    def digest(self) -> str:
        return digest(self.client, self.paid_at, self.amount, self.method, self.allocations, self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPayment:
    """`client` is a code. `allocations` are numbers of invoices and what of the receipt counts towards them.
    `at_office`: received without a gateway. `reference` is the gateway's or the bank's, `intent_reference` the one that
    we gave a payment through a gateway: its panel shows both."""

    id: PaymentId
    receipt_number: str
    client: str
    amount: Decimal
    at_office: bool
    reference: str | None
    intent_reference: str | None
    digest: str | None
    reversed_here: bool
    credit_used_here: bool
    allocations: tuple[tuple[str, Decimal], ...]

    @property
    def made_here(self) -> bool:
        """No import wrote it: paid through a gateway, or recorded by the agency's staff."""
        return self.digest is None

    @property
    def stands(self) -> bool:
        """No import touches it."""
        return self.made_here or self.reversed_here or self.credit_used_here

    def is_told_by(self, record: PaymentRecord) -> bool:
        """Whether a row with this payment's reference is this payment, made here. A gateway gives a reference once;
        what the staff wrote down at the office may be anything, and tells only of the same client and amount."""
        if not self.made_here or record.told is None or record.told not in (self.reference, self.intent_reference):
            return False
        return not self.at_office or self.is_alike(record)

    def is_alike(self, record: PaymentRecord) -> bool:
        return (self.client, self.amount) == (record.client, record.amount)


def read_payment(row: Row) -> PaymentRecord:
    amount = row.amount("valor")
    if row.good("valor") and amount == 0:
        row.reject("valor", Reason.NOT_ABOVE_ZERO)
    paid_at, _ = row.moment("fecha")
    record = PaymentRecord(
        receipt_number=row.identifier("recibo"),
        client=row.identifier("cliente"),
        paid_at=paid_at,
        amount=amount,
        method=row.choice("medio", _METHODS),
        allocations=read_allocations(row, "facturas"),
        reference=row.optional_text("referencia"),
    )
    if row.good("valor", "facturas") and record.credited < 0:
        row.reject("facturas", Reason.ALLOCATIONS_ABOVE_AMOUNT, total=str(amount - record.credited))
    return record


def check_payment(
    row: Row,
    record: PaymentRecord,
    *,
    clients: Collection[str],
    invoices: Mapping[str, StoredInvoice],
    stored: StoredPayment | None,
) -> None:
    """`invoices` tell what they hold now; what the stored version of this receipt put on them is free again."""
    if record.client not in clients:
        row.reject("cliente", Reason.NOT_FOUND, code=record.client)
    freed = dict(stored.allocations) if stored else {}
    for number, amount in record.allocations:
        invoice = invoices.get(number)
        if invoice is None:
            row.reject("facturas", Reason.NOT_FOUND, code=number)
        elif row.good("cliente") and invoice.client != record.client:
            row.reject("facturas", Reason.INVOICE_OF_ANOTHER, code=number, client=record.client)
        elif invoice.voided:
            row.reject("facturas", Reason.INVOICE_VOIDED, code=number)
        elif amount > (room := invoice.room + freed.get(number, ZERO)):
            row.reject("facturas", Reason.INVOICE_EXCEEDED, code=number, room=str(room), total=str(invoice.total))


def apply_payment(
    record: PaymentRecord, *, invoices: Mapping[str, StoredInvoice], stored: StoredPayment | None
) -> list[StoredInvoice]:
    """Move what is allocated on the invoices from the stored version of a receipt to this one; those it touched."""
    touched = {}
    for sign, allocations in ((-1, stored.allocations if stored else ()), (1, record.allocations)):
        for number, amount in allocations:
            invoices[number].allocated += sign * amount
            touched[number] = invoices[number]
    return list(touched.values())
