"""Refunds and PSE through the Payments API."""

from typing import Any

import pytest

from tests.simulator.support import API_KEY, World, md5


async def refund(world: World, fields: dict[str, str], value: str | None = None, **changes: Any) -> dict[str, Any]:
    transaction: dict[str, Any] = {
        "order": {"id": fields["reference_pol"]},
        "type": "REFUND" if value is None else "PARTIAL_REFUND",
        "reason": "Pago duplicado",
        "parentTransactionId": fields["transactionId"],
    }
    if value is not None:
        transaction["additionalValues"] = {"TX_VALUE": {"value": value, "currency": "COP"}}
    return await world.submit(transaction={**transaction, **changes})


async def paid(world: World, *script: str) -> dict[str, str]:
    """A payment made long enough ago to be refunded."""
    fields = await world.played(*(script or ("approve",)))
    await world.advance("PT10M")
    return fields


async def test_ping_has_a_null_transaction_response(world: World) -> None:
    assert await world.submit("PING") == {"code": "SUCCESS", "error": None, "transactionResponse": None}


async def test_banks_are_listed_after_a_prompt(world: World) -> None:
    answer = await world.submit("GET_BANKS_LIST", bankListInformation={"paymentMethod": "PSE", "paymentCountry": "CO"})

    assert answer["banks"][0]["pseCode"] == "0"
    assert {"1022", "1007", "1051"} <= {bank["pseCode"] for bank in answer["banks"]}


async def test_banks_of_another_country_are_an_error(world: World) -> None:
    answer = await world.submit("GET_BANKS_LIST", bankListInformation={"paymentMethod": "PSE", "paymentCountry": "PE"})

    assert (answer["code"], answer["transactionResponse"]) == ("ERROR", None)


async def test_methods_are_listed(world: World) -> None:
    answer = await world.submit("GET_PAYMENT_METHODS")

    assert {"PSE", "VISA", "EFECTY"} <= {method["description"] for method in answer["paymentMethods"]}


async def test_a_refund_is_under_review_until_it_is_decided(world: World) -> None:
    fields = await paid(world)

    answer = (await refund(world, fields))["transactionResponse"]

    assert (answer["state"], answer["pendingReason"], answer["transactionId"], answer["responseCode"]) == (
        "PENDING",
        "PENDING_REVIEW",
        None,
        None,
    )
    assert answer["responseMessage"] == fields["reference_pol"]
    await world.tick()
    assert (await world.known())[0]["status"] == "CAPTURED"
    await world.scenario(["refund:approve"])
    order = (await world.known())[0]
    assert order["status"] == "REFUNDED"
    newest = order["transactions"][0]
    assert (newest["type"], newest["transactionResponse"]["state"], newest["parentTransactionId"]) == (
        "REFUND",
        "APPROVED",
        fields["transactionId"],
    )
    assert len(world.merchant.received) == 1


@pytest.mark.parametrize("when", ["before the payment", "before the request", "for any reference"])
async def test_a_refund_can_be_declined_by_a_scenario(world: World, when: str) -> None:
    if when == "before the payment":
        fields = await paid(world, "refund:decline")
    elif when == "before the request":
        fields = await paid(world)
        await world.scenario(["refund:decline"])
    else:
        await world.scenario(["refund:decline"], "*")
        fields = await paid(world)

    assert (await refund(world, fields))["transactionResponse"]["state"] == "PENDING"
    await world.tick()

    order = (await world.known())[0]
    assert order["status"] == "CAPTURED"
    assert order["transactions"][0]["type"] == "REFUND"
    assert order["transactions"][0]["transactionResponse"]["state"] == "DECLINED"


async def test_a_declined_refund_may_be_asked_for_again(world: World) -> None:
    fields = await paid(world, "approve", "refund:decline")
    await refund(world, fields)
    await world.tick()

    assert (await refund(world, fields))["transactionResponse"]["state"] == "PENDING"


async def test_a_second_request_is_already_registered(world: World) -> None:
    fields = await paid(world)
    await refund(world, fields)

    answer = await refund(world, fields)

    assert answer["code"] == "ERROR"
    assert "already registered" in answer["error"]


async def test_partial_refunds_add_up_to_the_charge(world: World) -> None:
    fields = await paid(world)
    await refund(world, fields, "850000")
    await world.scenario(["refund:approve"])
    assert (await world.known())[0]["status"] == "CAPTURED"
    assert (await refund(world, fields, "1000001"))["code"] == "ERROR"

    await refund(world, fields, "1000000")
    await world.scenario(["refund:approve"])

    order = (await world.known())[0]
    assert order["status"] == "REFUNDED"
    assert [transaction["type"] for transaction in order["transactions"][:2]] == ["PARTIAL_REFUND"] * 2


async def test_only_cards_are_refunded(world: World) -> None:
    fields = await paid(world, "approve:method=PSE")

    answer = (await refund(world, fields))["transactionResponse"]

    assert answer["state"] == "DECLINED"
    assert len((await world.orders())[0]["transactions"]) == 1


