"""The Queries API as a merchant's server asks it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from simulator.payu.merchants import Merchant
from tests.simulator.support import API_KEY, CREDENTIALS, World

PATH = "/reports-api/4.0/service.cgi"
JSON = {"Accept": "application/json"}


async def test_ping_answers_ping(world: World) -> None:
    assert await world.ask("PING") == {"code": "SUCCESS", "error": None, "result": {"payload": "ping"}}


@pytest.mark.parametrize(
    "credentials",
    [
        {**CREDENTIALS, "apiKey": "otra"},
        {**CREDENTIALS, "apiLogin": "otro"},
        {"apiLogin": "", "apiKey": ""},
        {},
        {"apiLogin": ["pRRXKOl8ikMmt9u"], "apiKey": True},
    ],
)
async def test_wrong_credentials_are_an_error_with_a_null_result(world: World, credentials: dict[str, Any]) -> None:
    answer = await world.ask("PING", credentials)

    assert answer == {"code": "ERROR", "error": "Credenciales inválidas.", "result": None}


async def test_an_unknown_reference_is_a_success_with_nothing(world: World) -> None:
    answer = await world.ask("ORDER_DETAIL_BY_REFERENCE_CODE", referenceCode="NADA")

    assert answer == {"code": "SUCCESS", "error": None, "result": {"payload": None}}


async def test_an_order_appears_only_after_the_first_try(world: World) -> None:
    await world.pay()
    order = (await world.orders())[0]["id"]
    assert await world.known() is None
    assert (await world.ask("ORDER_DETAIL", orderId=order))["result"]["payload"] is None

    await world.browser.post(f"/_sim/orders/{order}/play", json={"script": ["decline"]})

    assert (await world.known())[0]["status"] == "DECLINED"
    assert (await world.ask("ORDER_DETAIL", orderId=order))["result"]["payload"]["id"] == order


async def test_an_order_has_the_documented_shape(world: World) -> None:
    fields = await world.played("decline:INSUFFICIENT_FUNDS", "approve:method=PSE")

    payload = await world.known()

    assert isinstance(payload, list)
    order = payload[0]
    assert order["id"] > 2**31
    assert (order["accountId"], order["merchantId"]) == (512321, 508029)
    assert (order["status"], order["referenceCode"]) == ("CAPTURED", "INV0001234A01")
    assert order["notifyUrl"] == "http://agencia.test/callbacks/payu/acc1"
    assert order["buyer"]["fullName"] == "Ana Lucía Ruiz Peña"
    assert order["isTest"] is True
    assert order["processedTransactionId"] == fields["transactionId"]
    assert order["transactions"][0]["transactionResponse"]["trazabilityCode"] == fields["cus"] != ""
    assert order["creationDate"] == 1772734055000
    newest, oldest = order["transactions"]
    assert (newest["type"], newest["paymentMethod"], newest["creditCard"]) == (
        "AUTHORIZATION_AND_CAPTURE",
        "PSE",
        None,
    )
    assert newest["transactionResponse"]["state"] == "APPROVED"
    assert newest["transactionResponse"]["responseCode"] == "APPROVED"
    assert newest["transactionResponse"]["operationDate"] == 1772734055000
    assert newest["transactionResponse"]["authorizationCode"]
    assert newest["additionalValues"]["TX_VALUE"] == {"value": Decimal("1850000.00"), "currency": "COP"}
    assert (oldest["transactionResponse"]["state"], oldest["transactionResponse"]["responseCode"]) == (
        "DECLINED",
        "INSUFFICIENT_FUNDS",
    )


async def test_money_is_a_json_number_with_two_decimals(world: World) -> None:
    await world.played("approve")
    body = {
        "command": "ORDER_DETAIL_BY_REFERENCE_CODE",
        "merchant": CREDENTIALS,
        "details": {"referenceCode": "INV0001234A01"},
    }

    text = (await world.browser.post(PATH, json=body, headers=JSON)).text

    assert '"TX_VALUE": {"value": 1850000.00, "currency": "COP"}' in text


async def test_a_pending_transaction_tells_why(world: World) -> None:
    await world.played("pending:PT1H")

    response = (await world.known())[0]["transactions"][0]["transactionResponse"]

    assert (response["state"], response["pendingReason"], response["responseCode"]) == (
        "PENDING",
        "AWAITING_NOTIFICATION",
        "PENDING_TRANSACTION_CONFIRMATION",
    )


async def test_a_transaction_is_told_by_its_response_alone(world: World) -> None:
    fields = await world.played("approve")

    answer = await world.ask("TRANSACTION_RESPONSE_DETAIL", transactionId=fields["transactionId"])

    assert answer["result"]["payload"]["state"] == "APPROVED"
    assert "transactions" not in answer["result"]["payload"]


async def test_several_orders_of_a_reference_come_newest_first(world: World) -> None:
    merchant = {"merchantId": "508029", "accountId": "512321", "duplicateControl": False, **CREDENTIALS}
    await world.browser.post("/_sim/merchants", json=merchant)
    for step in ("decline", "approve"):
        await world.scenario([step], "*")
        await world.pay()

    assert [order["status"] for order in await world.known()] == ["CAPTURED", "DECLINED"]


async def test_another_merchants_orders_are_as_if_they_did_not_exist(world: World) -> None:
    other = Merchant(merchant_id="700001", account_id="700002", api_login="otrologin12345", api_key="otra-llave")
    world.simulation.payu.world.add_merchant(other)
    fields = await world.played("approve")
    theirs = {"apiLogin": other.api_login, "apiKey": other.api_key}

    answers = [
        await world.ask("ORDER_DETAIL_BY_REFERENCE_CODE", theirs, referenceCode="INV0001234A01"),
        await world.ask("ORDER_DETAIL", theirs, orderId=int(fields["reference_pol"])),
        await world.ask("TRANSACTION_RESPONSE_DETAIL", theirs, transactionId=fields["transactionId"]),
    ]

    assert [answer["result"] for answer in answers] == [{"payload": None}] * 3


@pytest.mark.parametrize("accept", ["*/*", "application/xml", "text/html", ""])
async def test_whoever_does_not_ask_for_json_gets_an_error_in_xml(world: World, accept: str) -> None:
    answer = await world.browser.post(
        PATH, json={"command": "PING", "merchant": CREDENTIALS}, headers={"Accept": accept}
    )

    assert answer.status_code == 406
    assert answer.headers["content-type"].startswith("application/xml")
    assert "<code>ERROR</code>" in answer.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 200),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"[" * 50_000, 400),
        (b'{"merchant": ' + b"1" * 5_000 + b"}", 400),
        (b'"' + b"x" * 70_000 + b'"', 413),
        (json.dumps({"command": "PING", "merchant": "x", "details": []}).encode(), 200),
    ],
)
async def test_a_body_that_is_no_question_is_an_error_and_no_crash(world: World, content: bytes, status: int) -> None:
    answer = await world.browser.post(PATH, content=content, headers={**JSON, "Content-Type": "application/json"})

    assert answer.status_code == status
    assert answer.json()["code"] == "ERROR"
    assert answer.json()["result"] is None


@pytest.mark.parametrize(
    ("command", "details"),
    [
        ("NADA", {}),
        ("ORDER_DETAIL", {}),
        ("ORDER_DETAIL", {"orderId": "x"}),
        ("ORDER_DETAIL", {"orderId": "²"}),
        ("ORDER_DETAIL", {"orderId": True}),
        ("ORDER_DETAIL_BY_REFERENCE_CODE", {}),
        ("ORDER_DETAIL_BY_REFERENCE_CODE", {"referenceCode": None}),
        ("ORDER_DETAIL_BY_REFERENCE_CODE", {"referenceCode": {"a": 1}}),
        ("TRANSACTION_RESPONSE_DETAIL", {}),
    ],
)
async def test_a_question_without_its_details_is_an_error(world: World, command: str, details: dict[str, Any]) -> None:
    assert (await world.ask(command, **details))["code"] == "ERROR"


async def test_a_form_instead_of_json_is_refused(world: World) -> None:
    answer = await world.browser.post(PATH, data={"apiKey": API_KEY}, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (415, "ERROR")
