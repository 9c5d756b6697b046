"""The control API refuses what it does not understand, in Spanish, and changes nothing by it; the console obeys."""

from typing import Any

import pytest

from tests.simulator.support import CREDENTIALS, Page, World

MERCHANT = {"merchantId": "700001", "accountId": "700002", "apiLogin": "otrologin12345", "apiKey": "otra-llave"}


async def test_health_tells_time_and_seed(world: World) -> None:
    answer = await world.browser.get("/_sim/health")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "gateways": ["payu", "enlinea"],
        "now": "2026-03-05T18:07:35+00:00",
        "seed": 7,
        "orders": 0,
        "deliveries": 0,
        "planned": 0,
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"gateway": "payu"},
        {"gateway": "payu", "reference": "A"},
        {"gateway": "enlinea", "reference": "A", "script": ["chargeback"]},
        {"gateway": "otra", "reference": "A", "script": ["approve"]},
        {"gateway": ["payu"], "reference": "A", "script": ["approve"]},
        {"gateway": "payu", "reference": "", "script": ["approve"]},
        {"gateway": "payu", "reference": 7, "script": ["approve"]},
        {"gateway": "payu", "reference": "A" * 300, "script": ["approve"]},
        {"gateway": "payu", "reference": "A", "script": "approve"},
        {"gateway": "payu", "reference": "A", "script": [1]},
        {"gateway": "payu", "reference": "A", "script": [None]},
        {"gateway": "payu", "reference": "A", "script": ["approve"] * 51},
    ],
)
async def test_a_malformed_scenario_is_refused(world: World, body: dict[str, Any]) -> None:
    answer = await world.browser.post("/_sim/scenarios", json=body)

    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")
    assert world.simulation.payu.world.scenarios.waiting == {}


@pytest.mark.parametrize(
    "step",
    [
        "",
        "aprobar",
        "APPROVE",
        "approve:nada",
        "approve:amount=x",
        "approve:amount=1e5",
        "approve:amount=",
        "approve:currency=usd",
        "approve:duplicate=0",
        "approve:duplicate=51",
        "approve:duplicate=x",
        "approve:delay=10",
        "approve:delay=PT",
        "approve:delay=-PT1H",
        "approve:delay=P9999999W",
        "approve:delay=P99999D",
        "approve:method=BITCOIN",
        "approve:test=2",
        "approve:set.=1",
        "approve:bad_sign=1",
        "approve:bad_sign,,duplicate=2",
        "decline:NADA",
        "decline:APPROVED",
        "error:INSUFFICIENT_FUNDS",
        "pending:mañana",
        "pending:PT1H,nada",
        "expire:nada",
        "reorder:1",
        "chargeback:1",
        "refund",
        "refund:maybe",
        "http",
        "http:404",
        "http:5000",
        "http:timeout=0",
        "query",
        "query:nada",
        "query:error=x",
        "approve\x00",
        "x" * 10_000,
    ],
)
async def test_a_step_that_says_nothing_is_refused(world: World, step: str) -> None:
    body = {"gateway": "payu", "reference": "A", "script": ["query:error", step]}

    answer = await world.browser.post("/_sim/scenarios", json=body)

    assert answer.status_code == 422
    assert 10 < len(answer.json()["error"]) < 20_000
    assert (world.simulation.payu.world.scenarios.waiting, world.simulation.payu.world.scenarios.faults) == ({}, [])


@pytest.mark.parametrize("path", ["scenarios", "clock", "reset", "merchants", "orders/1/play"])
@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 400), (b"null", 400), (b"\xff\xfe", 400), (b"[" * 60_000, 400), (b" " * 70_000, 413)],
)
async def test_a_body_that_is_no_object_is_refused(world: World, path: str, content: bytes, status: int) -> None:
    if path == "orders/1/play":
        await world.pay()
        path = f"orders/{(await world.orders())[0]['id']}/play"

    answer = await world.browser.post(f"/_sim/{path}", content=content)

    assert answer.status_code == status
    assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("advance", ["", "3h", "PT", "P1Y", "-PT1H", "PT1.5H", "P4000D", 3, None, ["PT1H"], "PT٣H"])
