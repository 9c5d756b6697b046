"""A day of an agency, invented from a seed: payers with several tabs, a gateway with moods, somebody who replays
notices, and a service whose processes die."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from application.access import ClientViewer
from application.merchants import Merchants
from application.ports.jobs import Job, JobKind
from application.ports.payment_gateway import NotificationRejected
from application.use_cases.payments import (
    ApplyCredit,
    AskGateway,
    CancelPayment,
    PollAgency,
    ReceiveGatewayReport,
    ReconcilePayments,
    RecordPayment,
    RefreshPayment,
    RefundPayment,
    ResolvePaymentReview,
    ReversePayment,
    Settlement,
    StartPayment,
)
from domain.errors import DomainError
from domain.gateway_reports import ReportedState
from domain.invoices import Invoice
from tests.application.payments_world import (
    PAYU,
    a_client,
    a_merchant_account,
    an_agency,
    an_invoice,
    as_client,
    as_staff,
)
from tests.fakes.books import Books
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import KeptJob
from tests.fakes.secrets import FakeSecretBox
from tests.simulation.gateway import ModelGateway, Order, Transaction, notice, says_the_same
from tests.simulation.invariants import Invariants, Violated
from tests.simulation.scheduler import Ended, Faults, Pause, Scheduler, all_randomness_from
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

    scheduler: type[Scheduler] = Scheduler
    storage: type[Storage] = Storage
    gateway: type[ModelGateway] = ModelGateway
    merchants: type[Merchants] = Merchants
    receive_report: type[ReceiveGatewayReport] = ReceiveGatewayReport


async def _a_moment(seconds: float) -> None:
    await Pause("a checkout that another opens")


class Town:
    """Everything of one seed. `make` says of what it is made, so that tests can make it of faulty parts."""

    def __init__(self, seed: int, *, trace: list[str] | None = None, make: Making | None = None) -> None:
        self.random = random = Random(seed)
        with all_randomness_from(random):
            self._found(make or Making(), trace)

    def _found(self, make: "Making", trace: list[str] | None) -> None:
        random = self.random
        self.clock = FakeClock()
        self.scheduler = make.scheduler(random=random, clock=self.clock, trace=trace)
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
            pause=_a_moment,
        )
        self.receive_report = make.receive_report(settlement=self.settlement)
        self.refresh_payment = RefreshPayment(settlement=self.settlement)
        self.reconcile_payments = ReconcilePayments(settlement=self.settlement)
        self.poll_agency = PollAgency(unit_of_work=self.storage, clock=self.clock)
        self.ask_gateway = AskGateway(settlement=self.settlement)
        self.cancel_payment = CancelPayment(settlement=self.settlement)
        self.resolve_review = ResolvePaymentReview(settlement=self.settlement)
        self.refund_payment = RefundPayment(settlement=self.settlement)
        self.record_payment = RecordPayment(unit_of_work=self.storage, clock=self.clock)
        self.reverse_payment = ReversePayment(unit_of_work=self.storage, clock=self.clock)
        self.apply_credit = ApplyCredit(unit_of_work=self.storage, clock=self.clock)
        self.staff = [as_staff(self.agency) for _ in range(2)]
        self.undelivered: list[Notice] = []
        self.money_moved = False
        self.quiet = False
        self.prompt = False

    def run(self) -> None:
        while self.scheduler.step():
            if self.money_moved:
                self.money_moved = False
                self.invariants.after_commit(self.books)

    def _commits(self, books: Books, changed: Mapping[str, Any]) -> None:
        self.invariants.before_commit(books, changed)
        self.money_moved |= not _MONEY_TABLES.isdisjoint(changed)

    def serve(self, name: str, work: Any, then: Callable[[Ended], None] = lambda ended: None) -> None:
        def ended(end: Ended) -> None:
            expected = (DomainError, NotificationRejected, Deadlock)
            if end.error is not None and not isinstance(end.error, expected):
                raise Violated(f"{name} failed: {end.error!r}") from end.error
            then(end)

        self.scheduler.start(name, work, ended)

    def news_of(self, transaction: Transaction, state: ReportedState) -> Callable[[], None]:
        return lambda: self.news(transaction, state)

    def news(self, transaction: Transaction, state: ReportedState) -> None:
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
            within = self.random.choice((timedelta(), timedelta(), 5 * _SECOND, 5 * _MINUTE, 2 * _HOUR))
            after = timedelta() if self.prompt else within * self.random.random()
            self.scheduler.later(after, lambda sent=sent: self.deliver(sent))  # type: ignore[misc]

    def deliver(self, sent: Notice) -> None:
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
                self.scheduler.later(30 * _SECOND * sent.tries, lambda: self.deliver(sent))

        work = self.receive_report(gateway=PAYU, account=sent.account, body=sent.body, headers={}, ip="203.0.113.7")
        self.serve("notice", work, answered)

    def check_regularly(self) -> None:
        """What the workers do every minute, in its two steps; a job that nobody finished stays."""
        poll = Job(kind=JobKind.POLL_AGENCY, agency_id=self.agency.id, key="")

        def ask(_: Ended) -> None:
            for kept in list(self.books.jobs):
                if kept.job.kind is JobKind.ASK_GATEWAY:
                    self.serve("job", self.ask_gateway(kept.job), lambda ended, kept=kept: done(kept, ended))  # type: ignore[misc]

        def done(kept: KeptJob, ended: Ended) -> None:
            if not ended.killed and ended.error is None and kept in self.books.jobs:
                self.books.jobs.remove(kept)

        self.serve("regular check", self.poll_agency(poll), ask)

    def calm_down(self) -> None:
        """Nothing fails any more; the gateway repeats what was not taken, and the regular check goes on."""
        self.quiet = True
        self.scheduler.faults = Faults()
        self.gateway.refusing = 0.0
        self.scheduler.note("quiet")
        for order in self.gateway.orders.values():
            for transaction in order.tries:
                if transaction.state is _S.PENDING:
                    self.news(transaction, self.random.choice((_S.APPROVED, _S.DECLINED, _S.EXPIRED)))
                self.gateway.decide_refund(transaction, self.random.choice((_S.APPROVED, _S.DECLINED)))
        for waiting in self.undelivered:
            self.deliver(waiting)
        self.run()
        for pause in (40 * _MINUTE, 3 * _HOUR, _DAY, 2 * _DAY, 5 * _DAY, 7 * _DAY, 14 * _DAY):
            self.clock.advance(pause)
            self.check_regularly()
            self.run()
