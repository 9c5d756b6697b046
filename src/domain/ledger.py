"""The books of the money that moves here: double entry, append-only. Debits are positive, and a journal sums to zero.

What is billed and what the back office reports stands in its own books; here is what this portal received, applied
and gave back. A fact is never changed: what undoes it is another journal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.ids import AccountId, AgencyId, ClientId, InvoiceId, PaymentId, PaymentIntentId
from domain.money import ZERO


class LedgerAccount(StrEnum):
    """GATEWAY, OFFICE, BACK_OFFICE: where the money is (at the gateway, received at the agency, reported by its back
    office). RECEIVABLE: what a client owes for an invoice. CREDIT: what the agency owes a client. UNAPPLIED: received
    and in review. TO_RETURN: to be given back to the payer outside this system. TO_RECOVER: left twice, from the office
    and through the gateway, so that the payer has it once too often."""

    GATEWAY = "GATEWAY"
    OFFICE = "OFFICE"
    BACK_OFFICE = "BACK_OFFICE"
    RECEIVABLE = "RECEIVABLE"
    CREDIT = "CREDIT"
    UNAPPLIED = "UNAPPLIED"
    TO_RETURN = "TO_RETURN"
    TO_RECOVER = "TO_RECOVER"


class JournalKind(StrEnum):
    """CHARGE: a payment through a gateway. OFFICE: one at the agency. UNAPPLIED: money that does not fit, until a
    person RELEASEs it to the client or orders its RETURN. CREDIT_OPENED: credit of an imported receipt enters these
    books when it is used; CREDIT_USED: credit pays an invoice. REVERSAL: money was taken back. RETURNED_TWICE: the
    gateway gave back what the office had taken back of the same payment."""

    CHARGE = "CHARGE"
    OFFICE = "OFFICE"
    UNAPPLIED = "UNAPPLIED"
    RELEASE = "RELEASE"
    RETURN = "RETURN"
    CREDIT_OPENED = "CREDIT_OPENED"
    CREDIT_USED = "CREDIT_USED"
    REVERSAL = "REVERSAL"
    RETURNED_TWICE = "RETURNED_TWICE"


RECEIPTS = frozenset({JournalKind.CHARGE, JournalKind.OFFICE, JournalKind.RELEASE})
"""Kinds that a receipt is made with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One side. `invoice_id` belongs to RECEIVABLE and only to it."""

    account: LedgerAccount
    amount: Decimal
    invoice_id: InvoiceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One fact. `key` is unique within the agency: the last thing that keeps the same fact from being booked twice.

    `by` is the account of the staff who decided it, `note` their reason.
    """

    key: str
    kind: JournalKind
    agency_id: AgencyId
    client_id: ClientId
    at: datetime
    entries: tuple[LedgerEntry, ...]
    payment_id: PaymentId | None = None
    intent_id: PaymentIntentId | None = None
    by: AccountId | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        """ValueError unless the entries sum to zero and each says something."""
        if not self.entries or sum((entry.amount for entry in self.entries), ZERO) != ZERO:
            raise ValueError(f"{self.key} does not balance")
        for entry in self.entries:
            if entry.amount == ZERO or (entry.invoice_id is None) is (entry.account is LedgerAccount.RECEIVABLE):
                raise ValueError(f"{self.key} has an entry that says nothing")


def received(
    into: LedgerAccount, shares: Iterable[tuple[InvoiceId, Decimal]], credited: Decimal
) -> tuple[LedgerEntry, ...]:
    """Money that pays invoices and leaves credit; `into` is where it is, or UNAPPLIED for what was in review."""
    parts = tuple(shares)
    amount = sum((part for _, part in parts), credited)
    return _entries((into, amount), (LedgerAccount.CREDIT, -credited), invoices=[(key, -part) for key, part in parts])


def held(*, amount: Decimal) -> tuple[LedgerEntry, ...]:
    """Money at the gateway that fits no intent as it was frozen."""
    return _entries((LedgerAccount.GATEWAY, amount), (LedgerAccount.UNAPPLIED, -amount))


def to_return(*, amount: Decimal) -> tuple[LedgerEntry, ...]:
    """Held money that a person decided not to take."""
    return _entries((LedgerAccount.UNAPPLIED, amount), (LedgerAccount.TO_RETURN, -amount))


def credit_opened(*, amount: Decimal) -> tuple[LedgerEntry, ...]:
    return _entries((LedgerAccount.BACK_OFFICE, amount), (LedgerAccount.CREDIT, -amount))


def credit_used(shares: Iterable[tuple[InvoiceId, Decimal]]) -> tuple[LedgerEntry, ...]:
    parts = tuple(shares)
    amount = sum((part for _, part in parts), ZERO)
    return _entries((LedgerAccount.CREDIT, amount), invoices=[(key, -part) for key, part in parts])


def taken_back(
    out_of: LedgerAccount, shares: Iterable[tuple[InvoiceId, Decimal]], of_credit: Decimal
) -> tuple[LedgerEntry, ...]:
    """Money that left again: invoices are owed once more, and unused credit is gone."""
    parts = tuple(shares)
    amount = sum((part for _, part in parts), of_credit)
    return _entries((out_of, -amount), (LedgerAccount.CREDIT, of_credit), invoices=parts)


def returned_twice(*, amount: Decimal) -> tuple[LedgerEntry, ...]:
    """Money that left the gateway, of a payment that owes nothing any more."""
    return _entries((LedgerAccount.GATEWAY, -amount), (LedgerAccount.TO_RECOVER, amount))


def _entries(
    *sides: tuple[LedgerAccount, Decimal], invoices: Sequence[tuple[InvoiceId, Decimal]] = ()
) -> tuple[LedgerEntry, ...]:
    """Without sides that are zero; several parts of one invoice are one entry."""
    by_invoice: dict[InvoiceId, Decimal] = {}
    for invoice_id, part in invoices:
        by_invoice[invoice_id] = by_invoice.get(invoice_id, ZERO) + part
    owed = [
        LedgerEntry(account=LedgerAccount.RECEIVABLE, amount=part, invoice_id=key) for key, part in by_invoice.items()
    ]
    plain = [LedgerEntry(account=account, amount=amount) for account, amount in sides]
    return tuple(entry for entry in (*plain, *owed) if entry.amount != ZERO)