async def test_the_clock_moves_only_by_a_duration(world: World, advance: object) -> None:
    answer = await world.browser.post("/_sim/clock", json={"advance": advance})

    assert answer.status_code == 422
    assert (await world.browser.get("/_sim/health")).json()["now"] == "2026-03-05T18:07:35+00:00"


async def test_the_clock_stops_at_ten_years(world: World) -> None:
    await world.advance("P3600D")

    answer = await world.browser.post("/_sim/clock", json={"advance": "P100D"})

    assert answer.status_code == 422
    assert (await world.browser.get("/_sim/health")).json()["now"].startswith("2036-")


@pytest.mark.parametrize("path", ["orders/9/play", "deliveries/9/replay", "nada", "deliveries/x/replay"])
async def test_what_does_not_exist_is_404_in_json(world: World, path: str) -> None:
    answer = await world.browser.post(f"/_sim/{path}", json={"script": []})

    assert answer.status_code == 404
    assert answer.json() == {"error": "No existe."}


async def test_a_wrong_method_is_405_in_json(world: World) -> None:
    answer = await world.browser.get("/_sim/tick")

    assert (answer.status_code, answer.json()) == (405, {"error": "Ese método no se admite aquí."})


@pytest.mark.parametrize(
    "changes",
    [
        {"merchantId": 7},
        {"merchantId": "x"},
        {"merchantId": "1\n"},
        {"apiKey": ""},
        {"apiKey": None},
        {"confirmationAlgorithm": "sha512"},
        {"duplicateControl": "no"},
        {"responseUrl": "javascript:x"},
        {"nada": 1},
    ],
)
async def test_a_malformed_merchant_is_refused(world: World, changes: dict[str, Any]) -> None:
    answer = await world.browser.post("/_sim/merchants", json={**MERCHANT, **changes})

    assert answer.status_code == 422
    assert len((await world.browser.get("/_sim/merchants")).json()) == 2


async def test_a_new_merchant_can_be_paid_and_its_key_is_not_shown(world: World) -> None:
    answer = await world.browser.post("/_sim/merchants", json={**MERCHANT, "name": "Inmobiliaria Ñ"})

    assert answer.status_code == 200
    assert "otra-llave" not in (await world.browser.get("/_sim/merchants")).text
    theirs = {"apiLogin": "otrologin12345", "apiKey": "otra-llave"}
    assert (await world.ask("PING", theirs))["code"] == "SUCCESS"


async def test_lists_can_be_narrowed_to_a_reference(world: World) -> None:
    await world.scenario(["approve"], "*")
    for reference in ("UNO", "DOS"):
        await world.pay(referenceCode=reference)

    orders = (await world.browser.get("/_sim/orders", params={"reference": "DOS"})).json()
    deliveries = (await world.browser.get("/_sim/deliveries", params={"reference": "DOS"})).json()

    assert [order["reference"] for order in orders] == ["DOS"]
    assert [delivery["reference"] for delivery in deliveries] == ["DOS"]
    assert len(await world.orders()) == 2


async def test_reset_forgets_everything_but_the_merchants(world: World) -> None:
    await world.browser.post("/_sim/merchants", json=MERCHANT)
    world.merchant.statuses = [500]
    await world.played("approve", "query:error=9")
    await world.scenario(["approve"], "*")
    await world.advance("PT1H")

    assert (await world.browser.post("/_sim/reset")).status_code == 200

    assert (await world.orders(), await world.deliveries()) == ([], [])
    assert await world.tick() == 0
    assert await world.known() is None
    assert "Elija cómo pagar" in (await world.pay()).text
    assert (await world.browser.get("/_sim/health")).json()["now"] == "2026-03-05T18:07:35+00:00"
    assert len((await world.browser.get("/_sim/merchants")).json()) == 3


async def test_after_a_reset_ids_go_on_unless_a_seed_is_given(world: World) -> None:
    first = await world.played("approve")
    await world.browser.post("/_sim/reset")
    second = await world.played("approve")

    assert first["transactionId"] != second["transactionId"]
    assert first["reference_pol"] != second["reference_pol"]


