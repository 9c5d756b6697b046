"""Every step of a script, by what it makes the merchant see."""

import asyncio
import time
from decimal import Decimal

import httpx
import pytest

from simulator.app import create_app
from simulator.settings import Settings
from tests.simulator.support import API_KEY, World, md5, signed_form

REFERENCE = "INV0001234A01"


def states(order: dict[str, object]) -> list[str]:
    """The states of an order's transactions, oldest first."""
    transactions = order["transactions"]
    assert isinstance(transactions, list)
    return [transaction["state"] for transaction in transactions]


async def test_approve_notifies_before_the_payer_is_back(world: World) -> None:
    fields = await world.played("approve")

    assert fields["transactionState"] == "4"
    assert world.merchant.states() == ["4"]
    assert (await world.known())[0]["status"] == "CAPTURED"


async def test_a_scenario_for_any_reference_plays_for_each(world: World) -> None:
    await world.scenario(["approve"], "*")

    for reference in ("UNO", "DOS"):
        assert (await world.pay(referenceCode=reference)).status_code == 303

    assert [form["reference_sale"] for form in world.merchant.received] == ["UNO", "DOS"]


async def test_a_references_own_scenario_goes_before_the_one_for_any_and_is_played_once(world: World) -> None:
    await world.scenario(["approve"], "*")

    fields = await world.played("decline:EXPIRED_CARD")

    assert fields["lapResponseCode"] == "EXPIRED_CARD"
    assert "ya fue usada" in (await world.pay()).text


async def test_an_empty_script_gives_the_page_back_to_a_person(world: World) -> None:
    await world.scenario(["approve"])
    await world.scenario([])

    assert "Elija cómo pagar" in (await world.pay()).text
    assert world.merchant.received == []


async def test_a_decline_and_its_retry_share_the_order(world: World) -> None:
    fields = await world.played("decline:INSUFFICIENT_FUNDS", "approve")

    first, second = world.merchant.received
    assert fields["transactionState"] == "4"
    assert (first["state_pol"], first["response_message_pol"], first["response_code_pol"]) == (
        "6",
        "INSUFFICIENT_FUNDS",
        "6",
    )
    assert (second["state_pol"], second["reference_pol"]) == ("4", first["reference_pol"])
    assert first["transaction_id"] != second["transaction_id"]


async def test_error_is_a_decline_of_the_error_kind(world: World) -> None:
    fields = await world.played("error:BANK_UNREACHABLE")

    assert fields["transactionState"] == "104"
    assert world.merchant.received[0]["response_message_pol"] == "BANK_UNREACHABLE"
    assert world.merchant.states() == ["6"]


async def test_pending_waits_for_its_time_and_is_then_approved_as_the_same_transaction(world: World) -> None:
    fields = await world.played("pending:PT26H", "approve")
    assert (fields["transactionState"], fields["polTransactionState"], fields["polResponseCode"]) == ("7", "12", "9994")
    assert fields["cus"] != ""

    await world.advance("PT25H59M")
    assert await world.tick() == 0
    assert world.merchant.received == []
    await world.advance("PT1M")
    await world.tick()

    assert world.merchant.states() == ["4"]
    assert world.merchant.received[0]["transaction_id"] == fields["transactionId"]
    assert world.merchant.received[0]["transaction_date"] == "2026-03-06 15:07:35"
    assert states((await world.orders())[0]) == ["APPROVED"]


async def test_pending_and_nothing_else_stays_pending(world: World) -> None:
    await world.played("pending:PT1H")
    await world.advance("P30D")
    await world.tick()

    assert world.merchant.received == []
    assert (await world.known())[0]["status"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("reason", "pol_state", "pol_code", "method"),
    [
        ("review", "7", "15", "VISA"),
        ("cash", "14", "25", "EFECTY"),
        ("bank", "15", "26", "PSE"),
        ("nequi", "18", "25", "NEQUI"),
    ],
)
async def test_pending_may_have_another_reason(
    world: World, reason: str, pol_state: str, pol_code: str, method: str
) -> None:
    fields = await world.played(f"pending:PT2H,{reason}")

    assert (fields["polTransactionState"], fields["polResponseCode"]) == (pol_state, pol_code)
    assert fields["lapPaymentMethod"] == method


