"""When a gateway is asked about a payment of which nothing is heard: often while it is young, then ever more rarely.

PSE takes minutes, and is first asked about after seven (a rule of its operators); a coupon may be paid for days; what
was given up here may still have been paid there.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from zlib import crc32

from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentMethod
from domain.refunds import REFUNDABLE, Refund, RefundStatus

_LONGEST_DELAY = timedelta(minutes=5)


def _every(pause: timedelta, start: timedelta, end: timedelta) -> tuple[timedelta, ...]:
    """Ages from `start` on until `end`, both included where the steps meet them."""
    return tuple(start + number * pause for number in range((end - start) // pause + 1))


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_YOUNG = _every(10 * _MINUTE, 7 * _MINUTE, 2 * _HOUR)
_FIRST_DAY = _every(_HOUR, 3 * _HOUR, _DAY)

IN_PROCESS = (*_YOUNG, *_FIRST_DAY, *_every(6 * _HOUR, _DAY + 6 * _HOUR, 10 * _DAY))
IN_CASH = _every(_HOUR, _HOUR, 8 * _DAY)
OPENED = (15 * _MINUTE, 30 * _MINUTE, _HOUR, _DAY)
"""The second is when its time is over."""
TOLD = (_MINUTE, *_YOUNG, *_FIRST_DAY)
"""Money came by a notice that the gateway has not confirmed."""
OVER = _every(_DAY, _DAY, 7 * _DAY)
"""Given up here, or paid: the payer may still pay in the same checkout, and the notice of that may be lost."""
CARD = _every(7 * _DAY, 7 * _DAY, 18 * 7 * _DAY)
"""A card's holder can claim a payment back for some 120 days, and no notice of it is documented."""
REFUNDING = _every(_DAY, _DAY, 760 * _DAY)
"""A refund can be asked for within two years and is decided some days later, without notice."""


SLOW_AFTER = _DAY
"""From when on a payment in process takes longer than it should; one in cash, after the last day its coupon is good."""
_SLOW_IN_CASH = 8 * _DAY


def is_slow(intent: PaymentIntent, *, at: datetime) -> bool:
    """It is in process for so long that somebody should look at it (T11)."""
    usual = _SLOW_IN_CASH if intent.method is PaymentMethod.CASH else SLOW_AFTER
    return intent.status is PaymentIntentStatus.PENDING and at - intent.created_at > usual


def next_check(intent: PaymentIntent, *, asked_at: datetime | None = None) -> datetime | None:
    """When the gateway is to be asked about it next; None once nothing is expected any more.

    `asked_at` is when it was last asked, answered or not. Each moment comes up to five minutes later than the schedule,
    for each payment by a different part of the pause that follows, so that those of one hour are not all asked at once.
    """
    last = max(filter(None, (intent.created_at, intent.queried_at, asked_at)))
    return next((at for at in _moments(intent) if at > last), None)


def check_after_asking(intent: PaymentIntent, *, at: datetime) -> datetime:
    """When it is asked about next if the question of `at` stays without an answer: by the schedule and, where that is
    at its end, ever more rarely until there is one. Silence never means that nothing was paid."""
    return next_check(intent, asked_at=at) or at + max(_DAY, at - intent.created_at)


def _moments(intent: PaymentIntent) -> Iterator[datetime]:
    ages = _ages(intent)
    for age, following in pairwise((*ages, 2 * ages[-1])) if ages else ():
        part = crc32(f"{intent.reference} {age}".encode()) % 1000
        yield intent.created_at + age + min((following - age) / 10, _LONGEST_DELAY) * part / 1000


def _ages(intent: PaymentIntent) -> tuple[timedelta, ...]:
    match intent.status:
        case PaymentIntentStatus.CREATED | PaymentIntentStatus.REDIRECTED:
            return OPENED
        case PaymentIntentStatus.PENDING:
            return IN_CASH if intent.method is PaymentMethod.CASH else IN_PROCESS
        case PaymentIntentStatus.EXPIRED | PaymentIntentStatus.CANCELLED | PaymentIntentStatus.DECLINED:
            return OVER
        case PaymentIntentStatus.APPROVED | PaymentIntentStatus.REVIEW:
            return _together(*_schedules(intent))


def _schedules(intent: PaymentIntent) -> Iterator[tuple[timedelta, ...]]:
    """Of one whose money came: the same checkout may be paid twice, and each of its tries has news of its own."""
    yield OVER
    if intent.queried_at is None or any(it.brings_money and not it.verified_by.is_proof for it in intent.attempts):
        yield TOLD
    for attempt in intent.attempts:
        if attempt.status is PaymentIntentStatus.PENDING:
            yield IN_CASH if attempt.method is PaymentMethod.CASH else IN_PROCESS
    if any(refund.is_open or _may_arrive(refund, intent) for refund in intent.refunds):
        yield REFUNDING
    if any(it.charged and not it.charged_back and it.method in REFUNDABLE for it in intent.attempts):
        yield CARD


def _may_arrive(refund: Refund, intent: PaymentIntent) -> bool:
    """The gateway has not been asked for a month since the staff gave it up: it could tell of it still."""
    if refund.status is not RefundStatus.RELEASED or refund.resolved_at is None:
        return False
    return intent.queried_at is None or intent.queried_at < refund.resolved_at + 30 * _DAY


@cache
def _together(*schedules: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    return tuple(sorted({age for schedule in schedules for age in schedule}))
