"""Every call of every gateway, answered over real connections in every way it should not be: nothing is believed,
nothing changes, and nothing is used up."""

import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import httpx
import pytest

from adapters.enlinea.dialects import GANGWAY
from adapters.enlinea.gateway import EnlineaGateway
from adapters.payu.gateway import PayuGateway
from adapters.web.addresses import LOOPBACK
from adapters.web.calls import http_client
from application.ports.payment_gateway import PaymentGateway
from application.use_cases.payments import RefreshPayment
from domain.errors import GatewayUnavailable
from domain.gateway_reports import Evidence, ReportedState
from domain.payment_intents import GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode, PaymentMethod
from tests.adapters.enlinea.examples import UNKNOWN_NUMBER, soap
from tests.adapters.hostile import (
    BROKEN,
    ENDLESSLY,
    LATE,
    NONSENSE,
    Behaviour,
    Wire,
    free_port,
    hostile,
    redirects_to,
)
from tests.application.payments_world import RETURN_URL, World

MUCH = 24 * 1024 * 1024
"""Bytes: what the systems' own buffers between two sockets may take, with room to spare."""
PAYU_WILL_SEE = b'{"code": "SUCCESS", "transactionResponse": {"state": "PENDING", "transactionId": "d4f1"}}'
PAYU_KNOWS_NOTHING = b'{"code": "SUCCESS", "error": null, "result": null}'

ENLINEA_KNOWS_NOTHING = soap(UNKNOWN_NUMBER)
LINK = "https://www.enlineapagos.com/pagar/7f3a"
PAYU, ENLINEA = PaymentGatewayCode.PAYU, PaymentGatewayCode.ENLINEA

Open = Callable[[httpx.AsyncClient, str, float], PaymentGateway]
Act = Callable[[World, PaymentGateway, PaymentIntent], Awaitable[PaymentIntent]]


def payu(client: httpx.AsyncClient, url: str, seconds: float) -> PaymentGateway:
    return PayuGateway(
        client, checkout_url=url, reports_url=url, payments_url=url, allowed_hosts=LOOPBACK, total_timeout=seconds
    )


def enlinea(client: httpx.AsyncClient, url: str, seconds: float) -> PaymentGateway:
    hosts = LOOPBACK | {"www.enlineapagos.com"}
    return EnlineaGateway(client, url=url, return_secret=b"secret", allowed_hosts=hosts, total_timeout=seconds)


async def refresh(world: World, gateway: PaymentGateway, intent: PaymentIntent) -> PaymentIntent:
    settlement = replace(world.settlement, gateways={intent.gateway: gateway})
    return await RefreshPayment(settlement=settlement)(world.viewer, reference=intent.reference)


async def refund(world: World, gateway: PaymentGateway, intent: PaymentIntent) -> PaymentIntent:
    charge = GatewayAttempt(
        transaction_id="0d0f4b36",
        status=PaymentIntentStatus.APPROVED,
        amount=intent.amount,
        currency="COP",
        verified_by=Evidence.QUERY,
        at=intent.created_at,
        method=PaymentMethod.CREDIT_CARD,
        order_id="1400450001",
        charged=True,
    )
    merchant = world.merchants.open(world.account)
    told = await gateway.refund(charge, amount=intent.amount, whole=True, reason="Error", merchant=merchant)
    assert told.state is ReportedState.PENDING
    return intent


async def create(world: World, gateway: PaymentGateway, intent: PaymentIntent) -> PaymentIntent:
    """Pressing «pagar» again, for a checkout that was not opened yet."""
    started = replace(world.start_payment, gateways={intent.gateway: gateway})
    return await started(
        world.viewer,
        invoice_ids=[world.invoices[0].id],
        gateway=intent.gateway,
        return_url=intent.return_url,
        idempotency_key=intent.idempotency_key,
    )


@dataclass(frozen=True)
class Call:
    """One thing that is asked of one gateway, over a use case or directly; `fine` is an answer that it takes, for which
    the gateway is asked so many times."""

    name: str
    code: PaymentGatewayCode
    open: Open
    act: Act
    fine: bytes
    asked: int = 1

    def __str__(self) -> str:
        return self.name


