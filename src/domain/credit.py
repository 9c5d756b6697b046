"""Using a client's credit: what was received and applied to nothing pays what is owed."""

from collections.abc import Sequence
from decimal import Decimal

from domain.ids import InvoiceId
from domain.invoices import Invoice
from domain.money import ZERO
from domain.payments import Payment


def spend(
    receipts: Sequence[Payment], invoices: Sequence[Invoice]
) -> tuple[tuple[Payment, tuple[tuple[InvoiceId, Decimal], ...]], ...]:
    """Pay the invoices in their order out of the receipts' unused credit in theirs.

    Changes both; gives each receipt that was drawn on, with what of it pays which invoice.
    """
    used = []
    for payment in receipts:
        parts = []
        for invoice in invoices:
            part = min(payment.credit_left, invoice.balance)
            if part > ZERO:
                invoice.receive(part)
                payment.credit_left -= part
                parts.append((invoice.id, part))
        if parts:
            used.append((payment, tuple(parts)))
    return tuple(used)
