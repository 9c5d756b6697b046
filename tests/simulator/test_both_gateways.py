"""What the control API does for both gateways alike, and the steps that a PayU payment has to itself."""

from typing import Any

import pytest

from tests.simulator.enlinea import EnLineaWorld
from tests.simulator.support import World

MERCHANT = {
    "merchantId": "508029",
    "accountId": "512321",
    "apiLogin": "pRRXKOl8ikMmt9u",
    "apiKey": "4Vj8eK4rloUd272L48hsrarnUA",
}


async def hold(world: World, on: bool) -> None:
    assert (await world.browser.post("/_sim/deliveries/hold", json={"on": on})).json() == {"on": on}


async def test_held_messages_leave_in_the_order_in_which_they_are_sent(world: World) -> None:
    await hold(world, True)
    await world.played("decline", "approve", "approve_again")
    held = await world.deliveries()
    assert [one["state"] for one in held] == ["HELD"] * 3
    assert world.merchant.received == []

    for one in reversed(held):
        await world.browser.post(f"/_sim/deliveries/{one['id']}/replay")

    sent = [form["transaction_id"] for form in world.merchant.received]
    assert sent == [one["transactionId"] for one in reversed(held)]
    assert [one["state"] for one in await world.deliveries()] == ["DELIVERED"] * 3


async def test_what_is_held_stays_held_when_holding_ends(world: World) -> None:
    await hold(world, True)
    await world.played("decline")
    await hold(world, False)
    await world.scenario(["approve"])
    await world.advance("P1D")
    await world.tick()

    assert [one["state"] for one in await world.deliveries()] == ["HELD", "DELIVERED"]
    assert world.merchant.states() == ["4"]


async def test_returns_are_held_too_until_a_reset(enlinea: EnLineaWorld) -> None:
    await hold(enlinea.world, True)
    await enlinea.played("approve")
    assert enlinea.merchant.arrived == []

    await enlinea.browser.post("/_sim/reset")

    assert len(await enlinea.played("approve")) == 1


@pytest.mark.parametrize("on", [None, "true", 1])
async def test_holding_is_true_or_false(world: World, on: object) -> None:
    assert (await world.browser.post("/_sim/deliveries/hold", json={"on": on})).status_code == 422


async def test_orders_of_both_are_listed_with_ids_of_their_own(enlinea: EnLineaWorld) -> None:
    await enlinea.played("approve")
    await enlinea.world.pay()

    orders = await enlinea.world.orders()
    only = (await enlinea.browser.get("/_sim/orders", params={"gateway": "enlinea"})).json()
    health = (await enlinea.browser.get("/_sim/health")).json()

    assert {order["gateway"] for order in orders} == {"payu", "enlinea"}
    assert len({order["id"] for order in orders}) == health["orders"] == 2
    assert [order["gateway"] for order in only] == ["enlinea"]


async def test_a_script_for_any_is_for_its_gateway(enlinea: EnLineaWorld) -> None:
    await enlinea.scenario("abandon", reference="*")

    assert "Elija cómo pagar" in (await enlinea.world.pay()).text


@pytest.mark.parametrize(
    ("word", "state", "status"),
    [
        ("opened", "NOTIFIED", "CAPTURED"),
        ("review", "ON_PAYMENT_NETWORK_REVIEW", "CAPTURED"),
        ("won", "WON", "CAPTURED"),
        ("lost", "LOST", "CHARGEBACK"),
    ],
)
async def test_a_dispute_is_told_to_its_own_address(world: World, word: str, state: str, status: str) -> None:
    body = {**MERCHANT, "disputeUrl": "http://agencia.test/disputas"}
    assert (await world.browser.post("/_sim/merchants", json=body)).status_code == 200

    fields = await world.played("approve", f"dispute:{word}")

    disputes = [one for one in world.merchant.arrived if one.path == "/disputas"]
    [told] = [one.fields for one in disputes]
    assert (told["order_id"], told["reference_sale"]) == (fields["reference_pol"], "INV0001234A01")
    assert (told["transaction_id"], told["dispute_state"]) == (fields["transactionId"], state)
    [order] = await world.known()
    assert order["status"] == status


async def test_a_dispute_without_an_address_is_only_seen_when_asked(world: World) -> None:
    await world.played("chargeback")

    assert (await world.known())[0]["status"] == "CHARGEBACK"
    assert world.merchant.states() == ["4"]


async def test_a_dispute_that_is_won_takes_nothing_back(world: World) -> None:
    await world.played("approve", "dispute:opened", "dispute:won")

    [order] = await world.known()
    assert (order["status"], len(order["transactions"])) == ("CAPTURED", 1)


