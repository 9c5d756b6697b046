"""A day of an agency, invented from a seed: payers with several tabs, a gateway with moods, somebody who replays
notices, and a service whose processes die."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from application.access import ClientViewer
from application.merchants import Merchants
from application.ports.payment_gateway import NotificationRejected
from application.use_cases.payments import (
    ReceiveGatewayReport,
    ReconcilePayments,
    RefreshPayment,
    Settlement,
    StartPayment,
)
from domain.errors import DomainError
from domain.gateway_reports import ReportedState
from domain.invoices import Invoice
from domain.payment_intents import PaymentIntent
from domain.payments import PaymentMethod
from tests.application.payments_world import (
    PAYU,
    RETURN_URL,
    a_client,
    a_merchant_account,
    an_agency,
    an_invoice,
    as_client,
)
from tests.fakes.books import Books
from tests.fakes.clock import FakeClock
from tests.fakes.secrets import FakeSecretBox
from tests.simulation.gateway import CARDS, ModelGateway, Order, Transaction, notice, says_the_same
from tests.simulation.invariants import Invariants, Violated
from tests.simulation.scheduler import Ended, Faults, Scheduler, Tally, all_randomness_from
from tests.simulation.storage import Deadlock, Storage

_S = ReportedState
_SECOND, _MINUTE, _HOUR, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_RATES = (0.0, 0.0, 0.004, 0.02)
_MONEY_TABLES = {"payments", "invoices", "journals", "reversals", "shares", "counters"}
_PATIENCE = 6
"""How often the gateway repeats a notice that was not acknowledged while things go wrong."""


@dataclass(slots=True, eq=False)
class Notice:
    """One notice on its way: `wanted` while the gateway has not been told that it arrived."""

    body: bytes
    account: str
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a town is made of."""

    storage: type[Storage] = Storage
    gateway: type[ModelGateway] = ModelGateway
    merchants: type[Merchants] = Merchants
    receive_report: type[ReceiveGatewayReport] = ReceiveGatewayReport


