"""What reaches the merchant's server, and how often it is tried."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qsl

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from simulator.agenda import Agenda
from simulator.app import create_app
from simulator.clock import Clock
from simulator.settings import Settings
from tests.simulator.support import API_KEY, CHECKOUT, MerchantServer, World, md5, signed_form

DOCUMENTED = (
    "merchant_id state_pol response_code_pol response_message_pol reference_sale reference_pol transaction_id sign "
    "value currency tax additional_value transaction_date date test email_buyer description payment_method "
    "payment_method_id payment_method_type payment_method_name installments_number extra1 extra2 extra3 attempts risk "
    "ip cus pse_bank pse_reference1 pse_reference2 pse_reference3 bank_id bank_referenced_name transaction_bank_id "
    "error_code_bank error_message_bank account_number_ach account_type_ach authorization_code cc_number cc_holder "
    "franchise exchange_rate commision_pol commision_pol_currency administrative_fee administrative_fee_base "
    "administrative_fee_tax phone office_phone billing_address billing_city billing_country shipping_address "
    "shipping_city shipping_country customer_number nickname_buyer nickname_seller payment_request_state airline_code "
    "antifraudMerchantId"
)


async def test_a_notification_has_every_documented_field_with_the_quirks(world: World) -> None:
    await world.played("approve", extra1="uno", description="Canon: 50 % & más ñ")

    form = world.merchant.received[0]
    assert set(DOCUMENTED.split(" ")) == set(form)
    assert form["value"] == "1850000.00"
    assert form["tax"] == "0.00"
    assert form["test"] == "1"
    assert form["attempts"] == "1"
    assert form["transaction_date"] == "2026-03-05 13:07:35"
    assert form["date"] == "2026.03.05 01:07:35"
    assert (form["extra1"], form["extra2"]) == ("uno", "")
    assert form["description"] == "Canon: 50 % & más ñ"
    assert [form[name] for name in ("airline_code", "cus", "pse_bank", "nickname_buyer")] == [""] * 4
    assert form["cc_number"] == "************0004"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("150.26", "0fa0ae18ea5c279fd30d5dbb5537cf57"),
        ("150.5", "8ea6a2b3c31e8678a5a8aaaed5eb6191"),
        ("150.05", "b9b495792e2b294670e63cd64ae1d2c6"),
        ("1850000", "221f77825e0a6daad1bf761b46c6bdfa"),
    ],
)
async def test_a_notification_carries_the_documented_signature(world: World, amount: str, expected: str) -> None:
    await world.played("approve", amount=amount)

    form = world.merchant.received[0]
    assert form["sign"] == expected
    assert form["value"] == f"{Decimal(amount):.2f}"


@pytest.mark.parametrize(("asked", "length"), [("MD5", 32), ("SHA", 40), ("SHA256", 64)])
async def test_a_notification_is_signed_with_the_algorithm_of_the_form(world: World, asked: str, length: int) -> None:
    await world.played("approve", algorithmSignature=asked)

    assert len(world.merchant.received[0]["sign"]) == length


async def test_a_merchant_may_fix_the_algorithm_of_its_notifications(world: World) -> None:
    body = {
        "merchantId": "508029",
        "accountId": "512321",
        "apiLogin": "pRRXKOl8ikMmt9u",
        "apiKey": API_KEY,
        "confirmationAlgorithm": "sha256",
    }
    await world.browser.post("/_sim/merchants", json=body)

    await world.played("approve")

    assert len(world.merchant.received[0]["sign"]) == 64


async def test_a_rotated_key_signs_what_comes_after_it(world: World) -> None:
    await world.played("pending:PT1H", "approve")
    body = {"merchantId": "508029", "accountId": "512321", "apiLogin": "pRRXKOl8ikMmt9u", "apiKey": "llave-nueva"}
    await world.browser.post("/_sim/merchants", json=body)

    await world.advance("PT1H")
    await world.tick()

    expected = md5("llave-nueva", "508029", "INV0001234A01", "1850000.0", "COP", "4")
    assert world.merchant.received[0]["sign"] == expected


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 401, 404, 500, 503])
async def test_only_status_200_ends_the_attempts(world: World, status: int) -> None:
    world.merchant.statuses = [status, 200]
    await world.played("approve")
    delivery = (await world.deliveries())[0]
    assert (delivery["state"], delivery["status"]) == ("RETRYING", status)

    await world.advance("PT5S")
    await world.tick()

    delivery = (await world.deliveries())[0]
    assert (delivery["state"], delivery["status"], delivery["nextAttemptAt"]) == ("DELIVERED", 200, None)
    assert [form["attempts"] for form in world.merchant.received] == ["1", "2"]
    assert len({form["sign"] for form in world.merchant.received}) == 1


async def test_nine_attempts_are_made_and_no_more(world: World) -> None:
    world.merchant.statuses = [500]
    await world.played("approve")

    for _ in range(12):
        await world.advance("PT1H")
        await world.tick()

    assert [form["attempts"] for form in world.merchant.received] == [str(n) for n in range(1, 10)]
    assert (await world.deliveries())[0]["state"] == "ABANDONED"


async def test_a_day_passing_makes_all_nine_attempts_due(world: World) -> None:
    world.merchant.statuses = [500]
    await world.played("approve")
    await world.advance("P1D")

    assert await world.tick() == 8
    assert len(world.merchant.received) == 9


async def test_an_attempt_that_is_not_due_yet_waits(world: World) -> None:
    world.merchant.statuses = [500]
    await world.played("approve")
    await world.advance("PT4S")

    assert await world.tick() == 0
    assert len(world.merchant.received) == 1


async def test_a_delivery_tells_what_was_sent_and_what_came_back(world: World) -> None:
    world.merchant.statuses = [503, 200]
    await world.played("approve")
    await world.advance("PT1M")
    await world.tick()

    delivery = (await world.deliveries())[0]
    first, second = delivery["attempts"]
    assert (first["status"], second["status"]) == (503, 200)
    assert delivery["body"] == second["body"]
    assert dict(parse_qsl(first["body"], keep_blank_values=True)) == world.merchant.received[0]
    assert delivery["reference"] == "INV0001234A01"


async def test_a_replay_sends_the_same_notification_again(world: World) -> None:
    await world.played("approve")

    answer = await world.browser.post("/_sim/deliveries/1/replay")

    first, second = world.merchant.received
    assert answer.status_code == 200
    assert {**first, "attempts": "2"} == second
    assert (await world.deliveries())[0]["state"] == "DELIVERED"


async def test_a_replay_that_fails_is_not_tried_again(world: World) -> None:
    await world.played("approve")
    world.merchant.statuses = [500]
    await world.browser.post("/_sim/deliveries/1/replay")
    await world.advance("P1D")

    assert await world.tick() == 0


async def test_without_an_address_nothing_is_sent(world: World) -> None:
    await world.played("approve", confirmationUrl=None)

    assert await world.deliveries() == []


@contextlib.asynccontextmanager
async def listening(server: MerchantServer) -> AsyncIterator[str]:
    """The merchant's server on a real port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        running = uvicorn.Server(uvicorn.Config(server.app, log_level="error", lifespan="off"))
        task = asyncio.create_task(running._serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        running.should_exit = True
        await task


async def test_notifications_travel_over_real_http_and_are_retried(world: World) -> None:
    merchant = MerchantServer()
    merchant.statuses = [500, 200]
    simulator = create_app(Settings(seed=1))
    async with (
        listening(merchant) as address,
        httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url="http://simulador.test") as browser,
    ):
        await browser.post("/_sim/scenarios", json={"gateway": "payu", "reference": "*", "script": ["approve"]})
        answer = await browser.post(CHECKOUT, data=signed_form(confirmationUrl=f"{address}/callbacks/payu/acc1"))
        assert answer.status_code == 303
        await browser.post("/_sim/clock", json={"advance": "PT5S"})
        await browser.post("/_sim/tick")
        deliveries = (await browser.get("/_sim/deliveries")).json()
        await simulator.state.simulation.courier.close()

    assert [form["attempts"] for form in merchant.received] == ["1", "2"]
    assert [attempt["status"] for attempt in deliveries[0]["attempts"]] == [500, 200]


