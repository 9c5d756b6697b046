"""Asking PayU to return a charge. Source: PayU, «Refunds API»: cards only in Colombia, one open request per charge.

The answer is seldom more than that it will be reviewed; what became of it is read with the Queries API.
"""

import json
import logging
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from adapters.payu.vocabulary import QUERIED_STATES
from adapters.web.calls import BoundedCalls, NoAnswer
from application.ports.payment_gateway import MerchantAccount
from domain.errors import GatewayUnavailable, RefundNotPossible
from domain.gateway_reports import RefundReport, ReportedState
from domain.payment_intents import CURRENCY, GatewayAttempt
from domain.refunds import REFUNDABLE

_log = logging.getLogger(__name__)

_MAX_BYTES = 64 * 1024
_RETRY_AFTER = 30
_MAX_OF_REASON = 250
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
_REGISTERED = ("already registered", "ya tiene una solicitud")
"""In the text of the error that repeats of an open request are answered with."""


class PayuRefunds:
    """Posts to PayU's Payments API at `url`."""

    def __init__(
        self, client: httpx.AsyncClient, *, url: str, connect_timeout: float = 5.0, total_timeout: float = 65.0
    ) -> None:
        self._url = url
        self._calls = BoundedCalls(
            client=client, total_seconds=total_timeout, connect_seconds=connect_timeout, max_bytes=_MAX_BYTES
        )

    async def request(
        self, charge: GatewayAttempt, *, amount: Decimal, whole: bool, reason: str, merchant: MerchantAccount
    ) -> RefundReport:
        """Declined at once or pending. RefundNotPossible for what is no card; GatewayUnavailable where PayU gave no
        usable answer, so that it is not known whether it has the request."""
        if charge.method not in REFUNDABLE or charge.order_id is None:
            raise RefundNotPossible
        transaction: dict[str, Any] = {
            "order": {"id": charge.order_id},
            "type": "REFUND" if whole else "PARTIAL_REFUND",
            "reason": reason[:_MAX_OF_REASON],
            "parentTransactionId": charge.transaction_id,
        }
        if not whole:
            transaction["additionalValues"] = {"TX_VALUE": {"value": str(amount), "currency": CURRENCY}}
        for api_key in merchant.api_keys:
            told = await self._submit(transaction, api_key, merchant)
            if told is not None:
                return RefundReport(transaction_id=told[0], state=told[1], amount=amount)
        return RefundReport(transaction_id="", state=ReportedState.DECLINED, amount=amount)

    async def _submit(
        self, transaction: dict[str, Any], api_key: str, merchant: MerchantAccount
    ) -> tuple[str, ReportedState] | None:
        """The refund's own id, if it has one already, and its state; None where PayU refused the request."""
        body = {
            "test": merchant.test,
            "language": "es",
            "command": "SUBMIT_TRANSACTION",
            "merchant": {"apiLogin": merchant.api_login, "apiKey": api_key},
            "transaction": transaction,
        }
        try:
            answer = await self._calls.post(self._url, content=json.dumps(body), headers=_HEADERS)
            told = json.loads(answer.body, parse_float=Decimal) if answer.status == httpx.codes.OK else None
        except (NoAnswer, ValueError, RecursionError, InvalidOperation) as error:
            _log.warning("no usable answer of PayU about a refund of %s: %r", transaction["parentTransactionId"], error)
            raise GatewayUnavailable(_RETRY_AFTER) from error
        if not isinstance(told, dict) or told.get("code") not in ("SUCCESS", "ERROR"):
            _log.warning("no usable answer of PayU about a refund of %s", transaction["parentTransactionId"])
            raise GatewayUnavailable(_RETRY_AFTER)
        if told["code"] == "ERROR":
            text = str(told.get("error"))[:200]
            if any(word in text.lower() for word in _REGISTERED):
                return "", ReportedState.PENDING
            _log.warning("PayU refused a refund of merchant %s: %s", merchant.merchant_id, text)
            return None
        response = told.get("transactionResponse")
        if not isinstance(response, dict):
            raise GatewayUnavailable(_RETRY_AFTER)
        state = QUERIED_STATES.get(str(response.get("state")), ReportedState.PENDING)
        # An approval is booked only from the Queries API, which names the refund.
        state = ReportedState.DECLINED if state is ReportedState.DECLINED else ReportedState.PENDING
        return str(response.get("transactionId") or ""), state