class Town:
    """Everything of one seed. `make` says of what it is made, so that tests can make it of faulty parts."""

    def __init__(self, seed: int, *, trace: list[str] | None = None, make: Making | None = None) -> None:
        self.random = random = Random(seed)
        with all_randomness_from(random):
            self._found(make or Making(), trace)

    def _found(self, make: "Making", trace: list[str] | None) -> None:
        random = self.random
        self.clock = FakeClock()
        self.scheduler = Scheduler(random=random, clock=self.clock, trace=trace)
        self.gateway = make.gateway(random, self.clock)
        self.gateway.on_news = self._announce
        self.real_money = random.random() < 0.5
        agency, other = an_agency(), an_agency("beta")
        self.agency = replace(agency, partial_payments_allowed=random.random() < 0.5)
        account = a_merchant_account(self.agency, test=not self.real_money)
        self.books = Books()
        self.books.agencies = {it.id: it for it in (self.agency, other)}
        for it in (account, a_merchant_account(other, key="key-beta")):
            self.books.accounts[it.id] = it
        self.payers: list[tuple[ClientViewer, list[Invoice]]] = []
        for number in range(1 + int(random.random() * 2)):
            client = a_client(self.agency, f"Payer {number}")
            amounts = ("1000000.00", "350000.00", "80000.00")
            invoices = [an_invoice(client, subtotal=random.choice(amounts)) for _ in range(random.randint(1, 3))]
            self.books.clients[client.id] = client
            self.books.invoices.update({it.id: it for it in invoices})
            self.payers.append((as_client(client), invoices))
        stranger = a_client(other, "Stranger")
        self.books.clients[stranger.id] = stranger
        self.books.invoices.update({it.id: it for it in [an_invoice(stranger)]})
        self.invariants = Invariants(self.books, self.agency.id, self.gateway, real_money=self.real_money)
        self.storage = make.storage(self.books, self.scheduler.tally, self._commits)
        gateways = {PAYU: self.gateway}
        merchants = make.merchants(secrets=FakeSecretBox(), test_allowed=True)
        self.settlement = Settlement(
            unit_of_work=self.storage, gateways=gateways, merchants=merchants, clock=self.clock
        )
        self.start_payment = StartPayment(
            unit_of_work=self.storage,
            gateways=gateways,
            merchants=merchants,
            settlement=self.settlement,
            clock=self.clock,
            public_url="https://api.example",
        )
        self.receive_report = make.receive_report(settlement=self.settlement)
        self.refresh_payment = RefreshPayment(settlement=self.settlement)
        self.reconcile_payments = ReconcilePayments(settlement=self.settlement)
        self.undelivered: list[Notice] = []
        self.money_moved = False
        self.quiet = False
        self.prompt = False

    # What happens

    def live(self) -> Tally:
        """The day, then peace, with the invariants looked at all along. Raises Violated."""
        with all_randomness_from(self.random):
            crash, given_up, lost, slow, refused = (self.random.choice(_RATES) for _ in range(5))
            self.scheduler.faults = Faults(crash=crash / 2, given_up=given_up / 2, lost=lost, slow=slow)
            self.gateway.refusing = refused * 5
            pace = self.random.choice((5 * _SECOND, 20 * _SECOND, 3 * _MINUTE, 2 * _HOUR))
            self.scheduler.tick = self.random.choice((timedelta(milliseconds=7), timedelta(milliseconds=300)))
            for _ in range(self.random.randint(6, 18)):
                self.scheduler.later(pace * self.random.random(), self._something)
            self._run()
            self.scheduler.tick = timedelta(milliseconds=7)
            self._become_quiet()
            self.invariants.when_quiet(self.books)
        return self.scheduler.tally

    def _run(self) -> None:
        while self.scheduler.step():
            if self.money_moved:
                self.money_moved = False
                self.invariants.after_commit(self.books)

    def _commits(self, books: Books, changed: Mapping[str, Any]) -> None:
        self.invariants.before_commit(books, changed)
        self.money_moved |= not _MONEY_TABLES.isdisjoint(changed)

    def _become_quiet(self) -> None:
        """Nothing fails any more; the gateway repeats what was not taken, and the regular check goes on."""
        self.quiet = True
        self.scheduler.faults = Faults()
        self.gateway.refusing = 0.0
        self.scheduler.note("quiet")
        for order in self.gateway.orders.values():
            for transaction in order.tries:
                if transaction.state is _S.PENDING:
                    self._news(transaction, self.random.choice((_S.APPROVED, _S.DECLINED, _S.EXPIRED)))
                self.gateway.decide_refund(transaction, self.random.choice((_S.APPROVED, _S.DECLINED)))
        for waiting in self.undelivered:
            self._deliver(waiting)
        self._run()
        for pause in (40 * _MINUTE, 3 * _HOUR, _DAY, 2 * _DAY, 5 * _DAY, 7 * _DAY, 14 * _DAY):
            self.clock.advance(pause)
            self._serve("regular check", self.reconcile_payments(self.agency.id))
            self._run()

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
        (act,) = self.random.choices([act for _, act in acts], [weight for weight, _ in acts])
        act()

    def _serve(self, name: str, work: Any, then: Callable[[Ended], None] = lambda ended: None) -> None:
        def ended(end: Ended) -> None:
            expected = (DomainError, NotificationRejected, Deadlock)
            if end.error is not None and not isinstance(end.error, expected):
                raise Violated(f"{name} failed: {end.error!r}") from end.error
            then(end)

        self.scheduler.start(name, work, ended)

    def _start(self) -> None:
        viewer, invoices = self.random.choice(self.payers)
        chosen = self.random.sample(invoices, self.random.randint(1, len(invoices)))
        whole = sum((it.total for it in chosen), Decimal(0))
        part = self.random.choice((None, None, whole, whole / 2, Decimal("50000.00")))
        key = f"key-{self.random.randint(1, 4)}"
        work = self.start_payment(
            viewer,
            invoice_ids=[it.id for it in chosen],
            gateway=PAYU,
            return_url=RETURN_URL,
            idempotency_key=key,
            amount=part,
        )
        self._serve(f"start {key}", work, self._opened)

    def _opened(self, ended: Ended) -> None:
        """The payer's browser goes on to the gateway, and mostly pays."""
        if isinstance(ended.value, PaymentIntent) and self.random.random() < 0.7:
            pause = self.random.choice((2 * _SECOND, 90 * _SECOND)) * self.random.random()
            self.scheduler.later(pause, lambda: self._pay(ended.value.reference))

    def _orders(self) -> list[Order]:
        return list(self.gateway.orders.values())

    def _pay(self, reference: str | None = None) -> None:
        """Another try in any checkout that was ever opened, also late and twice."""
        if reference is None or reference not in self.gateway.orders:
            if not self.gateway.orders:
                return self._start()
            reference = self.random.choice(self._orders()).reference
        amount, currency, test = None, "COP", False
        match self.random.random():
            case it if it < 0.03:
                amount = self.gateway.orders[reference].amount - 1000
            case it if it < 0.05:
                currency = "USD"
            case it if it < 0.08:
                test = True
        method = self.random.choice((PaymentMethod.PSE, *CARDS, PaymentMethod.CASH))
        transaction = self.gateway.try_to_pay(reference, method, amount=amount, currency=currency, test=test)
        self.scheduler.note(f"{reference}: the payer tries {method} as {transaction.id} {amount or ''}{currency}")
        script = self.random.choice(
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
            at += self.random.choice((_SECOND, _SECOND, 20 * _SECOND, 10 * _MINUTE, 3 * _HOUR)) * self.random.random()
            self.scheduler.later(at, self._news_of(transaction, state))
        return None

    def _rush(self) -> None:
        """Several checkouts, also of the same invoices, are paid at one moment."""
        for order in self.random.sample(self._orders(), min(3, len(self.gateway.orders))):
            transaction = self.gateway.try_to_pay(order.reference, PaymentMethod.PSE)
            self.prompt = True
            self.gateway.decide(transaction, _S.APPROVED)
            self.prompt = False

    def _news_of(self, transaction: Transaction, state: ReportedState) -> Callable[[], None]:
        return lambda: self._news(transaction, state)

    def _news(self, transaction: Transaction, state: ReportedState) -> None:
        if transaction.state is _S.PENDING:
            self.gateway.decide(transaction, state)

    def _announce(self, order: Order, transaction: Transaction) -> None:
        """The gateway sends its notice: lost, or up to five times, in any order with others."""
        self.scheduler.note(f"{order.reference}: {transaction.id} is {transaction.state} of {transaction.amount}")
        body = notice(order, transaction)
        lost = self.random.random() < 0.15 and not self.quiet and not self.prompt
        for _ in range(0 if lost else self.random.choice((1, 1, 2, 3, 5))):
            sent = Notice(body, f"acc-{self.agency.slug}")
            self.undelivered.append(sent)
            after = (
                self.random.choice((timedelta(), timedelta(), 5 * _SECOND, 5 * _MINUTE, 2 * _HOUR))
                * self.random.random()
            )
            self.scheduler.later(after, lambda sent=sent: self._deliver(sent))  # type: ignore[misc]

    def _deliver(self, sent: Notice) -> None:
        def answered(ended: Ended) -> None:
            answer_lost = not self.quiet and self.random.random() < self.scheduler.faults.lost * 3
            if sent not in self.undelivered:
                return
            stored = (event.body for event in self.books.events.values())
            if ended.value is not None and not any(says_the_same(body, sent.body) for body in stored):
                raise Violated("a notice was acknowledged that is not stored")
            if isinstance(ended.error, NotificationRejected) or (ended.value is not None and not answer_lost):
                self.undelivered.remove(sent)
                return
            sent.tries += 1
            if self.quiet or sent.tries < _PATIENCE:
                self.scheduler.later(30 * _SECOND * sent.tries, lambda: self._deliver(sent))

        work = self.receive_report(gateway=PAYU, account=sent.account, body=sent.body, headers={}, ip="203.0.113.7")
        self._serve("notice", work, answered)

    def _refresh(self) -> None:
        if not self.books.intents:
            return
        intent = self.random.choice(list(self.books.intents.values()))
        viewer = next(it for it, _ in self.payers if it.client_id == intent.client_id)
        self._serve("refresh", self.refresh_payment(viewer, reference=intent.reference))

    def _check(self) -> None:
        self._serve("regular check", self.reconcile_payments(self.agency.id))

    def _replay(self) -> None:
        """Somebody who has seen a notice sends it again, under another id or without its mark of a test."""
        tries = [(order, it) for order in self._orders() for it in order.tries if it.state is not _S.PENDING]
        if not tries:
            return
        order, transaction = self.random.choice(tries)
        another = self.random.choice([it.id for _, it in tries])
        invented = self.random.choice((f"invented-{self.random.randint(1, 3)}", another))
        body = notice(order, replace(transaction, test=False), transaction_id=invented)
        self.scheduler.note(f"{order.reference}: replayed as {invented}")
        self._serve(
            "replay",
            self.receive_report(
                gateway=PAYU, account=f"acc-{self.agency.slug}", body=body, headers={}, ip="198.51.100.1"
            ),
        )

    def _wrong_address(self) -> None:
        """A notice signed with another agency's key proves nothing here."""
        orders = [order for order in self._orders() if order.tries]
        if orders:
            order = self.random.choice(orders)
            stolen = Order(order.reference, order.amount, order.merchant_id, "key-beta")
            body = notice(stolen, self.random.choice(order.tries))
            self._serve(
                "forged",
                self.receive_report(
                    gateway=PAYU, account=f"acc-{self.agency.slug}", body=body, headers={}, ip="198.51.100.1"
                ),
            )

    def _give_back(self) -> None:
        """The bank or the agency's panel at the gateway returns a card's money."""
        paid = [it for order in self._orders() for it in order.tries if it.was_approved and it.method in CARDS]
        if not paid:
            return
        transaction = self.random.choice(paid)
        if self.random.random() < 0.4:
            self.scheduler.note(f"{transaction.reference}: {transaction.id} is charged back")
            transaction.charged_back = True
            return
        part = self.random.choice((transaction.amount, transaction.amount / 2, Decimal("20000.00")))
        self.gateway.ask_refund(transaction, part)
        self.scheduler.note(f"{transaction.reference}: {transaction.id} is to be returned {part}")
        after = 5 * _HOUR * self.random.random()
        self.scheduler.later(after, lambda: self.gateway.decide_refund(transaction, _S.APPROVED))
