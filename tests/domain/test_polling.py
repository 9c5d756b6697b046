"""The schedule by which a gateway is asked, as ages of a payment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.ids import RefundId
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payment_transitions import apply, reconcile
from domain.payments import PaymentMethod
from domain.polling import check_after_asking, next_check
from domain.refunds import Refund, RefundStatus
from tests.domain.payment_examples import AT, R, a_report, an_intent, told

S = PaymentIntentStatus
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TOLERATED = timedelta(minutes=5)


def ages(intent: PaymentIntent) -> Iterator[timedelta]:
    """When it is asked about, if the gateway is asked on time and nothing changes."""
    asked_at = None
    while (at := next_check(intent, asked_at=asked_at)) is not None:
        yield at - intent.created_at
        asked_at = at


PENDING = an_intent(S.PENDING)
IN_PROCESS = [
    *(7 * MINUTE + number * 10 * MINUTE for number in range(12)),
    *(hour * HOUR for hour in range(3, 25)),
    *(DAY + number * 6 * HOUR for number in range(1, 37)),
]

FIRST_DAY = IN_PROCESS[: 12 + 22]
WEEK = [day * DAY for day in range(1, 8)]


def test_a_payment_in_process_is_asked_about_as_pse_needs_it() -> None:
    found = list(ages(PENDING))

    assert len(found) == len(IN_PROCESS)
    assert all(timedelta() <= age - due < TOLERATED for age, due in zip(found, IN_PROCESS, strict=True))
    assert all(age - due < MINUTE for age, due in list(zip(found, IN_PROCESS, strict=True))[:11])


@pytest.mark.parametrize(
    ("intent", "due"),
    [
        (replace(PENDING, method=PaymentMethod.CASH), [hour * HOUR for hour in range(1, 8 * 24 + 1)]),
        (an_intent(S.REDIRECTED), [15 * MINUTE, 30 * MINUTE, HOUR, DAY]),
        (an_intent(S.CREATED), [15 * MINUTE, 30 * MINUTE, HOUR, DAY]),
        (an_intent(S.APPROVED), [MINUTE, *FIRST_DAY, *WEEK[1:]]),
        (an_intent(S.EXPIRED), WEEK),
        (an_intent(S.CANCELLED), WEEK),
        (an_intent(S.DECLINED), WEEK),
        (an_intent(S.REVIEW), [MINUTE, *FIRST_DAY, *WEEK[1:]]),
        (replace(an_intent(S.APPROVED), queried_at=AT), WEEK),
    ],
    ids=lambda value: value.status if isinstance(value, PaymentIntent) else "",
)
def test_every_state_has_its_moments(intent: PaymentIntent, due: list[timedelta]) -> None:
    found = list(ages(intent))

    assert len(found) == len(due)
    assert all(timedelta() <= age - on_time < TOLERATED for age, on_time in zip(found, due, strict=True))


def test_a_different_amount_that_a_notice_told_of_is_asked_about_although_the_gateway_answered_before() -> None:
    asked = reconcile(an_intent(), [told(R.DECLINED, "t0")], at=AT).intent
    intent = apply(replace(asked, queried_at=AT), a_report(tx="t1", amount="1.00"), at=AT).intent

    assert intent.status is S.REVIEW
    assert next(ages(intent)) < 2 * MINUTE
    assert min(ages(reconcile(intent, [told(tx="t1", amount="1.00")], at=AT).intent)) >= DAY


def test_a_try_that_is_in_process_beside_an_approved_one_is_followed() -> None:
    both = [told(tx="t1"), told(R.PENDING, "t2")]
    paid = replace(reconcile(an_intent(), both, at=AT).intent, queried_at=AT)

    assert paid.status is S.APPROVED
    assert len(list(ages(paid))) == len(IN_PROCESS)


def test_a_card_that_paid_is_asked_about_for_as_long_as_its_holder_can_claim_it_back_whatever_paid_too() -> None:
    card = replace(told(tx="t2"), method=PaymentMethod.CREDIT_CARD)
    intent = replace(reconcile(an_intent(), [told(tx="t1"), card], at=AT).intent, queried_at=AT)

    assert intent.method is PaymentMethod.PSE
    assert max(ages(intent)) > 120 * DAY


def test_a_refund_that_was_given_up_is_asked_about_for_another_month() -> None:
    card = replace(told(), method=PaymentMethod.CREDIT_CARD)
    paid = replace(reconcile(an_intent(), [card], at=AT).intent, queried_at=AT + 300 * DAY)
    refund = Refund(
        id=RefundId(UUID(int=1)),
        charge_id="t1",
        amount=paid.amount,
        status=RefundStatus.RELEASED,
        reason="Doble",
        requested_at=AT + 290 * DAY,
        resolved_at=AT + 300 * DAY,
    )
    assert next_check(paid) is None

    released = replace(paid, refunds=(refund,))

    assert (next_check(released) or AT) - AT < 301 * DAY + TOLERATED
    assert next_check(replace(released, queried_at=AT + 330 * DAY)) is None


def test_what_came_late_is_not_made_up_for() -> None:
    late = AT + 5 * HOUR + MINUTE

    following = next_check(replace(PENDING, queried_at=late))

    assert following is not None
    assert timedelta() < following - late <= HOUR + TOLERATED


def test_a_question_without_an_answer_counts_too() -> None:
    first = next_check(PENDING)
    assert first is not None

    second = next_check(PENDING, asked_at=first)

    assert second is not None
    assert second - first > 9 * MINUTE
    assert next_check(replace(PENDING, queried_at=first), asked_at=AT) == second


def test_the_last_question_is_repeated_ever_more_rarely_until_it_is_answered() -> None:
    opened = an_intent(S.REDIRECTED)
    first = AT + 15 * MINUTE
    assert check_after_asking(opened, at=first) == next_check(opened, asked_at=first)

    last = AT + DAY + 10 * MINUTE
    assert next_check(opened, asked_at=last) is None
    again = check_after_asking(opened, at=last)
    assert again - last == last - AT
    assert check_after_asking(opened, at=again) - again == again - AT


def test_payments_of_one_moment_are_spread() -> None:
    moments = {next_check(replace(PENDING, reference=f"REF{number:06d}")) for number in range(200)}

    assert len(moments) > 150
    assert moments == {next_check(replace(PENDING, reference=f"REF{number:06d}")) for number in range(200)}
