"""Scripts of EnLinea: what happens to a checkout, who comes back, and what the services tell afterwards."""

import json

import httpx
import pytest

from simulator.app import create_app
from simulator.settings import Settings
from tests.simulator.enlinea import FORM, PSE, REST_BODY, EnLineaWorld, envelope


async def numbers(enlinea: EnLineaWorld) -> list[str]:
    return [one["number"] for one in (await enlinea.order())["transactions"]]


async def returned(enlinea: EnLineaWorld) -> list[str]:
    """What each payer brought to `urlback`, in the order of arrival."""
    return [one.query.get("respuesta", "") for one in enlinea.merchant.arrived]


@pytest.mark.parametrize(
    ("script", "told", "status"),
    [
        (["approve"], ["APROBADA"], "APPROVED"),
        (["decline"], ["RECHAZADA"], "DECLINED"),
        (["decline:INSUFFICIENT_FUNDS", "approve"], ["RECHAZADA", "APROBADA"], "APPROVED"),
        (["expire"], ["RECHAZADA"], "EXPIRED"),
        (["pending:PT26H"], ["PENDIENTE"], "PENDING"),
        (["abandon"], [], "NEW"),
        (["approve:drop_return"], [], "APPROVED"),
        (["approve", "approve_again"], ["APROBADA", "APROBADA"], "APPROVED"),
        (["approve:duplicate=3"], ["APROBADA"] * 3, "APPROVED"),
        (["reorder"], ["APROBADA", "RECHAZADA"], "APPROVED"),
        (["approve", "turn:decline"], ["APROBADA"], "DECLINED"),
        (["decline", "turn:approve"], ["RECHAZADA"], "APPROVED"),
        (["approve", "turn:expire"], ["APROBADA"], "EXPIRED"),
        (["expire", "approve"], ["RECHAZADA"], "APPROVED"),
    ],
)
async def test_each_step_does_what_it_says(
    enlinea: EnLineaWorld, script: list[str], told: list[str], status: str
) -> None:
    await enlinea.played(*script)

    assert await returned(enlinea) == told
    assert (await enlinea.order())["status"] == status


async def test_the_payer_comes_back_with_all_that_the_address_asked(enlinea: EnLineaWorld) -> None:
    [visit] = await enlinea.played("approve")

    [number] = await numbers(enlinea)
    assert (visit.method, visit.path) == ("GET", "/callbacks/enlinea/acc1/INV0001234A01")
    assert {**visit.query, "autorizacion": ""} == {
        "k": "5ad9aa",
        "v": "ñ",
        "referencia": "INV0001234A01",
        "moneda": "COP",
        "valor": "1850000.00",
        "respuesta": "APROBADA",
        "cuentanro": "",
        "metodousado": "PSE",
        "autorizacion": "",
        "nrotransaccion": number,
    }


