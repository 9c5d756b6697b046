"""Returning a charge through the gateway that it came by."""

import logging
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from application.access import Scope, StaffViewer, Viewer, require_staff
from application.ports.secrets import SecretUnreadable
from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments.acts import (
    Request,
    intent_of_payment,
    problem_of_key,
    problem_of_note,
)
from application.use_cases.payments.settlement import ASK_AGAIN_AFTER, Settlement
from domain.audit import AuditAction
from domain.errors import (
    AmountNotAllowed,
    FieldProblem,
    FieldProblemCode,
    GatewayUnavailable,
    InvalidTransition,
    NotFound,
    RefundNotPossible,
    refuse,
)
from domain.gateway_reports import RefundReport, ReportedState
from domain.ids import AccountId, PaymentId, RefundId
from domain.money import ZERO, pesos
from domain.payment_intents import DisputeStatus, GatewayAttempt, PaymentIntent
from domain.payment_returns import refund_answered, request_refund
from domain.payment_table import Trigger, row_for
from domain.payments import Payment
from domain.refunds import SMALLEST_REFUND, Refund, obstacle

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundForm:
    """What to return of which receipt; without `amount`, all that is in force."""

    payment_id: PaymentId
    reason: str
    idempotency_key: str
    amount: Decimal | None = None

    def request(self, account_id: AccountId) -> Request:
        amount = None if self.amount is None else self.amount.normalize()
        told = (self.payment_id, amount, self.reason)
        return Request(account_id=account_id, act="refund", key=self.idempotency_key, told=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment:
    """Ask the gateway to return (part of) a charge to whoever paid it (T18). What it decides, days later, is found by
    asking it; only an approval changes the receipt (T19).

    For staff, with a reason of 1 to 500 characters. The request is kept before the gateway hears of it: after a crash
    or silence it is open, the regular check looks at it, and repeating the same key asks the gateway about it and
    sends it once more where that knows of none, which gateways meet (one open request for each charge). Refuses with
    InvalidInput, NotFound, RefundNotPossible (no card; outside ten minutes to two years after the charge; the gateway
    says so), AmountNotAllowed (from 100 pesos to what is in force), InvalidTransition (taken back already, disputed,
    in review, or another request is open), LimitReached, IdempotencyConflict and GatewayUnavailable (not known
    whether it has the request).
    """

    settlement: Settlement

    async def __call__(self, viewer: Viewer, form: RefundForm) -> tuple[PaymentIntent, Refund]:
        """The intent afterwards, and the request."""
        staff = require_staff(viewer)
        wrong = form.amount is not None and form.amount != form.amount.quantize(ZERO)
        refuse(
            problem_of_key(form.idempotency_key),
            problem_of_note("reason", form.reason),
            FieldProblem("amount", FieldProblemCode.INVALID) if wrong else None,
        )
        await self._ask_first(staff, form)
        intent, refund, charge, whole = await self._request(staff, form)
        return (intent, refund) if charge is None else await self._send(intent, refund, charge, whole=whole)

    async def _ask_first(self, staff: StaffViewer, form: RefundForm) -> None:
        """What only a notice has told, and what became of a request that is repeated, the gateway has to say."""
        async with self.settlement.unit_of_work(staff.scope) as uow:
            known = await form.request(staff.account_id).answered(uow)
            payment, intent, charge = await charge_of(uow, form.payment_id)
            if known is None:
                self._refuse_unreturnable(payment)
        if known is not None or not charge.verified_by.is_proof or charge.order_id is None:
            asked = await self.settlement.ask(intent)
            if asked is None and any(it.id == known and it.is_lost for it in intent.refunds):
                # Somebody asked before the gateway had it, perhaps: to send it again, it has to be asked now.
                raise GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)

    async def _request(
        self, staff: StaffViewer, form: RefundForm
    ) -> tuple[PaymentIntent, Refund, GatewayAttempt | None, bool]:
        """The request, kept; the charge to send it for, or none where it is decided; whether it is all of that."""
        at = self.settlement.clock.now()
        async with self.settlement.unit_of_work(staff.scope) as uow:
            known = await form.request(staff.account_id).answered(uow)
            payment, intent, charge = await charge_of(uow, form.payment_id)
            if known is not None:
                refund = next(it for it in intent.refunds if it.id == known)
                return intent, refund, charge if refund.is_lost else None, refund.amount == charge.amount
            await uow.payments.lock_client(payment.client_id)
            payment = await uow.payments.get(payment.id) or payment
            self._refuse_unreturnable(payment)
            amount = payment.in_force if form.amount is None else pesos(form.amount)
            blocked = payment.in_force == ZERO or intent.dispute is DisputeStatus.OPEN
            if blocked or row_for(Trigger.REFUND_REQUESTED, intent.status) is None:
                raise InvalidTransition
            if not SMALLEST_REFUND <= amount <= payment.in_force:
                raise AmountNotAllowed(SMALLEST_REFUND, payment.in_force)
            refund_id = RefundId(uuid4())
            intent = request_refund(
                intent,
                charge.transaction_id,
                refund_id=refund_id,
                amount=amount,
                reason=form.reason.strip(),
                at=at,
                by=staff.account_id,
            )
            await uow.intents.save(intent)
            await form.request(staff.account_id).remember(uow, refund_id)
            told = {"receiptNumber": payment.receipt_number, "amount": amount}
            await uow.audit.record(AuditAction.REFUND_REQUESTED, at=at, entity=("Payment", payment.id), changes=told)
            await uow.commit()
        return intent, intent.refunds[-1], charge, amount == charge.amount

    async def _send(
        self, intent: PaymentIntent, refund: Refund, charge: GatewayAttempt, *, whole: bool
    ) -> tuple[PaymentIntent, Refund]:
        """Outside of any transaction."""
        settlement = self.settlement
        async with settlement.unit_of_work(Scope.of_agency(intent.agency_id)) as uow:
            account = await uow.gateway_accounts.get(intent.gateway)
        if account is None:
            raise GatewayUnavailable(intent_id=intent.id)
        try:
            told = await settlement.gateways[intent.gateway].refund(
                charge,
                amount=refund.amount,
                whole=whole,
                reason=refund.reason,
                merchant=settlement.merchants.open(account),
            )
        except RefundNotPossible:
            declined = RefundReport(transaction_id="", state=ReportedState.DECLINED, amount=refund.amount)
            await self._answered(intent, refund, declined)
            raise
        except SecretUnreadable as error:
            _log.exception("credentials of merchant account %s cannot be read", account.id)
            raise GatewayUnavailable(intent_id=intent.id) from error
        except GatewayUnavailable as error:
            raise GatewayUnavailable(error.retry_after_seconds, intent.id) from error
        return await self._answered(intent, refund, told)

    async def _answered(
        self, intent: PaymentIntent, refund: Refund, told: RefundReport
    ) -> tuple[PaymentIntent, Refund]:
        async with self.settlement.unit_of_work(Scope.of_agency(intent.agency_id)) as uow:
            current = await uow.intents.by_reference(intent.reference, for_update=True)
            if current is None:
                raise NotFound
            current = refund_answered(current, refund.id, told, at=self.settlement.clock.now())
            await uow.intents.save(current)
            await uow.commit()
        return current, next(it for it in current.refunds if it.id == refund.id)

    def _refuse_unreturnable(self, payment: Payment) -> None:
        why = obstacle(payment.method, charged_at=payment.paid_at, at=self.settlement.clock.now())
        if why is not None:
            raise RefundNotPossible(why)


async def charge_of(uow: UnitOfWork, payment_id: PaymentId) -> tuple[Payment, PaymentIntent, GatewayAttempt]:
    """A receipt, its intent (locked) and the transaction that it was booked by; RefundNotPossible for money that came
    through no gateway."""
    payment = await uow.payments.get(payment_id)
    if payment is None:
        raise NotFound
    intent = await intent_of_payment(uow, payment)
    for charge in intent.attempts if intent else ():
        booked = await uow.payments.of_charge(intent, charge.transaction_id) if intent and charge.charged else None
        if intent and booked is not None and booked.id == payment.id:
            return payment, intent, charge
    raise RefundNotPossible
