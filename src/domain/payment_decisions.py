"""T23: what a person of the staff decides about an intent in review, or about money that fits none."""

from dataclasses import replace

from domain.errors import InvalidTransition
from domain.payment_intents import GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payment_returns import TakeBack
from domain.payment_table import Trigger, row_for
from domain.payment_transitions import Outcome
from domain.payments import ReversalKind

_S = PaymentIntentStatus


def decide_for(intent: PaymentIntent) -> Outcome:
    """Take the money: what is held is booked for its payer, and a charge that the gateway came to deny stands.

    InvalidTransition where nothing is in review, and where there is no money to take: a test, another merchant's or
    another currency's is none of ours.
    """
    held, contradicted = _in_question(intent)
    if not held and not contradicted:
        raise InvalidTransition
    return replace(_decided(intent, Trigger.DECIDED_FOR, (*held, *contradicted), charged=held), charges=held)


def decide_against(intent: PaymentIntent) -> Outcome:
    """Do not take it: what is held is to be returned to the payer, and a charge that the gateway came to deny is taken
    back. InvalidTransition where nothing is in review."""
    held, contradicted = _in_question(intent)
    if intent.status is not _S.REVIEW and not held:
        raise InvalidTransition
    doubtful = tuple(it for it in intent.attempts if it.wrong is not None and not it.charged)
    outcome = _decided(intent, Trigger.DECIDED_AGAINST, (*held, *contradicted, *doubtful), charged=())
    take_backs = tuple(
        TakeBack(charge_id=it.transaction_id, kind=ReversalKind.REVIEW, about=it.transaction_id) for it in contradicted
    )
    return replace(outcome, to_return=held, take_backs=take_backs)


def _in_question(intent: PaymentIntent) -> tuple[tuple[GatewayAttempt, ...], tuple[GatewayAttempt, ...]]:
    """Money that is held, and charges that the gateway denies by now."""
    held = tuple(attempt for attempt in intent.attempts if attempt.is_held_money)
    denied = tuple(
        attempt
        for attempt in intent.attempts
        if attempt.charged and not attempt.charged_back and not attempt.decided and attempt.status is not _S.APPROVED
    )
    return held, denied if intent.status is _S.REVIEW else ()


def _decided(
    intent: PaymentIntent,
    trigger: Trigger,
    about: tuple[GatewayAttempt, ...],
    *,
    charged: tuple[GatewayAttempt, ...],
) -> Outcome:
    """An approved intent beside which money is held stays approved whatever is decided about that money."""
    row = row_for(trigger, intent.status)
    status = row.target if row is not None and row.target is not None else intent.status
    if trigger is Trigger.DECIDED_AGAINST and any(it.charged and it not in about for it in intent.attempts):
        status = _S.APPROVED  # other money of it stands
    booked = any(it.charged for it in intent.attempts)
    if trigger is Trigger.DECIDED_FOR and not booked and not charged:
        raise InvalidTransition
    attempts = tuple(
        replace(it, decided=True, charged=it.charged or it in charged) if it in about else it for it in intent.attempts
    )
    moved = replace(intent, status=status, status_reason=None, attempts=attempts)
    return Outcome(intent=moved, transition="T23")
