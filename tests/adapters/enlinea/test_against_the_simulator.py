"""The adapter and the use cases with the gateway simulator at the other end, over HTTP between two real servers.

The simulator knows nothing of the adapter: what passes here is understood the same way on both sides.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from adapters.enlinea.callback import enlinea_routes
from adapters.enlinea.dialects import GANGWAY, WEBCHECKOUT_REST
from adapters.enlinea.gateway import SIMULATOR_MERCHANTS, EnlineaGateway
from adapters.web.calls import http_client
from application.merchants import Merchants
from application.use_cases.payments import (
    ReceiveReturn,
    RefreshPayment,
    SetMerchantAccount,
    Settlement,
    StartPayment,
)
from domain.errors import GatewayUnavailable
from domain.gateway_reports import StatusReason
from domain.invoices import Invoice, InvoiceStatus
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import Payment, PaymentGatewayCode, PaymentMethod
from main.places import bound, url_of
from simulator.app import create_app
from simulator.settings import Settings
from tests.application.payments_world import RETURN_URL, a_client, an_agency, an_invoice, as_client
from tests.fakes.clock import NOON_IN_BOGOTA, FakeClock
from tests.fakes.payments import FakeTill
from tests.fakes.secrets import FakeSecretBox
from tests.served import listening

ENLINEA = PaymentGatewayCode.ENLINEA
KEY = "51d0a1b2c3d4e5f60718293a4b5c6d7e"
USUARIO, CLAVE = "simulador", "clave-del-simulador"
SECRET = b"local-only-secret"
S = PaymentIntentStatus


class Town:
    """An agency with the simulator's account, a tenant with an invoice, and EnLineaPagos."""

    def __init__(self, http: httpx.AsyncClient, to_enlinea: httpx.AsyncClient, *, simulator: str, service: str) -> None:
        self.http = http
        self.clock, self.till = FakeClock(), FakeTill()
        self.agency = an_agency()
        self.ana = a_client(self.agency)
        self.invoice = an_invoice(self.ana, subtotal="1850000.00")
        self.till.books.agencies[self.agency.id] = self.agency
        self.till.books.clients[self.ana.id] = self.ana
        self.till.books.invoices[self.invoice.id] = self.invoice
        gateways = {
            ENLINEA: EnlineaGateway(
                to_enlinea, url=simulator, return_secret=SECRET, allowed_hosts={"127.0.0.1"}, total_timeout=5
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
            public_url=service,
        )
        self.refresh_payment = RefreshPayment(settlement=settlement)
        self.receive_return = ReceiveReturn(settlement=settlement)

    async def set(self, **settings: str) -> None:
        account = SetMerchantAccount(
            unit_of_work=self.till,
            merchants=self.merchants,
            clock=FakeClock(),
            sandbox_merchants={ENLINEA: SIMULATOR_MERCHANTS},
        )
        await account(self.agency.id, gateway=ENLINEA, settings=settings)

    async def open(self, dialect: str = GANGWAY) -> None:
        await self.set(enabled="true", usuario=USUARIO, clave=CLAVE, llavemd5=KEY, dialect=dialect)

    async def start(self, key: str = "key") -> PaymentIntent:
        return await self.start_payment(
            as_client(self.ana),
            invoice_ids=[self.invoice.id],
            gateway=ENLINEA,
            return_url=RETURN_URL,
            idempotency_key=key,
        )

    async def pay(self, intent: PaymentIntent, *script: str) -> None:
        """The payer follows the link, and what the script says happens there, the return included."""
        assert intent.checkout is not None
        assert (intent.checkout.method, intent.checkout.fields) == ("GET", ())
        self.clock.advance(5)
        await self.script(intent.reference, *script)
        assert (await self.http.get(intent.checkout.url)).status_code < 400
        await self.control("/_sim/tick")

    async def script(self, reference: str, *steps: str) -> None:
        await self.control("/_sim/scenarios", gateway="enlinea", reference=reference, script=list(steps))

    async def control(self, path: str, **body: object) -> Any:
        response = await self.http.post(path, json=body)
        assert response.status_code < 300, response.text
        return response.json()

    async def switch(self, **switches: object) -> None:
        """What nobody outside of EnLineaPagos knows."""
        known = {"gateway": "enlinea", "usuario": USUARIO, "clave": CLAVE, "llavemd5": KEY}
        await self.control("/_sim/merchants", **known | switches)

    async def refresh(self, intent: PaymentIntent) -> PaymentIntent:
        self.clock.advance(5)
        return await self.refresh_payment(as_client(self.ana), reference=intent.reference)

    async def answers(self) -> list[tuple[str, int]]:
        """How the service answered each return and each notice."""
        listed = (await self.http.get("/_sim/deliveries")).json()
        return [(delivery["kind"], attempt["status"]) for delivery in listed for attempt in delivery["attempts"]]

    def stored(self, intent: PaymentIntent) -> PaymentIntent:
        return self.till.books.intents[intent.id]

    @property
    def paid(self) -> Invoice:
        return self.till.books.invoices[self.invoice.id]

    @property
    def payments(self) -> list[Payment]:
        return [payment for payment, *_ in self.till.books.payments.values()]


@asynccontextmanager
async def a_town() -> AsyncIterator[Town]:
    places = bound("127.0.0.1", 0), bound("127.0.0.1", 0)
    service, simulator = map(url_of, places)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=simulator, timeout=30))
        town = Town(http, await stack.enter_async_context(http_client(20)), simulator=simulator, service=service)
        routes = enlinea_routes(town.receive_return, secret=SECRET)
        await stack.enter_async_context(listening(Starlette(routes=routes), places[0]))
        told = Settings(seed=7, frozen_at=NOON_IN_BOGOTA, timeout_hold=7)
        await stack.enter_async_context(listening(create_app(told), places[1], lifespan="on"))
        yield town


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as town:
        await town.open()
        yield town


