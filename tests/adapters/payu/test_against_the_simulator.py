"""The adapter and the use cases with the gateway simulator at the other end, over HTTP in memory.

The simulator signs with code of its own: what passes here is understood the same way on both sides.
"""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from adapters.payu.callback import payu_routes
from adapters.payu.gateway import PayuGateway
from application.merchants import Merchants
from application.ports.payment_gateway import SignatureAlgorithm
from application.use_cases.payments import (
    ReceiveGatewayReport,
    RefreshPayment,
    SetMerchantAccount,
    Settlement,
    StartPayment,
)
from domain.errors import GatewayUnavailable
from domain.gateway_reports import StatusReason
from domain.invoices import Invoice, InvoiceStatus
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import Payment, PaymentMethod
from simulator.app import create_app
from simulator.settings import Settings
from tests.adapters.payu.examples import KEY, LOGIN
from tests.application.payments_world import PAYU, RETURN_URL, a_client, an_agency, an_invoice, as_client
from tests.fakes.clock import NOON_IN_BOGOTA, FakeClock
from tests.fakes.payments import FakeTill
from tests.fakes.secrets import FakeSecretBox

SIMULATOR = "http://127.0.0.1:8001"
S = PaymentIntentStatus


class Town:
    """An agency with the sandbox account, a tenant with an invoice, and PayU."""

    def __init__(self) -> None:
        self.clock, self.till = FakeClock(), FakeTill()
        self.agency = an_agency()
        self.ana = a_client(self.agency)
        self.invoice = an_invoice(self.ana, subtotal="1850000.00")
        self.till.books.agencies[self.agency.id] = self.agency
        self.till.books.clients[self.ana.id] = self.ana
        self.till.books.invoices[self.invoice.id] = self.invoice
        receive: list[ReceiveGatewayReport] = []

        async def received(**notice: Any) -> Any:
            return await receive[0](**notice)

        service = Starlette(routes=payu_routes(received))
        simulator = create_app(Settings(seed=7, frozen_at=NOON_IN_BOGOTA), transport=httpx.ASGITransport(service))
        self.payu = httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url=SIMULATOR)
        gateways = {
            PAYU: PayuGateway(
                self.payu,
                checkout_url=f"{SIMULATOR}/ppp-web-gateway-payu/",
                reports_url=f"{SIMULATOR}/reports-api/4.0/service.cgi",
                payments_url=f"{SIMULATOR}/payments-api/4.0/service.cgi",
                allowed_hosts={"127.0.0.1"},
                total_timeout=2,
            )
        }
        self.merchants = Merchants(secrets=FakeSecretBox(), test_allowed=True)
        settlement = Settlement(unit_of_work=self.till, gateways=gateways, merchants=self.merchants, clock=self.clock)
        self.start_payment = StartPayment(
            unit_of_work=self.till,
            gateways=gateways,
            merchants=self.merchants,
            settlement=settlement,
            clock=self.clock,
            public_url="https://api.example",
        )
        self.refresh_payment = RefreshPayment(settlement=settlement)
        receive.append(ReceiveGatewayReport(settlement=settlement))

    async def open(self, algorithm: SignatureAlgorithm = SignatureAlgorithm.MD5) -> None:
        settings = {"merchant_id": "508029", "account_id": "512321", "api_login": LOGIN, "api_key": KEY}
        account = SetMerchantAccount(
            unit_of_work=self.till, merchants=self.merchants, clock=FakeClock(), sandbox_merchants={PAYU: {"508029"}}
        )
        await account(
            self.agency.id, gateway=PAYU, settings=settings | {"enabled": "true", "signature": algorithm.value}
        )

    async def start(self, key: str = "key") -> PaymentIntent:
        return await self.start_payment(
            as_client(self.ana),
            invoice_ids=[self.invoice.id],
            gateway=PAYU,
            return_url=RETURN_URL,
            idempotency_key=key,
        )

    async def pay(self, intent: PaymentIntent, *script: str) -> httpx.Response:
        """The payer's browser posts the form, and what the script says happens there."""
        assert intent.checkout is not None
        await self.control("/_sim/scenarios", gateway="payu", reference=intent.reference, script=list(script))
        response = await self.payu.post(intent.checkout.url, data=dict(intent.checkout.fields))
        await self.control("/_sim/tick")
        return response

    async def control(self, path: str, **body: object) -> Any:
        response = await self.payu.post(path, json=body)
        assert response.status_code < 300, response.text
        return response.json()

    async def refresh(self, intent: PaymentIntent) -> PaymentIntent:
        self.clock.advance(5)
        return await self.refresh_payment(as_client(self.ana), reference=intent.reference)

    async def answers(self) -> list[int]:
        """How the service answered each delivery."""
        deliveries = (await self.payu.get("/_sim/deliveries")).json()
        listed = deliveries["deliveries"] if isinstance(deliveries, dict) else deliveries
        return [attempt["status"] for delivery in listed for attempt in delivery["attempts"]]

    def status(self, intent: PaymentIntent) -> PaymentIntentStatus:
        return self.till.books.intents[intent.id].status

    @property
    def paid(self) -> Invoice:
        return self.till.books.invoices[self.invoice.id]

    @property
    def payments(self) -> list[Payment]:
        return [payment for payment, _ in self.till.books.payments.values()]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    town = Town()
    await town.open()
    yield town
    await town.payu.aclose()