async def test_a_server_that_is_down_is_recorded_and_tried_again() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/x"
        simulator = create_app(Settings())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url="http://s.test") as browser:
            await browser.post("/_sim/scenarios", json={"gateway": "payu", "reference": "*", "script": ["approve"]})
            answer = await browser.post(CHECKOUT, data=signed_form(confirmationUrl=url))
            deliveries = (await browser.get("/_sim/deliveries")).json()
            await simulator.state.simulation.courier.close()

    assert answer.status_code == 303
    assert (deliveries[0]["state"], deliveries[0]["status"]) == ("RETRYING", None)
    assert deliveries[0]["attempts"][0]["error"] == "no hubo conexión"


async def test_a_server_that_does_not_answer_in_time_is_tried_again() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(30)

    simulator = create_app(Settings(delivery_timeout=0.05), transport=httpx.ASGITransport(silent))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url="http://s.test") as browser:
        await browser.post("/_sim/scenarios", json={"gateway": "payu", "reference": "*", "script": ["approve"]})
        answer = await browser.post(CHECKOUT, data=signed_form())
        deliveries = (await browser.get("/_sim/deliveries")).json()

    assert answer.status_code == 303
    assert deliveries[0]["state"] == "RETRYING"
    assert deliveries[0]["attempts"][0]["error"] == "no respondió a tiempo"


async def test_a_planned_action_that_fails_does_not_keep_the_next_from_happening(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(planned: datetime) -> None:
        raise RuntimeError("roto")

    await world.played("approve:delay=PT1M")
    world.simulation.agenda.plan(world.simulation.clock.now(), broken)
    await world.advance("PT1M")

    assert await world.tick() == 2
    assert world.merchant.states() == ["4"]
    assert "a planned action failed" in caplog.text


async def test_in_the_background_what_is_due_happens_by_itself() -> None:
    merchant = MerchantServer()
    merchant.statuses = [500, 200]
    simulator = create_app(Settings(background=True), transport=httpx.ASGITransport(merchant.app))
    async with (
        simulator.router.lifespan_context(simulator),
        httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url="http://s.test") as browser,
    ):
        await browser.post("/_sim/scenarios", json={"gateway": "payu", "reference": "*", "script": ["approve"]})
        await browser.post(CHECKOUT, data=signed_form())
        assert len(merchant.received) == 1
        await browser.post("/_sim/clock", json={"advance": "PT5S"})
        await merchant.until(2)

    assert [form["attempts"] for form in merchant.received] == ["1", "2"]


async def test_in_the_background_one_that_waits_keeps_no_other_waiting() -> None:
    clock = Clock()
    agenda, other = Agenda(clock), asyncio.Event()

    async def waits(_: datetime) -> None:
        await other.wait()

    async def comes(_: datetime) -> None:
        other.set()

    agenda.plan(clock.now(), waits)
    agenda.plan(clock.now(), comes)
    working = asyncio.create_task(agenda.work())
    try:
        async with asyncio.timeout(10):
            await other.wait()
            assert await agenda.run_due() == 0
    finally:
        working.cancel()
    assert len(agenda) == 0