@pytest.mark.parametrize("seed", ["7", 1.5, True, []])
async def test_a_seed_is_a_whole_number(world: World, seed: object) -> None:
    await world.pay()

    assert (await world.browser.post("/_sim/reset", json={"seed": seed})).status_code == 422
    assert len(await world.orders()) == 1


async def test_other_sites_cannot_steer_the_simulator(world: World) -> None:
    await world.pay()
    foreign = {"Sec-Fetch-Site": "cross-site"}

    answers = [
        await world.browser.post("/_sim/reset", headers=foreign),
        await world.browser.post("/consola/reinicio", headers=foreign),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert len(await world.orders()) == 1


async def console(world: World) -> Page:
    return await world.follow(await world.browser.get("/"))


async def test_the_console_lists_orders_and_decides_them(world: World) -> None:
    await world.played("pending:P10D")
    page = await console(world)
    assert "INV0001234A01" in page.text
    assert "Pendiente" in page.text

    page = await world.follow(await world.press(page, "Aprobar"))

    assert "Pagada" in page.text
    assert "Entregado" in page.text
    assert world.merchant.states() == ["4"]
    await world.press(page, "Reenviar")
    assert world.merchant.states() == ["4", "4"]


@pytest.mark.parametrize(
    ("script", "button", "status"),
    [
        (["pending:P10D"], "Rechazar", "DECLINED"),
        (["pending:P10D"], "Vencer", "CANCELLED"),
        (["decline"], "Aprobar otro intento", "CAPTURED"),
        (["decline"], "Otro rechazo", "DECLINED"),
        (["approve"], "Pagar otra vez", "CAPTURED"),
        (["approve"], "Contracargo", "CHARGEBACK"),
    ],
)
async def test_every_button_of_the_console_does_what_it_says(
    world: World, script: list[str], button: str, status: str
) -> None:
    await world.played(*script)

    await world.press(await console(world), button)

    assert (await world.orders())[0]["status"] == status


@pytest.mark.parametrize(
    ("button", "status"), [("Aprobar el reembolso", "REFUNDED"), ("Negar el reembolso", "CAPTURED")]
)
async def test_the_console_decides_refunds(world: World, button: str, status: str) -> None:
    fields = await world.played("approve")
    await world.advance("PT1H")
    order = {"id": fields["reference_pol"]}
    transaction = {"order": order, "type": "REFUND", "parentTransactionId": fields["transactionId"]}
    await world.submit(transaction=transaction)

    await world.press(await console(world), button)

    assert (await world.orders())[0]["status"] == status
    assert (await world.orders())[0]["transactions"][1]["pending"] is None


async def test_the_console_moves_the_clock_and_what_is_due_happens(world: World) -> None:
    await world.played("pending:PT26H", "approve")

    page = await world.follow(await world.press(await console(world), "Adelantar el reloj", advance="PT26H"))

    assert world.merchant.states() == ["4"]
    assert "adelantada 26 h" in page.text
    page = await world.follow(await world.press(page, "Reiniciar"))
    assert "Todavía no ha llegado ningún pago" in page.text


async def test_the_console_leads_to_the_page_of_a_payment_that_waits(world: World) -> None:
    await world.pay()

    page = await world.follow(await world.press(await console(world), "Abrir la página de pago"))

    assert "Elija cómo pagar" in page.text


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("ordenes/9", {"step": "approve"}, 404),
        ("avisos/9", {}, 404),
        ("reloj", {"advance": "x"}, 422),
        ("reloj", {}, 415),
    ],
)
async def test_the_console_refuses_in_a_page(world: World, path: str, form: dict[str, str], status: int) -> None:
    answer = await world.browser.post(f"/consola/{path}", data=form)

    assert answer.status_code == status
    assert "SIMULADOR – NO ES DINERO REAL" in answer.text


async def test_a_merchant_of_each_gateway_is_known_from_the_start(world: World) -> None:
    assert (await world.ask("PING", CREDENTIALS))["code"] == "SUCCESS"
    payu, enlinea = (await world.browser.get("/_sim/merchants")).json()
    assert (payu["merchantId"], payu["accountId"]) == ("508029", "512321")
    assert (enlinea["gateway"], enlinea["usuario"]) == ("enlinea", "simulador")
