"""EnLinea's SOAP services: ISO-8859-1, errors in `respuesta`, and no word about what is another's."""

import pytest

from tests.simulator.enlinea import CARD, CLAVE, FORM, PSE, SECRETS, EnLineaWorld, envelope, xml


async def number(enlinea: EnLineaWorld, *script: str) -> str:
    """Of the newest transaction after a script."""
    await enlinea.played(*script)
    return str((await enlinea.order())["transactions"][-1]["number"])


async def test_banks_come_as_one_text_with_their_accents(enlinea: EnLineaWorld) -> None:
    answer = await enlinea.call("Listar_Bancos")

    assert "BANCO UNIÓN COLOMBIANO".encode("iso-8859-1") in answer.content
    told = await enlinea.told("Listar_Bancos")
    assert told["errorsms"] == ""
    banks = dict(entry.removeprefix("BancoID=").split(",BancoNombre=") for entry in told["bancos"].split(";"))
    assert banks["1022"] == "BANCO UNIÓN COLOMBIANO"


async def test_an_approved_payment_by_pse_is_told_in_full(enlinea: EnLineaWorld) -> None:
    told = await enlinea.result(await number(enlinea, "approve"))

    assert (told["respuesta"], told["errorsms"], told["int_estado_pago"]) == ("OK", "", "1")
    assert (told["total_con_iva"], told["valor_iva"]) == ("1850000.00", "0.00")
    assert (told["descripcion_pago"], told["email"]) == (FORM["descripcion"], FORM["email"])
    assert (told["nombre_cliente"], told["apellido_cliente"]) == ("Ana Lucía", "Ruiz Peña")
    assert (told["info_opcional1"], told["info_opcional2"], told["info_opcional3"]) == ("INV0001234A01", "", "")
    assert (told["fechatransaccion"], told["horatransaccion"]) == ("2026-03-05", "13:07:35")
    assert (told["str_nombre_banco"], len(told["str_codigo_transaccion"])) == ("BANCOLOMBIA", 9)
    assert "firma" in told


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("pending:PT1H", "PENDING"),
        ("decline:INSUFFICIENT_FUNDS", "NOT_AUTHORIZED"),
        ("expire", "NOT_AUTHORIZED"),
        ("approve:method=NEQUI", "OK"),
        ("pending:PT1H,cash", "PENDING"),
        ("approve:query.respuesta=RARA", "RARA"),
    ],
)
async def test_every_state_has_its_word(enlinea: EnLineaWorld, step: str, state: str) -> None:
    assert (await enlinea.result(await number(enlinea, step)))["respuesta"] == state


@pytest.mark.parametrize(
    ("step", "state", "code"),
    [
        ("approve:method=TC", "aprobada", "00"),
        ("decline:INSUFFICIENT_FUNDS,method=TC", "rechazada", "51"),
        ("pending:PT1H,review", "pendiente", ""),
    ],
)
async def test_the_card_service_tells_no_amount(enlinea: EnLineaWorld, step: str, state: str, code: str) -> None:
    told = await enlinea.card_result(await number(enlinea, step))

    assert (told["respuesta"], told["codigoderespuesta"], told["extra1"]) == (state, code, "INV0001234A01")
    assert not {"total_con_iva", "valor", "TX_VALUE"} & set(told)
    assert not any("1850000" in value for value in told.values())


async def test_each_service_knows_only_its_own_methods(enlinea: EnLineaWorld) -> None:
    card, pse = await number(enlinea, "approve:method=TC"), await number(enlinea, "approve:method=PSE")

    assert (await enlinea.result(card))["respuesta"] == "error"
    assert (await enlinea.card_result(pse))["respuesta"] == "error"


async def test_the_reference_can_be_left_out(enlinea: EnLineaWorld) -> None:
    await enlinea.switched(tellsReference=False)
    pse, card = await number(enlinea, "approve"), await number(enlinea, "approve_again:method=TC")

    assert (await enlinea.result(pse))["info_opcional1"] == ""
    assert (await enlinea.card_result(card))["extra1"] == ""


async def test_a_script_can_have_the_answer_name_another(enlinea: EnLineaWorld) -> None:
    told = await enlinea.result(await number(enlinea, "approve:query.info_opcional1=OTRA,query.total_con_iva=1"))

    assert (told["info_opcional1"], told["total_con_iva"]) == ("OTRA", "1")


@pytest.mark.parametrize("wrong", ["usuario", "clave", "llavemd5"])
async def test_a_wrong_secret_is_an_error_that_tells_nothing(enlinea: EnLineaWorld, wrong: str) -> None:
    one = await number(enlinea, "approve")

    told = await enlinea.told("Confirma_Respuesta_Pago", numerotransaccion=one, **{wrong: "otra"})

    assert told == {"respuesta": "error", "errorsms": "Usuario, clave o llave no válidos"}


