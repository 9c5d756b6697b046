"""A day invented from a seed: payers with several tabs, a gateway with moods, somebody who replays notices, and a
service whose processes die."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from application.access import ClientViewer
from application.use_cases.payments.credit import CreditForm
from application.use_cases.payments.office import OfficePayment
from application.use_cases.payments.refunds import RefundForm
from application.use_cases.payments.reviews import ReviewDecision
from domain.gateway_reports import ReportedState
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentMethod
from tests.application.payments_world import PAYU, RETURN_URL, an_invoice
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
            for _ in range(self.town.random.randint(8, 30)):
                self.town.scheduler.later(pace * self.town.random.random(), self._something)
            self.town.run()
            for number in range(self.town.random.randint(0, 6)):
                self.town.scheduler.later((number + 1) * 20 * _MINUTE, self._something_of_the_office)
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
            (1, self._check),
            (2, self.town.check_regularly),
            (1, self._replay),
            (1, self._wrong_address),
            (1, self._give_back),
            (1, self._cancel),
            (1, self._bill),
            (1.5, self._decide),
            (2, self._receive_at_the_office),
            (1, self._take_back),
            (2, self._use_credit),
            (1, self._refund),
        )
        (act,) = self.town.random.choices([act for _, act in acts], [weight for weight, _ in acts])
        act()

    def _something_of_the_office(self) -> None:
        """In the evening, about what the day has left."""
        acts = (self._decide, self._decide, self._take_back, self._use_credit, self._refund, self._bill)
        self.town.random.choice(acts)()

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
            case it if it < 0.07:
                amount = self.town.gateway.orders[reference].amount - 1000
            case it if it < 0.09:
                currency = "USD"
            case it if it < 0.12:
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
        self.town.serve("refresh", self.town.refresh_payment(self._payer_of(intent), reference=intent.reference))

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

    # What staff and payers do about money

    def _cancel(self) -> None:
        intents = list(self.town.books.intents.values())
        if intents:
            intent = self.town.random.choice(intents)
            viewer = self.town.random.choice((self.town.staff[0], self._payer_of(intent)))
            self.town.serve("cancel", self.town.cancel_payment(viewer, reference=intent.reference))

    def _payer_of(self, intent: PaymentIntent) -> ClientViewer:
        return next(it for it, _ in self.town.payers if it.client_id == intent.client_id)

    def _decide(self) -> None:
        in_doubt = [
            it
            for it in self.town.books.intents.values()
            if it.status is PaymentIntentStatus.REVIEW or any(attempt.is_held_money for attempt in it.attempts)
        ]
        if in_doubt:
            intent, decision = self.town.random.choice(in_doubt), self.town.random.choice(list(ReviewDecision))
            staff = self.town.random.choice(self.town.staff)
            work = self.town.resolve_review(staff, reference=intent.reference, decision=decision, note="visto")
            self.town.serve(f"decide {decision}", work)

    def _bill(self) -> None:
        """The back office's import brings one more invoice."""
        viewer, invoices = self.town.random.choice(self.town.payers)
        invoice = an_invoice(self.town.books.clients[viewer.client_id], subtotal="400000.00")
        self.town.books.invoices[invoice.id] = invoice
        invoices.append(invoice)

    def _receive_at_the_office(self) -> None:
        viewer, invoices = self.town.random.choice(self.town.payers)
        named = self.town.random.sample(invoices, 1) if self.town.random.random() < 0.3 else []
        form = OfficePayment(
            client_id=viewer.client_id,
            amount=Decimal(self.town.random.choice((30_000, 80_000, 400_000, 1_500_000))),
            method=PaymentMethod.CASH,
            idempotency_key=f"office-{self.town.random.randint(1, 4)}",
            invoice_ids=tuple(it.id for it in named),
        )
        self.town.serve("office", self.town.record_payment(self.town.random.choice(self.town.staff), form))

    def _take_back(self) -> None:
        receipts = list(self.town.books.payments)
        if receipts:
            payment_id = self.town.random.choice(receipts)
            work = self.town.reverse_payment(self.town.staff[0], payment_id=payment_id, reason="error")
            self.town.serve("take back", work)

    def _use_credit(self) -> None:
        viewer, _ = self.town.random.choice(self.town.payers)
        own = self.town.random.random() < 0.5
        key = f"credit-{self.town.random.randint(1, 6)}"
        form = CreditForm(idempotency_key=key, client_id=None if own else viewer.client_id)
        self.town.serve("use credit", self.town.apply_credit(viewer if own else self.town.staff[1], form))

    def _refund(self) -> None:
        cards = [it for it, _ in self.town.books.payments.values() if it.method in CARDS]
        if cards:
            payment = self.town.random.choice(cards)
            amount = self.town.random.choice((None, Decimal(10_000), payment.amount / 4))
            key = f"refund-{self.town.random.randint(1, 3)}"
            form = RefundForm(payment_id=payment.id, reason="desistió", idempotency_key=key, amount=amount)
            self.town.serve("refund", self.town.refund_payment(self.town.random.choice(self.town.staff), form))
