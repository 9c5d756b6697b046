"""What must be true of the books whatever happened: after every commit, and once everything has become quiet."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.ids import AgencyId, ClientId, InvoiceId, PaymentId, PaymentIntentId
from domain.ledger import Journal, JournalKind, LedgerAccount
from domain.money import ZERO
from domain.payment_intents import CURRENCY, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentStatus
from tests.fakes.books import Books
from tests.simulation.gateway import ModelGateway, Transaction

S = PaymentIntentStatus
_FROZEN = ("agency_id", "client_id", "gateway_account_id", "reference", "amount", "invoices", "created_at")
_RECEIVED = (JournalKind.CHARGE, JournalKind.RELEASE, JournalKind.OFFICE)


class Violated(AssertionError):
    """An invariant does not hold."""


def must(holds: bool, what: str, *about: object) -> None:
    if not holds:
        raise Violated(what.format(*about))


class Invariants:
    """Over the books of `agency_id`. `owed_before` is what invoices had been paid when all began."""

    def __init__(self, books: Books, agency_id: AgencyId, gateway: ModelGateway, *, real_money: bool) -> None:
        self.agency_id = agency_id
        self.gateway = gateway
        self.real_money = real_money
        self.paid_before = {it.id: it.paid for it in books.invoices.values()}

    def before_commit(self, books: Books, changed: Mapping[str, Any]) -> None:
        """`books` are those committed so far, `changed` what a transaction is about to add to them."""
        for intent in changed.get("intents", {}).values():
            self._moves(books.intents.get(intent.id), intent)
            if intent.id not in books.intents:
                self._holds_alone(books, intent)
        for key, journal in changed.get("journals", {}).items():
            must(key not in books.journals, "journal {} was written over", journal.key)
            total = sum((entry.amount for entry in journal.entries), ZERO)
            must(total == ZERO, "journal {} sums to {}", journal.key, total)
        for key, event in changed.get("events", {}).items():
            before = books.events.get(key)
            same = before is None or (before.body, before.reference) == (event.body, event.reference)
            must(same, "the notice {} was written over", key)
        for rows in changed.values():
            for row in rows.values() if isinstance(rows, dict) else rows:
                agency_id = getattr(row, "agency_id", self.agency_id)
                must(agency_id == self.agency_id, "another agency's {} was written", type(row).__name__)

    def _moves(self, before: PaymentIntent | None, after: PaymentIntent) -> None:
        must(before is not None or after.status is S.CREATED, "{} begins as {}", after.reference, after.status)
        if before is None:
            return
        for name in _FROZEN:
            must(getattr(before, name) == getattr(after, name), "{} of {} changed", name, after.reference)
        if before.status is S.APPROVED:
            must(
                after.status in (S.APPROVED, S.REVIEW),
                "{} went from APPROVED to {}",
                after.reference,
                after.status,
            )
        # One that had an invented id may get another name, but what was booked stays booked.
        lost = len(before.charged_ids) - len(after.charged_ids)
        must(lost <= 0, "{} forgot that it booked {}", after.reference, sorted(before.charged_ids))

    def _holds_alone(self, books: Books, intent: PaymentIntent) -> None:
        mine = {part.invoice_id for part in intent.invoices}
        for other in books.intents.values():
            both = other.status.is_live and not mine.isdisjoint(part.invoice_id for part in other.invoices)
            must(not both, "{} was opened beside {}", intent.reference, other.reference)

    def after_commit(self, books: Books) -> None:
        """Of the money, as it stands committed."""
        self._receipts(books)
        self._invoices(books)
        self._credit(books)
        for intent_id, journals in _by_intent(books.journals.values()).items():
            self._never_more_than_came(books.intents[intent_id], journals)

    def _receipts(self, books: Books) -> None:
        numbers = sorted(it.receipt_number for it, _ in books.payments.values() if it.agency_id == self.agency_id)
        expected = [f"RP-{number:06d}" for number in range(1, len(numbers) + 1)]
        must(numbers == expected, "receipts are {}", numbers)
        for payment, _ in books.payments.values():
            shares = books.shares_of(payment.id)
            must(ZERO <= payment.credit_left <= payment.credited, "credit of {}", payment.receipt_number)
            must(ZERO <= payment.reversed <= payment.amount, "reversed of {}", payment.receipt_number)
            in_force = sum((share.in_force for share in shares), payment.credit_left)
            must(
                in_force == payment.in_force,
                "{}: {} of {} in force",
                payment.receipt_number,
                in_force,
                payment.in_force,
            )
            must(
                (payment.status is PaymentStatus.REVERSED) is (payment.in_force == ZERO),
                "{} is {} with {} in force",
                payment.receipt_number,
                payment.status,
                payment.in_force,
            )
            taken = sum((it.amount for it in books.reversals if it.payment_id == payment.id), ZERO)
            must(
                taken == payment.reversed,
                "{}: reversals of {}, not {}",
                payment.receipt_number,
                taken,
                payment.reversed,
            )

    def _invoices(self, books: Books) -> None:
        by_shares: dict[InvoiceId, Decimal] = {}
        for payment_id in books.payments:
            for share in books.shares_of(payment_id):
                by_shares[share.invoice_id] = by_shares.get(share.invoice_id, ZERO) + share.in_force
        by_ledger: dict[InvoiceId, Decimal] = {}
        for journal in books.journals.values():
            for entry in journal.entries:
                if entry.account is LedgerAccount.RECEIVABLE and entry.invoice_id is not None:
                    by_ledger[entry.invoice_id] = by_ledger.get(entry.invoice_id, ZERO) - entry.amount
        for invoice in books.invoices.values():
            must(
                ZERO <= invoice.paid <= invoice.total,
                "{} has {} of {} paid",
                invoice.number,
                invoice.paid,
                invoice.total,
            )
            here = invoice.paid - self.paid_before.get(invoice.id, ZERO)
            must(here == by_shares.get(invoice.id, ZERO), "{}: paid {}, shares {}", invoice.number, here, by_shares)
            must(here == by_ledger.get(invoice.id, ZERO), "{}: paid {}, ledger {}", invoice.number, here, by_ledger)

    def _credit(self, books: Books) -> None:
        left: dict[ClientId, Decimal] = {}
        for payment, _ in books.payments.values():
            left[payment.client_id] = left.get(payment.client_id, ZERO) + payment.credit_left
        booked, brought = dict.fromkeys(left, ZERO), Counter[PaymentId | None]()
        for journal in books.journals.values():
            if journal.kind in _RECEIVED:
                brought[journal.payment_id] += 1
            for entry in journal.entries:
                if entry.account is LedgerAccount.CREDIT:
                    booked[journal.client_id] -= entry.amount
        must(booked == left, "credit is {} in the books and {} on receipts", booked, left)
        must(brought == Counter(books.payments.keys()), "receipts and what brought them differ")

    def _never_more_than_came(self, intent: PaymentIntent, journals: list[Journal]) -> None:
        came = self.approved(intent)
        charges = [it for it in journals if it.kind is JournalKind.CHARGE]
        released, held = _sum(journals, JournalKind.RELEASE, LedgerAccount.UNAPPLIED), self.held(intent)
        must(released <= sum((it.amount for it in held), ZERO), "{}: {} released", intent.reference, released)
        must(len(charges) <= len(came), "{}: {} charges of {} approved", intent.reference, len(charges), len(came))
        returned = sum((it.returned for it in (*came, *held)), ZERO)
        taken = _taken_back(journals)
        must(-taken <= returned, "{}: {} taken back of {} returned", intent.reference, -taken, returned)

    def approved(self, intent: PaymentIntent) -> list[Transaction]:
        """What the gateway took for it as it was frozen."""
        order = self.gateway.orders.get(intent.reference)
        tries = [] if order is None else order.tries
        return [it for it in tries if it.was_approved and self._fits(intent, it)]

    def _fits(self, intent: PaymentIntent, it: Transaction) -> bool:
        return it.amount == intent.amount and it.currency == CURRENCY and not (it.test and self.real_money)

    def held(self, intent: PaymentIntent) -> list[Transaction]:
        """Money of ours that it took in another amount."""
        order = self.gateway.orders.get(intent.reference)
        tries = [] if order is None else order.tries
        ours = (it for it in tries if it.was_approved and it.currency == CURRENCY and not (it.test and self.real_money))
        return [it for it in ours if it.amount != intent.amount]

    def when_quiet(self, books: Books) -> None:
        """Everything the gateway took is booked, each transaction once, and everything it gave back is taken back."""
        self.after_commit(books)
        journals = _by_intent(books.journals.values())
        for intent in books.intents.values():
            mine, came, held = journals.get(intent.id, []), self.approved(intent), self.held(intent)
            charges = Counter(_amount(it) for it in mine if it.kind is JournalKind.CHARGE)
            expected = Counter(it.amount for it in came)
            must(
                charges == expected,
                "{} ({}): charges {}, approved {}",
                intent.reference,
                intent.status,
                charges,
                expected,
            )
            unapplied = Counter(_amount(it) for it in mine if it.kind is JournalKind.UNAPPLIED)
            expected = Counter(it.amount for it in held)
            must(
                unapplied == expected,
                "{} ({}): held {}, came {}",
                intent.reference,
                intent.status,
                unapplied,
                expected,
            )
            taken = -_taken_back(mine)
            returned = sum((it.returned for it in came), ZERO)
            if any(it.returned for it in held):
                returned = taken = ZERO  # money in another amount may be nobody's
            must(
                taken == returned,
                "{} ({}): {} taken back, {} returned",
                intent.reference,
                intent.status,
                taken,
                returned,
            )
            must(not intent.status.is_live, "{} is still {}", intent.reference, intent.status)
            if came and not held:
                must(intent.status is S.APPROVED, "{} is {}, but was paid", intent.reference, intent.status)
        for event in books.events.values():
            must(event.outcome is not None, "a notice about {} was never dealt with", event.reference)


def _by_intent(journals: Iterable[Journal]) -> dict[PaymentIntentId, list[Journal]]:
    found: dict[PaymentIntentId, list[Journal]] = {}
    for journal in journals:
        if journal.intent_id is not None:
            found.setdefault(journal.intent_id, []).append(journal)
    return found


def _amount(journal: Journal) -> Decimal:
    return sum((entry.amount for entry in journal.entries if entry.amount > 0), ZERO)


def _taken_back(journals: Iterable[Journal]) -> Decimal:
    """Out of the gateway, from receipts and beyond them."""
    kinds, kept = (JournalKind.REVERSAL, JournalKind.RETURNED_TWICE), list(journals)
    return sum((_sum(kept, kind, LedgerAccount.GATEWAY) for kind in kinds), ZERO)


def _sum(journals: Iterable[Journal], kind: JournalKind, account: LedgerAccount) -> Decimal:
    entries = (entry for journal in journals if journal.kind is kind for entry in journal.entries)
    return sum((entry.amount for entry in entries if entry.account is account), ZERO)
