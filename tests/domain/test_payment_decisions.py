"""What a person decides about money that does not fit, or that the gateway came to deny."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.errors import InvalidTransition
from domain.payment_decisions import decide_against, decide_for
from domain.payment_intents import PaymentIntent
from domain.payment_returns import TakeBack
from domain.payment_transitions import apply, reconcile
from domain.payments import ReversalKind
from tests.domain.payment_examples import AT, R, S, a_report, an_intent, paid, told

LESS = "1840000.00"


def in_review(**odd: object) -> PaymentIntent:
    """The gateway confirms an approval that does not fit."""
    return reconcile(an_intent(), [replace(told(), **odd)], at=AT).intent  # type: ignore[arg-type]


def contradicted() -> PaymentIntent:
    """Booked, and denied by the gateway afterwards."""
    return reconcile(paid(), [told(R.DECLINED)], at=AT).intent


def test_money_of_another_amount_is_held_until_somebody_decides() -> None:
    outcome = reconcile(an_intent(), [told(amount=LESS)], at=AT)
    assert outcome.intent.status is S.REVIEW
    assert [it.amount for it in outcome.held] == [Decimal(LESS)]
    assert outcome.charges == ()
    assert reconcile(outcome.intent, [told(amount=LESS)], at=AT).held == ()


def test_taking_it_books_what_came_and_settles_the_matter() -> None:
    outcome = decide_for(in_review(amount=Decimal(LESS)))
    assert (outcome.intent.status, outcome.transition) == (S.APPROVED, "T23")
    assert [(it.transaction_id, it.amount) for it in outcome.charges] == [("t1", Decimal(LESS))]

    for later in (told(amount=LESS), told(R.DECLINED, amount=LESS)):
        again = reconcile(outcome.intent, [later], at=AT)
        assert (again.intent.status, again.charges, again.held, again.take_backs) == (S.APPROVED, (), (), ())
    with pytest.raises(InvalidTransition):
        decide_for(outcome.intent)


def test_refusing_it_leaves_it_to_be_returned() -> None:
    outcome = decide_against(in_review(amount=Decimal(LESS)))
    assert outcome.intent.status is S.CANCELLED
    assert [it.amount for it in outcome.to_return] == [Decimal(LESS)]
    assert outcome.charges == ()

    again = reconcile(outcome.intent, [told(amount=LESS)], at=AT)
    assert (again.intent.status, again.charges, again.held) == (S.CANCELLED, (), ())
    with pytest.raises(InvalidTransition):
        decide_against(outcome.intent)


@pytest.mark.parametrize("odd", [{"is_test": True}, {"is_foreign": True}, {"currency": "USD"}])
def test_what_is_no_money_of_the_agency_can_only_be_refused(odd: dict[str, object]) -> None:
    intent = in_review(**odd)
    with pytest.raises(InvalidTransition):
        decide_for(intent)
    outcome = decide_against(intent)
    assert (outcome.intent.status, outcome.to_return, outcome.take_backs) == (S.CANCELLED, (), ())


def test_a_notice_alone_does_not_make_money_that_can_be_taken() -> None:
    intent = apply(an_intent(), a_report(amount=LESS), at=AT).intent
    assert intent.status is S.REVIEW
    with pytest.raises(InvalidTransition):
        decide_for(intent)


def test_a_charge_that_the_gateway_denies_stands_or_is_taken_back() -> None:
    stands = decide_for(contradicted())
    assert (stands.intent.status, stands.charges, stands.take_backs) == (S.APPROVED, (), ())
    assert reconcile(stands.intent, [told(R.DECLINED)], at=AT).intent.status is S.APPROVED

    gone = decide_against(contradicted())
    assert gone.intent.status is S.CANCELLED
    assert gone.take_backs == (TakeBack(charge_id="t1", kind=ReversalKind.REVIEW, about="t1"),)


def test_money_beside_an_approved_payment_is_decided_about_without_touching_it() -> None:
    beside = reconcile(paid(), [told(), told(tx="t2", amount=LESS)], at=AT)
    assert (beside.intent.status, [it.transaction_id for it in beside.held]) == (S.APPROVED, ["t2"])

    refused = decide_against(beside.intent)
    assert (refused.intent.status, [it.transaction_id for it in refused.to_return]) == (S.APPROVED, ["t2"])
    taken = decide_for(beside.intent)
    assert (taken.intent.status, [it.transaction_id for it in taken.charges]) == (S.APPROVED, ["t2"])


@pytest.mark.parametrize("intent", [an_intent(), an_intent(S.EXPIRED), paid()], ids=["open", "over", "paid"])
def test_where_nothing_is_in_review_there_is_nothing_to_decide(intent: PaymentIntent) -> None:
    for decide in (decide_for, decide_against):
        with pytest.raises(InvalidTransition):
            decide(intent)
