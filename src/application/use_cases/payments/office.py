"""Money that the staff receive at the office, and receipts that they take back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from application.access import Viewer, require_staff
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import problem_of_text
from application.use_cases.payments.acts import (
    MAX_INVOICES,
    Request,
    intent_of_payment,
    problem_of_key,
    problem_of_note,
    problems_of_invoices,
)
from application.use_cases.payments.books import Receipt, give_back, receive
from domain.audit import AuditAction
from domain.errors import FieldProblem, FieldProblemCode, InvalidTransition, NotFound, refuse
from domain.ids import AccountId, ClientId, InvoiceId, PaymentId
from domain.invoices import Invoice
from domain.ledger import JournalKind, LedgerAccount
from domain.money import ZERO, pesos
from domain.payment_intents import IntentInvoice
from domain.payments import Payment, PaymentMethod, PaymentStatus, ReversalKind
from domain.periods import BOGOTA

MAX_REFERENCE = 100
EARLIEST = datetime(2000, 1, 1, tzinfo=BOGOTA)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePayment:
    """What the staff write down. Without `invoice_ids` it pays the oldest debts; without `paid_at`, it was received
    now."""

    client_id: ClientId
    amount: Decimal
    method: PaymentMethod
    idempotency_key: str
    paid_at: datetime | None = None
    bank_reference: str | None = None
    invoice_ids: tuple[InvoiceId, ...] = ()

    def request(self, account_id: AccountId) -> Request:
        told = (self.client_id, self.amount.normalize(), self.method, self.paid_at, self.bank_reference)
        key = self.idempotency_key
        return Request(account_id=account_id, act="record", key=key, told=(*told, *self.invoice_ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment:
    """Write down money received at the office: a receipt that pays the oldest rent debts first, or the invoices named
    in their order, and leaves the rest as credit.

    For staff. Repeating the same key gives the same receipt, with other data it is an IdempotencyConflict. An online
    payment under way does not stand in the way: should it be approved, its money becomes credit. Refuses with NotFound
    (the client) and InvalidInput (an invoice that is not the client's is NOT_FOUND, one that owes nothing or is a
    commission NOT_ALLOWED).
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, form: OfficePayment) -> Payment:
        staff = require_staff(viewer)
        at = self.clock.now()
        problems, request = _problems(form, at=at), form.request(staff.account_id)
        async with self.unit_of_work(staff.scope) as uow:
            known = None if problems else await request.answered(uow)
            if known is not None:
                return await _receipt(uow, PaymentId(known))
            if not await uow.payments.has_client(form.client_id):
                raise NotFound
            await uow.payments.lock_client(form.client_id)
            owing, misplaced = await _owing(uow, form)
            refuse(*problems, *misplaced)
            wanted = [IntentInvoice(invoice_id=it.id, amount=it.balance) for it in owing]
            receipt = Receipt(
                key=f"office:{staff.account_id}:{form.idempotency_key}",
                kind=JournalKind.OFFICE,
                into=LedgerAccount.OFFICE,
                agency_id=staff.agency_id,
                client_id=form.client_id,
                amount=pesos(form.amount),
                method=form.method,
                paid_at=form.paid_at or at,
                gateway_reference=(form.bank_reference or "").strip() or None,
                by=staff.account_id,
            )
            payment = await receive(uow, receipt, wanted, {it.id: it for it in owing}, at)
            await request.remember(uow, payment.id)
            told = {"receiptNumber": payment.receipt_number, "amount": payment.amount, "method": payment.method}
            await uow.audit.record(AuditAction.PAYMENT_RECORDED, at=at, entity=("Payment", payment.id), changes=told)
            await uow.commit()
        return payment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversePayment:
    """Take back all of a receipt that is still in force: its invoices owe it again, its unused credit is gone.

    For staff, with a reason of 1 to 500 characters. Any receipt: of the office, imported, or through a gateway, whose
    money the agency then returned itself (PSE and cash cannot be returned through it) or took for another's; the
    gateway knows nothing of that, so that the books take the money from the office. Refuses with InvalidInput,
    NotFound, and InvalidTransition (taken back already, or a refund through the gateway is under way).
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, payment_id: PaymentId, reason: str) -> Payment:
        staff = require_staff(viewer)
        refuse(problem_of_note("reason", reason))
        async with self.unit_of_work(staff.scope) as uow:
            payment = await _receipt(uow, payment_id)
            await _refuse_while_refunding(uow, payment)
            await uow.payments.lock_client(payment.client_id)
            payment = await _receipt(uow, payment_id)
            if payment.status is PaymentStatus.REVERSED:
                raise InvalidTransition
            at, amount = self.clock.now(), payment.in_force
            await give_back(
                uow,
                payment,
                amount=None,
                kind=ReversalKind.OFFICE,
                reason=reason.strip(),
                at=at,
                by=staff.account_id,
            )
            told = {"receiptNumber": payment.receipt_number, "amount": amount}
            await uow.audit.record(AuditAction.PAYMENT_REVERSED, at=at, entity=("Payment", payment.id), changes=told)
            await uow.commit()
        return payment


def _problems(form: OfficePayment, *, at: datetime) -> list[FieldProblem]:
    """Everything that the form alone tells."""
    problems = [problem_of_key(form.idempotency_key)]
    if form.amount <= ZERO or form.amount != form.amount.quantize(ZERO):
        problems.append(FieldProblem("amount", FieldProblemCode.INVALID, "above_zero"))
    if form.paid_at is not None and form.paid_at > at:
        problems.append(FieldProblem("paidAt", FieldProblemCode.INVALID, "future"))
    elif form.paid_at is not None and form.paid_at < EARLIEST:
        problems.append(FieldProblem("paidAt", FieldProblemCode.INVALID, "too_early"))
    problems.append(problem_of_text("bankReference", form.bank_reference or "", limit=MAX_REFERENCE))
    if len(form.invoice_ids) > MAX_INVOICES:
        problems.append(FieldProblem("invoiceIds", FieldProblemCode.TOO_LONG, limit=MAX_INVOICES))
    return [problem for problem in problems if problem is not None]


async def _owing(uow: UnitOfWork, form: OfficePayment) -> tuple[list[Invoice], list[FieldProblem]]:
    """What the money is for, in its order, locked; and which of the invoices named cannot be paid with it."""
    if not form.invoice_ids:
        return list(await uow.payments.lock_open_invoices(form.client_id)), []
    found = await uow.payments.lock_invoices(form.invoice_ids[:MAX_INVOICES])
    problems = problems_of_invoices(form.invoice_ids[:MAX_INVOICES], found, form.client_id)
    problems += [
        FieldProblem(f"invoiceIds.{place}", FieldProblemCode.NOT_ALLOWED, "not_payable")
        for place, key in enumerate(form.invoice_ids)
        if key in found and found[key].client_id == form.client_id and not found[key].is_payable_online
    ]
    return [found[key] for key in form.invoice_ids if key in found], problems


async def _receipt(uow: UnitOfWork, payment_id: PaymentId) -> Payment:
    payment = await uow.payments.get(payment_id)
    if payment is None:
        raise NotFound
    return payment


async def _refuse_while_refunding(uow: UnitOfWork, payment: Payment) -> None:
    """Or the payer would have it twice. Locks the intent, which comes before its client."""
    intent = await intent_of_payment(uow, payment)
    if intent is None:
        return
    for refund in intent.refunds:
        charged = await uow.payments.of_charge(intent, refund.charge_id)
        if refund.is_open and charged is not None and charged.id == payment.id:
            raise InvalidTransition
