"""A gateway that is asked only while it answers: deadline, places and circuit breaker around the port.

Apart for each operation of each merchant account: what goes wrong with one agency's account never keeps another's from
being asked, and a gateway that opens no checkouts is still asked about payments.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from interlock import CircuitOpenError, Clock

from adapters.guard.circuits import circuits
from adapters.guard.limits import Places, time_for_a_call, within
from application.ports.payment_gateway import CheckoutRequest, MerchantAccount, PaymentGateway
from domain.errors import GatewayUnavailable
from domain.gateway_reports import GatewayReport, RefundReport
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntent

T = TypeVar("T")

_PROBE_SECONDS = 10
"""After so long, whether the one call that was let through to try has been answered is known."""


class GuardedGateway(PaymentGateway):
    """`inner` behind a guard. GatewayUnavailable, without asking, when the account's circuit is open or its or the
    gateway's places are taken; and when `inner` has not answered before who waits for it loses patience
    (`application.patience`), in the background after `most_seconds`.

    `at_once` calls of one kind may be under way, `at_once_of_account` of them of one account. `clock` is the one by
    which circuits close again.
    """

    def __init__(
        self,
        inner: PaymentGateway,
        *,
        clock: Clock | None = None,
        at_once: int = 20,
        at_once_of_account: int = 10,
        most_seconds: float = 60.0,
    ) -> None:
        self._inner = inner
        self._circuits = circuits(clock)
        self._places = Places(at_once, of_account=at_once_of_account)
        self._most_seconds = most_seconds

    async def create_checkout(self, asked: CheckoutRequest, *, merchant: MerchantAccount) -> Checkout:
        return await self._guarded("create", merchant, lambda: self._inner.create_checkout(asked, merchant=merchant))

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], *, merchant: MerchantAccount
    ) -> GatewayReport:
        return self._inner.parse_notification(body, headers, merchant=merchant)

    async def query(self, intent: PaymentIntent, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        return await self._guarded("query", merchant, lambda: self._inner.query(intent, merchant=merchant))

    async def refund(
        self, charge: GatewayAttempt, *, amount: Decimal, whole: bool, reason: str, merchant: MerchantAccount
    ) -> RefundReport:
        async def ask() -> RefundReport:
            return await self._inner.refund(charge, amount=amount, whole=whole, reason=reason, merchant=merchant)

        return await self._guarded("refund", merchant, ask)

    async def _guarded(self, operation: str, merchant: MerchantAccount, call: Callable[[], Awaitable[T]]) -> T:
        account = str(merchant.id)
        seconds = time_for_a_call(self._most_seconds)
        async with self._places.one(operation, account):
            circuit = self._circuits.get(f"{operation} {account}")
            try:
                return await circuit.call_async(within, seconds, call)
            except CircuitOpenError as refused:
                wait = _PROBE_SECONDS if refused.retry_after is None else math.ceil(refused.retry_after)
                raise GatewayUnavailable(wait) from None