async def test_anothers_transaction_does_not_exist(enlinea: EnLineaWorld) -> None:
    one = await number(enlinea, "approve")
    theirs = {"usuario": "otro", "clave": "c", "llavemd5": "e" * 32}
    await enlinea.browser.post("/_sim/merchants", json={"gateway": "enlinea", **theirs})

    for told in (
        await enlinea.told("Confirma_Respuesta_Pago", numerotransaccion=one, **theirs),
        await enlinea.result("123456789"),
        await enlinea.result(""),
    ):
        assert told == {"respuesta": "error", "errorsms": "No existe la transacción"}


async def test_a_payment_begun_by_pse_goes_to_the_bank_and_back(enlinea: EnLineaWorld) -> None:
    begun = await enlinea.told(
        "Iniciar_Pago",
        referencia="INV9",
        total_con_iva="119000",
        valor_iva="19000",
        descripcion_pago="Canon y administración",
        email="ana@example.com",
        nombre_cliente="Ana",
        info_opcional1="uno",
        info_opcional2="dos",
        url_retorno="http://agencia.test/vuelta?k=1",
        codigo_banco="1022",
    )
    assert (begun["respuesta"], begun["errorsms"]) == ("SUCCESS", "")

    page = await enlinea.page(begun["url"])
    assert "BANCO UNIÓN COLOMBIANO" in page.text
    page = await enlinea.press(page, "Autorizar el pago")

    assert page.form_with("Regresar al sitio").fields["nrotransaccion"] == begun["numerotransaccion"]
    told = await enlinea.result(begun["numerotransaccion"])
    assert (told["respuesta"], told["total_con_iva"], told["valor_iva"]) == ("OK", "119000.00", "19000.00")
    assert (told["info_opcional1"], told["info_opcional2"]) == ("uno", "dos")
    assert told["str_nombre_banco"] == "BANCO UNIÓN COLOMBIANO"


@pytest.mark.parametrize(
    "changes", [{"codigo_banco": "0"}, {"total_con_iva": "x"}, {"url_retorno": "nada"}, {"referencia": ""}]
)
async def test_a_payment_by_pse_can_be_refused(enlinea: EnLineaWorld, changes: dict[str, str]) -> None:
    sound = {"referencia": "INV9", "total_con_iva": "1", "valor_iva": "0", "descripcion_pago": "d", "email": "a@b.co"}
    sound |= {"url_retorno": "http://agencia.test/", "codigo_banco": "1022"}

    begun = await enlinea.told("Iniciar_Pago", **{**sound, **changes})

    assert (begun["respuesta"], begun["url"], begun["numerotransaccion"]) == ("error", "", "")
    assert begun["errorsms"]
    assert await enlinea.world.orders() == []


@pytest.mark.parametrize(
    ("address", "operations"),
    [(PSE, {"Listar_Bancos", "Iniciar_Pago", "Confirma_Respuesta_Pago"}), (CARD, {"Confirmar_Transaccion"})],
)
async def test_each_service_describes_itself(enlinea: EnLineaWorld, address: str, operations: set[str]) -> None:
    answer = await enlinea.browser.get(f"{address}?wsdl")

    wsdl = {"w": "http://schemas.xmlsoap.org/wsdl/", "s": "http://schemas.xmlsoap.org/wsdl/soap/"}
    root = xml(answer)
    assert {one.get("name") for one in root.findall("w:portType/w:operation", wsdl)} == operations
    place = root.find("w:service/w:port/s:address", wsdl)
    assert place is not None
    assert place.get("location") == f"http://simulador.test{address}"
    assert root.get("targetNamespace") == "http://DefaultNamespace"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<nada/>",
        b"\xff\xfe",
        b"<" * 1000,
        b"x" * 70_000,
        envelope("Borrar_Todo", {}),
        b'<?xml version="1.0" encoding="nada"?><a/>',
        b'<?xml version="1.0"?><!doctype a><a/>',
    ],
)
async def test_what_is_no_call_is_a_soap_fault(enlinea: EnLineaWorld, content: bytes) -> None:
    answer = await enlinea.browser.post(PSE, content=content)

    assert answer.status_code == 500
    assert xml(answer).find(".//faultstring") is not None


async def test_a_document_type_is_refused_with_whatever_it_declares(enlinea: EnLineaWorld) -> None:
    declaration, _, call = envelope("Listar_Bancos", SECRETS | {"clave": CLAVE}).partition(b"?>")
    told = call.replace(CLAVE.encode(), b"&secreto;")

    answer = await enlinea.browser.post(
        PSE, content=declaration + b'?><!DOCTYPE a [<!ENTITY secreto "' + CLAVE.encode() + b'">]>' + told
    )

    assert (answer.status_code, b"DOCTYPE" in answer.content, b"BancoID" in answer.content) == (500, True, False)


async def test_a_call_in_another_encoding_is_read_by_its_declaration(enlinea: EnLineaWorld) -> None:
    text = envelope("Listar_Bancos", SECRETS | {"clave": CLAVE}).decode("iso-8859-1")

    answer = await enlinea.browser.post(PSE, content=text.replace("iso-8859-1", "utf-8").encode())

    assert b"BancoID=1007" in answer.content
