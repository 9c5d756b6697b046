"""Whatever anybody does about payments, one thing after another, in any order: a machine for hypothesis.

It runs on any bench; after every step the books are held against the gateway's model, and at the end, when all news
have arrived, they must be equal.
"""

import logging
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from application.access import Viewer
from application.ports.payment_gateway import NotificationRejected
from application.use_cases.payments.credit import CreditForm
from application.use_cases.payments.office import OfficePayment
from application.use_cases.payments.refunds import RefundForm
from application.use_cases.payments.reviews import ReviewDecision
from domain.errors import DomainError
from domain.gateway_reports import ReportedState
from domain.invoices import Invoice
from domain.payment_intents import PaymentIntent
from domain.payments import PaymentMethod
from tests.application.payments_world import Desk, a_client, a_merchant_account, an_agency, an_invoice, as_client
from tests.application.payments_world import as_staff as a_clerk
from tests.fakes.payment_gateway import a_notice
from tests.simulation.benches import Bench, Died
from tests.simulation.gateway import CARDS, ModelGateway, Order, Transaction, told
from tests.simulation.invariants import Invariants
from tests.simulation.scheduler import all_randomness_from

_S = ReportedState
_PLACES = st.integers(min_value=0, max_value=30)
_KEYS = st.sampled_from(["a", "b", "c"])
_PESOS = st.sampled_from([Decimal(30_000), Decimal(400_000), Decimal(1_500_000)])


