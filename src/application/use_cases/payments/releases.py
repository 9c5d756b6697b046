"""Giving up a refund whose request never reached the gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from application.access import Viewer, require_staff
from application.use_cases.payments.acts import problem_of_note
from application.use_cases.payments.days import undecided_key
from application.use_cases.payments.refunds import charge_of
from application.use_cases.payments.settlement import ASK_AGAIN_AFTER, Settlement, as_answered
from domain.audit import AuditAction
from domain.errors import GatewayUnavailable, InvalidTransition, RefundNotPossible, refuse
from domain.gateway_reports import GatewayReport
from domain.ids import PaymentId
from domain.payment_intents import PaymentIntent
from domain.payment_returns import knows_no_refund, release_refund
from domain.payment_transitions import Outcome
from domain.refunds import Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRefund:
    """Say that a refund was lost on its way, so that the charge can be returned or its receipt reversed anew.

    For staff, with a note of 1 to 500 characters that stays beside the request with who wrote it. The gateway is asked
    first: only what it does not know of is released, and not within ten minutes of the request, which may still be on
    its way. Should the gateway tell of it later, it is open again and what was returned is booked. Refuses with
    InvalidInput, NotFound (the receipt), InvalidTransition (no refund of it is open; the gateway has it or decided;
    too early) and GatewayUnavailable (it did not say, and everything is as it was).
    """

    settlement: Settlement

    async def __call__(self, viewer: Viewer, *, payment_id: PaymentId, note: str) -> tuple[PaymentIntent, Refund]:
        """The intent afterwards, and the request."""
        staff = require_staff(viewer)
        refuse(problem_of_note("note", note))
        settlement = self.settlement
        try:
            async with settlement.unit_of_work(staff.scope) as uow:
                _, intent, charge = await charge_of(uow, payment_id)
        except RefundNotPossible as error:
            raise InvalidTransition from error
        release_refund(intent, charge.transaction_id, at=settlement.clock.now(), by=staff.account_id, note=note)
        told: list[GatewayReport] = []

        def heard(before: PaymentIntent, answer: Sequence[GatewayReport], at: datetime) -> Outcome:
            told.extend(answer)
            return as_answered(before, answer, at)

        if await settlement.ask(intent, then=heard) is None or not knows_no_refund(charge, told):
            raise GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)
        at = settlement.clock.now()
        async with settlement.unit_of_work(staff.scope) as uow:
            _, intent, charge = await charge_of(uow, payment_id)
            intent, released = release_refund(
                intent, charge.transaction_id, at=at, by=staff.account_id, note=note.strip()
            )
            await uow.intents.save(intent)
            await uow.findings.resolve_keys([undecided_key(released)], at=at)
            changes = {"amount": released.amount, "status": released.status}
            await uow.audit.record(AuditAction.REFUND_RELEASED, entity=("Payment", payment_id), at=at, changes=changes)
            await uow.commit()
        return intent, released
