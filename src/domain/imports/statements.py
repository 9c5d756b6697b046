"""A gateway's statement of what it paid out (liquidación), as the agency's staff bring it.

The columns are ours: the form in which each gateway delivers its statements is not documented, and has to be brought
into this one.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.imports.cells import MAX_CODE, Row
from domain.imports.problems import Reason
from domain.payments import PaymentMethod


@dataclass(frozen=True, slots=True)
class StatementColumns:
    required: tuple[str, ...] = ("referencia", "transaccion", "valor", "fecha")
    optional: tuple[str, ...] = ("medio", "cus", "recibo")

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


STATEMENT = StatementColumns()
AMOUNT_COLUMN = "valor"
RECEIPT_COLUMN = "recibo"
ANOTHER_PAYMENT = "nuevo"
"""In the column of the receipt: that the line is of none that is known."""
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
class StatementLine:
    """One payment that the gateway paid out. `amount` is what the payer paid, before the gateway's commission; `at` is
    when, or the beginning of that Bogotá day where the file tells no time (`has_time`). The staff may say whose money
    it is: of the portal's `receipt`, or of a payment that has none yet (`is_another`)."""

    row: int
    reference: str
    transaction_id: str
    amount: Decimal
    at: datetime
    has_time: bool
    method: PaymentMethod | None = None
    bank_reference: str | None = None
    receipt: str | None = None
    is_another: bool = False


def read_line(row: Row) -> StatementLine:
    """The values of a row; bad cells are noted on it."""
    amount = row.amount(AMOUNT_COLUMN)
    if row.good(AMOUNT_COLUMN) and amount == 0:
        row.reject(AMOUNT_COLUMN, Reason.NOT_ABOVE_ZERO)
    at, has_time = row.moment("fecha")
    receipt = row.optional_text(RECEIPT_COLUMN, MAX_CODE)
    is_another = receipt is not None and receipt.strip().casefold() == ANOTHER_PAYMENT
    return StatementLine(
        row=row.number,
        reference=row.identifier("referencia"),
        transaction_id=row.identifier("transaccion"),
        amount=amount,
        at=at,
        has_time=has_time,
        method=row.choice("medio", _METHODS) if row.code("medio") else None,
        bank_reference=row.optional_text("cus", MAX_CODE),
        receipt=None if receipt is None or is_another else receipt.strip().upper(),
        is_another=is_another,
    )