async def test_a_refund_needs_ten_minutes_and_at_most_two_years(world: World) -> None:
    fields = await world.played("approve")
    await world.advance("PT9M59S")
    assert (await refund(world, fields))["code"] == "ERROR"
    await world.advance("P731D")
    assert (await refund(world, fields))["code"] == "ERROR"
    assert len((await world.orders())[0]["transactions"]) == 1


@pytest.mark.parametrize("value", ["99", "0", "-5", "x", "1850000.001", "1850001", ""])
async def test_a_partial_refund_of_a_wrong_amount_is_an_error(world: World, value: str) -> None:
    fields = await paid(world)

    assert (await refund(world, fields, value))["code"] == "ERROR"
    assert len((await world.orders())[0]["transactions"]) == 1


@pytest.mark.parametrize(
    "changes", [{"order": {"id": "1"}}, {"order": None}, {"parentTransactionId": "nada"}, {"parentTransactionId": None}]
)
async def test_a_refund_of_something_unknown_is_an_error(world: World, changes: dict[str, Any]) -> None:
    assert (await refund(world, await paid(world), **changes))["code"] == "ERROR"


async def test_a_declined_charge_is_not_refunded(world: World) -> None:
    assert (await refund(world, await paid(world, "decline")))["code"] == "ERROR"


async def test_void_is_declined_in_colombia(world: World) -> None:
    fields = await paid(world)

    answer = await refund(world, fields, type="VOID")

    assert answer["transactionResponse"]["state"] == "DECLINED"
    assert (await world.known())[0]["status"] == "CAPTURED"


def pse(**changes: Any) -> dict[str, Any]:
    order = {
        "accountId": "512321",
        "referenceCode": "PSE0001",
        "description": "Canon",
        "language": "es",
        "signature": md5(API_KEY, "508029", "PSE0001", "1850000", "COP"),
        "notifyUrl": "http://agencia.test/callbacks/payu/acc1",
        "additionalValues": {"TX_VALUE": {"value": 1850000, "currency": "COP"}},
        "buyer": {"fullName": "Ana Ruiz", "emailAddress": "ana@example.com"},
    }
    extra = {
        "RESPONSE_URL": "http://portal.test/pagos/vuelta",
        "FINANCIAL_INSTITUTION_CODE": "1022",
        "USER_TYPE": "N",
        "PSE_REFERENCE1": "127.0.0.1",
        "PSE_REFERENCE2": "CC",
        "PSE_REFERENCE3": "52123456",
    }
    return {
        "order": {**order, **changes.pop("order", {})},
        "payer": {"fullName": "Ana Ruiz", "emailAddress": "ana@example.com", "contactPhone": "3001234567"},
        "type": "AUTHORIZATION_AND_CAPTURE",
        "paymentMethod": "PSE",
        "paymentCountry": "CO",
        "ipAddress": "127.0.0.1",
        "cookie": "c",
        "userAgent": "u",
        "extraParameters": {**extra, **changes.pop("extraParameters", {})},
        **changes,
    }


async def test_pse_gives_the_address_of_the_bank_where_the_payer_decides(world: World) -> None:
    answer = (await world.submit(transaction=pse()))["transactionResponse"]
    assert (answer["state"], answer["pendingReason"], answer["responseCode"]) == (
        "PENDING",
        "AWAITING_NOTIFICATION",
        "PENDING_TRANSACTION_CONFIRMATION",
    )

    bank = await world.follow(await world.browser.get(answer["extraParameters"]["BANK_URL"]))
    assert "BANCO UNIÓN COLOMBIANO" in bank.text
    result = await world.follow(await world.press(bank, "Autorizar el pago"))

    assert result.form_with("Regresar al sitio").fields["transactionId"] == answer["transactionId"]
    assert world.merchant.received[0]["transaction_id"] == answer["transactionId"]
    assert world.merchant.states() == ["4"]
    assert (await world.known("PSE0001"))[0]["status"] == "CAPTURED"


@pytest.mark.parametrize(
    "changes",
    [
        {"order": {"signature": "0" * 32}},
        {"order": {"accountId": "512322"}},
        {"order": {"referenceCode": ""}},
        {"order": {"additionalValues": {"TX_VALUE": {"value": 1850000.5, "currency": "COP"}}}},
        {"order": {"additionalValues": {"TX_VALUE": {"value": 1850000, "currency": "USD"}}}},
        {"order": {"additionalValues": None}},
        {"order": {"notifyUrl": "javascript:x"}},
        {"extraParameters": {"FINANCIAL_INSTITUTION_CODE": "0"}},
        {"extraParameters": {"USER_TYPE": "X"}},
        {"extraParameters": {"RESPONSE_URL": "x"}},
        {"extraParameters": {"PSE_REFERENCE3": None}},
        {"payer": None},
        {"cookie": "c" * 256},
        {"paymentMethod": "VISA"},
        {"type": "NADA"},
    ],
)
async def test_a_wrong_pse_request_is_an_error_and_makes_no_order(world: World, changes: dict[str, Any]) -> None:
    answer = await world.submit(transaction=pse(**changes))

    assert answer["code"] == "ERROR"
    assert await world.orders() == []


async def test_pse_refuses_a_reference_that_was_tried(world: World) -> None:
    await world.submit(transaction=pse())

    assert (await world.submit(transaction=pse()))["code"] == "ERROR"
    assert len(await world.orders()) == 1
