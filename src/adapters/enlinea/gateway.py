"""EnLineaPagos behind the application's port."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from decimal import Decimal

import httpx

from adapters.enlinea.addresses import LIVE_HOSTS, WHOSE
from adapters.enlinea.creation import Refused, Unusable, creation_body, creation_fields, link_in
from adapters.enlinea.dialects import WEBCHECKOUT_REST, CreationWords, dialect_of
from adapters.enlinea.returning import return_url
from adapters.enlinea.status import StatusQueries
from adapters.web.addresses import require_address
from adapters.web.calls import BoundedCalls, NoAnswer
from application.ports.payment_gateway import (
    CheckoutRequest,
    GatewayRefused,
    MerchantAccount,
    NotificationRejected,
    PaymentGateway,
    Rejection,
)
from domain.errors import GatewayUnavailable, RefundNotPossible
from domain.gateway_reports import GatewayReport, RefundReport
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntent

_log = logging.getLogger(__name__)

SIMULATOR_MERCHANTS = frozenset({"simulador"})
"""The merchant that the simulator knows; the platform publishes none for tests."""

_RETRY_AFTER = 30
_MAX_BYTES = 256 * 1024
_REMEMBERED = 200
"""Checkouts opened last: the platform would open another one for each request."""
_REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 415, 422})


class EnlineaGateway(PaymentGateway):
    """The platform at `url`; accounts of the dialect «webcheckout_rest» find it at `rest_url` (the same unless said).

    Both, and every link that it gives for a payer, have to be at one of `allowed_hosts`, and encrypted unless on this
    machine; otherwise ValueError. `return_secret` makes the tokens of return addresses. `client` should come from
    `http_client`. Opening a checkout, and asking about one, may take `total_timeout` seconds.

    Money moves by `query` alone. In the dialect «webcheckout_rest» nothing can be asked: what the platform notifies is
    unsigned and only a hint, so that such payments are settled by its settlement file.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        url: str,
        rest_url: str | None = None,
        return_secret: bytes,
        allowed_hosts: Collection[str] = LIVE_HOSTS,
        connect_timeout: float = 5.0,
        total_timeout: float = 30.0,
    ) -> None:
        self._url = url.rstrip("/")
        self._rest_url = (rest_url or url).rstrip("/")
        for address in (self._url, self._rest_url):
            require_address(address, allowed_hosts, whose=WHOSE)
        self._return_secret = return_secret
        self._allowed_hosts = allowed_hosts
        self._calls = BoundedCalls(
            client=client, total_seconds=total_timeout, max_bytes=_MAX_BYTES, connect_seconds=connect_timeout
        )
        self._openings: dict[str, asyncio.Task[Checkout]] = {}
        self._queries = StatusQueries(self._calls, base_url=self._url, total_seconds=total_timeout)

    async def create_checkout(self, asked: CheckoutRequest, *, merchant: MerchantAccount) -> Checkout:
        """A link to the platform's page. The payer comes back to an address of ours below `confirmation_url`, which
        sends the browser on; only a dialect that has an address for browsers sends it to `response_url` at once. Who
        asks for the same checkout again, while it is being opened or soon after, gets the same link."""
        intent = asked.intent
        opening = self._openings.get(intent.reference)
        if opening is None:
            words = dialect_of(merchant.dialect).creation
            back = return_url(
                asked.confirmation_url, self._return_secret, account=merchant.public_key, reference=intent.reference
            )
            fields = creation_fields(words, asked, merchant=merchant, return_url=back)
            opening = asyncio.create_task(self._open(words, fields, intent, merchant))
            self._openings[intent.reference] = opening
            opening.add_done_callback(self._opened)
            self._forget_the_oldest()
        return await asyncio.shield(opening)

    def _opened(self, opening: "asyncio.Task[Checkout]") -> None:
        """Keep a link, for whoever asks before it is stored; a failure only for those who asked together."""
        if opening.cancelled() or opening.exception() is not None:
            self._openings = {reference: it for reference, it in self._openings.items() if it is not opening}

    def _forget_the_oldest(self) -> None:
        while len(self._openings) > _REMEMBERED:
            del self._openings[next(iter(self._openings))]

    async def _open(
        self, words: CreationWords, fields: dict[str, str], intent: PaymentIntent, merchant: MerchantAccount
    ) -> Checkout:
        content, content_type = creation_body(words, fields)
        url = f"{self._rest_url if merchant.dialect == WEBCHECKOUT_REST else self._url}{words.path}"
        try:
            answer = await self._calls.post(url, content=content, headers={"Content-Type": content_type})
            if answer.status in _REFUSALS:
                raise Refused(f"status {answer.status}")
            if answer.status >= 300:
                raise Unusable(f"status {answer.status}")
            link = link_in(answer.body, answer.content_type, words, allowed_hosts=self._allowed_hosts)
        except Refused as refusal:
            raise GatewayRefused(_without(str(refusal), merchant)) from None
        except (NoAnswer, Unusable) as failure:
            _log.warning("no usable answer of EnLineaPagos to %s: %s", intent.reference, failure)
            raise GatewayUnavailable(_RETRY_AFTER, intent.id) from failure
        return Checkout(url=link, method="GET")

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], *, merchant: MerchantAccount
    ) -> GatewayReport:
        """Nothing that the platform sends is signed, so that nothing is authentic: always NotificationRejected."""
        raise NotificationRejected(Rejection.BAD_SIGNATURE, "unsigned")

    async def query(self, intent: PaymentIntent, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        """What the platform knows about the transaction numbers that came with returns; nothing without any."""
        services = dialect_of(merchant.dialect).status
        if not services or not intent.transaction_hints:
            return ()
        return await self._queries.reports(intent, services, merchant=merchant)

    async def refund(
        self, charge: GatewayAttempt, *, amount: Decimal, whole: bool, reason: str, merchant: MerchantAccount
    ) -> RefundReport:
        """Not known to be possible: always RefundNotPossible. The office pays back, or leaves it as credit."""
        raise RefundNotPossible


def _without(text: str, merchant: MerchantAccount) -> str:
    """The platform's text, without credentials that it may repeat."""
    for secret in (merchant.api_login, *merchant.api_keys):
        text = text.replace(secret, "***") if secret else text
    return text
