"""How money enters and leaves the books: one function for receiving it, one for taking it back.

Callers hold the client's lock (`uow.payments.lock_client`), and the intent's before it where there is one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from application.announcements import payment_confirmed
from application.codes import verification_code
from application.ports.unit_of_work import UnitOfWork
from domain.findings import Finding, FindingKind
from domain.ids import AccountId, AgencyId, ClientId, InvoiceId, PaymentId, PaymentIntentId, ReversalId
from domain.invoices import Invoice
from domain.ledger import Journal, JournalKind, LedgerAccount, credit_opened, received, taken_back
from domain.money import ZERO
from domain.payment_intents import IntentInvoice, share_out
from domain.payments import (
    Payment,
    PaymentGatewayCode,
    PaymentMethod,
    PaymentReversal,
    PaymentStatus,
    ReversalKind,
    Share,
    take_back,
)

_RECEIPTS = "receipts"
_RECEIPT_PREFIX = "RP-"
"""Recibo del portal: apart from the back office's own series, which is imported."""


class BookedBefore(Exception):
    """The ledger has this fact already: the work that would have booked it twice is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money to be booked. `into` is where it is; `key` names the fact in the ledger."""

    key: str
    kind: JournalKind
    into: LedgerAccount
    agency_id: AgencyId
    client_id: ClientId
    amount: Decimal
    method: PaymentMethod
    paid_at: datetime
    gateway: PaymentGatewayCode | None = None
    gateway_reference: str | None = None
    intent_id: PaymentIntentId | None = None
    by: AccountId | None = None
    note: str | None = None


async def receive(
    uow: UnitOfWork, receipt: Receipt, wanted: Sequence[IntentInvoice], invoices: dict[InvoiceId, Invoice], at: datetime
) -> Payment:
    """Apply money to `wanted` as far as those still owe it (`invoices`, locked), the rest to the client's credit.

    Writes invoices, receipt and journal, and the client a letter. The receipt's number is taken last, so that the
    agency's series is locked for the shortest time. Raises BookedBefore."""
    balances = {key: invoice.balance for key, invoice in invoices.items()}
    shares, credited = share_out(receipt.amount, wanted, balances)
    for invoice_id, amount in shares:
        invoices[invoice_id].receive(amount)
        await uow.payments.save_invoice(invoices[invoice_id])
    payment = Payment(
        id=PaymentId(uuid4()),
        agency_id=receipt.agency_id,
        receipt_number=await _receipt_number(uow),
        client_id=receipt.client_id,
        paid_at=receipt.paid_at,
        amount=receipt.amount,
        credited=credited,
        credit_left=credited,
        method=receipt.method,
        status=PaymentStatus.APPLIED,
        verification_code=verification_code(),
        gateway=receipt.gateway,
        gateway_reference=receipt.gateway_reference,
        intent_id=receipt.intent_id,
    )
    await uow.payments.add(payment, shares)
    journal = Journal(
        key=receipt.key,
        kind=receipt.kind,
        agency_id=receipt.agency_id,
        client_id=receipt.client_id,
        at=at,
        entries=received(receipt.into, shares, credited),
        payment_id=payment.id,
        intent_id=receipt.intent_id,
        by=receipt.by,
        note=receipt.note,
    )
    if not await uow.ledger.post(journal):
        raise BookedBefore(receipt.key)
    await uow.jobs.put(payment_confirmed(payment))
    return payment


async def give_back(
    uow: UnitOfWork,
    payment: Payment,
    *,
    amount: Decimal | None,
    kind: ReversalKind,
    reason: str,
    at: datetime,
    by: AccountId | None = None,
) -> PaymentReversal:
    """Take `amount` (or all that is left) of a payment back: of its unused credit, then of what it paid, newest first.
    Its invoices owe that again.

    What the staff take back themselves leaves the agency, also where it came through a gateway: there it stays, and is
    settled to the agency as if nothing had been."""
    shares = await uow.payments.shares(payment.id)
    whole = payment.in_force if amount is None else min(amount, payment.in_force)
    of_credit, parts = take_back(payment, shares, whole)
    back = _by_invoice(parts)
    invoices = await uow.payments.lock_invoices(list(back))
    for invoice_id, part in back.items():
        invoices[invoice_id].give_back(part)
        await uow.payments.save_invoice(invoices[invoice_id])
    reversal = PaymentReversal(
        id=ReversalId(uuid4()),
        agency_id=payment.agency_id,
        payment_id=payment.id,
        client_id=payment.client_id,
        kind=kind,
        amount=whole,
        reason=reason,
        at=at,
        by=by,
    )
    await uow.payments.save_taken_back(payment, [share for share, _ in parts], reversal)
    imported = not await uow.payments.made_here(payment.id)
    if of_credit > ZERO:
        await open_credit(uow, payment, at=at)
    journal = Journal(
        key=f"reversal:{reversal.id}",
        kind=JournalKind.REVERSAL,
        agency_id=payment.agency_id,
        client_id=payment.client_id,
        at=at,
        entries=taken_back(_place(payment, kind, imported=imported), back.items(), of_credit),
        payment_id=payment.id,
        intent_id=payment.intent_id,
        by=by,
        note=reason or None,
    )
    await uow.ledger.post(journal)
    return reversal


async def open_credit(uow: UnitOfWork, payment: Payment, *, at: datetime) -> None:
    """The credit of an imported receipt enters these books, once, before it is used or taken back."""
    if not await uow.payments.made_here(payment.id):
        await uow.ledger.post(
            Journal(
                key=f"opened:{payment.id}",
                kind=JournalKind.CREDIT_OPENED,
                agency_id=payment.agency_id,
                client_id=payment.client_id,
                at=at,
                entries=credit_opened(amount=payment.credited),
                payment_id=payment.id,
            )
        )


async def tell_staff(
    uow: UnitOfWork,
    kind: FindingKind,
    about: str,
    *,
    payment: Payment,
    detail: str = "",
    amount: Decimal | None = None,
    at: datetime,
) -> None:
    """A finding about a payment."""
    await uow.findings.report(
        Finding(
            id=uuid4(),
            agency_id=payment.agency_id,
            kind=kind,
            key=f"{kind}:{about}",
            at=at,
            client_id=payment.client_id,
            intent_id=payment.intent_id,
            payment_id=payment.id,
            amount=payment.amount if amount is None else amount,
            detail=detail,
        )
    )


def _by_invoice(parts: Iterable[tuple[Share, Decimal]]) -> dict[InvoiceId, Decimal]:
    found: dict[InvoiceId, Decimal] = {}
    for share, part in parts:
        found[share.invoice_id] = found.get(share.invoice_id, ZERO) + part
    return found


def _place(payment: Payment, kind: ReversalKind, *, imported: bool) -> LedgerAccount:
    """Out of where the money of a payment is taken back."""
    if imported:
        return LedgerAccount.BACK_OFFICE
    by_hand = payment.gateway is None or kind is ReversalKind.OFFICE
    return LedgerAccount.OFFICE if by_hand else LedgerAccount.GATEWAY


async def _receipt_number(uow: UnitOfWork) -> str:
    """The next of the agency's series without gaps; one that an import happens to use is passed over."""
    while True:
        number = f"{_RECEIPT_PREFIX}{await uow.counters.next(_RECEIPTS):06d}"
        if not await uow.payments.has_receipt(number):
            return number