@pytest.mark.parametrize(
    ("method", "booked"),
    [
        ("PSE", PaymentMethod.PSE),
        ("TC", PaymentMethod.CREDIT_CARD),
        ("NEQUI", PaymentMethod.OTHER),
        ("EFECTIVO", PaymentMethod.OTHER),
    ],
)
async def test_a_tenant_pays_and_the_invoice_is_paid(town: Town, method: str, booked: PaymentMethod) -> None:
    intent = await town.start()

    await town.pay(intent, f"approve:method={method}")

    assert await town.answers() == [("RETURN", 303)]
    (payment,) = town.payments
    assert (payment.amount, payment.credited, payment.method) == (Decimal("1850000.00"), Decimal("0.00"), booked)
    assert (town.paid.status, town.stored(intent).status) == (InvoiceStatus.PAID, S.APPROVED)
    assert len(town.stored(intent).transaction_hints) == 1
    if method in ("PSE", "TC"):
        assert payment.gateway_reference


async def test_the_browser_ends_on_the_agencys_page(town: Town) -> None:
    """A person at the simulator's page: GET of the way back, and our redirect followed by hand."""
    intent = await town.start()
    await town.pay(intent, "approve:drop_return")
    assert town.payments == []
    (delivery,) = (await town.http.get("/_sim/deliveries")).json()
    await town.control(f"/_sim/deliveries/{delivery['id']}/replay")
    assert (await town.answers(), len(town.payments)) == ([("RETURN", 303)], 1)


@pytest.mark.parametrize("link_key", ["link", "url"])
@pytest.mark.parametrize("return_method", ["GET", "POST"])
@pytest.mark.parametrize("server_copy", [False, True])
async def test_whatever_the_platform_turns_out_to_do(
    town: Town, link_key: str, return_method: str, server_copy: bool
) -> None:
    await town.switch(linkKey=link_key, returnMethod=return_method, serverCopy=server_copy)
    intent = await town.start()
    await town.pay(intent, "approve")
    assert {status for _, status in await town.answers()} == {303}
    assert (len(town.payments), town.stored(intent).status) == (1, S.APPROVED)


