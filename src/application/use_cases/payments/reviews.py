"""Deciding about payments that the rules cannot decide."""

from dataclasses import dataclass
from enum import StrEnum

from application.access import Viewer, require_staff
from application.use_cases.payments.acts import intent_of, problem_of_note
from application.use_cases.payments.settlement import ASK_AGAIN_AFTER, Settlement, keep
from domain.audit import AuditAction
from domain.errors import GatewayUnavailable, InvalidTransition, NotFound, refuse
from domain.payment_decisions import decide_against, decide_for
from domain.payment_intents import PaymentIntent, PaymentIntentStatus


class ReviewDecision(StrEnum):
    """APPROVE: take the money. CANCEL: do not; what was received is to be returned to the payer."""

    APPROVE = "APPROVE"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvePaymentReview:
    """End the review of a payment (T23), or decide about money beside an approved one that did not fit it.

    For staff, with a note of 1 to 500 characters that stays in the books with who wrote it. The gateway is asked once
    more; where it is silent, only what it had confirmed before can be decided about. Refuses with NotFound, with
    InvalidTransition (nothing waits for a decision, or there is no money of ours to take) and with GatewayUnavailable
    (the gateway never confirmed what is in question).
    """

    settlement: Settlement

    async def __call__(self, viewer: Viewer, *, reference: str, decision: ReviewDecision, note: str) -> PaymentIntent:
        staff = require_staff(viewer)
        refuse(problem_of_note("note", note))
        settlement = self.settlement
        intent = await intent_of(settlement.unit_of_work, staff, reference)
        _refuse_settled(intent)
        silence = GatewayUnavailable(ASK_AGAIN_AFTER.seconds, intent.id)
        answered: frozenset[str] = frozenset()
        try:
            if await settlement.ask(intent) is not None:  # none: another call is asking, or has asked
                answered = frozenset(attempt.transaction_id for attempt in intent.attempts)
        except GatewayUnavailable as error:
            silence = error
        at = settlement.clock.now()
        async with settlement.unit_of_work(staff.scope) as uow:
            current = await uow.intents.by_reference(reference, for_update=True)
            if current is None:
                raise NotFound
            _refuse_settled(current)
            if _unconfirmed(current) - answered:
                raise silence
            outcome = decide_for(current) if decision is ReviewDecision.APPROVE else decide_against(current)
            await keep(uow, outcome, at=at, by=staff.account_id, note=note.strip())
            told = {"reference": reference, "decision": decision}
            entity = ("PaymentIntent", current.id)
            await uow.audit.record(AuditAction.REVIEW_RESOLVED, at=at, entity=entity, changes=told)
            await uow.commit()
        return outcome.intent


def _refuse_settled(intent: PaymentIntent) -> None:
    if intent.status is not PaymentIntentStatus.REVIEW and not any(it.is_held_money for it in intent.attempts):
        raise InvalidTransition


def _unconfirmed(intent: PaymentIntent) -> frozenset[str]:
    """What only a notice told: unless an answer that was asked for afterwards left it so, there may be money behind
    it that a decision would hide."""
    doubtful = (it for it in intent.attempts if it.wrong and not it.decided and not it.verified_by.is_proof)
    return frozenset(attempt.transaction_id for attempt in doubtful)