class Machine(RuleBasedStateMachine):
    make_bench: Callable[[], Bench]

    @initialize(real_money=st.booleans(), partial=st.booleans())
    def found(self, real_money: bool, partial: bool) -> None:
        logging.disable(logging.ERROR)
        self.bench = type(self).make_bench()
        self.randomness = ExitStack()
        if self.bench.starts_empty:
            self.randomness.enter_context(all_randomness_from(Random(1)))
        self.desk = Desk(self.bench.unit_of_work)
        agency = an_agency()
        self.agency = replace(agency, slug=f"a{agency.id.hex[:12]}", partial_payments_allowed=partial)
        self.account = replace(a_merchant_account(self.agency, test=not real_money))
        self.client = a_client(self.agency)
        clerk = self.bench.add(self.agency, self.account, self.client)
        self.payer = replace(as_client(self.client), account_id=clerk)
        self.clerk = replace(a_clerk(self.agency), account_id=clerk)
        self.model = ModelGateway(Random(0), self.desk.clock)
        self.truth = Invariants(self.bench.books(), self.agency.id, self.model, real_money=real_money)
        self.invoices: list[Invoice] = []
        self.tries: list[Transaction] = []
        self.notices: list[bytes] = []
        self.bill(Decimal(1_000_000))

    # What happens at the gateway

    @precondition(lambda self: self.model.orders)
    @rule(
        place=_PLACES,
        method=st.sampled_from([PaymentMethod.PSE, PaymentMethod.CASH, PaymentMethod.CREDIT_CARD]),
        short=st.sampled_from([0, 0, 0, 0, 1000]),
        state=st.sampled_from([_S.PENDING, _S.APPROVED, _S.APPROVED, _S.DECLINED]),
    )
    def pay(self, place: int, method: PaymentMethod, short: int, state: ReportedState) -> None:
        order = list(self.model.orders.values())[place % len(self.model.orders)]
        transaction = self.model.try_to_pay(order.reference, method, amount=order.amount - short)
        self.tries.append(transaction)
        self._becomes(transaction, state)

    @precondition(lambda self: self._pending())
    @rule(place=_PLACES, state=st.sampled_from([_S.APPROVED, _S.DECLINED, _S.EXPIRED]))
    def decide_at_the_bank(self, place: int, state: ReportedState) -> None:
        pending = self._pending()
        self._becomes(pending[place % len(pending)], state)

    @precondition(lambda self: self._cards())
    @rule(place=_PLACES, amount=st.sampled_from([None, Decimal(20_000)]))
    def give_back(self, place: int, amount: Decimal | None) -> None:
        """A chargeback, or a refund in the gateway's panel."""
        card = self._cards()[place % len(self._cards())]
        if amount is None:
            card.charged_back = True
        else:
            self.model.ask_refund(card, amount)
            self.model.decide_refund(card, _S.APPROVED)

    def _becomes(self, transaction: Transaction, state: ReportedState) -> None:
        self.model.decide(transaction, state)
        self.notices.append(self._notice(transaction))

    def _notice(self, transaction: Transaction, *, transaction_id: str | None = None) -> bytes:
        return a_notice(
            transaction.reference,
            transaction.amount,
            state=transaction.state,
            transaction_id=transaction_id or transaction.id,
        )

    def _pending(self) -> list[Transaction]:
        return [it for it in self.tries if it.state is _S.PENDING]

    def _cards(self) -> list[Transaction]:
        return [it for it in self.tries if it.was_approved and it.method in CARDS and it.state is _S.APPROVED]

    # What is told and asked

    @precondition(lambda self: self.notices)
    @rule(place=_PLACES, deliveries=st.integers(min_value=1, max_value=3), dies=st.integers(min_value=0, max_value=40))
    def deliver(self, place: int, deliveries: int, dies: int) -> None:
        """Any notice there ever was, once more; the process may die in the middle."""
        body = self.notices[place % len(self.notices)]
        for number in range(deliveries):
            self._do(self._receive(body), dies=dies if number == 0 else 0)

    @precondition(lambda self: self.tries)
    @rule(place=_PLACES, other=_PLACES)
    def replay(self, place: int, other: int) -> None:
        """Under an id that somebody made up, or that is another payment's."""
        seen = [it for it in self.tries if it.state is not _S.PENDING]
        if seen:
            invented = "invented" if other % 2 else self.tries[other % len(self.tries)].id
            self._do(self._receive(self._notice(seen[place % len(seen)], transaction_id=invented)))

    @rule(minutes=st.sampled_from([1, 10, 31, 60 * 25]), dies=st.integers(min_value=0, max_value=30))
    def check(self, minutes: int, dies: int) -> None:
        self.desk.clock.advance(timedelta(minutes=minutes))
        self._do(self.desk.reconcile_payments(self.agency.id), dies=dies)

    @precondition(lambda self: self.model.orders)
    @rule(place=_PLACES, cancels=st.booleans())
    def ask(self, place: int, cancels: bool) -> None:
        reference = list(self.model.orders)[place % len(self.model.orders)]
        self.desk.clock.advance(5)
        act: Any = self.desk.cancel_payment if cancels else self.desk.refresh_payment
        self._do(act(self.payer, reference=reference))

    # What people do

    @rule(amount=_PESOS)
    def bill(self, amount: Decimal) -> None:
        invoice = an_invoice(self.client, subtotal=str(amount) + ".00")
        self.bench.bill(invoice)
        self.invoices.append(invoice)

    @rule(places=st.sets(_PLACES, min_size=1, max_size=3), key=_KEYS, part=st.sampled_from([None, "50000.00"]))
    def start(self, places: set[int], key: str, part: str | None) -> None:
        chosen = {place % len(self.invoices): self.invoices[place % len(self.invoices)] for place in places}
        intent = self._do(self.desk.start(self.payer, *chosen.values(), key=key, amount=part))
        if isinstance(intent, PaymentIntent):
            order = Order(intent.reference, intent.amount, self.account.merchant_id, "key")
            self.model.orders.setdefault(intent.reference, order)

    @rule(amount=_PESOS, key=_KEYS, dies=st.integers(min_value=0, max_value=25))
    def receive_at_the_office(self, amount: Decimal, key: str, dies: int) -> None:
        form = OfficePayment(
            client_id=self.client.id, amount=amount, method=PaymentMethod.CASH, idempotency_key=f"{key}{amount}"
        )
        for last in (dies, 0):
            self._do(self.desk.record_payment(self.clerk, form), dies=last)

    @rule(key=_KEYS, own=st.booleans(), dies=st.integers(min_value=0, max_value=25))
    def use_credit(self, key: str, own: bool, dies: int) -> None:
        form = CreditForm(idempotency_key=key, client_id=None if own else self.client.id)
        viewer: Viewer = self.payer if own else self.clerk
        self._do(self.desk.apply_credit(viewer, form), dies=dies)

    @rule(place=_PLACES, dies=st.integers(min_value=0, max_value=25))
    def take_back(self, place: int, dies: int) -> None:
        receipts = list(self.bench.books().payments)
        if receipts:
            key = receipts[place % len(receipts)]
            self._do(self.desk.reverse_payment(self.clerk, payment_id=key, reason="error"), dies=dies)

    @rule(place=_PLACES, amount=st.sampled_from([None, Decimal(10_000)]), key=_KEYS, taken=st.booleans())
    def refund(self, place: int, amount: Decimal | None, key: str, taken: bool) -> None:
        """Asked of the gateway, which decides it later."""
        receipts = [it for it, _ in self.bench.books().payments.values() if it.method in CARDS]
        if not receipts:
            return
        payment = receipts[place % len(receipts)]
        form = RefundForm(payment_id=payment.id, reason="desistió", idempotency_key=key, amount=amount)
        self.desk.clock.advance(timedelta(minutes=11))
        asked = len(self.desk.gateway.refunded)
        self._do(self.desk.refund_payment(self.clerk, form))
        for charge_id, part in self.desk.gateway.refunded[asked:]:
            charge = next((it for it in self.tries if it.id == charge_id), None)
            if charge is not None:
                self.model.ask_refund(charge, part)
                self.model.decide_refund(charge, _S.APPROVED if taken else _S.DECLINED)

    @rule(place=_PLACES, decision=st.sampled_from(list(ReviewDecision)), dies=st.integers(min_value=0, max_value=40))
    def decide(self, place: int, decision: ReviewDecision, dies: int) -> None:
        if self.model.orders:
            reference = list(self.model.orders)[place % len(self.model.orders)]
            self.desk.clock.advance(5)
            act = self.desk.resolve_review(self.clerk, reference=reference, decision=decision, note="visto")
            self._do(act, dies=dies)

    # How it is done, and what must be true

    def _receive(self, body: bytes) -> Coroutine[Any, Any, Any]:
        return self.desk.receive(body, account=self.account.public_key)

    def _do(self, work: Coroutine[Any, Any, Any], *, dies: int = 0) -> Any:
        """Its value; None where it was refused or died at its call number `dies`."""
        merchant = self.desk.merchants.open(self.account)
        answers = [told(order, it, merchant=merchant) for order in self.model.orders.values() for it in order.tries]
        self.desk.gateway.knows(answers)
        self.bench.unit_of_work.left = dies
        try:
            return self.bench.run(work)
        except (DomainError, NotificationRejected, Died):
            return None
        finally:
            self.bench.unit_of_work.left = 0

    @invariant()
    def the_books_hold(self) -> None:
        if hasattr(self, "desk"):
            self.truth.after_commit(self.bench.books())

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        try:
            self._calm_down()
        finally:
            self.randomness.close()
            logging.disable(logging.NOTSET)

    def _calm_down(self) -> None:
        """All news arrive, and the regular check goes on for weeks."""
        for transaction in self._pending():
            self._becomes(transaction, _S.DECLINED)
        for body in self.notices:
            self.desk.clock.advance(5)
            self._do(self._receive(body))
        for days in (0.05, 1, 2, 5, 7, 14):
            self.desk.clock.advance(timedelta(days=days))
            self._do(self.desk.reconcile_payments(self.agency.id))
        self.truth.when_quiet(self.bench.books())
