"""Paying with credit: money that a client has here already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from application.access import Scope, SignedIn, StaffViewer, Viewer, require_signed_in
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.payments.acts import (
    MAX_INVOICES,
    Request,
    problem_of_key,
    problems_of_invoices,
)
from application.use_cases.payments.books import open_credit
from domain.audit import AuditAction
from domain.credit import spend
from domain.errors import (
    FieldProblem,
    FieldProblemCode,
    InvalidInput,
    InvalidTransition,
    InvoiceNotPayable,
    NotAllowed,
    NotFound,
    PaymentInProgress,
    refuse,
)
from domain.ids import AccountId, ClientId, InvoiceId
from domain.invoices import Invoice
from domain.ledger import Journal, JournalKind, credit_used
from domain.money import ZERO
from domain.payments import FIRST_FROM_CREDIT, Payment, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditForm:
    """`client_id` is for staff; without `invoice_ids` the oldest debts are paid."""

    idempotency_key: str
    client_id: ClientId | None = None
    invoice_ids: tuple[InvoiceId, ...] = ()

    def request(self, account_id: AccountId) -> Request:
        told = (self.client_id, *self.invoice_ids)
        return Request(account_id=account_id, act="credit", key=self.idempotency_key, told=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyCredit:
    """Pay open rent invoices out of the client's unused credit, that of the oldest receipt first, as far as it goes.

    For clients with their own credit, and for staff with that of a client. Gives the client; the same key changes
    nothing more, with other data it is an IdempotencyConflict. Without invoices named, the oldest debts are paid that
    no online payment holds. Refuses with InvalidInput (an invoice of another is NOT_FOUND), NotFound (the client),
    InvoiceNotPayable, PaymentInProgress (an online payment holds the invoices) and InvalidTransition (no credit, or no
    debt).
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, form: CreditForm) -> ClientId:
        signed_in = require_signed_in(viewer)
        client_id, request = _whose(signed_in, form), form.request(signed_in.account_id)
        at = self.clock.now()
        # The books are the agency's: a client changes them by this act alone.
        scope = replace(Scope.of_agency(signed_in.agency_id), account_id=signed_in.account_id)
        async with self.unit_of_work(scope) as uow:
            if await request.answered(uow) is not None:
                return client_id
            if not await uow.payments.has_client(client_id):
                raise NotFound
            await uow.payments.lock_client(client_id)
            owing = await _owing(uow, form, client_id)
            used = spend(await uow.payments.with_credit(client_id), owing)
            if not used:
                raise InvalidTransition
            paid = {key for _, parts in used for key, _ in parts}
            for invoice in owing:
                if invoice.id in paid:
                    await uow.payments.save_invoice(invoice)
            for payment, parts in used:
                await _draw(uow, payment, parts, at=at, by=signed_in.account_id)
            await request.remember(uow, client_id)
            if isinstance(signed_in, StaffViewer):
                total = sum((part for _, parts in used for _, part in parts), ZERO)
                entity = ("Client", client_id)
                await uow.audit.record(AuditAction.CREDIT_APPLIED, at=at, entity=entity, changes={"amount": total})
            await uow.commit()
        return client_id


def _whose(viewer: SignedIn, form: CreditForm) -> ClientId:
    staff = isinstance(viewer, StaffViewer)
    if not staff and viewer.client_id is None:
        raise NotAllowed
    problems = [problem_of_key(form.idempotency_key)]
    if form.client_id is not None and not staff:
        problems.append(FieldProblem("clientId", FieldProblemCode.NOT_ALLOWED))
    client_id = form.client_id or viewer.client_id
    if client_id is None:
        raise InvalidInput(FieldProblem("clientId", FieldProblemCode.REQUIRED), *filter(None, problems))
    if len(form.invoice_ids) > MAX_INVOICES:
        problems.append(FieldProblem("invoiceIds", FieldProblemCode.TOO_LONG, limit=MAX_INVOICES))
    refuse(*problems)
    return client_id


async def _owing(uow: UnitOfWork, form: CreditForm, client_id: ClientId) -> Sequence[Invoice]:
    """What is to be paid, in its order, locked; what an online payment holds is no longer to be had."""
    if form.invoice_ids:
        found = await uow.payments.lock_invoices(form.invoice_ids)
        refuse(*problems_of_invoices(form.invoice_ids, found, client_id))
        owing = [found[key] for key in form.invoice_ids]
        unpayable = [invoice.id for invoice in owing if not invoice.is_payable_online]
        if unpayable:
            raise InvoiceNotPayable(*unpayable)
    else:
        owing = list(await uow.payments.lock_open_invoices(client_id))
    holding = await uow.intents.holding([invoice.id for invoice in owing])
    held = {part.invoice_id for intent in holding for part in intent.invoices}
    free = [invoice for invoice in owing if invoice.id not in held]
    if holding and (form.invoice_ids or not free):
        raise PaymentInProgress(holding[0].id)
    return free


async def _draw(
    uow: UnitOfWork,
    payment: Payment,
    parts: Sequence[tuple[InvoiceId, Decimal]],
    *,
    at: datetime,
    by: AccountId,
) -> None:
    """What of a receipt's credit pays which invoice, kept and booked."""
    await open_credit(uow, payment, at=at)
    before = sum(share.from_credit for share in await uow.payments.shares(payment.id))
    shares = [
        Share(position=position, invoice_id=key, amount=part, from_credit=True, applied_at=at)
        for position, (key, part) in enumerate(parts, start=FIRST_FROM_CREDIT + before)
    ]
    await uow.payments.use_credit(payment, shares)
    await uow.ledger.post(
        Journal(
            key=f"used:{payment.id}:{shares[0].position}",
            kind=JournalKind.CREDIT_USED,
            agency_id=payment.agency_id,
            client_id=payment.client_id,
            at=at,
            entries=credit_used(parts),
            payment_id=payment.id,
            by=by,
        )
    )