@pytest.mark.parametrize("algorithm", list(SignatureAlgorithm))
async def test_a_tenant_pays_and_the_invoice_is_paid(town: Town, algorithm: SignatureAlgorithm) -> None:
    await town.open(algorithm)
    intent = await town.start()

    response = await town.pay(intent, "approve:method=PSE")

    assert response.status_code in (302, 303)
    assert response.headers["location"].startswith(f"{RETURN_URL}?reference={intent.reference}")
    assert await town.answers() == [200]
    (payment,) = town.payments
    assert (payment.amount, payment.credited, payment.method) == (
        Decimal("1850000.00"),
        Decimal("0.00"),
        PaymentMethod.PSE,
    )
    assert payment.gateway_reference
    assert (town.paid.status, town.status(intent)) == (InvoiceStatus.PAID, S.APPROVED)
    assert (await town.refresh(intent)).gateway_reference == payment.gateway_reference
    assert len(town.payments) == 1


async def test_centavos_are_paid_to_the_last(town: Town) -> None:
    town.till.books.invoices[town.invoice.id].subtotal = Decimal("1850000.55")
    town.till.books.invoices[town.invoice.id].total = Decimal("1850000.55")
    await town.pay(await town.start(), "approve")
    assert [payment.amount for payment in town.payments] == [Decimal("1850000.55")]


async def test_a_lost_notice_is_made_up_for_by_asking(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve:drop_notification")
    assert town.payments == []

    assert (await town.refresh(intent)).status is S.APPROVED

    assert len(town.payments) == 1


@pytest.mark.parametrize("script", [["decline:INSUFFICIENT_FUNDS", "approve"], ["reorder"]])
async def test_a_decline_and_an_approval_in_any_order_are_one_payment(town: Town, script: list[str]) -> None:
    intent = await town.start()
    await town.pay(intent, *script)
    assert await town.answers() == [200, 200]
    assert (town.status(intent), len(town.payments)) == (S.APPROVED, 1)


async def test_a_decline_says_why(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "decline:INSUFFICIENT_FUNDS")
    stored = town.till.books.intents[intent.id]
    assert (stored.status, stored.status_reason) == (S.DECLINED, StatusReason.INSUFFICIENT_FUNDS)
    assert town.payments == []


async def test_nothing_known_is_nothing_paid(town: Town) -> None:
    intent = await town.start()
    assert (await town.refresh(intent)).status is S.REDIRECTED


async def test_a_payment_in_process_is_shown_and_later_booked(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "pending:PT26H", "approve")
    assert (await town.refresh(intent)).status is S.PENDING
    assert town.payments == []

    town.clock.advance(27 * 3600)
    await town.control("/_sim/clock", advance="PT27H")
    await town.control("/_sim/tick")

    assert (town.status(intent), len(town.payments)) == (S.APPROVED, 1)


async def test_copies_of_a_notice_are_one_payment(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve:duplicate=3")
    assert set(await town.answers()) == {200}
    assert len(town.payments) == 1


async def test_a_replay_under_another_id_is_no_second_payment(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve:replay_new_id")
    assert len(town.payments) == 1
    assert town.status(intent) is S.APPROVED


async def test_a_second_payment_of_the_same_checkout_is_credit(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve", "approve_again")
    assert [payment.credited for payment in town.payments] == [Decimal("0.00"), Decimal("1850000.00")]
    assert town.paid.paid == Decimal("1850000.00")


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("approve:amount=-1000", StatusReason.AMOUNT_MISMATCH),
        ("approve:currency=USD", StatusReason.CURRENCY_MISMATCH),
    ],
)
async def test_what_differs_waits_for_a_person(town: Town, step: str, reason: StatusReason) -> None:
    intent = await town.start()
    await town.pay(intent, step)
    stored = town.till.books.intents[intent.id]
    assert (stored.status, stored.status_reason) == (S.REVIEW, reason)
    assert town.payments == []
    assert await town.answers() == [200]


async def test_a_bad_signature_is_turned_away(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve:bad_sign")
    assert (await town.answers())[0] == 401
    assert (town.status(intent), town.payments) == (S.REDIRECTED, [])


async def test_an_expired_coupon_that_was_paid_late_is_booked(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "expire", "approve")
    assert (town.status(intent), len(town.payments)) == (S.APPROVED, 1)


@pytest.mark.parametrize("fault", ["http:500", "query:error"])
async def test_a_query_that_fails_leaves_what_was_known(town: Town, fault: str) -> None:
    intent = await town.start()
    await town.pay(intent, "decline:ENTITY_DECLINED", fault)
    with pytest.raises(GatewayUnavailable):
        await town.refresh(intent)
    assert town.status(intent) is S.DECLINED
    assert (await town.refresh(intent)).status is S.DECLINED


async def test_a_notice_that_could_not_be_dealt_with_comes_again(town: Town) -> None:
    intent = await town.start()
    town.till.down = ConnectionError("the database is away")
    await town.pay(intent, "approve")
    assert (await town.answers(), town.payments) == ([503], [])

    town.till.down = None
    await town.control("/_sim/clock", advance="PT1M")
    await town.control("/_sim/tick")

    assert await town.answers() == [503, 200]
    assert len(town.payments) == 1


async def test_copies_arriving_together_are_one_payment(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve")
    deliveries = (await town.payu.get("/_sim/deliveries")).json()
    listed = deliveries["deliveries"] if isinstance(deliveries, dict) else deliveries
    await asyncio.gather(*(town.control(f"/_sim/deliveries/{listed[0]['id']}/replay") for _ in range(10)))
    assert len(town.payments) == 1
