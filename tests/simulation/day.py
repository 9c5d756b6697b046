"""A day invented from a seed: payers with several tabs, a gateway with moods, somebody who replays notices, and a
service whose processes die."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain.gateway_reports import ReportedState
from domain.payment_intents import PaymentIntent
from domain.payments import PaymentMethod
from tests.application.payments_world import PAYU, RETURN_URL
from tests.simulation.gateway import CARDS, Order, notice
from tests.simulation.scheduler import Ended, Faults, Tally, all_randomness_from
from tests.simulation.town import Making, Town

_S = ReportedState
_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
_RATES = (0.0, 0.0, 0.004, 0.02)


class Day:
    def __init__(self, seed: int, *, trace: list[str] | None = None, make: Making | None = None) -> None:
        self.town = Town(seed, trace=trace, make=make)

    def live(self) -> Tally:
        """The day, then peace, with the invariants looked at all along. Raises Violated."""
        with all_randomness_from(self.town.random):
            crash, given_up, lost, slow, refused = (self.town.random.choice(_RATES) for _ in range(5))
            self.town.scheduler.faults = Faults(crash=crash / 2, given_up=given_up / 2, lost=lost, slow=slow)
            self.town.gateway.refusing = refused * 5
            pace = self.town.random.choice((5 * _SECOND, 20 * _SECOND, 3 * _MINUTE, 2 * _HOUR))
            self.town.scheduler.tick = self.town.random.choice((timedelta(milliseconds=7), timedelta(milliseconds=300)))
            for _ in range(self.town.random.randint(6, 18)):
                self.town.scheduler.later(pace * self.town.random.random(), self._something)
            self.town.run()
            self.town.scheduler.tick = timedelta(milliseconds=7)
            self.town.calm_down()
            self.town.invariants.when_quiet(self.town.books)
        return self.town.scheduler.tally

    def _something(self) -> None:
        acts: tuple[tuple[float, Callable[[], None]], ...] = (
            (5, self._start),
            (6, self._pay),
            (1, self._rush),
            (2, self._refresh),
            (2, self._check),
            (1, self._replay),
            (1, self._wrong_address),
            (1, self._give_back),
        )
        (act,) = self.town.random.choices([act for _, act in acts], [weight for weight, _ in acts])
        act()

    def _start(self) -> None:
        viewer, invoices = self.town.random.choice(self.town.payers)
        chosen = self.town.random.sample(invoices, self.town.random.randint(1, len(invoices)))
        whole = sum((it.total for it in chosen), Decimal(0))
        part = self.town.random.choice((None, None, whole, whole / 2, Decimal("50000.00")))
        key = f"key-{self.town.random.randint(1, 4)}"
        work = self.town.start_payment(
            viewer,
            invoice_ids=[it.id for it in chosen],
            gateway=PAYU,
            return_url=RETURN_URL,
            idempotency_key=key,
            amount=part,
        )
        self.town.serve(f"start {key}", work, self._opened)

    def _opened(self, ended: Ended) -> None:
        """The payer's browser goes on to the gateway, and mostly pays."""
        if isinstance(ended.value, PaymentIntent) and self.town.random.random() < 0.7:
            pause = self.town.random.choice((2 * _SECOND, 90 * _SECOND)) * self.town.random.random()
            self.town.scheduler.later(pause, lambda: self._pay(ended.value.reference))

    def _orders(self) -> list[Order]:
        return list(self.town.gateway.orders.values())

    def _pay(self, reference: str | None = None) -> None:
        """Another try in any checkout that was ever opened, also late and twice."""
        if reference is None or reference not in self.town.gateway.orders:
            if not self.town.gateway.orders:
                return self._start()
            reference = self.town.random.choice(self._orders()).reference
        amount, currency, test = None, "COP", False
        match self.town.random.random():
            case it if it < 0.03:
                amount = self.town.gateway.orders[reference].amount - 1000
            case it if it < 0.05:
                currency = "USD"
            case it if it < 0.08:
                test = True
        method = self.town.random.choice((PaymentMethod.PSE, *CARDS, PaymentMethod.CASH))
        transaction = self.town.gateway.try_to_pay(reference, method, amount=amount, currency=currency, test=test)
        self.town.scheduler.note(f"{reference}: the payer tries {method} as {transaction.id} {amount or ''}{currency}")
        script = self.town.random.choice(
            (
                (_S.APPROVED,),
                (_S.APPROVED,),
                (_S.PENDING, _S.APPROVED),
                (_S.DECLINED,),
                (_S.PENDING, _S.DECLINED),
                (_S.PENDING, _S.EXPIRED),
                (_S.PENDING,),
            )
        )
        at = timedelta()
        for state in script:
            at += (
                self.town.random.choice((_SECOND, _SECOND, 20 * _SECOND, 10 * _MINUTE, 3 * _HOUR))
                * self.town.random.random()
            )
            self.town.scheduler.later(at, self.town.news_of(transaction, state))
        return None

    def _rush(self) -> None:
        """Several checkouts, also of the same invoices, are paid at one moment."""
        for order in self.town.random.sample(self._orders(), min(3, len(self.town.gateway.orders))):
            transaction = self.town.gateway.try_to_pay(order.reference, PaymentMethod.PSE)
            self.town.prompt = True
            self.town.gateway.decide(transaction, _S.APPROVED)
            self.town.prompt = False

    def _refresh(self) -> None:
        if not self.town.books.intents:
            return
        intent = self.town.random.choice(list(self.town.books.intents.values()))
        viewer = next(it for it, _ in self.town.payers if it.client_id == intent.client_id)
        self.town.serve("refresh", self.town.refresh_payment(viewer, reference=intent.reference))

    def _check(self) -> None:
        self.town.serve("regular check", self.town.reconcile_payments(self.town.agency.id))

    def _replay(self) -> None:
        """Somebody who has seen a notice sends it again, under another id or without its mark of a test."""
        tries = [(order, it) for order in self._orders() for it in order.tries if it.state is not _S.PENDING]
        if not tries:
            return
        order, transaction = self.town.random.choice(tries)
        another = self.town.random.choice([it.id for _, it in tries])
        invented = self.town.random.choice((f"invented-{self.town.random.randint(1, 3)}", another))
        body = notice(order, replace(transaction, test=False), transaction_id=invented)
        self.town.scheduler.note(f"{order.reference}: replayed as {invented}")
        self.town.serve(
            "replay",
            self.town.receive_report(
                gateway=PAYU, account=f"acc-{self.town.agency.slug}", body=body, headers={}, ip="198.51.100.1"
            ),
        )

    def _wrong_address(self) -> None:
        """A notice signed with another agency's key proves nothing here."""
        orders = [order for order in self._orders() if order.tries]
        if orders:
            order = self.town.random.choice(orders)
            stolen = Order(order.reference, order.amount, order.merchant_id, "key-beta")
            body = notice(stolen, self.town.random.choice(order.tries))
            self.town.serve(
                "forged",
                self.town.receive_report(
                    gateway=PAYU, account=f"acc-{self.town.agency.slug}", body=body, headers={}, ip="198.51.100.1"
                ),
            )

    def _give_back(self) -> None:
        """The bank or the agency's panel at the gateway returns a card's money."""
        paid = [it for order in self._orders() for it in order.tries if it.was_approved and it.method in CARDS]
        if not paid:
            return
        transaction = self.town.random.choice(paid)
        if self.town.random.random() < 0.4:
            self.town.scheduler.note(f"{transaction.reference}: {transaction.id} is charged back")
            transaction.charged_back = True
            return
        part = self.town.random.choice((transaction.amount, transaction.amount / 2, Decimal("20000.00")))
        self.town.gateway.ask_refund(transaction, part)
        self.town.scheduler.note(f"{transaction.reference}: {transaction.id} is to be returned {part}")
        after = 5 * _HOUR * self.town.random.random()
        self.town.scheduler.later(after, lambda: self.town.gateway.decide_refund(transaction, _S.APPROVED))
