"""Whatever the order and repetition of reports, the money is the same."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.gateway_reports import Evidence, GatewayReport, ReportedState
from domain.payment_intents import PaymentIntent
from domain.payment_transitions import Outcome, apply, reconcile
from tests.domain.payment_examples import AT, LATE, R, S, a_report, an_intent, told


@dataclass
class Ledger:
    """An intent as it lives: every charge is booked, every question that an outcome asks is answered truthfully."""

    truth: dict[str, GatewayReport]
    intent: PaymentIntent = field(default_factory=an_intent)
    booked: list[str] = field(default_factory=list)

    def notice(self, report: GatewayReport, at: datetime) -> None:
        outcome = apply(self.intent, report, at=at)
        if outcome.query_needed:
            assert (outcome.intent, outcome.charges) == (self.intent, ())
            self.ask(at)
        else:
            self._keep(outcome)

    def ask(self, at: datetime) -> None:
        self._keep(reconcile(self.intent, self.truth.values(), at=at))

    def _keep(self, outcome: Outcome) -> None:
        was = self.intent.status
        self.booked += [charge.transaction_id for charge in outcome.charges]
        self.intent = outcome.intent
        assert self.intent.charged_ids == set(self.booked)
        assert was is not S.APPROVED or self.intent.status is S.APPROVED


states = st.sampled_from([R.APPROVED, R.DECLINED, R.EXPIRED, R.PENDING])
amounts = st.sampled_from(["1850000.00", "1850000.00", "1850000.00", "1000.00"])
times = st.sampled_from([AT, LATE, LATE + timedelta(days=3)])


@given(
    tries=st.lists(st.tuples(states, amounts), max_size=4),
    events=st.lists(st.tuples(st.integers(-1, 3), st.booleans(), times), max_size=25),
)
def test_any_order_and_repetition_of_reports_ends_in_the_same_money(
    tries: list[tuple[ReportedState, str]], events: list[tuple[int, bool, datetime]]
) -> None:
    truth = {f"t{n}": told(state, f"t{n}", amount=amount) for n, (state, amount) in enumerate(tries)}
    ledger = Ledger(truth)
    for number, under_invented_id, at in events:
        report = truth.get(f"t{number}")
        if number < 0:
            ledger.ask(at)
        elif report is not None and report.state is not R.PENDING:
            tx = f"x{len(ledger.intent.attempts)}" if under_invented_id else report.transaction_id
            ledger.notice(replace(report, transaction_id=tx, evidence=Evidence.SIGNATURE), at)
    ledger.ask(LATE)

    good = [r for r in truth.values() if r.state is R.APPROVED and r.amount == ledger.intent.amount]
    assert len(ledger.booked) == len(good)
    assert (ledger.intent.status is S.APPROVED) == bool(good)
    before = ledger.intent
    ledger.ask(LATE)
    assert ledger.intent == before


@given(st.lists(st.tuples(states, st.integers(0, 5)), max_size=30))
def test_notices_alone_never_book_more_than_one_payment(reports: list[tuple[ReportedState, int]]) -> None:
    intent, booked = an_intent(), 0
    for state, number in reports:
        outcome = apply(intent, a_report(state, f"t{number}"), at=AT)
        intent, booked = outcome.intent, booked + len(outcome.charges)
    assert booked <= 1
    assert (booked == 1) == (intent.status is S.APPROVED)


def test_replays_under_invented_ids_do_not_pile_up() -> None:
    intent = an_intent()
    for number in range(300):
        intent = apply(intent, a_report(R.DECLINED, f"x{number}"), at=AT).intent
    assert len(intent.attempts) == 100
    assert apply(intent, a_report(tx="real"), at=AT).charges
