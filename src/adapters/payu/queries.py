"""PayU's Queries API: everything it knows about a reference. Source: PayU, «Queries API».

Amounts are read as decimals and no order of the lists is trusted. Whatever is not a well-formed answer is
GatewayUnavailable: what was known before stands.
"""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from adapters.payu.signature import parse_value
from adapters.payu.vocabulary import CHARGES, QUERIED_STATES, REFUNDS, method_of, reason_of
from adapters.web.calls import BoundedCalls, NoAnswer
from application.ports.payment_gateway import CredentialsRefused, MerchantAccount
from domain.errors import GatewayUnavailable
from domain.gateway_reports import Evidence, GatewayReport, RefundReport, ReportedState
from domain.money import pesos
from domain.payments import PaymentMethod

_log = logging.getLogger(__name__)

_MAX_BYTES = 1024 * 1024
_MAX_AMOUNT = Decimal(10) ** 12
_RETRY_AFTER = 30
_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json; charset=utf-8",
}


class _Malformed(Exception):
    """The answer is not what the documentation promises."""


class _Refused(Exception):
    """PayU answered `code: ERROR`: wrong credentials or command, never «not paid»."""


class PayuQueries:
    """Asks `url` through `client`, following no redirect; an answer may take `total_timeout` seconds."""

    def __init__(self, client: httpx.AsyncClient, *, url: str, connect_timeout: float, total_timeout: float) -> None:
        self._url = url
        self._calls = BoundedCalls(
            client=client, total_seconds=total_timeout, connect_seconds=connect_timeout, max_bytes=_MAX_BYTES
        )

    async def by_reference(self, reference: str, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        """All charges of all orders with that reference; none while the payer tried no method. Each live key is tried
        while PayU refuses the credentials; CredentialsRefused if it takes none of them, GatewayUnavailable for any
        other answer, or none in time."""
        for api_key in merchant.api_keys:
            question = {
                "test": merchant.test,
                "language": "es",
                "command": "ORDER_DETAIL_BY_REFERENCE_CODE",
                "merchant": {"apiLogin": merchant.api_login, "apiKey": api_key},
                "details": {"referenceCode": reference},
            }
            try:
                return tuple(_reports(await self._ask(question), reference, merchant))
            except _Refused as refusal:
                _log.warning("PayU refused a query of merchant %s: %s", merchant.merchant_id, refusal)
            except (_Malformed, NoAnswer) as error:
                _log.warning("no usable answer of PayU about %s: %r", reference, error)
                raise GatewayUnavailable(_RETRY_AFTER) from error
        raise CredentialsRefused(_RETRY_AFTER)

    async def _ask(self, question: dict[str, Any]) -> Any:
        answer = await self._calls.post(self._url, content=json.dumps(question), headers=_HEADERS)
        if answer.status != httpx.codes.OK:
            raise _Malformed(f"status {answer.status}")
        try:
            return json.loads(answer.body, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError, InvalidOperation) as error:
            raise _Malformed("not JSON") from error


def _reports(answer: Any, reference: str, merchant: MerchantAccount) -> Iterator[GatewayReport]:
    code = _member(answer, "code")
    if code == "ERROR":
        raise _Refused(str(answer.get("error"))[:200])
    if code != "SUCCESS":
        raise _Malformed("code")
    result = _member(answer, "result")
    orders = None if result is None else _member(result, "payload")
    for order in _list(orders):
        if _member(order, "referenceCode") != reference:
            raise _Malformed("another reference")
        transactions = _list(_member(order, "transactions"))
        for transaction in transactions:
            if _member(transaction, "type") in CHARGES:
                yield _report(order, transaction, _refunds(transactions, transaction), reference, merchant)


def _refunds(transactions: list[Any], charge: Any) -> tuple[RefundReport, ...]:
    """The refunds of a charge; one without a parent is of the order's only charge."""
    charges = [it for it in transactions if _member(it, "type") in CHARGES]
    found = []
    for it in transactions:
        parent = _text(it, "parentTransactionId") or (_text(charge, "id") if len(charges) == 1 else "")
        if _member(it, "type") in REFUNDS and parent == _text(charge, "id"):
            state = QUERIED_STATES.get(str(_member(_member(it, "transactionResponse") or {}, "state")))
            amount, _ = _amount(it, charge)
            found.append(
                RefundReport(transaction_id=_text(it, "id"), state=state or ReportedState.UNKNOWN, amount=amount)
            )
    return tuple(found)


def _report(
    order: Any, transaction: Any, refunds: tuple[RefundReport, ...], reference: str, merchant: MerchantAccount
) -> GatewayReport:
    response = _member(transaction, "transactionResponse") or {}
    told = _member(response, "state")
    state = QUERIED_STATES.get(str(told), ReportedState.UNKNOWN)
    method = method_of(_text(transaction, "paymentMethod"))
    code = _text(response, "responseCode")
    amount, currency = _amount(transaction, order)
    number = _text(order, "id")
    trace = _text(response, "trazabilityCode") if method is PaymentMethod.PSE else ""
    transaction_id = _text(transaction, "id")
    if not transaction_id:
        raise _Malformed("transaction without id")
    return GatewayReport(
        reference=reference,
        transaction_id=transaction_id,
        state=state,
        amount=amount,
        currency=currency,
        evidence=Evidence.QUERY,
        code=code or str(told),
        reason=reason_of(state, code, _text(response, "pendingReason"), method=method, failed=told == "ERROR"),
        method=method,
        gateway_reference=trace or number or None,
        order_id=number or None,
        occurred_at=_instant(_member(response, "operationDate")),
        is_foreign=str(_member(order, "merchantId") or merchant.merchant_id) != merchant.merchant_id,
        is_test=_member(order, "isTest") is True and not merchant.test,
        charged_back=state is ReportedState.APPROVED and _member(order, "status") == "CHARGEBACK",
        refunds=refunds,
    )


def _amount(transaction: Any, order: Any) -> tuple[Decimal, str]:
    """TX_VALUE of the transaction, or of its order."""
    for holder in (transaction, order):
        values = _member(holder, "additionalValues") or {}
        value = _member(values, "TX_VALUE")
        if value is not None:
            return _money(_member(value, "value")), str(_member(value, "currency"))
    raise _Malformed("no TX_VALUE")


def _money(value: Any) -> Decimal:
    try:
        amount = parse_value(value) if isinstance(value, str) else pesos(_number(value))
    except (ValueError, InvalidOperation) as error:
        raise _Malformed("amount") from error
    if not 0 <= amount < _MAX_AMOUNT:
        raise _Malformed("amount")
    return amount


def _number(value: Any) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise _Malformed("amount")
    return value


def _instant(value: Any) -> datetime | None:
    """Milliseconds since 1970 UTC."""
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        return None
    try:
        return datetime.fromtimestamp(int(value) / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _member(holder: Any, name: str) -> Any:
    """A member of an object, None where it is absent; what is no object is malformed."""
    if not isinstance(holder, dict):
        raise _Malformed(f"no object around {name}")
    return holder.get(name)


def _list(value: Any) -> list[Any]:
    """A list, or the one object that some commands answer with, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(holder: Any, name: str) -> str:
    value = _member(holder, name)
    return "" if value is None else "".join(letter for letter in str(value) if letter.isprintable())[:100]


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