async def test_approve_again_is_a_second_charge_under_the_same_order(world: World) -> None:
    await world.played("approve", "approve_again")

    first, second = world.merchant.received
    assert first["transaction_id"] != second["transaction_id"]
    assert (first["sign"], first["reference_pol"]) == (second["sign"], second["reference_pol"])
    assert len(await world.known()) == 1
    assert states((await world.orders())[0]) == ["APPROVED", "APPROVED"]


@pytest.mark.parametrize(
    ("step", "value", "signed"),
    [
        ("approve:amount=-1000", "1849000.00", "1849000.0"),
        ("approve:amount=+1000.55", "1851000.55", "1851000.55"),
        ("approve:amount=150.26", "150.26", "150.26"),
        ("approve:amount=-9000000", "0.00", "0.0"),
    ],
)
async def test_another_amount_is_charged_signed_and_told_on_query(
    world: World, step: str, value: str, signed: str
) -> None:
    await world.played(step)

    form = world.merchant.received[0]
    assert form["value"] == value
    assert form["sign"] == md5(API_KEY, "508029", REFERENCE, signed, "COP", "4")
    order = (await world.known())[0]
    assert order["transactions"][0]["additionalValues"]["TX_VALUE"]["value"] == Decimal(value)
    assert order["additionalValues"]["TX_VALUE"]["value"] == Decimal("1850000.00")


async def test_another_currency_is_charged_and_signed(world: World) -> None:
    await world.played("approve:currency=USD")

    form = world.merchant.received[0]
    assert form["currency"] == "USD"
    assert form["sign"] == md5(API_KEY, "508029", REFERENCE, "1850000.0", "USD", "4")
    assert (await world.known())[0]["transactions"][0]["additionalValues"]["TX_VALUE"]["currency"] == "USD"


async def test_a_bad_signature_has_the_right_length_and_the_wrong_digits(world: World) -> None:
    await world.played("approve:bad_sign")

    sign = world.merchant.received[0]["sign"]
    assert len(sign) == 32
    assert sign != md5(API_KEY, "508029", REFERENCE, "1850000.0", "COP", "4")
    assert (await world.known())[0]["status"] == "CAPTURED"


async def test_duplicates_are_the_same_notification(world: World) -> None:
    await world.played("approve:duplicate=3")

    first, *others = world.merchant.received
    assert others == [first, first]
    assert states((await world.orders())[0]) == ["APPROVED"]


async def test_a_delayed_notification_comes_when_its_time_has_passed(world: World) -> None:
    await world.played("approve:delay=PT10M")
    assert (await world.known())[0]["status"] == "CAPTURED"
    await world.advance("PT9M")
    await world.tick()
    assert world.merchant.received == []

    await world.advance("PT1M")
    await world.tick()

    assert world.merchant.states() == ["4"]
    assert world.merchant.received[0]["transaction_date"] == "2026-03-05 13:07:35"


async def test_a_dropped_notification_never_comes_but_can_be_replayed(world: World) -> None:
    await world.played("approve:drop_notification")
    await world.advance("P30D")
    await world.tick()
    assert world.merchant.received == []
    assert (await world.known())[0]["status"] == "CAPTURED"
    assert [delivery["state"] for delivery in await world.deliveries()] == ["DROPPED"]

    await world.browser.post("/_sim/deliveries/1/replay")

    assert world.merchant.states() == ["4"]


async def test_a_forged_repeat_has_another_transaction_id_that_no_query_knows(world: World) -> None:
    await world.played("approve:replay_new_id")

    real, forged = world.merchant.received
    assert real["sign"] == forged["sign"]
    assert (await world.ask("TRANSACTION_RESPONSE_DETAIL", transactionId=forged["transaction_id"]))["result"] == {
        "payload": None
    }
    assert states((await world.orders())[0]) == ["APPROVED"]