async def test_vat_and_a_name_with_accents_are_taken(town: Town) -> None:
    invoice = town.till.books.invoices[town.invoice.id]
    invoice.vat, invoice.total = Decimal("190000.00"), Decimal("2040000.00")
    await town.pay(await town.start(), "approve")
    assert [payment.amount for payment in town.payments] == [Decimal("2040000.00")]


async def test_centavos_are_paid_to_the_last(town: Town) -> None:
    invoice = town.till.books.invoices[town.invoice.id]
    invoice.subtotal = invoice.total = Decimal("1850000.55")
    await town.pay(await town.start(), "approve")
    assert [payment.amount for payment in town.payments] == [Decimal("1850000.55")]


async def test_a_return_that_lies_moves_nothing(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "decline:set.respuesta=APROBADA")
    assert (town.stored(intent).status, town.payments) == (S.DECLINED, [])


async def test_an_approval_whose_return_says_rejected_is_paid(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve:set.respuesta=RECHAZADA")
    assert (town.stored(intent).status, len(town.payments)) == (S.APPROVED, 1)


async def test_a_return_that_never_comes_leaves_nothing_to_ask_by(town: Town) -> None:
    """The largest risk of EnLineaPagos: such a payment is found in its settlement file."""
    intent = await town.start()
    await town.pay(intent, "approve:drop_return")
    assert (await town.refresh(intent)).status is S.REDIRECTED
    assert town.payments == []


async def test_a_decline_and_the_approval_after_it_are_one_payment(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "decline:INSUFFICIENT_FUNDS")
    assert (town.stored(intent).status, town.stored(intent).status_reason) == (S.DECLINED, StatusReason.CONTACT_BANK)

    await town.pay(intent, "approve")

    assert (town.stored(intent).status, len(town.payments)) == (S.APPROVED, 1)
    assert len(town.stored(intent).transaction_hints) == 2


async def test_a_second_payment_of_the_same_checkout_is_credit(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve", "approve_again")
    await town.refresh(intent)
    assert [payment.credited for payment in town.payments] == [Decimal("0.00"), Decimal("1850000.00")]
    assert town.paid.paid == Decimal("1850000.00")


async def test_copies_of_a_return_are_one_payment(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve:duplicate=3")
    assert {status for _, status in await town.answers()} == {303}
    assert len(town.payments) == 1


async def test_copies_arriving_together_are_one_payment(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve")
    (delivery,) = (await town.http.get("/_sim/deliveries")).json()
    await asyncio.gather(*(town.control(f"/_sim/deliveries/{delivery['id']}/replay") for _ in range(10)))
    assert len(town.payments) == 1


async def test_a_payment_in_process_is_shown_and_later_booked_by_asking(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "pending:PT26H", "approve")
    assert town.stored(intent).status is S.PENDING

    town.clock.advance(27 * 3600)
    await town.control("/_sim/clock", advance="PT27H")
    await town.control("/_sim/tick")

    assert ((await town.refresh(intent)).status, len(town.payments)) == (S.APPROVED, 1)


@pytest.mark.parametrize("step", ["approve:amount=-1000", "approve:amount=1"])
async def test_another_amount_waits_for_a_person(town: Town, step: str) -> None:
    intent = await town.start()
    await town.pay(intent, step)
    stored = town.stored(intent)
    assert (stored.status, stored.status_reason) == (S.REVIEW, StatusReason.AMOUNT_MISMATCH)
    assert town.payments == []


@pytest.mark.parametrize("method", ["PSE", "TC"])
async def test_an_answer_without_our_reference_waits_for_a_person(town: Town, method: str) -> None:
    intent = await town.start()
    await town.switch(tellsReference=False)
    await town.pay(intent, f"approve:method={method},query.descripcion_pago=Arriendo")
    stored = town.stored(intent)
    assert (stored.status, stored.status_reason) == (S.REVIEW, StatusReason.MERCHANT_MISMATCH)
    assert town.payments == []


async def test_pse_is_bound_by_the_description_where_the_platform_repeats_nothing_else(town: Town) -> None:
    await town.switch(tellsReference=False)
    intent = await town.start()
    await town.pay(intent, "approve:method=PSE")
    assert (town.stored(intent).status, len(town.payments)) == (S.APPROVED, 1)


async def test_anothers_number_pays_nothing_of_mine_and_is_not_taken_from_the_other(town: Town) -> None:
    """The payer puts the number of a neighbour's approved payment into the own return."""
    neighbour = await town.start()
    await town.pay(neighbour, "approve:drop_return")
    (delivery,) = (await town.http.get("/_sim/deliveries")).json()
    (order,) = (await town.http.get("/_sim/orders", params={"gateway": "enlinea"})).json()
    number = order["transactions"][0]["number"]
    other = an_invoice(town.ana, subtotal="1850000.00")
    town.till.books.invoices[other.id] = other
    mine = await town.start_payment(
        as_client(town.ana), invoice_ids=[other.id], gateway=ENLINEA, return_url=RETURN_URL, idempotency_key="mine"
    )

    await town.pay(mine, f"decline:set.nrotransaccion={number}")

    assert (town.stored(mine).status, town.stored(mine).status_reason) == (S.REVIEW, StatusReason.MERCHANT_MISMATCH)
    assert town.payments == []
    town.clock.advance(5)
    await town.control(f"/_sim/deliveries/{delivery['id']}/replay")
    assert town.stored(neighbour).status is S.APPROVED
    await town.refresh(neighbour)
    assert len(town.payments) == 1


async def test_an_unknown_number_is_nothing(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "decline:set.nrotransaccion=999999999")
    assert (town.stored(intent).status, town.payments) == (S.REDIRECTED, [])


async def test_an_unknown_word_moves_nothing(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "approve:query.respuesta=EN_ESTUDIO")
    assert (town.stored(intent).status, town.payments) == (S.REDIRECTED, [])


@pytest.mark.parametrize(
    "fault", ["query:500", "query:timeout", "query:html", "query:garbage", "query:huge", "query:redirect"]
)
async def test_a_query_that_fails_still_brings_the_payer_home_and_is_made_up_for(town: Town, fault: str) -> None:
    intent = await town.start()
    await town.pay(intent, fault, "approve")
    assert await town.answers() == [("RETURN", 303)]
    assert town.payments == []

    assert (await town.refresh(intent)).status is S.APPROVED

    assert len(town.payments) == 1


async def test_an_error_of_the_service_is_no_answer_about_the_money(town: Town) -> None:
    intent = await town.start()
    await town.pay(intent, "query:error", "approve")
    assert town.payments == []
    assert (await town.refresh(intent)).status is S.APPROVED


@pytest.mark.parametrize("fault", ["500", "timeout", "html", "garbage", "huge", "redirect", "error"])
async def test_a_checkout_that_was_not_opened_can_be_begun_anew(town: Town, fault: str) -> None:
    await town.script("*", f"http:{fault}")
    with pytest.raises(GatewayUnavailable):
        await town.start()

    intent = await town.start("another key")

    await town.pay(intent, "approve")
    assert len(town.payments) == 1


async def test_wrong_credentials_open_nothing(town: Town) -> None:
    await town.set(llavemd5="0" * 32)
    with pytest.raises(GatewayUnavailable):
        await town.start()


async def test_what_was_opened_with_the_key_before_is_still_asked_about(town: Town) -> None:
    intent = await town.start()
    await town.set(llavemd5="0" * 32)
    await town.pay(intent, "approve")
    assert (town.stored(intent).status, len(town.payments)) == (S.APPROVED, 1)


async def test_the_dialect_of_json_opens_a_checkout_and_its_notice_moves_nothing(town: Town) -> None:
    await town.open(WEBCHECKOUT_REST)
    intent = await town.start()
    await town.pay(intent, "approve")
    assert ("NOTIFICATION", 200) in await town.answers()
    assert (await town.refresh(intent)).status is S.REDIRECTED
    assert (len(town.stored(intent).transaction_hints), town.payments) == (1, [])