async def test_a_return_by_post_brings_the_fields_in_a_form(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(returnMethod="POST")

    [visit] = await enlinea.played("approve")

    assert (visit.method, visit.query) == ("POST", {"k": "5ad9aa", "v": "ñ"})
    assert visit.kind == "application/x-www-form-urlencoded"
    assert visit.fields["respuesta"] == "APROBADA"


async def test_a_switch_counts_for_checkouts_that_are_open_already(enlinea: EnLineaWorld) -> None:
    await enlinea.opened()
    await enlinea.switched(returnMethod="POST", clave="otra")
    await enlinea.scenario("approve")

    [visit] = enlinea.merchant.arrived
    number = visit.fields["nrotransaccion"]
    assert visit.method == "POST"
    assert (await enlinea.result(number))["respuesta"] == "error"
    told = await enlinea.told("Confirma_Respuesta_Pago", clave="otra", numerotransaccion=number)
    assert told["respuesta"] == "OK"


async def test_a_browser_follows_no_redirection_and_comes_once(enlinea: EnLineaWorld) -> None:
    enlinea.merchant.statuses = [303]
    await enlinea.played("approve")
    enlinea.merchant.statuses = [500]
    await enlinea.played("decline", referencia="OTRA")

    await enlinea.world.advance("P1D")
    await enlinea.world.tick()

    first, second = [one for one in await enlinea.world.deliveries() if one["kind"] == "RETURN"]
    assert (first["state"], first["status"], first["method"]) == ("DELIVERED", 303, "GET")
    assert first["url"].startswith(FORM["urlback"].partition("?")[0])
    assert (second["state"], second["status"], len(second["attempts"])) == ("ABANDONED", 500, 1)
    assert len(enlinea.merchant.arrived) == 2


async def test_what_was_left_pending_is_later_told_only_when_asked(enlinea: EnLineaWorld) -> None:
    await enlinea.played("pending:PT26H", "approve")
    [number] = await numbers(enlinea)
    assert (await enlinea.result(number))["respuesta"] == "PENDING"

    await enlinea.world.advance("PT26H")
    await enlinea.world.tick()

    assert (await enlinea.result(number))["respuesta"] == "OK"
    assert await returned(enlinea) == ["PENDIENTE"]


@pytest.mark.parametrize(("step", "life"), [("pending:P30D,nequi", "PT15M"), ("pending:P30D,cash", "P7D")])
async def test_a_push_and_a_coupon_expire(enlinea: EnLineaWorld, step: str, life: str) -> None:
    await enlinea.played(step)
    [number] = await numbers(enlinea)

    await enlinea.world.advance(life)
    await enlinea.world.tick()

    told = await enlinea.result(number)
    assert (told["respuesta"], told["errorsms"]) == ("NOT_AUTHORIZED", "Transacción expirada")


async def test_a_return_can_lie_while_the_service_tells_the_truth(enlinea: EnLineaWorld) -> None:
    await enlinea.played("decline:set.respuesta=APROBADA,set.valor=1")

    assert await returned(enlinea) == ["APROBADA"]
    assert enlinea.merchant.arrived[0].query["valor"] == "1"
    told = await enlinea.result((await numbers(enlinea))[0])
    assert (told["respuesta"], told["total_con_iva"]) == ("NOT_AUTHORIZED", "1850000.00")


@pytest.mark.parametrize(
    ("option", "amount"), [("amount=-1000", "1849000.00"), ("amount=+1000", "1851000.00"), ("amount=5", "5.00")]
)
async def test_another_amount_is_told_everywhere(enlinea: EnLineaWorld, option: str, amount: str) -> None:
    [visit] = await enlinea.played(f"approve:{option}")

    assert visit.query["valor"] == amount
    assert (await enlinea.result(visit.query["nrotransaccion"]))["total_con_iva"] == amount


async def test_a_return_can_come_late(enlinea: EnLineaWorld) -> None:
    assert await enlinea.played("approve:delay=PT10M") == []

    await enlinea.world.advance("PT10M")
    await enlinea.world.tick()

    assert await returned(enlinea) == ["APROBADA"]


async def test_a_copy_from_server_to_server_is_sent_only_when_switched_on(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(serverCopy=True)
    await enlinea.played("pending:PT1H", "approve")
    await enlinea.world.advance("PT1H")
    await enlinea.world.tick()

    copies = [one.fields for one in enlinea.merchant.arrived if one.method == "POST"]

    assert [copy["respuesta"] for copy in copies] == ["PENDIENTE", "APROBADA"]
    assert await returned(enlinea) == ["", "PENDIENTE", ""]
    assert enlinea.merchant.arrived[0].query["k"] == "5ad9aa"


async def test_the_rest_dialect_tells_its_server_and_the_browser_comes_back_bare(enlinea: EnLineaWorld) -> None:
    await enlinea.opened_by_rest()
    await enlinea.scenario("pending:PT1H", "approve")
    await enlinea.world.advance("PT1H")
    await enlinea.world.tick()

    told = [one.fields["response"] for one in enlinea.merchant.arrived if one.path == "/aviso"]
    back = [(one.method, one.query) for one in enlinea.merchant.arrived if one.path == "/pagos/vuelta"]

    assert told == ["Pendiente", "Aprobada"]
    assert back == [("GET", {"intento": "7"})]


async def test_a_lost_notification_of_the_rest_dialect_can_be_sent_again(enlinea: EnLineaWorld) -> None:
    await enlinea.opened_by_rest()
    await enlinea.scenario("approve:drop_notification,drop_return")
    lost = next(one for one in await enlinea.world.deliveries() if one["kind"] == "NOTIFICATION")
    assert (lost["state"], enlinea.merchant.arrived) == ("DROPPED", [])

    await enlinea.browser.post(f"/_sim/deliveries/{lost['id']}/replay")

    assert [one.fields["response"] for one in enlinea.merchant.arrived] == ["Aprobada"]
    assert json.loads(lost["body"])["reference"] == "INV0001234A01"


@pytest.mark.parametrize("fault", ["500", "503", "error", "html", "garbage", "huge", "redirect"])
async def test_opening_goes_wrong_once(enlinea: EnLineaWorld, fault: str) -> None:
    await enlinea.scenario(f"http:{fault}")
    wrong = await enlinea.ask_for_link()
    right = await enlinea.ask_for_link()

    match fault:
        case "500" | "503":
            assert wrong.status_code == int(fault)
        case "error":
            assert (wrong.status_code, "error" in wrong.text) == (200, True)
        case "html":
            assert wrong.text.startswith("<!doctype html>")
        case "garbage":
            assert b"\x00" in wrong.content
        case "huge":
            assert len(wrong.content) > 16_000_000
        case "redirect":
            assert (wrong.status_code, wrong.headers["location"]) == (302, "http://otro-sitio.invalid/pagos")
    assert "link" in right.text
    opened_all_the_same = fault not in ("500", "503", "error")
    assert len(await enlinea.world.orders()) == 1 + opened_all_the_same


async def test_a_redirection_can_lead_anywhere(enlinea: EnLineaWorld) -> None:
    await enlinea.scenario("http:redirect=http://127.0.0.1:9/x", reference="*")

    assert (await enlinea.ask_for_link()).headers["location"] == "http://127.0.0.1:9/x"


async def test_opening_by_rest_goes_wrong_in_its_own_words(enlinea: EnLineaWorld) -> None:
    await enlinea.scenario("http:error")

    answer = await enlinea.browser.post("/app/webservice/webcheckout/rest", json=REST_BODY)

    assert list(answer.json()) == ["message"]


async def test_a_question_goes_wrong_as_often_as_asked(enlinea: EnLineaWorld) -> None:
    await enlinea.played("approve")
    [number] = await numbers(enlinea)
    await enlinea.scenario("query:error=2")
    await enlinea.scenario("query:html")

    answers = [(await enlinea.result(number))["respuesta"] for _ in range(2)]
    page = await enlinea.call("Confirma_Respuesta_Pago", numerotransaccion=number)

    assert answers == ["error", "error"]
    assert page.headers["content-type"].startswith("text/html")
    assert (await enlinea.result(number))["respuesta"] == "OK"


async def test_a_fault_is_for_its_reference_only(enlinea: EnLineaWorld) -> None:
    await enlinea.played("approve", referencia="UNO")
    await enlinea.scenario("query:500", reference="DOS")

    [number] = await numbers(enlinea)

    assert (await enlinea.result(number))["respuesta"] == "OK"


@pytest.mark.parametrize("fault", ["timeout", "slow=0.2"])
async def test_a_silent_gateway_opens_the_payment_all_the_same(fault: str) -> None:
    app = create_app(Settings(timeout_hold=0.2))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://simulador.test") as browser:
        body = {"gateway": "enlinea", "reference": "INV0001234A01", "script": [f"http:{fault}"]}
        await browser.post("/_sim/scenarios", json=body)

        answer = await browser.post("/secure/gangway/index.do", data=FORM)

        assert (answer.status_code == 504, "link" in answer.text) == (fault == "timeout", fault != "timeout")
        assert [order["status"] for order in (await browser.get("/_sim/orders")).json()] == ["NEW"]
        assert (await browser.post(PSE, content=envelope("Listar_Bancos", {}))).status_code == 200


async def test_a_script_removed_is_not_played(enlinea: EnLineaWorld) -> None:
    await enlinea.scenario("approve")
    assert (await enlinea.scenario())["state"] == "removed"

    assert "Elija cómo pagar" in (await enlinea.page(await enlinea.opened())).text


async def test_a_script_of_faults_alone_leaves_the_choice_to_a_person(enlinea: EnLineaWorld) -> None:
    await enlinea.scenario("query:error")

    assert "Elija cómo pagar" in (await enlinea.page(await enlinea.opened())).text


async def test_an_order_is_played_by_its_id(enlinea: EnLineaWorld) -> None:
    await enlinea.opened()
    order = await enlinea.order()

    answer = await enlinea.browser.post(f"/_sim/orders/{order['id']}/play", json={"script": ["approve"]})

    assert (answer.json()["status"], answer.json()["gateway"]) == ("APPROVED", "enlinea")


@pytest.mark.parametrize(
    "step",
    [
        "chargeback",
        "refund:approve",
        "dispute:won",
        "error",
        "approve:bad_sign",
        "approve:test=1",
        "approve:method=VISA",
        "abandon:1",
        "turn",
        "turn:nada",
        "decline:PAYMENT_NETWORK_REJECTED",
        "pending:PT1H,nada",
        "http:slow",
        "http:slow=x",
        "http:slow=601",
        "http:redirect=ftp://x",
        "http:huge=0",
        "query:nada",
        "query:error,times=0",
        "query:error,otra=1",
        "approve:query.=1",
    ],
)
async def test_a_step_that_means_nothing_here_is_refused(enlinea: EnLineaWorld, step: str) -> None:
    body = {"gateway": "enlinea", "reference": "A", "script": ["query:error", step]}

    answer = await enlinea.browser.post("/_sim/scenarios", json=body)

    assert answer.status_code == 422
    scenarios = enlinea.world.simulation.enlinea.world.scenarios
    assert (scenarios.waiting, scenarios.faults) == ({}, [])


async def test_reset_forgets_checkouts_and_keeps_merchants(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(linkKey="url")
    link = str(json.loads((await enlinea.ask_for_link()).text)["url"])
    await enlinea.scenario("approve")
    [number] = await numbers(enlinea)

    await enlinea.browser.post("/_sim/reset")

    assert await enlinea.world.orders() == []
    assert (await enlinea.browser.get(link)).status_code == 404
    assert (await enlinea.result(number))["respuesta"] == "error"
    assert "url" in (await enlinea.ask_for_link()).text