@pytest.mark.parametrize(("step", "flag"), [("approve:test=0", "0"), ("approve:test=1", "1"), ("approve", "1")])
async def test_the_test_flag_can_be_forced(world: World, step: str, flag: str) -> None:
    await world.played(step)

    assert world.merchant.received[0]["test"] == flag


async def test_the_payers_method_can_be_chosen(world: World) -> None:
    await world.played("approve:method=PSE")

    assert world.merchant.received[0]["payment_method_name"] == "PSE"
    assert world.merchant.received[0]["cus"] != ""


async def test_a_field_can_be_changed_before_it_is_signed(world: World) -> None:
    await world.played("approve:set.state_pol=99,set.reference_sale=AJENA")

    form = world.merchant.received[0]
    assert (form["state_pol"], form["reference_sale"]) == ("99", "AJENA")
    assert form["sign"] == md5(API_KEY, "508029", "AJENA", "1850000.0", "COP", "99")


async def test_even_a_value_that_is_no_number_is_signed_and_sent(world: World) -> None:
    await world.played("approve:set.value=1.850.000")

    assert world.merchant.received[0]["value"] == "1.850.000"
    assert world.merchant.received[0]["sign"] == md5(API_KEY, "508029", REFERENCE, "1.850.000", "COP", "4")


async def test_options_combine(world: World) -> None:
    await world.played("decline:EXPIRED_CARD,duplicate=2", "approve:duplicate=2,delay=PT1M")
    assert world.merchant.states() == ["6", "6"]

    await world.advance("PT1M")
    await world.tick()

    assert world.merchant.states() == ["6", "6", "4", "4"]


async def test_reorder_alone_brings_the_approval_before_the_older_decline(world: World) -> None:
    fields = await world.played("reorder")

    assert fields["transactionState"] == "4"
    assert world.merchant.states() == ["4", "6"]
    assert states((await world.orders())[0]) == ["DECLINED", "APPROVED"]


async def test_reorder_sends_the_notifications_of_a_script_last_first(world: World) -> None:
    await world.played("reorder", "decline:EXPIRED_CARD", "error", "approve")

    assert [form["response_message_pol"] for form in world.merchant.received] == [
        "APPROVED",
        "INTERNAL_PAYMENT_PROVIDER_ERROR",
        "EXPIRED_CARD",
    ]


async def test_a_coupon_expires_and_is_approved_late_as_the_same_transaction(world: World) -> None:
    await world.played("expire", "approve")

    expired, approved = world.merchant.received
    assert (expired["state_pol"], expired["response_code_pol"], approved["state_pol"]) == ("5", "20", "4")
    assert expired["transaction_id"] == approved["transaction_id"]
    assert states((await world.orders())[0]) == ["APPROVED"]


async def test_pending_may_expire(world: World) -> None:
    await world.played("pending:PT1H", "expire")
    await world.advance("PT1H")
    await world.tick()

    assert world.merchant.states() == ["5"]
    assert states((await world.orders())[0]) == ["EXPIRED"]


async def test_a_chargeback_follows_an_approval(world: World) -> None:
    await world.played("chargeback")

    assert world.merchant.states() == ["4"]
    assert (await world.known())[0]["status"] == "CHARGEBACK"


async def test_a_scenario_for_an_order_that_was_tried_plays_at_once(world: World) -> None:
    await world.played("pending:P10D")

    answer = await world.scenario(["approve", "chargeback"])

    assert answer["state"] == "played"
    assert world.merchant.states() == ["4"]
    assert (await world.known())[0]["status"] == "CHARGEBACK"


async def test_a_scenario_for_a_page_that_still_waits_is_kept_until_the_form_comes_again(world: World) -> None:
    await world.pay()

    assert (await world.scenario(["approve"]))["state"] == "waiting"
    assert world.merchant.received == []
    assert (await world.pay()).status_code == 303


