"""The states of a payment intent and what moves it from one to the next, as data."""

from dataclasses import dataclass
from enum import StrEnum

from domain.payment_intents import PaymentIntentStatus

_S = PaymentIntentStatus


class Trigger(StrEnum):
    """What happened. NOT_OPENED: the gateway made no checkout. DECIDED_FOR and DECIDED_AGAINST: a person of the staff
    ended a review; DECIDED_BEFORE: more news about that. SAME is the transaction whose money was booked, OTHER another
    one of the same reference."""

    STARTED = "STARTED"
    CHECKOUT_BUILT = "CHECKOUT_BUILT"
    NOT_OPENED = "NOT_OPENED"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    APPROVED_BUT_DIFFERENT = "APPROVED_BUT_DIFFERENT"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    TIME_UP = "TIME_UP"
    CANCELLED = "CANCELLED"
    SAME_APPROVED = "SAME_APPROVED"
    SAME_NOT_APPROVED = "SAME_NOT_APPROVED"
    OTHER_APPROVED = "OTHER_APPROVED"
    OTHER_NOT_APPROVED = "OTHER_NOT_APPROVED"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUND_APPROVED = "REFUND_APPROVED"
    REFUND_DECLINED = "REFUND_DECLINED"
    DISPUTED = "DISPUTED"
    DISPUTE_WON = "DISPUTE_WON"
    DISPUTE_DISMISSED = "DISPUTE_DISMISSED"
    CHARGED_BACK = "CHARGED_BACK"
    DECIDED_FOR = "DECIDED_FOR"
    DECIDED_AGAINST = "DECIDED_AGAINST"
    DECIDED_BEFORE = "DECIDED_BEFORE"
    UNKNOWN_CODE = "UNKNOWN_CODE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A row of the table. No target: the state stays. `asks_first`: only on the gateway's own answer, never on a
    notice. `alert`: somebody at the agency should know."""

    name: str
    trigger: Trigger
    sources: frozenset[PaymentIntentStatus]
    target: PaymentIntentStatus | None = None
    asks_first: bool = False
    alert: bool = False


_ANY = frozenset(_S)
_APPROVED = frozenset({_S.APPROVED})
_BEFORE_RESULT = frozenset({_S.CREATED, _S.REDIRECTED})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(name="T1", trigger=Trigger.STARTED, sources=frozenset(), target=_S.CREATED),
    Transition(name="T2", trigger=Trigger.CHECKOUT_BUILT, sources=frozenset({_S.CREATED}), target=_S.REDIRECTED),
    Transition(name="T3", trigger=Trigger.NOT_OPENED, sources=frozenset({_S.CREATED}), target=_S.CANCELLED),
    Transition(name="T4", trigger=Trigger.PENDING, sources=_BEFORE_RESULT | {_S.DECLINED}, target=_S.PENDING),
    Transition(
        name="T5",
        trigger=Trigger.APPROVED,
        sources=_BEFORE_RESULT | {_S.PENDING, _S.DECLINED},
        target=_S.APPROVED,
    ),
    # A late approval is real money. So is an approval in full beside one that is being reviewed, but only if the
    # gateway itself confirms it.
    Transition(
        name="T6",
        trigger=Trigger.APPROVED,
        sources=frozenset({_S.EXPIRED, _S.CANCELLED, _S.REVIEW}),
        target=_S.APPROVED,
        asks_first=True,
    ),
    Transition(
        name="T7",
        trigger=Trigger.APPROVED_BUT_DIFFERENT,
        sources=_ANY - _APPROVED,
        target=_S.REVIEW,
        alert=True,
    ),
    Transition(
        name="T8",
        trigger=Trigger.DECLINED,
        sources=_BEFORE_RESULT | {_S.PENDING, _S.DECLINED},
        target=_S.DECLINED,
    ),
    Transition(
        name="T9",
        trigger=Trigger.EXPIRED,
        sources=_BEFORE_RESULT | {_S.PENDING, _S.DECLINED},
        target=_S.EXPIRED,
    ),
    Transition(
        name="T10",
        trigger=Trigger.TIME_UP,
        sources=_BEFORE_RESULT | {_S.DECLINED},
        target=_S.EXPIRED,
        asks_first=True,
    ),
    Transition(name="T11", trigger=Trigger.TIME_UP, sources=frozenset({_S.PENDING})),
    Transition(
        name="T12",
        trigger=Trigger.CANCELLED,
        sources=_BEFORE_RESULT | {_S.DECLINED},
        target=_S.CANCELLED,
        asks_first=True,
    ),
    Transition(name="T13", trigger=Trigger.SAME_APPROVED, sources=_APPROVED),
    Transition(name="T14", trigger=Trigger.OTHER_NOT_APPROVED, sources=_APPROVED),
    # T7 leaves an approved intent alone; whether the different approval is about the money booked, the answer tells.
    Transition(name="T7", trigger=Trigger.APPROVED_BUT_DIFFERENT, sources=_APPROVED, asks_first=True, alert=True),
    # One row for T15 and T16: the answer tells whether the second approval exists (booked) or not (a replay).
    Transition(name="T15", trigger=Trigger.OTHER_APPROVED, sources=_APPROVED, asks_first=True, alert=True),
    Transition(
        name="T17",
        trigger=Trigger.SAME_NOT_APPROVED,
        sources=_APPROVED,
        target=_S.REVIEW,
        asks_first=True,
        alert=True,
    ),
    # Returning money and disputes leave the state alone: they are facts beside it (refunds, reversals, `dispute`).
    Transition(name="T18", trigger=Trigger.REFUND_REQUESTED, sources=_APPROVED),
    Transition(name="T19", trigger=Trigger.REFUND_APPROVED, sources=_ANY, asks_first=True),
    Transition(name="T20", trigger=Trigger.REFUND_DECLINED, sources=_ANY, asks_first=True, alert=True),
    Transition(name="T21", trigger=Trigger.DISPUTED, sources=_APPROVED, asks_first=True, alert=True),
    Transition(name="T21", trigger=Trigger.DISPUTE_WON, sources=_APPROVED, asks_first=True),
    Transition(name="T21", trigger=Trigger.DISPUTE_DISMISSED, sources=_APPROVED, asks_first=True),
    Transition(name="T22", trigger=Trigger.CHARGED_BACK, sources=_ANY, asks_first=True, alert=True),
    Transition(name="T23", trigger=Trigger.DECIDED_FOR, sources=frozenset({_S.REVIEW}), target=_S.APPROVED),
    Transition(name="T23", trigger=Trigger.DECIDED_AGAINST, sources=frozenset({_S.REVIEW}), target=_S.CANCELLED),
    Transition(name="T24", trigger=Trigger.UNKNOWN_CODE, sources=_ANY, asks_first=True, alert=True),
)

_ROWS = {(row.trigger, source): row for row in TRANSITIONS for source in row.sources}


def row_for(trigger: Trigger | None, source: PaymentIntentStatus) -> Transition | None:
    """The row that speaks of it, if any."""
    return None if trigger is None else _ROWS.get((trigger, source))
