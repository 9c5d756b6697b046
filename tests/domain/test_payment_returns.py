"""Refunds, disputes and chargebacks: facts beside a payment, told by the gateway's own answer."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from domain.errors import InvalidTransition, LimitReached
from domain.findings import FindingKind
from domain.gateway_reports import GatewayReport, RefundReport
from domain.ids import AccountId, RefundId
from domain.payment_intents import DisputeStatus, PaymentIntent
from domain.payment_returns import TakeBack, refund_answered, release_refund, request_refund
from domain.payment_transitions import reconcile
from domain.payments import ReversalKind
from domain.refunds import RefundStatus
from tests.domain.payment_examples import AT, R, S, an_intent, paid, told

LATER = AT + timedelta(minutes=2)

CLERK = AccountId(UUID(int=9))
HALF = Decimal("925000.00")


def refunding(intent: PaymentIntent, amount: Decimal = HALF, number: int = 1, charge: str = "t1") -> PaymentIntent:
    return request_refund(
        intent, charge, refund_id=RefundId(UUID(int=number)), amount=amount, reason="Pagó dos veces", at=AT, by=CLERK
    )


def with_refunds(*refunds: RefundReport) -> GatewayReport:
    return replace(told(), refunds=refunds)


def a_refund(state: R = R.APPROVED, amount: Decimal = HALF, key: str = "r1") -> RefundReport:
    return RefundReport(transaction_id=key, state=state, amount=amount)


def test_a_refund_is_taken_back_once_when_the_gateway_approved_it() -> None:
    intent = refunding(paid())
    pending = reconcile(intent, [with_refunds(a_refund(R.PENDING))], at=AT)
    assert (pending.take_backs, pending.intent.refunds[0].gateway_id) == ((), "r1")

    approved = reconcile(pending.intent, [with_refunds(a_refund())], at=AT)
    assert approved.take_backs == (
        TakeBack(charge_id="t1", kind=ReversalKind.REFUND, about="r1", amount=HALF, reason="Pagó dos veces"),
    )
    (refund,) = approved.intent.refunds
    assert (refund.status, refund.resolved_at) == (RefundStatus.APPROVED, AT)
    assert approved.intent.status is S.APPROVED

    again = reconcile(approved.intent, [with_refunds(a_refund())], at=AT)
    assert (again.take_backs, again.intent.refunds) == ((), approved.intent.refunds)


def test_a_declined_refund_leaves_the_money_and_is_told() -> None:
    outcome = reconcile(refunding(paid()), [with_refunds(a_refund(R.DECLINED))], at=AT)
    assert outcome.take_backs == ()
    assert outcome.findings == ((FindingKind.REFUND_DECLINED, "t1"),)
    assert outcome.intent.refunds[0].status is RefundStatus.DECLINED

    second = refunding(outcome.intent, number=2)
    both = reconcile(second, [with_refunds(a_refund(R.DECLINED), a_refund(key="r2"))], at=AT)
    assert [it.status for it in both.intent.refunds] == [RefundStatus.DECLINED, RefundStatus.APPROVED]
    assert len(both.take_backs) == 1


def test_a_refund_asked_for_in_the_gateways_panel_is_taken_back_too() -> None:
    outcome = reconcile(paid(), [with_refunds(a_refund())], at=AT)
    (refund,) = outcome.intent.refunds
    assert (refund.requested_by, refund.amount, refund.status) == (None, HALF, RefundStatus.APPROVED)
    assert [back.amount for back in outcome.take_backs] == [HALF]
    assert reconcile(outcome.intent, [with_refunds(a_refund())], at=AT).take_backs == ()


def test_what_the_gateway_returned_counts_and_not_what_was_asked_here() -> None:
    """It met a request of its own panel, which was open already, with ours."""
    asked = refund_answered(refunding(paid()), RefundId(UUID(int=1)), a_refund(R.PENDING, Decimal("20000.00")), at=AT)

    outcome = reconcile(asked, [with_refunds(a_refund(amount=Decimal("20000.00")))], at=AT)

    assert [back.amount for back in outcome.take_backs] == [Decimal("20000.00")]
    assert [refund.amount for refund in outcome.intent.refunds] == [Decimal("20000.00")]


def test_the_answer_to_a_request_is_kept_and_declines_it_at_once() -> None:
    intent = refunding(paid())
    asked = refund_answered(intent, intent.refunds[0].id, a_refund(R.PENDING, key="r7"), at=AT)
    assert (asked.refunds[0].status, asked.refunds[0].gateway_id) == (RefundStatus.REQUESTED, "r7")
    declined = refund_answered(intent, intent.refunds[0].id, a_refund(R.DECLINED, key=""), at=AT)
    assert (declined.refunds[0].status, declined.refunds[0].resolved_at) == (RefundStatus.DECLINED, AT)


def test_only_booked_money_is_returned_one_request_at_a_time() -> None:
    for intent, charge in ((an_intent(), "t1"), (paid(), "t2"), (refunding(paid()), "t1")):
        with pytest.raises(InvalidTransition):
            refunding(intent, number=5, charge=charge)


def test_nobody_asks_for_ever() -> None:
    intent = paid()
    for number in range(20):
        intent = refunding(intent, number=number)
        intent = refund_answered(intent, RefundId(UUID(int=number)), a_refund(R.DECLINED, key=f"r{number}"), at=AT)
    with pytest.raises(LimitReached):
        refunding(intent, number=99)


def released(intent: PaymentIntent) -> PaymentIntent:
    """With its open request given up, eleven minutes after it was made."""
    intent, _ = release_refund(intent, "t1", at=AT + timedelta(minutes=11), by=CLERK, note="No llegó.")
    return intent


def test_a_request_that_was_given_up_is_open_again_when_it_arrived_after_all() -> None:
    gone = released(refunding(paid()))

    by_its_answer = refund_answered(gone, RefundId(UUID(int=1)), a_refund(R.PENDING), at=AT)
    by_asking = reconcile(gone, [with_refunds(a_refund(R.PENDING))], at=AT)

    for intent in (by_its_answer, by_asking.intent):
        (refund,) = intent.refunds
        assert (refund.status, refund.gateway_id, refund.resolved_at) == (RefundStatus.REQUESTED, "r1", None)
        assert (refund.resolved_by, refund.note) == (CLERK, "No llegó.")
    declined = reconcile(gone, [with_refunds(a_refund(R.DECLINED))], at=AT)
    assert declined.intent.refunds == gone.refunds
    assert refund_answered(gone, RefundId(UUID(int=1)), a_refund(R.DECLINED), at=AT) == gone


def test_beside_another_request_the_one_that_was_given_up_is_taken_back_when_approved_and_not_open_twice() -> None:
    both = refunding(released(refunding(paid())), number=2)
    both = refund_answered(both, RefundId(UUID(int=2)), a_refund(R.PENDING, key="r2"), at=AT)

    late = reconcile(both, [with_refunds(a_refund(R.PENDING, key="r2"), a_refund(R.PENDING, key="r1"))], at=AT)
    assert [it.status for it in late.intent.refunds] == [RefundStatus.RELEASED, RefundStatus.REQUESTED]
    assert refund_answered(both, RefundId(UUID(int=1)), a_refund(R.PENDING), at=AT) == both

    done = reconcile(both, [with_refunds(a_refund(R.PENDING, key="r2"), a_refund(key="r1"))], at=AT)
    assert [it.status for it in done.intent.refunds] == [RefundStatus.APPROVED, RefundStatus.REQUESTED]
    assert [(it.about, it.amount) for it in done.take_backs] == [("r1", HALF)]


def test_a_chargeback_takes_all_that_is_left_once() -> None:
    lost = replace(told(), charged_back=True)
    outcome = reconcile(paid(), [lost], at=AT)
    assert outcome.take_backs == (TakeBack(charge_id="t1", kind=ReversalKind.CHARGEBACK, about="t1"),)
    assert outcome.findings == ((FindingKind.CHARGED_BACK, "t1"),)
    assert (outcome.intent.status, outcome.intent.dispute) == (S.APPROVED, DisputeStatus.LOST)

    again = reconcile(outcome.intent, [lost], at=AT)
    assert (again.take_backs, again.findings) == ((), ())
    with pytest.raises(InvalidTransition):
        refunding(outcome.intent)


def test_what_is_returned_of_a_charge_that_was_announced_under_another_id_is_taken_back_of_it() -> None:
    listed = replace(told(tx="real"), refunds=(a_refund(),), charged_back=True)
    outcome = reconcile(paid(), [listed], at=LATER)
    assert {back.charge_id for back in outcome.take_backs} == {"t1"}
    assert outcome.charges == ()


def test_so_is_what_is_returned_of_a_charge_that_was_announced_under_the_id_of_a_failed_try() -> None:
    listed = replace(told(tx="real"), refunds=(a_refund(),))
    outcome = reconcile(paid(), [told(R.DECLINED, "t1"), listed], at=LATER)
    assert [(back.charge_id, back.amount) for back in outcome.take_backs] == [("t1", HALF)]
    assert outcome.charges == ()


def test_a_charge_that_an_answer_is_too_early_to_tell_of_is_not_taken_for_another_that_was_returned() -> None:
    """The question was asked, another try was approved and its notice booked, and only then the answer was dealt
    with."""
    first = replace(told(tx="first"), charged_back=True)
    early = reconcile(paid(), [first], at=AT)
    assert early.take_backs == ()

    full = reconcile(early.intent, [first, told(tx="t1")], at=LATER)
    assert [charge.transaction_id for charge in full.charges] == ["first"]
    assert [back.charge_id for back in full.take_backs] == ["first"]
