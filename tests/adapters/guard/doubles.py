"""A gateway that answers, refuses or stays silent as the test says, and a clock for circuits."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from uuid import UUID

from adapters.guard.gateway import GuardedGateway
from application.patience import patience
from application.ports.payment_gateway import CheckoutRequest, MerchantAccount
from domain.errors import GatewayUnavailable
from domain.gateway_reports import GatewayReport
from domain.ids import GatewayAccountId
from domain.payment_intents import Checkout, PaymentIntent
from tests.adapters.payu.examples import a_merchant, a_request, an_intent
from tests.fakes.payment_gateway import FakePaymentGateway

SILENCE = GatewayUnavailable(30)


class Monotonic:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


class Moody(FakePaymentGateway):
    """`mood` is raised by every call, none of which is answered while `thinking` is cleared; `calls` says which were
    made, by account."""

    def __init__(self) -> None:
        super().__init__()
        self.mood: Exception | None = None
        self.calls: list[tuple[str, GatewayAccountId]] = []
        self.arrived = asyncio.Semaphore(0)

    async def create_checkout(self, asked: CheckoutRequest, *, merchant: MerchantAccount) -> Checkout:
        await self._called("create", merchant)
        return Checkout(url="https://gateway.example/pay", method="GET", fields=())

    async def query(self, intent: PaymentIntent, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        await self._called("query", merchant)
        return ()

    async def _called(self, operation: str, merchant: MerchantAccount) -> None:
        self.calls.append((operation, merchant.id))
        self.arrived.release()
        await self.thinking.wait()
        if self.mood is not None:
            raise self.mood


def merchant_of(number: int) -> MerchantAccount:
    return replace(a_merchant(), id=GatewayAccountId(UUID(int=number)))


ONE, OTHER = merchant_of(1), merchant_of(2)


async def query(
    gateway: GuardedGateway, merchant: MerchantAccount = ONE, *, waits: float | None = 3600
) -> tuple[GatewayReport, ...]:
    """Somebody `waits` so long for the answer; nobody does in the background."""
    with nullcontext() if waits is None else patience(waits):
        return await gateway.query(an_intent(), merchant=merchant)


async def create(gateway: GuardedGateway, merchant: MerchantAccount = ONE) -> Checkout:
    return await gateway.create_checkout(a_request(), merchant=merchant)