async def test_a_query_error_meets_the_next_query_only(world: World) -> None:
    await world.scenario(["query:error"])

    failed = await world.ask("ORDER_DETAIL_BY_REFERENCE_CODE", referenceCode=REFERENCE)
    other = await world.ask("ORDER_DETAIL_BY_REFERENCE_CODE", referenceCode=REFERENCE)

    assert (failed["code"], failed["result"]) == ("ERROR", None)
    assert failed["error"] == "Ocurrió un error al consultar la información."
    assert other["code"] == "SUCCESS"


async def test_a_script_that_only_prepares_answers_is_paid_like_any_other(world: World) -> None:
    fields = await world.played("query:error=2")

    assert fields["transactionState"] == "4"
    answers = [await world.ask("ORDER_DETAIL_BY_REFERENCE_CODE", referenceCode=REFERENCE) for _ in range(3)]
    assert [answer["code"] for answer in answers] == ["ERROR", "ERROR", "SUCCESS"]


async def test_a_fault_is_only_for_its_reference(world: World) -> None:
    await world.scenario(["query:error"], "OTRA")

    assert await world.known() is None
    assert (await world.ask("ORDER_DETAIL_BY_REFERENCE_CODE", referenceCode="OTRA"))["code"] == "ERROR"


async def test_a_fault_after_an_approval_meets_the_query_about_it(world: World) -> None:
    await world.played("approve", "query:error")
    order = (await world.orders())[0]["id"]

    assert (await world.ask("ORDER_DETAIL", orderId=order))["code"] == "ERROR"
    assert (await world.ask("ORDER_DETAIL", orderId=order))["code"] == "SUCCESS"


@pytest.mark.parametrize("status", [500, 503])
async def test_an_http_error_meets_the_next_call_of_either_api(world: World, status: int) -> None:
    await world.scenario([f"http:{status}"], "*")
    body = {"command": "PING", "merchant": {"apiLogin": "pRRXKOl8ikMmt9u", "apiKey": API_KEY}}

    answers = [
        await world.browser.post(path, json=body, headers={"Accept": "application/json"})
        for path in ("/payments-api/4.0/service.cgi", "/reports-api/4.0/service.cgi")
    ]

    assert [answer.status_code for answer in answers] == [status, 200]


async def test_a_timeout_keeps_the_caller_waiting() -> None:
    app = create_app(Settings(timeout_hold=0.2))
    body = {"command": "PING", "merchant": {"apiLogin": "pRRXKOl8ikMmt9u", "apiKey": API_KEY}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s.test") as caller:
        await caller.post("/_sim/scenarios", json={"gateway": "payu", "reference": "*", "script": ["http:timeout"]})
        started = time.monotonic()
        answer = await caller.post("/reports-api/4.0/service.cgi", json=body, headers={"Accept": "application/json"})

    assert answer.status_code == 504
    assert time.monotonic() - started >= 0.2


async def test_checkouts_at_the_same_time_do_not_mix(world: World) -> None:
    await world.scenario(["decline", "approve"], "*")

    references = [f"INV{number}" for number in range(20)]
    await asyncio.gather(*(world.pay(referenceCode=reference) for reference in references))

    for reference in references:
        mine = [form for form in world.merchant.received if form["reference_sale"] == reference]
        assert [form["state_pol"] for form in mine] == ["6", "4"]
        assert len({form["reference_pol"] for form in mine}) == 1
    assert len({form["transaction_id"] for form in world.merchant.received}) == 40


async def test_the_same_seed_gives_the_same_ids(world: World) -> None:
    seen = []
    for _ in range(2):
        await world.browser.post("/_sim/reset", json={"seed": 7})
        world.merchant.received.clear()
        await world.scenario(["decline", "approve"])
        await world.browser.post("/ppp-web-gateway-payu/", data=signed_form())
        seen.append([(form["reference_pol"], form["transaction_id"]) for form in world.merchant.received])

    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 2
