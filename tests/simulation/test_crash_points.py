"""Each act that moves money, struck at each of its calls in turn: the process dies there, or the connection is lost.

Afterwards the gateway repeats what was not acknowledged, people try again, and the regular check goes on; then
everything must be as if nothing had happened.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.use_cases.payments.credit import CreditForm
from application.use_cases.payments.office import OfficePayment
from application.use_cases.payments.refunds import RefundForm
from application.use_cases.payments.reviews import ReviewDecision
from domain.gateway_reports import ReportedState
from domain.payments import PaymentMethod
from tests.application.payments_world import PAYU, RETURN_URL, an_invoice
from tests.simulation.gateway import Transaction, notice
from tests.simulation.scheduler import Ended, Fate, Pause, Running, Scheduler, all_randomness_from
from tests.simulation.town import Making, Town

_S = ReportedState


@dataclass(slots=True, kw_only=True, eq=False)
class Striking(Scheduler):
    """Strikes the one that is called `target` at its stop number `stop`, and nothing else."""

    stop: int = 0
    how: Fate = Fate.GOES_ON
    target: str = "act"
    passed: int = 0

    def fate(self, running: Running, pause: Pause) -> Fate:
        if running.name != self.target:
            return Fate.GOES_ON
        self.passed += 1
        return self.how if self.passed == self.stop else Fate.GOES_ON


class Scene:
    """A town in which `prepare` has happened, before `act`."""

    def __init__(self, *, real_money: bool) -> None:
        seed = next(it for it in range(100) if Town(it).real_money is real_money)
        self.town = Town(seed, make=Making(scheduler=Striking))
        self.viewer, self.invoices = self.town.payers[0]
        self.references: list[str] = []

    @property
    def scheduler(self) -> Striking:
        assert isinstance(self.town.scheduler, Striking)
        return self.town.scheduler

    def do(self, work: Any, name: str = "prepared") -> Any:
        """Until it ends; its value, if it has one."""
        ends: list[Ended] = []
        self.town.serve(name, work, ends.append)
        self.town.run()
        return ends[0].value

    def start(self, key: str = "key-1") -> Any:
        return self.town.start_payment(
            self.viewer, invoice_ids=[self.invoices[0].id], gateway=PAYU, return_url=RETURN_URL, idempotency_key=key
        )

    def opened(self, key: str = "key-1") -> str:
        reference: str = self.do(self.start(key)).reference
        return reference

    def paid(self, reference: str, *, amount: Decimal | None = None) -> Transaction:
        """At the gateway, of which nobody has heard here."""
        transaction = self.town.gateway.try_to_pay(reference, PaymentMethod.CREDIT_CARD, amount=amount)
        transaction.state, transaction.was_approved = _S.APPROVED, True
        return transaction

    def told(self, transaction: Transaction) -> Any:
        body = notice(self.town.gateway.orders[transaction.reference], transaction)
        account = f"acc-{self.town.agency.slug}"
        return self.town.receive_report(gateway=PAYU, account=account, body=body, headers={}, ip=None)

    def check(self) -> Any:
        return self.town.reconcile_payments(self.town.agency.id)


def starting(scene: Scene) -> Callable[[], Any]:
    return scene.start


def approval(scene: Scene) -> Callable[[], Any]:
    paid = scene.paid(scene.opened())
    return lambda: scene.told(paid)


def second_approval(scene: Scene) -> Callable[[], Any]:
    reference = scene.opened()
    scene.do(scene.told(scene.paid(reference)))
    scene.town.clock.advance(timedelta(minutes=1))
    again = scene.paid(reference)
    return lambda: scene.told(again)


def late_approval_of_what_was_paid_since(scene: Scene) -> Callable[[], Any]:
    late = scene.opened()
    scene.town.clock.advance(timedelta(minutes=31))
    scene.do(scene.told(scene.paid(scene.opened("key-2"))))
    scene.town.clock.advance(timedelta(minutes=1))
    paid = scene.paid(late)
    return lambda: scene.told(paid)


def approval_in_another_amount(scene: Scene) -> Callable[[], Any]:
    paid = scene.paid(scene.opened(), amount=Decimal("999.00"))
    return lambda: scene.told(paid)


def approval_found_by_asking(scene: Scene) -> Callable[[], Any]:
    scene.paid(scene.opened())
    scene.town.clock.advance(timedelta(minutes=40))
    return scene.check


def chargeback_found_by_asking(scene: Scene) -> Callable[[], Any]:
    paid = scene.paid(scene.opened())
    scene.do(scene.told(paid))
    paid.charged_back = True
    scene.town.clock.advance(timedelta(days=8))
    return scene.check


def refund_found_by_asking(scene: Scene) -> Callable[[], Any]:
    paid = scene.paid(scene.opened())
    scene.do(scene.told(paid))
    scene.town.gateway.ask_refund(paid, Decimal("20000.00"))
    scene.town.gateway.decide_refund(paid, _S.APPROVED)
    scene.town.clock.advance(timedelta(days=8))
    return scene.check


def giving_up(scene: Scene) -> Callable[[], Any]:
    reference = scene.opened()
    return lambda: scene.town.cancel_payment(scene.viewer, reference=reference)


def deciding(scene: Scene) -> Callable[[], Any]:
    reference = scene.opened()
    scene.do(scene.told(scene.paid(reference, amount=Decimal("999.00"))))
    scene.town.clock.advance(timedelta(minutes=1))
    decision, staff = ReviewDecision.APPROVE, scene.town.staff[0]
    return lambda: scene.town.resolve_review(staff, reference=reference, decision=decision, note="visto")


def receiving_at_the_office(scene: Scene) -> Callable[[], Any]:
    form = OfficePayment(
        client_id=scene.viewer.client_id,
        amount=Decimal(9_000_000),
        method=PaymentMethod.CASH,
        idempotency_key="office",
    )
    return lambda: scene.town.record_payment(scene.town.staff[0], form)


def using_credit(scene: Scene) -> Callable[[], Any]:
    scene.do(receiving_at_the_office(scene)())
    invoice = an_invoice(scene.town.books.clients[scene.viewer.client_id])
    scene.town.books.invoices[invoice.id] = invoice
    return lambda: scene.town.apply_credit(scene.viewer, CreditForm(idempotency_key="credit"))


def taking_back(scene: Scene) -> Callable[[], Any]:
    payment = scene.do(receiving_at_the_office(scene)())
    return lambda: scene.town.reverse_payment(scene.town.staff[0], payment_id=payment.id, reason="error")


def returning_through_the_gateway(scene: Scene) -> Callable[[], Any]:
    scene.do(scene.told(scene.paid(scene.opened())))
    scene.town.clock.advance(timedelta(minutes=11))
    (payment_id,) = scene.town.books.payments
    form = RefundForm(payment_id=payment_id, reason="desistió", idempotency_key="refund", amount=Decimal(20_000))
    return lambda: scene.town.refund_payment(scene.town.staff[0], form)


ACTS = (
    giving_up,
    deciding,
    receiving_at_the_office,
    using_credit,
    taking_back,
    returning_through_the_gateway,
    starting,
    approval,
    second_approval,
    late_approval_of_what_was_paid_since,
    approval_in_another_amount,
    approval_found_by_asking,
    chargeback_found_by_asking,
    refund_found_by_asking,
)


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def live_through(prepare: Callable[[Scene], Callable[[], Any]], *, real_money: bool, how: Fate, stop: int) -> int:
    """At how many places the act stops, or stopped before it was struck."""
    scene = Scene(real_money=real_money)
    town, scheduler = scene.town, scene.scheduler
    with all_randomness_from(town.random):
        act = prepare(scene)
        scheduler.stop, scheduler.how = stop, how
        scene.do(act(), "act")
        stops = scheduler.passed
        town.clock.advance(timedelta(seconds=5))
        scene.do(act(), "again")
        town.calm_down()
        town.invariants.when_quiet(town.books)
    return stops


@pytest.mark.parametrize("real_money", [False, True], ids=["test account", "real money"])
@pytest.mark.parametrize("how", [Fate.CRASH, Fate.LOST], ids=["crash", "lost"])
@pytest.mark.parametrize("prepare", ACTS, ids=lambda prepare: prepare.__name__)
def test_an_act_struck_at_any_of_its_calls_is_made_whole(
    prepare: Callable[[Scene], Callable[[], Any]], how: Fate, real_money: bool
) -> None:
    stops = live_through(prepare, real_money=real_money, how=Fate.GOES_ON, stop=0)

    assert stops > 8
    for stop in range(1, stops + 1):
        assert live_through(prepare, real_money=real_money, how=how, stop=stop) >= stop
