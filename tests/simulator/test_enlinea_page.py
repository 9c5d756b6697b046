"""EnLinea's hosted page: a person chooses how to pay and goes back to `urlback`, which keeps what it asked."""

import pytest

from tests.simulator.enlinea import URLBACK, EnLineaWorld, number_of

SITE = "Regresar al sitio"


async def back(enlinea: EnLineaWorld, button: str, *before: str, **filled: str) -> dict[str, str]:
    """Presses the buttons and answers what the browser then brings to `urlback`."""
    page = await enlinea.page(await enlinea.opened())
    for one in (*before, button):
        page = await enlinea.press(page, one, **(filled if one == button else {}))
    form = page.form_with(SITE)
    assert (form.method, form.action) == ("get", URLBACK.partition("?")[0])
    return form.fields


async def test_the_page_shows_what_is_paid_under_the_banner(enlinea: EnLineaWorld) -> None:
    page = await enlinea.page(await enlinea.opened(valor="119000", iva="19000", baseiva="100000"))

    assert "SIMULADOR – NO ES DINERO REAL" in page.text
    for shown in ("$ 119.000", "$ 19.000", "Canon de arrendamiento, marzo de 2026", "INV0001234A01", "Ruiz Peña"):
        assert shown in page.text
    assert all(address.startswith("/") for address in page.addresses)


async def test_an_approved_card_comes_back_with_every_field(enlinea: EnLineaWorld) -> None:
    fields = await back(enlinea, "Pagar y aprobar")

    assert {**fields, "autorizacion": "", "nrotransaccion": ""} == {
        "k": "5ad9aa",
        "v": "ñ",
        "referencia": "INV0001234A01",
        "moneda": "COP",
        "valor": "1850000.00",
        "respuesta": "APROBADA",
        "cuentanro": "************0004",
        "metodousado": "TC",
        "autorizacion": "",
        "nrotransaccion": "",
    }
    assert len(fields["autorizacion"]) == 6
    assert (await enlinea.card_result(fields["nrotransaccion"]))["respuesta"] == "aprobada"


@pytest.mark.parametrize(
    ("buttons", "method", "told", "state"),
    [
        (("Ir al banco", "Autorizar el pago"), "PSE", "APROBADA", "OK"),
        (("Ir al banco", "Rechazar"), "PSE", "RECHAZADA", "NOT_AUTHORIZED"),
        (("Ir al banco", "Dejar pendiente"), "PSE", "PENDIENTE", "PENDING"),
        (("Enviar la notificación", "Aceptar en el celular"), "NEQUI", "APROBADA", "OK"),
        (("Enviar la notificación", "No responder"), "NEQUI", "PENDIENTE", "PENDING"),
        (("Generar el recibo", "Guardar y continuar"), "EFECTIVO", "PENDIENTE", "PENDING"),
        (("Generar el recibo", "Simular el pago en caja"), "EFECTIVO", "APROBADA", "OK"),
        (("Generar el recibo", "Dejar vencer"), "EFECTIVO", "RECHAZADA", "NOT_AUTHORIZED"),
    ],
)
async def test_each_method_ends_as_the_person_decides(
    enlinea: EnLineaWorld, buttons: tuple[str, str], method: str, told: str, state: str
) -> None:
    fields = await back(enlinea, buttons[1], buttons[0])

    assert (fields["metodousado"], fields["respuesta"], fields["cuentanro"]) == (method, told, "")
    assert (await enlinea.result(fields["nrotransaccion"]))["respuesta"] == state
    assert enlinea.merchant.arrived == []  # the person's browser goes back by itself


@pytest.mark.parametrize(("button", "told"), [("Rechazar", "rechazada"), ("Dejar en revisión", "pendiente")])
async def test_a_card_can_be_declined_or_reviewed(enlinea: EnLineaWorld, button: str, told: str) -> None:
    fields = await back(enlinea, button)

    assert (await enlinea.card_result(fields["nrotransaccion"]))["respuesta"] == told


async def test_after_a_decline_another_try_has_another_number(enlinea: EnLineaWorld) -> None:
    first = await enlinea.press(await enlinea.page(await enlinea.opened()), "Rechazar", code="INSUFFICIENT_FUNDS")
    assert "Fondos insuficientes" in first.text

    again = await enlinea.press(first, "Intentar de nuevo")
    second = await enlinea.press(again, "Pagar y aprobar")

    assert number_of(first) != number_of(second)
    assert [one["state"] for one in (await enlinea.order())["transactions"]] == ["DECLINED", "APPROVED"]


