"""The Queries API over HTTP, answered as PayU documents it and in every way it should not."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from adapters.payu.addresses import PAYU_HOSTS
from adapters.payu.gateway import PayuGateway
from application.ports.payment_gateway import CredentialsRefused, MerchantAccount
from domain.errors import GatewayUnavailable
from domain.gateway_reports import Evidence, GatewayReport, ReportedState, StatusReason
from domain.payments import PaymentMethod
from tests.adapters.payu.examples import KEY, LOGIN, REFERENCE, a_merchant, an_intent

REPORTS = "https://sandbox.api.payulatam.com/reports-api/4.0/service.cgi"
PAYMENTS = "https://api.payulatam.com/payments-api/4.0/service.cgi"
CHECKOUT = "https://sandbox.checkout.payulatam.com/ppp-web-gateway-payu/"


INTENT = an_intent()


def a_transaction(**changes: Any) -> dict[str, Any]:
    state = changes.pop("state", "APPROVED")
    response = changes.pop("response", {})
    return {
        "id": "0d0f4b36-3a53-4f0e-9a7c-0c2a5a0f7a11",
        "type": "AUTHORIZATION_AND_CAPTURE",
        "parentTransactionId": None,
        "paymentMethod": "PSE",
        "paymentCountry": "CO",
        "creditCard": None,
        "transactionResponse": {
            "state": state,
            "responseCode": state,
            "pendingReason": None,
            "trazabilityCode": "2204682",
            "operationDate": 1772460000000,
        }
        | response,
        "additionalValues": {"TX_VALUE": {"value": 1850000.00, "currency": "COP"}},
        "extraParameters": {},
    } | changes


def an_order(*transactions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": 14004500010001,
        "accountId": 512321,
        "status": "CAPTURED",
        "referenceCode": REFERENCE,
        "isTest": True,
        "transactions": list(transactions) or [a_transaction()],
        "additionalValues": {"TX_VALUE": {"value": 1850000.00, "currency": "COP"}},
        "merchantId": 508029,
    } | changes


def an_answer(payload: Any) -> dict[str, Any]:
    return {"code": "SUCCESS", "error": None, "result": {"payload": payload}}


async def test_an_approved_order_is_told_as_the_notice_tells_it() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=an_answer([an_order()]))

    reports = await query(answer)

    assert reports == (
        GatewayReport(
            reference=REFERENCE,
            transaction_id="0d0f4b36-3a53-4f0e-9a7c-0c2a5a0f7a11",
            state=ReportedState.APPROVED,
            amount=Decimal("1850000.00"),
            currency="COP",
            evidence=Evidence.QUERY,
            code="APPROVED",
            method=PaymentMethod.PSE,
            gateway_reference="2204682",
            order_id="14004500010001",
            occurred_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
        ),
    )
    (request,) = asked
    assert (request.method, str(request.url)) == ("POST", REPORTS)
    assert request.headers["accept"] == "application/json"
    assert json.loads(request.content) == {
        "test": True,
        "language": "es",
        "command": "ORDER_DETAIL_BY_REFERENCE_CODE",
        "merchant": {"apiLogin": LOGIN, "apiKey": KEY},
        "details": {"referenceCode": REFERENCE},
    }


async def test_every_try_of_every_order_is_told_and_refunds_are_not_tries() -> None:
    orders = [
        an_order(a_transaction(id="a", state="DECLINED"), a_transaction(id="b")),
        an_order(a_transaction(id="c"), a_transaction(id="d", type="REFUND"), a_transaction(id="e", type="VOID")),
    ]
    reports = await query(answering(an_answer(orders)))
    assert [(report.transaction_id, report.state) for report in reports] == [
        ("a", ReportedState.DECLINED),
        ("b", ReportedState.APPROVED),
        ("c", ReportedState.APPROVED),
    ]


@pytest.mark.parametrize(
    "nothing",
    [
        {"code": "SUCCESS", "error": None, "result": None},
        {"code": "SUCCESS", "error": None, "result": {"payload": None}},
        {"code": "SUCCESS", "result": {"payload": []}},
    ],
)
async def test_a_reference_without_a_try_is_unknown_and_no_error(nothing: dict[str, Any]) -> None:
    assert await query(answering(nothing)) == ()


@pytest.mark.parametrize(
    ("state", "response", "method", "reported", "reason"),
    [
        ("PENDING", {"pendingReason": "AWAITING_NOTIFICATION"}, "PSE", "PENDING", StatusReason.AWAITING_BANK),
        ("PENDING", {}, "EFECTY", "PENDING", StatusReason.AWAITING_CASH),
        (
            "PENDING",
            {"responseCode": "PENDING_TRANSACTION_REVIEW"},
            "VISA",
            "PENDING",
            StatusReason.UNDER_REVIEW,
        ),
        (
            "PENDING",
            {"responseCode": "PENDING_TRANSACTION_REVIEW", "pendingReason": "PENDING_REVIEW"},
            "VISA",
            "PENDING",
            StatusReason.UNDER_REVIEW,
        ),
        ("PENDING", {"pendingReason": "PENDING_REVIEW"}, "VISA", "PENDING", StatusReason.UNDER_REVIEW),
        (
            "DECLINED",
            {"responseCode": "INVALID_CARD", "pendingReason": "X"},
            "VISA",
            "DECLINED",
            StatusReason.CARD_DATA,
        ),
        ("SUBMITTED", {}, "PSE", "PENDING", StatusReason.AWAITING_BANK),
        ("DECLINED", {"responseCode": "INVALID_CARD"}, "VISA", "DECLINED", StatusReason.CARD_DATA),
        ("ERROR", {"responseCode": "ERROR"}, "VISA", "DECLINED", StatusReason.GATEWAY_ERROR),
        ("EXPIRED", {}, "EFECTY", "EXPIRED", StatusReason.EXPIRED_AT_GATEWAY),
        ("HIBERNATING", {}, "PSE", "UNKNOWN", None),
    ],
)
async def test_states_are_told_with_a_reason_to_act_on(
    state: str, response: dict[str, Any], method: str, reported: str, reason: StatusReason | None
) -> None:
    transaction = a_transaction(state=state, response=response, paymentMethod=method)
    (report,) = await query(answering(an_answer([an_order(transaction)])))
    assert (report.state.value, report.reason) == (reported, reason)


async def test_a_card_payment_is_referred_to_by_the_order_however_long_its_number() -> None:
    (report,) = await query(answering(an_answer([an_order(a_transaction(paymentMethod="VISA"))])))
    assert report.gateway_reference == "14004500010001"


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1850000.00", "1850000.00"), ("1850000", "1850000"), ("1.85E6", "1850000"), ("150.05", "150.05")],
)
async def test_amounts_are_exact_decimals(written: str, amount: str) -> None:
    text = json.dumps(an_answer([an_order()])).replace("1850000.0", written)
    (report,) = await query(lambda _: httpx.Response(200, text=text))
    assert report.amount == Decimal(amount)


async def test_a_try_without_its_own_amount_has_the_orders() -> None:
    (report,) = await query(answering(an_answer([an_order(a_transaction(additionalValues={}))])))
    assert report.amount == Decimal("1850000.00")


async def test_another_merchants_order_is_marked_foreign() -> None:
    (report,) = await query(answering(an_answer([an_order(merchantId=1)])))
    assert report.is_foreign


@pytest.mark.parametrize(
    ("is_test", "live", "marked"), [(True, True, True), (True, False, False), (False, True, False)]
)
async def test_a_test_order_on_a_live_account_is_marked(is_test: bool, live: bool, marked: bool) -> None:
    answer = answering(an_answer([an_order(isTest=is_test)]))
    (report,) = await query(answer, a_merchant(test=not live))
    assert report.is_test is marked


def misstated(amount: str) -> str:
    return json.dumps(an_answer([an_order()])).replace("1850000.0", amount)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"code": "ERROR", "error": "Invalid credentials", "result": None}),
        json.dumps({"code": "WHATEVER"}),
        "[]",
        '"x"',
        json.dumps(an_answer("x")),
        json.dumps(an_answer([an_order(referenceCode="ANOTHER")])),
        json.dumps(an_answer([an_order(transactions="x")])),
        json.dumps(an_answer([an_order(a_transaction(id=None))])),
        json.dumps(an_answer([an_order(a_transaction(additionalValues=None), additionalValues=None)])),
        *(misstated(amount) for amount in ("NaN", "-1", "1e40", "1e999999999", "1.234", "true", '"1.850.000"')),
        "<response/>",
        "1" * 5000,
        "[" * 100_000,
        '"' + "x" * 1_100_000 + '"',
        "",
    ],
    ids=lambda text: text[:30],
)
async def test_an_answer_that_is_none_leaves_things_as_they_are(text: str) -> None:
    with pytest.raises(GatewayUnavailable) as unavailable:
        await query(lambda _: httpx.Response(200, stream=httpx.ByteStream(text.encode())))
    assert unavailable.value.retry_after_seconds == 30


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"\xff\xfe"),
        (200, {"Content-Encoding": "gzip"}, b"{}"),
        (201, {}, b"{}"),
        (302, {"Location": "http://127.0.0.1/"}, b""),
        (406, {}, b""),
        (500, {}, b"oops"),
        (503, {"Retry-After": "1"}, b""),
    ],
)
async def test_any_other_response_leaves_things_as_they_are_and_is_not_followed(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    with pytest.raises(GatewayUnavailable):
        await query(answer)
    assert asked == [REPORTS]


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("?")])
async def test_a_broken_connection_leaves_things_as_they_are(error: httpx.HTTPError) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(GatewayUnavailable):
        await query(answer)


async def test_an_answer_that_trickles_is_given_up_in_time() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=trickle())

    async with asyncio.timeout(5):
        with pytest.raises(GatewayUnavailable):
            await query(answer, total_timeout=0.1)


async def test_the_next_key_is_tried_while_payu_refuses_the_credentials() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        key = json.loads(request.content)["merchant"]["apiKey"]
        keys.append(key)
        refused = {"code": "ERROR", "error": "Invalid credentials", "result": None}
        return httpx.Response(200, json=refused if key == "new" else an_answer([an_order()]))

    (report,) = await query(answer, a_merchant(keys=("new", KEY)))

    assert report.state is ReportedState.APPROVED
    assert keys == ["new", KEY]


async def test_keys_that_payu_takes_none_of_are_told_apart_from_its_silence() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"code": "ERROR", "error": "Invalid credentials", "result": None})

    with pytest.raises(CredentialsRefused):
        await query(answer, a_merchant(keys=("new", "old")))
    assert len(asked) == 2


async def test_the_answer_may_take_longer_than_the_client_allows_others_and_is_never_redirected() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": REPORTS})

    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, follow_redirects=True, timeout=0.001) as client:
        gateway = PayuGateway(client, checkout_url=CHECKOUT, reports_url=REPORTS, payments_url=PAYMENTS)
        with pytest.raises(GatewayUnavailable):
            await gateway.query(INTENT, merchant=a_merchant())
    (request,) = asked
    assert request.extensions["timeout"] == {"connect": 5.0, "read": 65.0, "write": 65.0, "pool": 65.0}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://api.payulatam.com/",
        "https://api.payulatam.com.evil.example/",
        "file:///etc",
        "",
    ],
)
async def test_only_addresses_of_payu_are_accepted(url: str) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(ValueError, match="PayU"):
            PayuGateway(client, checkout_url=CHECKOUT, reports_url=url, payments_url=PAYMENTS)
        with pytest.raises(ValueError, match="PayU"):
            PayuGateway(client, checkout_url=url, reports_url=REPORTS, payments_url=PAYMENTS)


async def test_this_machine_is_accepted_where_it_is_allowed() -> None:
    local = "http://127.0.0.1:8001/"
    async with httpx.AsyncClient() as client:
        PayuGateway(client, checkout_url=local, reports_url=local, payments_url=local, allowed_hosts={"127.0.0.1"})
        with pytest.raises(ValueError, match="PayU"):
            PayuGateway(client, checkout_url=local, reports_url=local, payments_url=local)


def answering(answer: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(200, json=answer)


async def query(
    answer: Callable[[httpx.Request], httpx.Response],
    merchant: MerchantAccount | None = None,
    *,
    total_timeout: float = 65.0,
) -> tuple[GatewayReport, ...]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        gateway = PayuGateway(
            client,
            checkout_url=CHECKOUT,
            reports_url=REPORTS,
            payments_url=PAYMENTS,
            allowed_hosts=PAYU_HOSTS,
            total_timeout=total_timeout,
        )
        return await gateway.query(INTENT, merchant=merchant or a_merchant())
