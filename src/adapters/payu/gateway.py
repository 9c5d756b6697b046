"""PayU behind the application's port."""

from collections.abc import Collection, Mapping
from decimal import Decimal

import httpx

from adapters.payu.addresses import PAYU_HOSTS
from adapters.payu.checkout import signed_form
from adapters.payu.notification import parse_notification
from adapters.payu.queries import PayuQueries
from adapters.payu.refunds import PayuRefunds
from adapters.web.addresses import require_address
from application.ports.payment_gateway import CheckoutRequest, MerchantAccount, PaymentGateway
from domain.gateway_reports import GatewayReport, RefundReport
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntent

SANDBOX_MERCHANTS = frozenset({"508029"})
"""The merchant whose credentials PayU publishes for tests."""


class PayuGateway(PaymentGateway):
    """`checkout_url` is PayU's page for the payer's browser, `reports_url` its Queries API, `payments_url` its
    Payments API, for refunds.

    `client` should take no proxy from the environment (`trust_env=False`); its other settings do not matter here. An
    answer may take `total_timeout` seconds: PayU needs about 3 and promises a minute. All addresses have to be at one
    of `allowed_hosts`, and encrypted unless on this machine; otherwise ValueError."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        checkout_url: str,
        reports_url: str,
        payments_url: str,
        allowed_hosts: Collection[str] = PAYU_HOSTS,
        connect_timeout: float = 5.0,
        total_timeout: float = 65.0,
    ) -> None:
        for url in (checkout_url, reports_url, payments_url):
            require_address(url, allowed_hosts, whose="PayU")
        self._checkout_url = checkout_url
        self._queries = PayuQueries(
            client, url=reports_url, connect_timeout=connect_timeout, total_timeout=total_timeout
        )
        self._refunds = PayuRefunds(
            client, url=payments_url, connect_timeout=connect_timeout, total_timeout=total_timeout
        )

    async def create_checkout(self, asked: CheckoutRequest, *, merchant: MerchantAccount) -> Checkout:
        return signed_form(asked, url=self._checkout_url, merchant=merchant)

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], *, merchant: MerchantAccount
    ) -> GatewayReport:
        return parse_notification(body, headers, merchant=merchant)

    async def query(self, intent: PaymentIntent, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        return await self._queries.by_reference(intent.reference, merchant=merchant)

    async def refund(
        self, charge: GatewayAttempt, *, amount: Decimal, whole: bool, reason: str, merchant: MerchantAccount
    ) -> RefundReport:
        return await self._refunds.request(charge, amount=amount, whole=whole, reason=reason, merchant=merchant)
