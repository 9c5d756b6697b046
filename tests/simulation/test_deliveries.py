"""Every notice once to five times, all in a random order: the books end as if each had come once and in time."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from domain.errors import GatewayUnavailable
from domain.gateway_reports import ReportedState
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentMethod
from tests.application.payments_world import Desk, a_client, a_merchant_account, an_agency, an_invoice, as_client
from tests.fakes.payment_gateway import a_notice
from tests.postgres import Database
from tests.simulation.benches import Bench, BenchInMemory, BenchOnPostgres
from tests.simulation.gateway import ModelGateway, Order, told
from tests.simulation.invariants import Invariants

_S = ReportedState
_SCRIPTS = (
    (_S.APPROVED,),
    (_S.PENDING, _S.APPROVED),
    (_S.DECLINED,),
    (_S.PENDING, _S.DECLINED),
    (_S.PENDING, _S.EXPIRED),
)


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def deliver_all(bench: Bench, random: Random, *, payments: int, real_money: bool) -> int:
    """Payments of one client, each tried a few times; how many different notices that gave."""
    desk = Desk(bench.unit_of_work)
    agency = an_agency()
    agency = replace(agency, slug=f"a{agency.id.hex[:12]}")
    account, client = a_merchant_account(agency, test=not real_money), a_client(agency)
    account = replace(account, public_key=f"acc-{agency.slug}")
    bench.add(agency, account, client)
    model, viewer = ModelGateway(random, desk.clock), as_client(client)
    events: list[bytes] = []
    for number in range(payments):
        invoice = an_invoice(client)
        bench.bill(invoice)
        intent = bench.run(desk.start(viewer, invoice, key=f"key-{number}"))
        order = model.orders[intent.reference] = Order(intent.reference, intent.amount, account.merchant_id, "key")
        for _ in range(random.randint(1, 4)):
            transaction = model.try_to_pay(order.reference, PaymentMethod.PSE)
            for state in random.choice(_SCRIPTS):
                model.decide(transaction, state)
                events.append(a_notice(order.reference, order.amount, state=state, transaction_id=transaction.id))
    merchant = desk.merchants.open(account)
    desk.gateway.knows([told(order, it, merchant=merchant) for order in model.orders.values() for it in order.tries])
    truth = Invariants(bench.books(), agency.id, model, real_money=real_money)
    waiting = [event for event in events for _ in range(random.randint(1, 5))]
    random.shuffle(waiting)
    while waiting:
        event = waiting.pop()
        desk.clock.advance(1)
        try:
            bench.run(desk.receive(event, account=account.public_key))
        except GatewayUnavailable:  # somebody has just asked: the gateway repeats it
            waiting.insert(random.randrange(len(waiting) + 1), event)
    books = bench.books()
    truth.when_quiet(books)
    assert len(books.events) == len(events)
    for intent in books.intents.values():
        paid = bool(truth.approved(intent))
        assert (intent.status is PaymentIntentStatus.APPROVED) is paid
    return len(events)


def test_ten_thousand_notices_once_to_five_times_in_any_order_in_memory() -> None:
    random, delivered = Random(3), 0
    while delivered < 10_000:
        real_money = random.random() < 0.5
        delivered += deliver_all(BenchInMemory(), random, payments=10, real_money=real_money)


@pytest.fixture
def bench(module_database: Database) -> Iterator[BenchOnPostgres]:
    bench = BenchOnPostgres(module_database.app_url)
    yield bench
    bench.close()


@pytest.mark.parametrize("real_money", [False, True])
def test_notices_once_to_five_times_in_any_order_on_postgres(bench: BenchOnPostgres, real_money: bool) -> None:
    assert deliver_all(bench, Random(5), payments=12, real_money=real_money) > 20