async def test_who_leaves_tells_nobody(enlinea: EnLineaWorld) -> None:
    page = await enlinea.press(await enlinea.page(await enlinea.opened()), "Cerrar sin pagar")

    assert "Usted salió sin pagar" in page.text
    assert ((await enlinea.order())["status"], enlinea.merchant.arrived) == ("NEW", [])
    assert "Elija cómo pagar" in (await enlinea.press(page, "Volver al pago")).text


async def test_what_is_paid_or_pending_is_not_paid_again_on_the_page(enlinea: EnLineaWorld) -> None:
    link = await enlinea.opened()
    page = await enlinea.page(link)
    await enlinea.press(page, "Pagar y aprobar")

    assert "Pago aprobado" in (await enlinea.page(link)).text
    assert "Pago aprobado" in (await enlinea.press(page, "Pagar y aprobar")).text
    assert len((await enlinea.order())["transactions"]) == 1


async def test_the_return_can_be_a_post_which_leaves_the_address_as_it_is(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(returnMethod="POST")
    page = await enlinea.press(await enlinea.page(await enlinea.opened()), "Pagar y aprobar")

    form = page.form_with(SITE)

    assert (form.method, form.action) == ("post", URLBACK)
    assert (form.fields["respuesta"], "k" in form.fields) == ("APROBADA", False)


async def test_the_rest_dialect_goes_back_to_its_own_address_and_tells_the_server(enlinea: EnLineaWorld) -> None:
    page = await enlinea.press(await enlinea.page(await enlinea.opened_by_rest()), "Pagar y aprobar")

    form = page.form_with(SITE)
    assert (form.action, form.fields) == ("http://portal.test/pagos/vuelta", {"intento": "7"})
    [notice] = enlinea.merchant.arrived
    assert (notice.method, notice.path, notice.kind) == ("POST", "/aviso", "application/json")
    assert {**notice.fields, "authorization": "", "payment_reference": ""} == {
        "reference": "INV0001234A01",
        "response": "Aprobada",
        "currency": "COP",
        "amount": "1850000.00",
        "method": "TC",
        "payment_reference": "",
        "authorization": "",
        "deferred": "",
    }
    assert (await enlinea.card_result(notice.fields["payment_reference"]))["extra1"] == "INV0001234A01"


@pytest.mark.parametrize("path", ["pagar.do", "pagar.do?t=nada", "pago/nada", "pago/nada/resultado"])
async def test_a_link_of_nothing_is_404_in_a_page(enlinea: EnLineaWorld, path: str) -> None:
    answer = await enlinea.browser.get(f"/secure/gangway/{path}")

    assert answer.status_code == 404
    assert "SIMULADOR – NO ES DINERO REAL" in answer.text


async def test_a_script_is_played_when_the_page_is_first_asked_for(enlinea: EnLineaWorld) -> None:
    assert (await enlinea.scenario("approve"))["state"] == "waiting"
    link = await enlinea.opened()
    assert enlinea.merchant.arrived == []

    pages = [await enlinea.page(link), await enlinea.page(link)]

    assert ["Pago aprobado" in page.text for page in pages] == [True, True]
    [visit] = enlinea.merchant.arrived
    assert (visit.method, visit.path, visit.query["k"]) == ("GET", "/callbacks/enlinea/acc1/INV0001234A01", "5ad9aa")
    assert (visit.query["respuesta"], visit.fields) == ("APROBADA", {})


async def test_a_script_for_any_is_played_by_each(enlinea: EnLineaWorld) -> None:
    await enlinea.scenario("abandon", reference="*")

    pages = [await enlinea.page(await enlinea.opened(referencia=name)) for name in ("UNO", "DOS")]

    assert ["Usted salió sin pagar" in page.text for page in pages] == [True, True]
    assert enlinea.merchant.arrived == []


async def test_the_console_lists_and_decides(enlinea: EnLineaWorld) -> None:
    await enlinea.played("pending:P10D")
    page = await enlinea.page("/")
    assert "EnLinea" in page.text
    assert "INV0001234A01" in page.text

    page = await enlinea.press(page, "Aprobar")

    assert "Aprobada" in page.text
    assert (await enlinea.order())["status"] == "APPROVED"
    assert len(enlinea.merchant.arrived) == 1
    await enlinea.world.press(page, "Reenviar")
    assert len(enlinea.merchant.arrived) == 2


async def test_the_console_leads_to_the_page(enlinea: EnLineaWorld) -> None:
    await enlinea.opened()

    page = await enlinea.press(await enlinea.page("/"), "Abrir la página de pago")

    assert "Elija cómo pagar" in page.text