CALLS = [
    Call("PayU query", PAYU, payu, refresh, PAYU_KNOWS_NOTHING),
    Call("PayU refund", PAYU, payu, refund, PAYU_WILL_SEE),
    Call("EnLineaPagos creation", ENLINEA, enlinea, create, f'"{LINK}"'.encode()),
    Call("EnLineaPagos query", ENLINEA, enlinea, refresh, ENLINEA_KNOWS_NOTHING, asked=2),
]


class Street:
    """Ana has started a payment, and then the gateway at some address is asked about it."""

    def __init__(self, call: Call) -> None:
        self.call, self.world = call, World()

    async def ask(self, url: str, *, seconds: float = 10.0) -> PaymentIntent:
        self.intent = await self._begun()
        async with http_client(2) as client:
            gateway = self.call.open(client, url, seconds)
            return await self.call.act(self.world, gateway, self.intent)

    async def _begun(self) -> PaymentIntent:
        """A payment that was started while nothing was wrong; without a checkout if that is what is asked for."""
        world = self.world
        world.books.accounts[world.account.id] = replace(world.account, gateway=self.call.code, dialect=self.dialect)
        starting = replace(world.start_payment, gateways={self.call.code: world.gateway})
        intent = await starting(
            world.viewer,
            invoice_ids=[world.invoices[0].id],
            gateway=self.call.code,
            return_url=RETURN_URL,
            idempotency_key="key-1",
        )
        if self.call.act is create:
            intent = replace(intent, status=PaymentIntentStatus.CREATED, checkout=None)
            world.books.opening.clear()
        world.books.intents[intent.id] = replace(intent, transaction_hints=("901",))
        return world.intent(intent)

    @property
    def dialect(self) -> str:
        return GANGWAY if self.call.code is ENLINEA else ""

    async def ask_in_vain(self, url: str, *, seconds: float = 10.0) -> None:
        with pytest.raises(GatewayUnavailable) as refusal:
            await self.ask(url, seconds=seconds)
        assert refusal.value.retry_after_seconds > 0
        assert refusal.value.intent_id == (None if self.call.act is refund else self.intent.id)
        after = self.world.intent(self.intent)
        # A checkout that was not opened, as far as anybody knows, leads nobody anywhere: the next try has another.
        kept = PaymentIntentStatus.CANCELLED if self.call.act is create else self.intent.status
        assert (after.status, after.checkout, after.attempts) == (kept, self.intent.checkout, ())
        assert self.world.invoice(self.world.invoices[0]).paid == 0
        assert self.world.payments == []


@pytest.fixture(params=CALLS, ids=str)
def street(request: pytest.FixtureRequest) -> Street:
    return Street(request.param)


async def test_an_answer_that_is_fine_is_taken(street: Street) -> None:
    async def answers(wire: Wire) -> None:
        await wire.answer(street.call.fine)

    async with hostile(answers) as place:
        assert (await street.ask(place.url)).reference == street.intent.reference
    assert len(place.wires) == street.call.asked


async def test_nobody_there(street: Street) -> None:
    await street.ask_in_vain(f"http://127.0.0.1:{free_port()}/")


@pytest.mark.parametrize("behaviour", [*BROKEN, *NONSENSE])
async def test_an_answer_that_is_none(street: Street, behaviour: Behaviour) -> None:
    async with hostile(behaviour) as place:
        await street.ask_in_vain(place.url)
    assert len(place.wires) == 1  # and nothing is asked twice


@pytest.mark.parametrize("behaviour", LATE)
async def test_an_answer_that_never_ends_in_time(street: Street, behaviour: Behaviour) -> None:
    async with hostile(behaviour) as place:
        await street.ask_in_vain(place.url, seconds=0.4)
    assert len(place.wires) == 1


@pytest.mark.parametrize("behaviour", ENDLESSLY)
async def test_an_answer_without_end(street: Street, behaviour: Behaviour) -> None:
    async with hostile(behaviour) as place:
        tracemalloc.start()
        try:
            await street.ask_in_vain(place.url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert place.sent < MUCH
    assert peak < MUCH


async def test_an_answer_that_sends_elsewhere(street: Street) -> None:
    async def answers(wire: Wire) -> None:
        await wire.answer(street.call.fine)

    async with hostile(answers) as other, hostile(redirects_to(other.url)) as place:
        await street.ask_in_vain(place.url)
    assert (len(place.wires), other.wires) == (1, [])