@pytest.mark.parametrize(
    ("script", "states", "last"),
    [
        (["approve", "turn:decline"], ["4", "6"], "DECLINED"),
        (["decline", "turn:approve"], ["6", "4"], "APPROVED"),
        (["approve", "turn:expire"], ["4", "5"], "EXPIRED"),
    ],
)
async def test_the_same_transaction_can_change_its_result(
    world: World, script: list[str], states: list[str], last: str
) -> None:
    await world.played(*script)

    assert world.merchant.states() == states
    assert len({form["transaction_id"] for form in world.merchant.received}) == 1
    [transaction] = (await world.known())[0]["transactions"]
    assert transaction["transactionResponse"]["state"] == last


async def test_the_queries_api_can_tell_a_state_that_nobody_knows(world: World) -> None:
    await world.played("approve:query.state=ON_HOLD")

    [transaction] = (await world.known())[0]["transactions"]
    assert transaction["transactionResponse"]["state"] == "ON_HOLD"


async def test_two_coupons_can_both_be_paid(world: World) -> None:
    await world.played("pending:PT1H,cash", "pending:PT1H,cash", "approve", "approve")
    await world.advance("PT3H")
    await world.tick()

    [order] = await world.known()
    assert [one["transactionResponse"]["state"] for one in order["transactions"]] == ["APPROVED", "APPROVED"]
    assert len({form["transaction_id"] for form in world.merchant.received}) == 2


async def test_a_coupon_can_be_paid_after_it_was_told_to_be_expired(world: World) -> None:
    await world.played("pending:P8D,cash", "approve")
    await world.advance("P9D")
    await world.tick()

    assert world.merchant.states() == ["5", "4"]
    assert len({form["transaction_id"] for form in world.merchant.received}) == 1


async def test_a_push_that_nobody_answers_expires(world: World) -> None:
    await world.played("pending:PT2H,nequi")
    await world.advance("PT15M")
    await world.tick()

    assert world.merchant.states() == ["5"]


@pytest.mark.parametrize("fault", ["html", "garbage", "huge", "redirect", "error", "slow=0.01"])
async def test_the_queries_api_goes_wrong_in_every_way(world: World, fault: str) -> None:
    await world.played("approve")
    await world.scenario([f"query:{fault}"])
    body: dict[str, Any] = {
        "language": "es",
        "command": "ORDER_DETAIL_BY_REFERENCE_CODE",
        "merchant": {"apiLogin": MERCHANT["apiLogin"], "apiKey": MERCHANT["apiKey"]},
        "details": {"referenceCode": "INV0001234A01"},
    }
    headers = {"Accept": "application/json"}

    wrong = await world.browser.post("/reports-api/4.0/service.cgi", json=body, headers=headers)
    right = await world.browser.post("/reports-api/4.0/service.cgi", json=body, headers=headers)

    assert right.json()["result"]["payload"][0]["status"] == "CAPTURED"
    match fault:
        case "html":
            assert wrong.headers["content-type"].startswith("text/html")
        case "garbage":
            assert b"\x00" in wrong.content
        case "huge":
            assert len(wrong.content) > 16_000_000
        case "redirect":
            assert wrong.headers["location"] == "http://otro-sitio.invalid/pagos"
        case "error":
            assert wrong.json()["code"] == "ERROR"
        case _:
            assert wrong.json() == right.json()


@pytest.mark.parametrize(("fault", "refunds"), [("html", 1), ("garbage", 1), ("500", 0), ("error", 0)])
async def test_a_refund_whose_answer_is_lost_may_have_been_taken(world: World, fault: str, refunds: int) -> None:
    fields = await world.played("approve")
    await world.advance("PT1H")
    await world.scenario([f"http:{fault}"])
    transaction = {
        "order": {"id": fields["reference_pol"]},
        "type": "REFUND",
        "parentTransactionId": fields["transactionId"],
    }
    body = {
        "command": "SUBMIT_TRANSACTION",
        "merchant": {"apiLogin": MERCHANT["apiLogin"], "apiKey": MERCHANT["apiKey"]},
    }

    await world.browser.post(
        "/payments-api/4.0/service.cgi",
        json={**body, "transaction": transaction},
        headers={"Accept": "application/json"},
    )

    order = (await world.orders())[0]
    assert [one["type"] for one in order["transactions"]] == ["AUTHORIZATION_AND_CAPTURE", *["REFUND"] * refunds]
