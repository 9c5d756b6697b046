"""Where reports take a payment intent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gateway_reports import GatewayReport, ReportedState, StatusReason
from domain.payment_intents import Checkout, PaymentIntentStatus
from domain.payment_table import TRANSITIONS, Trigger
from domain.payment_transitions import Outcome, apply, cancel, reconcile, redirect
from domain.payments import PaymentMethod
from tests.domain.payment_examples import AT, LATE, R, S, a_report, an_intent, paid, told

# --- one notice ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "state", "after", "row"),
    [
        (S.REDIRECTED, R.PENDING, S.PENDING, "T4"),
        (S.DECLINED, R.PENDING, S.PENDING, "T4"),
        (S.CREATED, R.APPROVED, S.APPROVED, "T5"),
        (S.REDIRECTED, R.APPROVED, S.APPROVED, "T5"),
        (S.PENDING, R.APPROVED, S.APPROVED, "T5"),
        (S.DECLINED, R.APPROVED, S.APPROVED, "T5"),
        (S.REDIRECTED, R.DECLINED, S.DECLINED, "T8"),
        (S.PENDING, R.DECLINED, S.DECLINED, "T8"),
        (S.REDIRECTED, R.EXPIRED, S.EXPIRED, "T9"),
        (S.PENDING, R.EXPIRED, S.EXPIRED, "T9"),
        (S.DECLINED, R.EXPIRED, S.EXPIRED, "T9"),
        (S.EXPIRED, R.DECLINED, S.EXPIRED, None),
        (S.CANCELLED, R.EXPIRED, S.CANCELLED, None),
        (S.EXPIRED, R.PENDING, S.EXPIRED, None),
        (S.REVIEW, R.DECLINED, S.REVIEW, None),
    ],
)
def test_a_notice_moves_an_intent_as_the_table_says(
    before: PaymentIntentStatus, state: ReportedState, after: PaymentIntentStatus, row: str | None
) -> None:
    outcome = apply(an_intent(before), a_report(state), at=AT)
    assert (outcome.intent.status, outcome.transition) == (after, row)
    assert len(outcome.charges) == (after is S.APPROVED)
    assert not outcome.query_needed


def test_an_approval_books_the_money_once_and_shows_how_it_was_paid() -> None:
    outcome = apply(an_intent(), a_report(), at=AT)

    (charge,) = outcome.charges
    assert (charge.transaction_id, charge.amount, charge.charged) == ("t1", Decimal("1850000.00"), True)
    assert outcome.intent.attempts == (charge,)
    assert (outcome.intent.method, outcome.intent.gateway_reference) == (PaymentMethod.PSE, "CUS-t1")

    again = apply(outcome.intent, a_report(), at=AT)
    assert (again.transition, again.charges, again.intent) == ("T13", (), outcome.intent)


@pytest.mark.parametrize("status", [S.EXPIRED, S.CANCELLED, S.REVIEW])
def test_a_late_approval_waits_for_the_gateways_own_answer(status: PaymentIntentStatus) -> None:
    outcome = apply(an_intent(status), a_report(), at=LATE)
    assert outcome == Outcome(intent=an_intent(status), transition="T6", query_needed=True)

    confirmed = reconcile(outcome.intent, [told()], at=LATE)
    assert (confirmed.intent.status, len(confirmed.charges)) == (S.APPROVED, 1)


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (a_report(amount="1849000.00"), StatusReason.AMOUNT_MISMATCH),
        (a_report(amount="1850000.01"), StatusReason.AMOUNT_MISMATCH),
        (a_report(amount="0.00"), StatusReason.AMOUNT_MISMATCH),
        (a_report(currency="USD"), StatusReason.CURRENCY_MISMATCH),
        (a_report(is_test=True), StatusReason.TEST_PAYMENT),
        (a_report(is_foreign=True), StatusReason.MERCHANT_MISMATCH),
        (a_report(reference="ANOTHER1"), StatusReason.MERCHANT_MISMATCH),
    ],
)
@pytest.mark.parametrize("status", [s for s in S if s is not S.APPROVED])
def test_an_approval_that_differs_from_what_was_frozen_is_reviewed_and_never_booked(
    report: GatewayReport, reason: StatusReason, status: PaymentIntentStatus
) -> None:
    outcome = apply(an_intent(status), report, at=AT)
    assert (outcome.intent.status, outcome.review, outcome.charges) == (S.REVIEW, reason, ())
    assert outcome.alert


@pytest.mark.parametrize("status", list(S))
def test_a_failure_that_differs_moves_nothing(status: PaymentIntentStatus) -> None:
    outcome = apply(an_intent(status), a_report(R.DECLINED, amount="1.00"), at=AT)
    assert (outcome.intent, outcome.charges, outcome.alert) == (an_intent(status), (), True)


@given(amount=st.decimals(min_value=0, max_value=10**10, places=2))
def test_only_the_exact_amount_is_booked(amount: Decimal) -> None:
    outcome = apply(an_intent(), replace(a_report(), amount=amount), at=AT)
    assert bool(outcome.charges) == (amount == Decimal("1850000.00"))
    assert outcome.intent.status is (S.APPROVED if outcome.charges else S.REVIEW)


@pytest.mark.parametrize("status", list(S))
def test_an_unknown_code_moves_nothing_and_asks_the_gateway(status: PaymentIntentStatus) -> None:
    outcome = apply(an_intent(status), a_report(R.UNKNOWN), at=AT)
    assert outcome == Outcome(intent=an_intent(status), transition="T24", query_needed=True, alert=True)


def test_a_failed_try_beside_one_in_process_leaves_the_intent_in_process() -> None:
    waiting = reconcile(an_intent(), [told(R.PENDING, "t1")], at=AT).intent
    outcome = apply(waiting, a_report(R.DECLINED, "t2"), at=AT)
    assert outcome.intent.status is S.PENDING
    assert [attempt.status for attempt in outcome.intent.attempts] == [S.PENDING, S.DECLINED]


@pytest.mark.parametrize("ended", [R.DECLINED, R.EXPIRED, R.APPROVED])
def test_news_that_a_try_is_in_process_does_not_outlive_how_it_ended(ended: ReportedState) -> None:
    intent = apply(an_intent(), a_report(ended), at=AT).intent

    outcome = apply(intent, a_report(R.PENDING), at=AT)

    assert (outcome.intent, outcome.query_needed, outcome.alert) == (intent, False, False)


def test_a_decline_keeps_the_reason_for_the_payer() -> None:
    outcome = apply(an_intent(), a_report(R.DECLINED, reason=StatusReason.INSUFFICIENT_FUNDS), at=AT)
    assert outcome.intent.status_reason is StatusReason.INSUFFICIENT_FUNDS


# --- after an approval -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [R.DECLINED, R.EXPIRED, R.PENDING])
def test_another_failed_try_is_recorded_beside_an_approval(state: ReportedState) -> None:
    outcome = apply(paid(), a_report(state, "t2"), at=AT)
    assert (outcome.intent.status, outcome.transition, outcome.charges) == (S.APPROVED, "T14", ())
    assert [attempt.transaction_id for attempt in outcome.intent.attempts] == ["t1", "t2"]


def test_a_second_approval_is_booked_only_if_the_gateway_knows_both() -> None:
    outcome = apply(paid(), a_report(tx="t2"), at=AT)
    assert (outcome.intent, outcome.charges, outcome.query_needed) == (paid(), (), True)

    replayed = reconcile(paid(), [told(tx="t1")], at=AT)
    assert (replayed.charges, replayed.intent.status) == ((), S.APPROVED)

    twice = reconcile(paid(), [told(tx="t1"), told(tx="t2")], at=AT)
    assert ([charge.transaction_id for charge in twice.charges], twice.intent.status) == (["t2"], S.APPROVED)
    assert twice.alert


def test_an_approval_announced_under_an_invented_id_is_the_one_the_gateway_lists() -> None:
    forged = paid("invented")

    real = apply(forged, a_report(tx="real"), at=AT)
    assert (real.charges, real.query_needed) == ((), True)
    answered = reconcile(forged, [told(tx="real")], at=AT)
    assert (answered.charges, answered.intent.status) == ((), S.APPROVED)

    again = reconcile(answered.intent, [told(tx="real"), told(tx="second")], at=AT)
    assert len(again.charges) == 1
    assert reconcile(again.intent, [told(tx="real"), told(tx="second")], at=AT).charges == ()


def test_which_listed_approval_an_invented_id_stood_for_is_settled_once() -> None:
    booked = apply(an_intent(), a_report(tx="invented"), at=AT).intent
    first = reconcile(booked, [replace(told(tx="t9"), charged_back=True)], at=AT + timedelta(minutes=2))
    assert [back.charge_id for back in first.take_backs] == ["invented"]

    second = reconcile(first.intent, [replace(told(tx="t9"), charged_back=True), told(tx="t1")], at=AT)

    assert [charge.transaction_id for charge in second.charges] == ["t1"]
    assert second.take_backs == ()


def test_an_approval_is_left_only_when_the_gateway_says_that_it_is_none() -> None:
    doubt = apply(paid(), a_report(R.DECLINED), at=AT)
    assert (doubt.intent, doubt.query_needed, doubt.transition) == (paid(), True, "T17")

    still = reconcile(paid(), [told()], at=AT)
    assert still.intent.status is S.APPROVED
    gone = reconcile(paid(), [told(R.DECLINED)], at=AT)
    assert (gone.intent.status, gone.review, gone.charges) == (S.REVIEW, StatusReason.CONTRADICTION, ())
    back = reconcile(gone.intent, [told()], at=AT)
    assert (back.intent.status, back.charges) == (S.APPROVED, ())


def test_a_test_payment_passed_off_as_real_is_found_out_by_asking() -> None:
    doubt = apply(paid("forged"), a_report(tx="real", is_test=True), at=AT)
    assert (doubt.query_needed, doubt.alert) == (True, True)
    answer = replace(told(tx="real"), is_test=True)
    outcome = reconcile(paid("forged"), [answer], at=AT)
    assert (outcome.intent.status, outcome.review) == (S.REVIEW, StatusReason.TEST_PAYMENT)


@pytest.mark.parametrize("answer", [[], [told(R.PENDING)], [told(R.PENDING, "t2")], [told(R.DECLINED, "t2")]])
def test_an_answer_that_does_not_speak_against_an_approval_leaves_it(answer: list[GatewayReport]) -> None:
    outcome = reconcile(paid(), answer, at=LATE)
    assert (outcome.intent.status, outcome.charges) == (S.APPROVED, ())


# --- the gateway's answer and time -----------------------------------------------------------------------------------


def test_an_answer_with_one_approval_among_failures_books_it_whatever_their_order() -> None:
    tries = [told(R.DECLINED, "a"), told(R.APPROVED, "b"), told(R.EXPIRED, "c"), told(R.PENDING, "d")]
    for answer in (tries, tries[::-1]):
        outcome = reconcile(an_intent(), answer, at=AT)
        assert outcome.intent.status is S.APPROVED
        assert [charge.transaction_id for charge in outcome.charges] == ["b"]
        assert len(outcome.intent.attempts) == 4


def test_two_approvals_in_one_answer_are_two_charges() -> None:
    outcome = reconcile(an_intent(), [told(tx="a"), told(tx="b")], at=AT)
    assert [charge.transaction_id for charge in outcome.charges] == ["a", "b"]


@pytest.mark.parametrize("status", [S.CREATED, S.REDIRECTED, S.DECLINED])
def test_half_an_hour_without_a_try_releases_the_invoices(status: PaymentIntentStatus) -> None:
    assert reconcile(an_intent(status), [], at=LATE - timedelta(seconds=1)).intent.status is status
    outcome = reconcile(an_intent(status), [], at=LATE)
    assert (outcome.intent.status, outcome.transition) == (S.EXPIRED, "T10")
    assert outcome.intent.status_reason is StatusReason.NOT_COMPLETED


def test_time_never_ends_a_payment_that_is_in_process() -> None:
    assert reconcile(an_intent(S.PENDING), [], at=LATE + timedelta(days=10)).intent.status is S.PENDING
    assert reconcile(an_intent(), [told(R.PENDING)], at=LATE).intent.status is S.PENDING
    assert reconcile(an_intent(), [told(R.UNKNOWN)], at=LATE).intent.status is S.REDIRECTED


def test_cancelling_asks_what_the_gateway_knows_first() -> None:
    assert cancel(an_intent(), [], at=AT).intent.status is S.CANCELLED
    assert cancel(an_intent(), [told(R.PENDING)], at=AT).intent.status is S.PENDING
    assert cancel(an_intent(), [told()], at=AT).intent.status is S.APPROVED
    assert cancel(paid(), [], at=AT).intent.status is S.APPROVED


def test_a_checkout_takes_a_new_intent_to_redirected_and_no_other() -> None:
    checkout = Checkout(url="https://gateway.example", method="POST")
    assert redirect(an_intent(S.CREATED), checkout).status is S.REDIRECTED
    assert redirect(an_intent(S.PENDING), checkout).status is S.PENDING


# --- the table -------------------------------------------------------------------------------------------------------


def test_no_state_and_trigger_has_two_rows() -> None:
    pairs = [(row.trigger, source) for row in TRANSITIONS for source in row.sources]
    assert len(pairs) == len(set(pairs))


def test_only_a_contradiction_leaves_approved() -> None:
    leaving = [row for row in TRANSITIONS if S.APPROVED in row.sources and row.target not in (None, S.APPROVED)]
    assert [(row.name, row.target) for row in leaving] == [("T17", S.REVIEW)]


def test_every_way_to_money_after_the_end_asks_first() -> None:
    ways = [row for row in TRANSITIONS if row.trigger in (Trigger.APPROVED, Trigger.OTHER_APPROVED)]
    assert {row.name: row.asks_first for row in ways} == {"T5": False, "T6": True, "T15": True}
